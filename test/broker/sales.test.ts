import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Broker, startBroker } from "../../src/broker/broker.ts";
import { until } from "../support/until.ts";
import { connectClient, messagesOf } from "./clients.ts";
import { createFakeLedger, type FakeLedger } from "./fake-ledger.ts";

let broker: Broker;
let ledger: FakeLedger;
beforeEach(async () => {
	ledger = createFakeLedger();
	broker = await startBroker({ ledger: ledger.door, host: "127.0.0.1", port: 0, anonymousLoopback: true, onWeight: () => {} });
});
afterEach(() => broker.stop());

const line = { sku: "A", quantity: 1, amountMinor: 199 };
const at = "2026-03-01T09:00:00+01:00";

const isWritten = (message: string | Buffer | object): message is string | Buffer =>
	typeof message === "string" || Buffer.isBuffer(message);

/** What the till hears of each message, in their order. */
async function answersTo(...messages: (string | Buffer | object)[]): Promise<Record<string, unknown>[]> {
	const till = await connectClient(broker.url, { clientId: "till-7" });
	const acks = messagesOf(till);
	await till.subscribeAsync("gondola/1/till/7/sale/ack", { qos: 1 });
	for (const message of messages)
		await till.publishAsync("gondola/1/till/7/sale", isWritten(message) ? message : JSON.stringify(message), { qos: 1 });
	await until(() => acks.length >= messages.length, `${messages.length} answers`);
	await till.endAsync();
	return acks.map((ack) => JSON.parse(ack.text) as Record<string, unknown>);
}

describe("a till's sale", () => {
	it("names the fields in its answer that it was taken without", async () => {
		const [more, plain] = await answersTo(
			{ id: "more", at, member: "M7", lines: [{ ...line, discount: 5 }], receipt: { copies: 2 } },
			{ id: "plain", at, lines: [line] },
		);
		expect(more).toMatchObject({ id: "more", duplicate: false, ignored: ["member", "lines.0.discount", "receipt.copies"] });
		expect(plain).not.toHaveProperty("ignored");
	});

	it("in a currency of its own hands it on with each line", async () => {
		const [sale] = await answersTo({ id: "s", at, currency: "USD", lines: [line, { ...line, currency: "EUR" }] });
		expect(sale).not.toHaveProperty("ignored");
		const asked = ledger.calls.find(({ flow }) => flow === "recordSale")!.args as { lines: { currency?: string }[] };
		expect(asked.lines.map(({ currency }) => currency)).toEqual(["USD", "EUR"]);
	});

	it.each<[string, string | Buffer | object, string | number | null, string, RegExp]>([
		["with a time in seconds", { id: "s", at: 1_772_352_000, lines: [line] }, "s", "sale-malformed", /^at: /],
		["with a time without zone", { id: "s", at: "2026-03-01T09:00:00", lines: [line] }, "s", "sale-malformed", /^at: .*zone/],
		["without a time", { id: "s", lines: [line] }, "s", "sale-malformed", /^at: /],
		[
			"with an amount in euros",
			{ id: "s", at, lines: [{ ...line, amountMinor: 1.99 }] },
			"s",
			"sale-malformed",
			/^lines\.0\.amountMinor: /,
		],
		[
			"with an amount as text",
			{ id: "s", at, lines: [{ ...line, amountMinor: "199" }] },
			"s",
			"sale-malformed",
			/^lines\.0\.amountMinor: /,
		],
		["of 1,001 lines", { id: "s", at, lines: Array.from({ length: 1_001 }, () => line) }, "s", "sale-malformed", /1,000 lines/],
		["of no lines", { id: "s", at, lines: [] }, "s", "sale-malformed", /^lines: /],
		[
			"of an article with a line break",
			{ id: "s", at, lines: [{ ...line, sku: "10\n01" }] },
			"s",
			"sale-malformed",
			/^lines.0.sku: .*control/,
		],
		["of no article", { id: "s", at, lines: [{ quantity: 1, amountMinor: 1 }] }, "s", "sale-malformed", /sku nor code/],
		["of no quantity", { id: "s", at, lines: [{ sku: "A", amountMinor: 1 }] }, "s", "sale-malformed", /exactly one of/],
		["of two quantities", { id: "s", at, lines: [{ ...line, milligrams: 5 }] }, "s", "sale-malformed", /exactly one of/],
		["with a negative number for an id", { id: -4, at, lines: [line] }, -4, "sale-malformed", /^id: /],
		["with an id of 200 characters", { id: "x".repeat(200), at, lines: [line] }, "x".repeat(200), "sale-malformed", /^id: /],
		["with an object for an id", { id: {}, at, lines: [line] }, null, "sale-malformed", /^id: /],
		["with a comma too many", `{"id":"s","at":"${at}","lines":[],}`, "s", "sale-unreadable", /JSON/],
		[
			"with two amounts in a line",
			`{"id":"s","at":"${at}","lines":[{"sku":"A","quantity":1,"amountMinor":199,"amountMinor":1}]}`,
			"s",
			"sale-unreadable",
			/^lines\.0\.amountMinor stands twice/,
		],
		[
			"in the encoding of an old till",
			Buffer.from(`{"id":"s","at":"${at}","lines":[{"sku":"K\u00e4se","quantity":1,"amountMinor":199}]}`, "latin1"),
			"s",
			"sale-unreadable",
			/UTF-8/,
		],
		["that is a list", "[]", null, "sale-malformed", /^The message: /],
		["that is nothing", "", null, "sale-unreadable", /JSON/],
	])(
		"%s is refused with a reason, and people are told (case B3)",
		async (_, message, id, code, why) => {
			const [answer] = await answersTo(message);
			expect(answer).toEqual({ id, refused: { code, why: expect.stringMatching(why) } });
			expect(ledger.sales).toEqual([]);
			expect(ledger.alarms).toEqual([
				{ code: "sale-refused", subject: "7", facts: expect.objectContaining({ till: "7", why: expect.stringMatching(why) }) },
			]);
			expect(broker.stats().deadLetters).toMatchObject([{ reason: code, count: 1 }]);
		},
		30_000,
	);

	it("is taken with a number for an id, behind a byte order mark, and with weights in each form (case B3)", async () => {
		const answers = await answersTo(
			{ id: 17, at, lines: [line] },
			`\ufeff${JSON.stringify({ id: "b", at, lines: [line] })}`,
			`{"id":"w","at":"${at}","lines":[{"sku":"W","quantity":0.345,"amountMinor":1},{"sku":"W","quantity":1.0,"amountMinor":1},` +
				`{"sku":"W","milligrams":345000,"amountMinor":1},{"sku":"W","grams":345.5,"amountMinor":1}]}`,
		);
		expect(answers.map(({ id, duplicate }) => ({ id, duplicate }))).toEqual([
			{ id: 17, duplicate: false },
			{ id: "b", duplicate: false },
			{ id: "w", duplicate: false },
		]);
		expect(ledger.sales[0]!.id).toBe("17");
		expect(ledger.sales[2]!.lines).toEqual([
			{ sku: "W", quantity: 0.345, isDecimal: true, amountMinor: 1 },
			{ sku: "W", quantity: 1, isDecimal: true, amountMinor: 1 },
			{ sku: "W", milligrams: 345_000, amountMinor: 1 },
			{ sku: "W", milligrams: 345_500, amountMinor: 1 },
		]);
		expect(ledger.alarms).toEqual([]);
	});
});
