/**
 * From the keys that a scanner in keyboard mode presses to the text of its codes. Pure: keys in, signs out.
 *
 *   Shift + key            the sign above it         AltGr + key    the third sign on it
 *   Ctrl + key             a control character: Ctrl + ] is GS (1D)
 *   Alt + keypad 0 0 2 9   the character 29 when Alt goes up; from 128 on: with a leading 0 of Windows-1252, else of code page 437
 *   F1 to F12              "F12" for whoever set `gs: F12` (a scanner with function keys for control characters)
 *   Enter, Tab             the end of a code
 *
 * Source: linux/input-event-codes.h for the keys; manuals of Zebra and Honeywell scanners and Windows for characters typed with Alt.
 */

import type { KeyEvent } from "./input-event.ts";
import { type KeyboardLayout, type Keys, keypadDigit, keysOf } from "./layouts.ts";

export type Typed = { type: "sign"; text: string } | { type: "function"; key: string } | { type: "enter" } | { type: "tab" };

export interface Typist {
	press(event: Extract<KeyEvent, { type: "key" }>): Typed | undefined;
	/** Keys that are held are let go: what was lost may have been their release. */
	reset(): void;
}

const shiftKeys = [42, 54];
const ctrlKeys = [29, 97];
const [leftAlt, altGr, capsLock, enter, keypadEnter, tab, space] = [56, 100, 58, 28, 96, 15, 57];

/** The signs of code page 437 from 128 on: what Alt and a number without a leading zero mean to a scanner. */
const page437 =
	"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
	"└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";
const marks: Readonly<Record<string, string>> = { "^": "\u0302", "´": "\u0301", "`": "\u0300", "¨": "\u0308", "~": "\u0303" };

export function typist(layout: KeyboardLayout): Typist {
	const keys = keysOf(layout);
	const usual = keysOf("us");
	const held = new Set<number>();
	let caps = false;
	let altDigits: string | undefined;
	let dead: string | undefined;
	const isHeld = (codes: readonly number[]): boolean => codes.some((code) => held.has(code));

	const signOf = (code: number): string | undefined => {
		const sign = keys.signs.get(code);
		if (!sign) return undefined;
		if (held.has(altGr)) return sign.altGr ?? sign.plain;
		const isLetter = sign.plain.toUpperCase() === sign.shift && sign.plain !== sign.shift;
		return isHeld(shiftKeys) !== (caps && isLetter) ? sign.shift : sign.plain;
	};
	const withDead = (sign: string, code: number): string | undefined => {
		if (dead !== undefined) {
			const mark = dead;
			dead = undefined;
			return code === space ? mark : composed(mark, sign);
		}
		if (!keys.isDead(sign)) return sign;
		dead = sign;
		return undefined;
	};
	const down = (code: number): Typed | undefined => {
		if (code === leftAlt) altDigits = "";
		if (code === capsLock) caps = !caps;
		if (code === enter || code === keypadEnter) return { type: "enter" };
		if (code === tab) return { type: "tab" };
		if (altDigits !== undefined) {
			altDigits += keypadDigit(code) ?? "";
			return undefined;
		}
		const key = functionKey(code);
		if (key !== undefined) return { type: "function", key };
		const text = isHeld(ctrlKeys) ? controlOf(code, keys, usual) : withDead(signOf(code) ?? "", code);
		return text === undefined || text === "" ? undefined : { type: "sign", text };
	};

	return {
		press({ code, isDown, isRepeat }) {
			// A scanner never holds a key: what repeats was stuck.
			if (isRepeat) return undefined;
			if (isDown) {
				held.add(code);
				return down(code);
			}
			held.delete(code);
			if (code !== leftAlt || altDigits === undefined) return undefined;
			const text = numbered(altDigits);
			altDigits = undefined;
			return text === undefined ? undefined : { type: "sign", text };
		},
		reset() {
			held.clear();
			altDigits = undefined;
			dead = undefined;
		},
	};
}

function functionKey(code: number): string | undefined {
	if (code >= 59 && code <= 68) return `F${code - 58}`;
	return code === 87 ? "F11" : code === 88 ? "F12" : undefined;
}

/** Ctrl and what is printed on the key; signs such as ] lie elsewhere in most countries, so the place on a US keyboard counts too. */
function controlOf(code: number, keys: Keys, usual: Keys): string | undefined {
	for (const sign of [keys.signs.get(code)?.plain, usual.signs.get(code)?.plain]) {
		const at = sign?.toUpperCase().charCodeAt(0) ?? 0;
		if (at >= 0x41 && at <= 0x5f) return String.fromCharCode(at & 0x1f);
	}
	return { "6": "\x1e", "-": "\x1f" }[usual.signs.get(code)?.plain ?? ""];
}

function numbered(digits: string): string | undefined {
	if (digits === "" || digits.length > 5) return undefined;
	const number = Number(digits);
	if (number < 128) return String.fromCharCode(number);
	if (number > 255) return String.fromCharCode(number);
	if (!digits.startsWith("0")) return page437[number - 128];
	return new TextDecoder("windows-1252").decode(Uint8Array.of(number));
}

/** A dead key and a letter are one sign where there is one; else both are printed. */
function composed(mark: string, sign: string): string {
	const one = (sign + (marks[mark] ?? "")).normalize("NFC");
	return one.length === 1 ? one : mark + sign;
}
