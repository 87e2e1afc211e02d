import { describe, expect, it } from "vitest";
import { maskCards } from "../../../drivers/scanner/payment-card.ts";
import { maskKeys } from "../../../drivers/scanner/wedge/key-mask.ts";
import { typedPort } from "../../../drivers/scanner/wedge/typed-port.ts";
import { createTap } from "../../../drivers/transport/tap.ts";
import { silentPort } from "../../support/silent-port.ts";
import { until } from "../../support/until.ts";

const card = "4111111111111111";
const article = "4006381333931";

/** One event of linux/input.h on 64 bits. */
function event(type: number, code: number, value: number): Buffer {
	const bytes = Buffer.alloc(24);
	bytes.writeBigInt64LE(1_764_000_000n, 0);
	bytes.writeUInt16LE(type, 16);
	bytes.writeUInt16LE(code, 18);
	bytes.writeInt32LE(value, 20);
	return bytes;
}
const press = (code: number): Buffer =>
	Buffer.concat([event(4, 4, 458_752 + code), event(1, code, 1), event(0, 0, 0), event(1, code, 0), event(0, 0, 0)]);
const digits = (text: string): Buffer => Buffer.concat([...text].map((digit) => press(digit === "0" ? 11 : Number(digit) + 1)));
const byAlt = (text: string): Buffer => {
	const keypad = [82, 79, 80, 81, 75, 76, 77, 71, 72, 73];
	const numbers = [...text].map((sign) => [...String(sign.charCodeAt(0)).padStart(4, "0")].map((digit) => press(keypad[Number(digit)]!)));
	return Buffer.concat(numbers.flatMap((keys) => [event(1, 56, 1), ...keys, event(1, 56, 0)]));
};

function typed(bytes: Uint8Array): string {
	const { port, hear } = silentPort("/dev/input/by-id/usb-Scanner-event-kbd");
	let text = "";
	typedPort(port, { layout: "us" }).onBytes((more) => (text += Buffer.from(more).toString("utf8")));
	hear(bytes);
	return text;
}

describe("the keys of a scanner that types", () => {
	it.each([
		["a card by its digits", digits(card)],
		["a card by Alt and numbers", byAlt(card)],
		["a card beside an article", Buffer.concat([digits(article), press(28), digits(card), press(28)])],
	])("hide %s, also in the scan codes beside the keys", (_, keys) => {
		const masked = maskKeys(keys, maskCards);
		expect(masked).toHaveLength(keys.length);
		expect(typed(keys)).toContain(card);
		expect(typed(masked)).not.toMatch(/\d/);
		const scanCodes = new Set(Array.from({ length: masked.length / 24 }, (_, at) => Buffer.from(masked).readInt32LE(at * 24 + 20)));
		expect([...scanCodes].every((value) => value <= 1)).toBe(true);
	});

	it("are told as they came where there is no card", () => {
		const keys = Buffer.concat([digits(article), press(28)]);
		expect(Buffer.from(maskKeys(keys, maskCards)).equals(keys)).toBe(true);
		expect(maskKeys(new Uint8Array(7), maskCards)).toHaveLength(7);
	});

	it("hide a card in a trace, also where a step ends within it", async () => {
		const tap = createTap({ mask: maskCards, maskBytes: (bytes) => maskKeys(bytes, maskCards) });
		const { port, hear } = silentPort("/dev/input/by-id/usb-Scanner-event-kbd");
		const tapped = await tap.over(() => Promise.resolve(port))();
		tapped.onBytes(() => {});
		tap.read(0);
		const scans = (count: number): void => {
			for (let at = 0; at < count; at += 1) hear(Buffer.concat([digits(article), press(28)]));
		};
		// A step takes 40,800 bytes of a run that goes on, 24 such scans 40,320.
		scans(24);
		hear(Buffer.concat([digits(card), press(28)]));
		scans(10);
		await until(() => tap.read(0).items.length >= 2, "the trace of a long scan");
		expect(typed(Buffer.concat(tap.read(0).items.map(({ bytes }) => bytes)))).not.toContain("1111");
	});
});
