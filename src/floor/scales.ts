import type { ScaleOptions } from "../../drivers/scale/options.ts";
import { type RunningScale, runScale } from "../../drivers/scale/scale.ts";
import { keepOpen } from "../../drivers/transport/keep-open.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { portOf } from "./ports.ts";
import type { Shelves } from "./shelves.ts";
import { deviceRecorder, type Log, type Tender } from "./tender.ts";

/** Asks one scale, and hands what it weighs to the shelves that stand on it. */
export function tendScale(ledger: StoreLedger, options: ScaleOptions, shelves: Shelves, log: Log): Tender {
	const { open, address } = portOf(options);
	const recorder = deviceRecorder(ledger, { id: options.id, family: "scale", protocol: options.protocol, address }, log);
	let running: RunningScale | undefined;
	const start = () =>
		keepOpen({
			open,
			facts: { device: options.id, port: address, baudRate: options.baudRate },
			report: recorder.link,
			run(port) {
				recorder.link({ type: "open" });
				shelves.resume(options.id);
				running = runScale(port, options, (report) => {
					switch (report.type) {
						case "weight":
							recorder.heard(report.settled ? { grams: Math.round(report.milligrams / 1000) } : undefined);
							return void shelves
								.weigh(options.id, report.milligrams, report.settled)
								.catch((error: Error) => log.error({ device: options.id, error: error.message }, "a weight could not be recorded"));
						case "garbled":
							return recorder.heard({ garbled: report.count });
						case "identity":
							return recorder.heard({ model: report.model, serial: report.serial });
						case "trouble":
							return recorder.trouble(report.trouble);
						case "trouble-over":
							return recorder.troubleOver(report.code);
					}
					report satisfies never;
				});
				return () => {
					running?.stop();
					running = undefined;
				};
			},
		});
	let link = start();
	return {
		id: options.id,
		family: "scale",
		test: () => Promise.resolve(running !== undefined),
		async restart() {
			await link.stop();
			link = start();
		},
		stop: () => link.stop(),
	};
}
