import type { ScaleMessage, ScaleProtocol } from "../protocol.ts";
import { milligramsOfScaled } from "../units.ts";

/**
 * USB scales (HID usage page 8D: postal scales of Dymo, Mettler-Toledo and others). One report is one weight.
 *
 *   03 04 0B FF 31 00       id 03 (some 04), status, unit, exponent, weight in 16 bits: 0x0031 × 10^-1 oz
 *
 * Units 5 and 9 are the tael and the ton "avoirdupois"; the tables do not say which tael and which ton, so neither is converted.
 * Status: 1 fault, 2 at zero, 3 moves, 4 at rest, 5 under zero (the weight without its sign), 6 over, 7 calibrate, 8 set to zero.
 * Some stacks put a 00 in front. Source: HID Point of Sale Usage Tables 1.02, chapter 4; traces of public code.
 */
const units: Readonly<Record<number, string>> = {
	1: "mg",
	2: "g",
	3: "kg",
	4: "ct",
	6: "gn",
	7: "dwt",
	8: "t",
	10: "ozt",
	11: "oz",
	12: "lb",
};

const doubtfulUnits: Readonly<Record<number, string>> = { 5: "tael", 9: "ton" };

export function readHidScale(report: Uint8Array): ScaleMessage {
	const data = report[0] === 0x00 && report.length > 6 ? report.subarray(1) : report;
	const [id, status, unit, exponent, low, high] = data;
	if ((id !== 0x03 && id !== 0x04) || high === undefined) return { kind: "other" };
	if (status === 1 || status === 7 || status === 8) return { kind: "fault" };
	if (status === 6) return { kind: "overloaded" };
	const name = units[unit!];
	const doubtful = doubtfulUnits[unit!];
	if (doubtful !== undefined && status !== undefined && status >= 2 && status <= 5) return { kind: "unit", unit: doubtful };
	if (name === undefined || status === undefined || status < 1 || status > 8) return { kind: "garbled" };
	const digits = low! + 256 * high;
	const milligrams = milligramsOfScaled(status === 5 ? -digits : digits, (exponent! << 24) >> 24, name);
	return milligrams === undefined ? { kind: "garbled" } : { kind: "weight", milligrams, settled: status !== 3 };
}

export const hidScale: ScaleProtocol = {
	title: "USB HID",
	line: { baudRate: 9600, dataBits: 8, parity: "none" },
	unit: "g",
	open({ send, hear }) {
		let isFirst = true;
		return {
			ask: () => {},
			zero: () => send(Uint8Array.of(0x02, 0x02)),
			take(report) {
				const message = readHidScale(report);
				// The first report after opening is what the scale weighed when it was last read.
				const isStale = isFirst && message.kind === "weight";
				if (message.kind === "weight") isFirst = false;
				hear(isStale ? { kind: "other" } : message);
			},
		};
	},
};
