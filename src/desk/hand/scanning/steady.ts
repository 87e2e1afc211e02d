/**
 * When a code that the camera sees counts as scanned. A linear bar code is judged by a check digit at best, and a blurred picture gives
 * another number that passes it now and then: two pictures have to agree. Matrix codes correct their own errors: one picture is enough.
 * Several different codes in one picture are no answer; the clerk moves closer.
 */

export interface Seen {
	text: string;
	/** A row of bars, such as EAN-13; false for QR and Data Matrix. */
	isLinear: boolean;
}

export type Steady = { state: "none" } | { state: "several" } | { state: "scanned"; text: string };

/** An older picture says nothing about what the camera points at. */
const agreeWithinMs = 1_000;

/** Pure: takes what each picture showed, in order, and answers what is scanned. */
export function steadyCodes(): (seen: readonly Seen[], atMs: number) => Steady {
	let last: { text: string; atMs: number } | undefined;
	return (seen, atMs) => {
		const texts = new Set(seen.map(({ text }) => text));
		if (texts.size > 1) return { state: "several" };
		const [code] = seen;
		if (!code) return { state: "none" };
		const isSure = !code.isLinear || (last?.text === code.text && atMs - last.atMs <= agreeWithinMs);
		last = { text: code.text, atMs };
		return isSure ? { state: "scanned", text: code.text } : { state: "none" };
	};
}
