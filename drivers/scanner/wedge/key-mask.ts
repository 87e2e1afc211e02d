/** Payment cards in the keys of a scanner that types: a trace of its raw events may not tell their numbers. */
import { keypadDigit } from "./layouts.ts";

const eventBytes = 24;
const [evKey, evMisc] = [1, 4];
const leftAlt = 56;
/** Shift, Ctrl, AltGr and Caps Lock print nothing. */
const silentKeys: ReadonlySet<number> = new Set([29, 42, 54, 58, 97, 100]);

/** The digit of a key in the row above the letters or on the keypad, whatever country and Shift make of it. */
const digitOf = (code: number): string | undefined => (code >= 2 && code <= 11 ? String((code - 1) % 10) : keypadDigit(code));

/**
 * The events with the digits of a suspected card taken out: where `mask` changes the text that the keys are, no key with a digit is told
 * any more, neither by its number nor by its scan code. Events keep their size and their order.
 */
export function maskKeys(bytes: Uint8Array, mask: (text: string) => string): Uint8Array {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const text = digitsTyped(view);
	if (mask(text) === text) return bytes;
	const masked = Uint8Array.from(bytes);
	const out = new DataView(masked.buffer);
	for (let at = 0; at + eventBytes <= masked.length; at += eventBytes) {
		const [type, code] = [view.getUint16(at + 16, true), view.getUint16(at + 18, true)];
		if (type === evKey && digitOf(code) !== undefined) out.setUint16(at + 18, 0, true);
		if (type === evMisc) out.setUint32(at + 20, 0, true);
	}
	return masked;
}

/** One character a key that went down: its digit, or a point. A number typed with Alt held is the character that it names. */
function digitsTyped(view: DataView): string {
	let text = "";
	let altDigits: string | undefined;
	for (let at = 0; at + eventBytes <= view.byteLength; at += eventBytes) {
		if (view.getUint16(at + 16, true) !== evKey) continue;
		const [code, value] = [view.getUint16(at + 18, true), view.getInt32(at + 20, true)];
		if (code === leftAlt) {
			if (value === 0 && altDigits !== undefined) text += digitNumbered(Number(altDigits));
			altDigits = value === 0 ? undefined : (altDigits ?? "");
			continue;
		}
		if (value !== 1 || silentKeys.has(code)) continue;
		const digit = digitOf(code);
		if (altDigits === undefined) text += digit ?? ".";
		else altDigits += digit ?? "";
	}
	return text;
}

const digitNumbered = (number: number): string => (number >= 0x30 && number <= 0x39 ? String.fromCharCode(number) : ".");
