import { describe, expect, it } from "vitest";
import { maskCards } from "../../drivers/scanner/payment-card.ts";
import { inspectScan } from "../../src/daemon/scan-inspection.ts";
import { connectClient, messagesOf } from "./clients.ts";
import { createFakeLedger, type FakeLedger } from "./fake-ledger.ts";
import { withBrokers } from "./with-brokers.ts";

const brokers = withBrokers();
/** The broker with what the daemon gives it. */
const open = (ledger: FakeLedger) =>
	brokers.open(ledger, {
		...{ inspectScan, maskSample: maskCards },
		mapping: [{ topic: "cordless/+/code", device: "{1}", unit: "g", as: "scan" }],
	});

const topic = "gondola/1/d/hand-1/e/scan";

describe("a scan over MQTT", () => {
	it("without an id is a new scan each time, its AIM identifier taken off as on a cable (case S23)", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const client = await connectClient(broker.url);
		for (const qos of [0, 1, 2] as const) await client.publishAsync(topic, JSON.stringify({ code: "]E04006381333931\r" }), { qos });
		await client.publishAsync("cordless/hand-2/code", "]d2010950600013435210L7", { qos: 1 });
		expect(ledger.scans).toEqual([
			...Array(3).fill({ device: "hand-1", code: "4006381333931", aim: "]E0", symbologySource: "aim", address: "127.0.0.1" }),
			{ device: "hand-2", code: "010950600013435210L7", aim: "]d2", symbologySource: "aim", address: "127.0.0.1" },
		]);
		await client.endAsync();
	});

	it.each([
		["our topic", topic, JSON.stringify({ id: "1", code: "4111111111111111" })],
		["our topic, with an identifier that is none of goods", topic, JSON.stringify({ code: "]Q14111111111111111" })],
		["a topic of the firmware's own", "cordless/hand-2/code", "4111111111111111"],
	])("of a payment card reaches no ledger, no listener and no sample: %s", async (_, where, payload) => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const screen = await connectClient(broker.url);
		const seen = messagesOf(screen);
		await screen.subscribeAsync("#");
		const client = await connectClient(broker.url);
		for (const qos of [0, 1, 2] as const) await client.publishAsync(where, payload, { qos });
		await client.publishAsync(topic, '{"id":"x","code":4111111111111111}', { qos: 1 });
		expect(ledger.scans).toEqual([]);
		expect(JSON.stringify([ledger.calls, broker.stats(), seen])).not.toContain("4111111111111111");
		expect(broker.stats().deadLetters).toContainEqual(
			expect.objectContaining({ reason: "payment-card", sample: "411111******1111", count: 4 }),
		);
		await Promise.all([client.endAsync(), screen.endAsync()]);
	});

	it("may write digits as a number, and is seen among the refused where they cannot be read for certain (case S22)", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const client = await connectClient(broker.url);
		const long = "123456789012345678";
		await client.publishAsync(topic, '{"id":"1","code":4006381333931}', { qos: 1 });
		for (let n = 0; n < 5; n += 1) await client.publishAsync(topic, `{"code":${long}}`, { qos: 1 });
		await client.publishAsync("cordless/hand-2/code", long, { qos: 1 });
		expect(ledger.scans.map(({ code }) => code)).toEqual(["4006381333931", long]);
		expect(broker.stats().refused).toEqual({ "scan-payload": 5 });
		expect(ledger.calls.filter(({ flow }) => flow === "raiseAlarm")).toMatchObject([
			{ args: { code: "client-refused", facts: { why: expect.stringMatching(/^its scans cannot be read/) } } },
		]);
		await client.endAsync();
	});

	it("with control characters is refused and counted, and changes nothing", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const client = await connectClient(broker.url);
		await client.publishAsync(topic, JSON.stringify({ id: "1", code: "4006\u00071333931" }), { qos: 1 });
		await client.publishAsync(topic, JSON.stringify({ id: "2", code: "x".repeat(8_193) }), { qos: 1 });
		await client.publishAsync(topic, JSON.stringify({ id: "3", code: "x".repeat(8_192) }), { qos: 1 });
		expect(ledger.scans).toHaveLength(1);
		expect(broker.stats().deadLetters.map(({ reason }) => reason)).toEqual(["control-characters", "scan-payload"]);
		await client.endAsync();
	});
});
