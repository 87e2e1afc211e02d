/**
 * Star's command languages as a printer reads them: the next whole command at the front of its buffer. StarPRNT and the graphic mode of the
 * TSP100 are both understood; in graphic mode a byte that begins no command does nothing, where elsewhere it is printed.
 */
import { type Command, one, type Taken, textRun, whole } from "./escpos-commands.ts";
import type { PrinterCondition } from "./printer-status.ts";
import { isOffline } from "./printer-status.ts";

const setting: Command = { kind: "setting" };

/** Takes one command off the front of what the printer holds. Source: Star Line Mode and StarPRNT command specifications. */
export function takeStarCommand(held: Uint8Array, inGraphics: boolean): Taken {
	const first = held[0];
	switch (first) {
		case undefined:
			return "needs-more";
		case 0x17:
			return one({ kind: "count" });
		case 0x07:
		case 0x1a:
			return one({ kind: "drawer", pin: first === 0x07 ? 0 : 1 });
		case 0x1b:
			return takeEscape(held);
	}
	if (inGraphics) {
		if (first !== 0x62 && first !== 0x6b) return one(setting);
		return whole(held, 3, () => ({ kind: "raster", bytesPerRow: held[1]! + 256 * held[2]!, rows: 1, wide: 1, high: 1 }));
	}
	if (first === 0x0a) return one({ kind: "line-feed" });
	if (first < 0x20) return one(setting);
	return textRun(held);
}

function takeEscape(held: Uint8Array): Taken {
	const at = (index: number): number => held[index] ?? 0;
	switch (held[1]) {
		case undefined:
			return "needs-more";
		case 0x1d:
			return takeGroup(held);
		case 0x1e:
			return whole(held, 4, () => {
				if (at(2) === 0x45) return { kind: "reset-count" };
				return at(2) === 0x61 ? { kind: "status-back", mask: at(3) & 1 ? 0xff : 0 } : setting;
			});
		case 0x2a:
			return at(2) === 0x72 || held.length < 3 ? takeGraphics(held) : whole(held, 3, () => setting);
		case 0x40:
			return whole(held, 2, () => ({ kind: "reset" }));
		case 0x45:
		case 0x46:
		case 0x30:
		case 0x34:
		case 0x35:
			return whole(held, 2, () => setting);
		case 0x61:
			return whole(held, 3, () => ({ kind: "feed-lines", lines: at(2) }));
		case 0x64:
			return whole(held, 3, () => ({ kind: "cut", feedDots: (at(2) & 0x0f) >= 2 ? 80 : 0 }));
		case 0x07:
		case 0x69:
		case 0x73:
			return whole(held, 4, () => setting);
		default:
			return whole(held, 3, () => setting);
	}
}

function takeGroup(held: Uint8Array): Taken {
	const at = (index: number): number => held[index] ?? 0;
	switch (held[2]) {
		case undefined:
			return "needs-more";
		case 0x53:
			return whole(held, 9, () => ({
				kind: "raster",
				bytesPerRow: at(4) + 256 * at(5),
				rows: at(6) + 256 * at(7),
				wide: 1,
				high: 1,
			}));
		case 0x61:
			return whole(held, 4, () => ({ kind: "align", where: at(3) & 0x03 }));
		case 0x03:
			return whole(held, 6, () => setting);
		default:
			return whole(held, 4, () => setting);
	}
}

/** ESC * r and a letter; A, B and C stand alone, the others have a decimal number that ends with a NUL. */
function takeGraphics(held: Uint8Array): Taken {
	const letter = held[3];
	if (letter === undefined) return "needs-more";
	if (letter === 0x41 || letter === 0x42) return { command: { kind: "graphics-mode", on: letter === 0x41 }, length: 4 };
	if (letter === 0x43) return { command: setting, length: 4 };
	const end = held.indexOf(0, 4);
	if (end < 0) return held.length > 12 ? { command: setting, length: 4 } : "needs-more";
	const number = Buffer.from(held.subarray(4, end)).toString("latin1");
	return { command: letter === 0x45 ? { kind: "graphics-cuts", on: number !== "1" } : setting, length: end + 1 };
}

/** The status as an idle mC-Print says it: 23 86, then nine bytes; the last but three counts. */
export function starStatus(condition: PrinterCondition, count: number): Uint8Array {
	const { paper, coverOpen, cutterJammed, drawerOpen } = condition;
	return Uint8Array.of(
		0x23,
		0x86,
		(coverOpen ? 0x20 : 0) | (isOffline(condition) ? 0x08 : 0) | (drawerOpen ? 0x04 : 0),
		cutterJammed ? 0x08 : 0,
		0,
		paper === "end" ? 0x0c : paper === "near-end" ? 0x04 : 0,
		paper === "end" ? 0 : 0x02,
		((count & 0x18) << 2) | ((count & 0x07) << 1),
		0,
		0,
		0,
	);
}
