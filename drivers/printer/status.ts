import type { DeviceTroubleCode } from "../trouble.ts";
import type { RealtimeQuestion } from "./escpos.ts";

/** The status of a printer; null: it has not reported that part. */
export interface PrinterStatus {
	online: boolean | null;
	cover: "closed" | "open" | null;
	paper: "ok" | "near-end" | "out" | null;
	cutter: "well" | "stuck" | null;
	/** "passing": it will go on by itself, as a hot head does. */
	error: "none" | "passing" | "lasting" | null;
	/** Level of the drawer's pin 3; whether high means open depends on the drawer. */
	drawerPin: "low" | "high" | null;
}

export const unknownStatus: PrinterStatus = { online: null, cover: null, paper: null, cutter: null, error: null, drawerPin: null };

/** Automatic Status Back, four bytes (Epson GS a). */
export function readStatus(bytes: Uint8Array): PrinterStatus {
	const [panel = 0, errors = 0, paper = 0] = bytes;
	return {
		online: !(panel & 0x08),
		cover: panel & 0x20 ? "open" : "closed",
		paper: paper & 0x0c ? "out" : paper & 0x03 ? "near-end" : "ok",
		cutter: errors & 0x08 ? "stuck" : "well",
		error: errors & 0x20 ? "lasting" : errors & 0x40 ? "passing" : "none",
		drawerPin: panel & 0x04 ? "high" : "low",
	};
}

/** The answer to DLE EOT does not say which question it answers, so the asker must remember (Epson DLE EOT). */
export function readRealtimeStatus(question: RealtimeQuestion, byte: number, before: PrinterStatus): PrinterStatus {
	switch (question) {
		case 1:
			return { ...before, online: !(byte & 0x08), drawerPin: byte & 0x04 ? "high" : "low" };
		case 2: {
			// Bit 5 stops printing before sensor 4 is asked; the other way round only question 4 knows.
			const paper = byte & 0x20 ? "out" : before.paper;
			return { ...before, cover: byte & 0x04 ? "open" : "closed", paper };
		}
		case 3:
			return { ...before, cutter: byte & 0x08 ? "stuck" : "well", error: byte & 0x20 ? "lasting" : byte & 0x44 ? "passing" : "none" };
		case 4:
			return { ...before, paper: byte & 0x60 ? "out" : byte & 0x0c ? "near-end" : "ok" };
	}
}

/** Whether a receipt may begin. A printer that says it is online is believed, also when it does not report the rest. */
export function isReady(status: PrinterStatus): boolean {
	return status.online === true && troublesOf(status).every((code) => code === "printer-paper-near-end");
}

/** Whether the paper's content is unknown: the printer dropped its buffer, or cut where it should not. */
export function isBroken(status: PrinterStatus): boolean {
	return status.cutter === "stuck" || status.error === "lasting";
}

export function troublesOf(status: PrinterStatus): DeviceTroubleCode[] {
	const codes: DeviceTroubleCode[] = [];
	if (status.cover === "open") codes.push("printer-cover-open");
	if (status.paper === "out") codes.push("printer-paper-out");
	if (status.paper === "near-end") codes.push("printer-paper-near-end");
	if (status.cutter === "stuck") codes.push("printer-cutter");
	if (status.error === "lasting") codes.push("printer-error");
	return codes;
}
