import { runDechdrScanner } from "../../drivers/scanner/dechdr.ts";
import { runHidPosScanner } from "../../drivers/scanner/hid-pos.ts";
import type { ScannerOptions } from "../../drivers/scanner/options.ts";
import type { ScannerReport } from "../../drivers/scanner/reader.ts";
import { runScanner } from "../../drivers/scanner/serial.ts";
import { refusalSignal, type SignalProtocol } from "../../drivers/scanner/signal.ts";
import { runSsiScanner } from "../../drivers/scanner/ssi.ts";
import { typedPort } from "../../drivers/scanner/wedge/typed-port.ts";
import { openEvdevPort } from "../../drivers/transport/evdev-port.ts";
import { openHidPort, readReportDescriptor } from "../../drivers/transport/hid-port.ts";
import type { Port } from "../../drivers/transport/port.ts";
import { DeviceTrouble } from "../../drivers/trouble.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { defined } from "../words/defined.ts";
import { portOf } from "./ports.ts";
import { type Log, oneLink, type Tender, tapOf, tapOfKeys, tendPort } from "./tender.ts";

/** From so many unreadable pieces on, the baud rate is wrong or a plug is loose; fewer come from plugging in. */
const garbledBeforeTrouble = 20;

/** Records every scan as a fact. One that cannot be written is logged: a scanner keeps nothing, so it cannot be asked again. */
export function tendScanner(ledger: StoreLedger, options: ScannerOptions, log: Log): Tender {
	const { id, protocol } = options;
	const { drive, ...wire } = wireOf(options);
	const tap = protocol === "wedge" ? tapOfKeys() : tapOf(protocol === "hid-pos");
	const { recorder, trace, keep } = tendPort(ledger, { id, family: "scanner", protocol }, wire, log, tap);
	let scans = 0;
	let port: Port | undefined;
	/** Only where the configuration asks for it, which has checked that the protocol knows how. */
	const signalRefused = (): void => {
		if (options.signal === "refused") port?.write(refusalSignal(protocol as SignalProtocol)).catch(() => {}); // told by the link
	};
	let parity: "even" | "odd" | undefined;
	const facts = { device: id, port: wire.address, baudRate: options.baudRate };

	const take = (report: ScannerReport): void => {
		switch (report.type) {
			case "garbled":
				recorder.heard({ garbled: report.count });
				if (report.count === garbledBeforeTrouble) recorder.trouble(new DeviceTrouble("scanner-garbled", facts));
				return;
			case "wrong-parity":
				recorder.heard({ wrongParity: report.count });
				if (parity !== report.parity) recorder.trouble(new DeviceTrouble("scanner-parity", { ...facts, parity: report.parity }));
				parity = report.parity;
				return;
			case "refused":
				recorder.heard({ cardsRefused: report.count });
				signalRefused();
				log.warn({ device: id, card: report.masked }, "what looks like a payment card was scanned; its number is not kept");
				return;
			case "scan":
				recorder.troubleOver("scanner-garbled");
				recorder.troubleOver("scanner-parity");
				parity = undefined;
				scans += 1;
				recorder.heard({ scansSinceStart: scans });
				return record(report);
		}
	};

	const record = ({ text, aim, symbology, symbologySource, raw }: Extract<ScannerReport, { type: "scan" }>): void => {
		const bytes = raw && Buffer.from(raw).toString("base64");
		const scan = { device: id, code: text, symbologySource, ...defined({ aim, symbology, raw: bytes }) };
		ledger
			.do("recordScans", { scans: [scan] })
			.then(([recorded]) => recorded?.refused !== undefined && signalRefused())
			.catch((error: Error) => log.error({ device: id, code: text, error: error.message }, "a scan could not be recorded"));
	};

	const start = () =>
		keep((opened) => {
			port = opened;
			const stopDriving = drive(opened, take);
			// A scanner in the wrong mode throws above, and the link opens again and again: its trouble must stay until it is set right.
			recorder.link({ type: "open" });
			return stopDriving;
		});
	return {
		id,
		family: "scanner",
		trace,
		test: () => Promise.resolve(false),
		...oneLink(start),
	};
}

interface Wire {
	open: () => Promise<Port>;
	address: string;
	drive: (port: Port, report: (report: ScannerReport) => void) => () => void;
}

function wireOf(options: ScannerOptions): Wire {
	if (options.protocol === "hid-pos") return hidPos(options);
	return options.protocol === "wedge" ? keyboard(options) : serial(options, options.protocol);
}

function keyboard(options: ScannerOptions): Wire {
	const path = options.port!;
	const typed = { ...options, device: options.id, encoding: "utf-8" as const };
	return {
		// The trace has the keys as they came, whatever layout is set: a wrong one can be told from them.
		open: openEvdevPort({ path }),
		address: path,
		drive: (port, report) => runScanner(typedPort(port, options), typed, report),
	};
}

function serial(options: ScannerOptions, protocol: "serial" | "ssi" | "dechdr1"): Wire {
	const run = { serial: runScanner, ssi: runSsiScanner, dechdr1: runDechdrScanner }[protocol];
	return { ...portOf(options), drive: (port, report) => run(port, { ...options, device: options.id }, report) };
}

/** The descriptor is read for every link: another scanner, or another mode, may have been plugged in meanwhile. */
function hidPos(options: ScannerOptions): Wire {
	const path = options.port!;
	const openPort = openHidPort({ path });
	let descriptor: Uint8Array = new Uint8Array();
	return {
		address: path,
		async open() {
			const port = await openPort();
			try {
				descriptor = await readReportDescriptor({ path });
			} catch (error) {
				await port.close();
				throw error;
			}
			return port;
		},
		drive: (port, report) => runHidPosScanner(port, { ...options, device: options.id, descriptor }, report),
	};
}
