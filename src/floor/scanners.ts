import type { ScannerOptions } from "../../drivers/scanner/options.ts";
import { runScanner } from "../../drivers/scanner/serial.ts";
import { DeviceTrouble } from "../../drivers/trouble.ts";
import { keepOpen } from "../../drivers/transport/keep-open.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { portOf } from "./ports.ts";
import { deviceRecorder, type Log, type Tender } from "./tender.ts";

/** So many unreadable pieces are a wrong baud rate or a loose plug; fewer are somebody plugging it in. */
const garbledBeforeTrouble = 20;

/** Every scan becomes a fact. One that cannot be written is said in the log: a scanner has no memory to ask again. */
export function tendScanner(ledger: StoreLedger, options: ScannerOptions, log: Log): Tender {
	const { open, address } = portOf(options);
	const recorder = deviceRecorder(ledger, { id: options.id, family: "scanner", protocol: options.protocol, address }, log);
	let scans = 0;
	const start = () =>
		keepOpen({
			open,
			facts: { device: options.id, port: address },
			report: recorder.link,
			run(port) {
				recorder.link({ type: "open" });
				return runScanner(port, { ...options, device: options.id }, (report) => {
					if (report.type === "garbled") {
						recorder.heard({ garbled: report.count });
						if (report.count === garbledBeforeTrouble) recorder.trouble(new DeviceTrouble("scanner-garbled", { device: options.id, port: address, baudRate: options.baudRate }));
						return;
					}
					recorder.troubleOver("scanner-garbled");
					scans += 1;
					recorder.heard({ scansSinceStart: scans });
					const { text, aim, symbology, symbologySource } = report;
					ledger
						.do("recordScans", { scans: [{ device: options.id, code: text, symbologySource, ...(aim !== undefined && { aim }), ...(symbology !== undefined && { symbology }) }] })
						.catch((error: Error) => log.error({ device: options.id, code: text, error: error.message }, "a scan could not be recorded"));
				});
			},
		});
	let link = start();
	return {
		id: options.id,
		family: "scanner",
		test: () => Promise.resolve(false),
		async restart() {
			await link.stop();
			link = start();
		},
		stop: () => link.stop(),
	};
}
