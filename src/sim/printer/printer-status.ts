/** The condition that a printer reports, by the fixed bits of Epson's status bytes. */
export interface PrinterCondition {
	paper: "enough" | "near-end" | "end";
	coverOpen: boolean;
	cutterJammed: boolean;
	drawerOpen: boolean;
}

export function isOffline(condition: PrinterCondition): boolean {
	return condition.paper === "end" || condition.coverOpen || condition.cutterJammed;
}

/** DLE EOT 1 to 4. Most drawers pull pin 3 low when they open. */
export function realTimeStatus(condition: PrinterCondition, n: number): number | undefined {
	const { paper, coverOpen, cutterJammed, drawerOpen } = condition;
	switch (n) {
		case 1:
			return 0x12 | (drawerOpen ? 0 : 0x04) | (isOffline(condition) ? 0x08 : 0) | (cutterJammed ? 0x20 : 0);
		case 2:
			return 0x12 | (coverOpen ? 0x04 : 0) | (paper === "end" ? 0x20 : 0) | (cutterJammed ? 0x40 : 0);
		case 3:
			return 0x12 | (cutterJammed ? 0x08 : 0);
		case 4:
			return 0x12 | (paper !== "enough" ? 0x0c : 0) | (paper === "end" ? 0x60 : 0);
		default:
			return undefined;
	}
}

/** The four bytes of automatic status back. */
export function automaticStatus(condition: PrinterCondition): Uint8Array {
	const { paper, coverOpen, cutterJammed, drawerOpen } = condition;
	return Uint8Array.of(
		0x10 | (drawerOpen ? 0 : 0x04) | (isOffline(condition) ? 0x08 : 0) | (coverOpen ? 0x20 : 0),
		cutterJammed ? 0x08 : 0,
		paperBits(paper),
		0,
	);
}

/** Which changes a GS a mask asked to be told of. */
export function isWatched(mask: number, before: PrinterCondition, after: PrinterCondition): boolean {
	return (
		((mask & 0x01) !== 0 && before.drawerOpen !== after.drawerOpen) ||
		((mask & 0x02) !== 0 && (isOffline(before) !== isOffline(after) || before.coverOpen !== after.coverOpen)) ||
		((mask & 0x04) !== 0 && before.cutterJammed !== after.cutterJammed) ||
		((mask & 0x08) !== 0 && before.paper !== after.paper)
	);
}

/** GS r 1 paper, GS r 2 drawer. */
export function statusInOrder(condition: PrinterCondition, what: number): number | undefined {
	if (what === 1) return paperBits(condition.paper);
	if (what === 2) return condition.drawerOpen ? 0 : 1;
	return undefined;
}

function paperBits(paper: PrinterCondition["paper"]): number {
	return (paper !== "enough" ? 0x03 : 0) | (paper === "end" ? 0x0c : 0);
}

/** GS I: one byte for 1 to 3, a block 5F … 00 for the texts. */
export function identity(what: number, serialNumber: string): Uint8Array | undefined {
	const numbers: Record<number, number> = { 1: 0x20, 2: 0x02, 3: 0x01, 49: 0x20, 50: 0x02, 51: 0x01 };
	const texts: Record<number, string> = { 65: "30.14 ESC/POS", 66: "EPSON", 67: "TM-T88V", 68: serialNumber };
	const number = numbers[what];
	if (number !== undefined) return Uint8Array.of(number);
	const text = texts[what];
	return text === undefined ? undefined : Buffer.from(`_${text}\0`, "latin1");
}
