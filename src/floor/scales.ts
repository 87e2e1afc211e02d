import { type ModbusLine, shareModbusLine } from "../../drivers/scale/modbus-line.ts";
import type { ScaleOptions } from "../../drivers/scale/options.ts";
import { scaleProtocols } from "../../drivers/scale/protocols.ts";
import { type RunningScale, runScale } from "../../drivers/scale/scale.ts";
import { openHidPort } from "../../drivers/transport/hid-port.ts";
import type { OpenPort } from "../../drivers/transport/port.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { defined } from "../words/defined.ts";
import { portOf } from "./ports.ts";
import type { Shelves } from "./shelves.ts";
import { type Log, oneLink, type Tender, tapOf, tendPort } from "./tender.ts";

/** Lines that several Modbus transmitters share, by their address. */
export type ModbusLines = Map<string, ModbusLine>;

function wireOf(options: ScaleOptions, lines: ModbusLines): { open: OpenPort; address: string } {
	if (options.protocol === "hid") return { open: openHidPort({ path: options.port! }), address: options.port! };
	const { line } = scaleProtocols[options.protocol];
	const wire = portOf({ ...line, ...defined(options) });
	if (!options.modbus) return wire;
	const shared = lines.get(wire.address) ?? shareModbusLine(wire.open, options.baudRate ?? line.baudRate);
	lines.set(wire.address, shared);
	return { open: shared.open(options.modbus.slave), address: `${wire.address}, slave ${options.modbus.slave}` };
}

/** Runs one scale, and gives its weights to the shelves that stand on it. */
export function tendScale(ledger: StoreLedger, options: ScaleOptions, shelves: Shelves, lines: ModbusLines, log: Log): Tender {
	const { id, protocol } = options;
	const tap = tapOf(protocol === "hid");
	const { recorder, trace, keep } = tendPort(ledger, { id, family: "scale", protocol }, wireOf(options, lines), log, tap);
	let running: RunningScale | undefined;
	const start = () =>
		keep((port) => {
			recorder.link({ type: "open" });
			shelves.resume(id);
			running = runScale(port, options, (report) => {
				switch (report.type) {
					case "weight":
						recorder.heard(report.settled ? { grams: Math.round(report.milligrams / 1000) } : undefined);
						return void shelves
							.weigh(id, report.milligrams, report.settled)
							.catch((error: Error) => log.error({ device: id, error: error.message }, "a weight could not be recorded"));
					case "interrupted":
						return shelves.resume(id);
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
		});
	return {
		id,
		family: "scale",
		trace,
		test: () => Promise.resolve(running !== undefined),
		...oneLink(start),
	};
}
