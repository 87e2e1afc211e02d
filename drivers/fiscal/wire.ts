/**
 * The protocol `gondola-fiscal`, version 1, between a gateway and a device that signs sales. Lines of ASCII end with LF; one space stands
 * between fields; a field holds letters, digits and -._~:+/=%. Source: this file; no maker's device is known to speak it.
 *
 *   gateway                                                       device
 *   HELLO 1                                                  →
 *                                                            ←    DEVICE <serial> certified|practice
 *   SIGN <id> sale|refund <at> <amount> <currency> <digest>  →
 *                                                            ←    SIGNED <id> <number> <at> <code>
 *                                                            ←    REFUSED <id> <reason>
 *
 * `at` is UTC, as 2026-03-02T12:00:00.000Z; `amount` in minor units, of a refund below 0; `digest` SHA-256 as 64 hex digits. A device signs
 * an id once: asked again with the same fields it sends the same answer, also after it was switched off; with other fields it sends
 * REFUSED <id> differs. So whoever heard no answer asks again.
 */
export interface SignRequest {
	id: string;
	kind: "sale" | "refund";
	at: string;
	amountMinor: number;
	currency: string;
	digest: string;
}

export type FiscalAnswer =
	| { type: "device"; serial: string; practice: boolean }
	| { type: "signed"; id: string; number: number; signedAt: string; code: string }
	| { type: "refused"; id: string; reason: string };

/** The longest line, in characters; the code, 700 at most, is printed on the slip. */
export const longestFiscalLine = 1_024;

const field = "[\\w\\-.~:+/=%]";
const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
const device = new RegExp(`^DEVICE (${field}{1,64}) (certified|practice)$`);
const signed = new RegExp(`^SIGNED (${field}{1,128}) (\\d{1,15}) (${time}) (${field}{1,700})$`);
const refused = new RegExp(`^REFUSED (${field}{1,128}) ([a-z][a-z0-9-]{0,63})$`);

export const hello = "HELLO 1\n";

export const signLine = ({ id, kind, at, amountMinor, currency, digest }: SignRequest): string =>
	`SIGN ${id} ${kind} ${at} ${amountMinor} ${currency} ${digest}\n`;

/** Undefined: the line is none of the three. */
export function readAnswer(line: string): FiscalAnswer | undefined {
	const [, serial, sort] = device.exec(line) ?? [];
	if (serial !== undefined) return { type: "device", serial, practice: sort === "practice" };
	const [, id, number, at, code] = signed.exec(line) ?? [];
	if (id !== undefined && !Number.isNaN(Date.parse(at!))) return { type: "signed", id, number: Number(number), signedAt: at!, code: code! };
	const [, no, reason] = refused.exec(line) ?? [];
	return no === undefined ? undefined : { type: "refused", id: no, reason: reason! };
}
