/** The answers to a till that queries the printer on port 9100 (Epson DLE EOT, GS r, GS a, GS I, GS ( H). */
import type { PrinterStatus } from "../status.ts";
import type { RawQuestion } from "./commands.ts";

/** Four bytes, as a printer reports a change of its status. */
export function changesAnswer({ online, cover, paper }: PrinterStatus): Uint8Array {
	const panel = 0x10 | 0x04 | (online === false ? 0x08 : 0) | (cover === "open" ? 0x20 : 0);
	return Uint8Array.of(panel, 0, paperBits(paper), 0);
}

const paperBits = (paper: PrinterStatus["paper"]): number => (paper === "out" ? 0x0f : paper === "near-end" ? 0x03 : 0);

/** Undefined for a question that a printer of this kind does not answer. */
export function answerTo(question: RawQuestion, status: PrinterStatus): Uint8Array | undefined {
	switch (question.ask) {
		case "status-now": {
			const byte = statusNow(question.n, status);
			return byte === undefined ? undefined : Uint8Array.of(byte);
		}
		case "paper":
			return Uint8Array.of(paperBits(status.paper));
		case "drawer":
			return Uint8Array.of(0x01);
		case "fence":
			return Uint8Array.of(0x37, 0x22, ...question.tag, 0x00);
		case "changes":
			return question.mask === 0 ? undefined : changesAnswer(status);
		case "about":
			return about(question.n);
	}
}

function statusNow(n: number, { online, cover, paper }: PrinterStatus): number | undefined {
	switch (n) {
		case 1:
			return 0x16 | (online === false ? 0x08 : 0);
		case 2:
			return 0x12 | (cover === "open" ? 0x04 : 0) | (paper === "out" ? 0x20 : 0);
		case 3:
			return 0x12;
		case 4:
			return 0x12 | (paper === "out" ? 0x6c : paper === "near-end" ? 0x0c : 0);
		default:
			return undefined;
	}
}

/** Numbers of a TM printer with a cutter; the texts name the gateway. */
function about(n: number): Uint8Array | undefined {
	const number = { 1: 0x20, 2: 0x02, 3: 0x01, 49: 0x20, 50: 0x02, 51: 0x01 }[n];
	if (number !== undefined) return Uint8Array.of(number);
	const text = { 65: "1.00 ESC/POS", 66: "Gondola", 67: "Gondola raw", 68: "0" }[n];
	return text === undefined ? undefined : Buffer.from(`_${text}\0`, "latin1");
}
