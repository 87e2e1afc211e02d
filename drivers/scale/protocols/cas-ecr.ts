import type { ScaleMessage, ScaleProtocol } from "../protocol.ts";
import { milligramsOf } from "../units.ts";

/**
 * CAS scales that a till asks (ECR type). 9600 8N1.
 *
 *   we send   05      it answers   06                                       ready; 15: not now
 *             11                   01 02 "S" " 001.25" "kg" BCC 03 04       S at rest, U moving; sign, six characters, unit
 *
 * BCC is the exclusive or of all between STX and BCC; some models count STX too, so both are right. Source: page of the maker.
 * Models PD-II and AP have another form.
 */
const SOH = 0x01;
const STX = 0x02;
const ETX = 0x03;
const EOT = 0x04;
const ENQ = 0x05;
const ACK = 0x06;
const DC1 = 0x11;
const NAK = 0x15;
/** From STX to BCC: state, sign, six characters of weight, two of unit, the check byte. */
const dataLength = 11;

/** `data` is what stands between STX and ETX. */
function readCasEcr(data: Uint8Array): ScaleMessage {
	const check = data.at(-1);
	const body = data.subarray(0, -1);
	const sum = body.reduce((all, byte) => all ^ byte, 0);
	if (check !== sum && check !== (sum ^ STX)) return { kind: "garbled" };
	const fields = /^([SU])([ +-])([ \d.]{6})([a-zA-Z]{2}| [a-zA-Z]|[a-zA-Z] )$/.exec(String.fromCharCode(...body));
	if (!fields) return { kind: "garbled" };
	const [, state, sign = "", value = "", unit = ""] = fields;
	const milligrams = milligramsOf(`${sign.trim()}${value.trim()}`, unit.trim());
	return milligrams === undefined ? { kind: "garbled" } : { kind: "weight", milligrams, settled: state === "S" };
}

export const casEcr: ScaleProtocol = {
	title: "CAS ECR",
	line: { baudRate: 9600, dataBits: 8, parity: "none" },
	unit: "kg",
	open({ send, hear }) {
		let held: number[] | undefined;
		let isSkipping = false;
		return {
			ask: () => send(Uint8Array.of(ENQ)),
			take(bytes) {
				for (const byte of bytes) {
					if (held) {
						held.push(byte);
						// The check byte may have any value, so the length counts and not the first ETX.
						if (held.length <= dataLength) continue;
						const data = Uint8Array.from(held.slice(0, dataLength));
						const isWhole = byte === ETX;
						held = undefined;
						hear(isWhole ? readCasEcr(data) : { kind: "garbled" });
					} else if (byte === STX) {
						held = [];
						isSkipping = false;
					} else if (byte === ACK) {
						isSkipping = false;
						send(Uint8Array.of(DC1));
					} else if (byte === NAK) hear({ kind: "busy" });
					else if (byte !== SOH && byte !== EOT && !isSkipping) {
						isSkipping = true;
						hear({ kind: "garbled" });
					}
				}
			},
		};
	},
};
