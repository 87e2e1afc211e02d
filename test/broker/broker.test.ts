import { describe, expect, it } from "vitest";
import { mappingRule } from "../../src/broker/routing/mapping.ts";
import { until } from "../support/until.ts";
import { connectClient, messagesOf, publishPacket, rawSession, subscribePacket } from "./clients.ts";
import { createFakeLedger } from "./fake-ledger.ts";
import { withBrokers } from "./with-brokers.ts";

const { open, running } = withBrokers();

const scan = (id: string, code = "4006381333931"): string => JSON.stringify({ id, code });
const scanTopic = "gondola/1/d/hand-1/e/scan";

describe("a scan sent at QoS 1", () => {
	it("is acknowledged only after it is on disk", async () => {
		const ledger = createFakeLedger();
		ledger.commitMs = 80;
		const broker = await open(ledger);
		const raw = await rawSession(broker.port, "hand-1");
		raw.send(...publishPacket(scanTopic, scan("a"), 1, 7));
		await until(() => ledger.calls.some((call) => call.flow === "takeScans"), "the flow is asked");
		expect(raw.bytes().length).toBe(4);
		await until(() => raw.bytes().length >= 8, "PUBACK");
		expect([...raw.bytes().subarray(4)]).toEqual([0x40, 2, 0, 7]);
		expect(ledger.scans).toHaveLength(1);
		raw.socket.destroy();
	});

	it("makes one event, however often it is sent again", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const raw = await rawSession(broker.port, "hand-1");
		const sent = (id: number, dup: boolean): number[] => publishPacket(scanTopic, scan("a"), 1, id, dup);
		raw.send(...sent(7, false), ...sent(7, true), ...sent(8, false));
		await until(() => raw.bytes().length >= 16, "three PUBACKs");
		expect(ledger.scans).toEqual([
			{ device: "hand-1", code: "4006381333931", symbologySource: "guess", sourceId: "a", address: "127.0.0.1" },
		]);
		raw.socket.destroy();
	});

	it("is not acknowledged when the disk is full: the connection is closed and the scanner keeps it", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const raw = await rawSession(broker.port, "hand-1");
		ledger.broken = true;
		raw.send(...publishPacket(scanTopic, scan("a"), 1, 7));
		await raw.closed;
		expect(raw.bytes().length).toBe(4);
		expect(broker.stats().refused["not-on-disk"]).toBe(1);

		ledger.broken = false;
		const again = await rawSession(broker.port, "hand-1");
		again.send(...publishPacket(scanTopic, scan("a"), 1, 7, true));
		await until(() => again.bytes().length >= 8, "PUBACK");
		expect(ledger.scans).toHaveLength(1);
		again.socket.destroy();
	});

	it("is acknowledged in the order it came, whatever each had to wait for", async () => {
		const ledger = createFakeLedger();
		ledger.commitMs = 20;
		const broker = await open(ledger);
		const raw = await rawSession(broker.port, "hand-1");
		const plain = publishPacket("gondola/1/d/hand-1/log", "plain", 1, 2);
		raw.send(...publishPacket(scanTopic, scan("a"), 1, 1), ...plain, ...publishPacket(scanTopic, scan("b"), 1, 3));
		await until(() => raw.bytes().length >= 16, "three PUBACKs");
		expect([...raw.bytes().subarray(4)]).toEqual([0x40, 2, 0, 1, 0x40, 2, 0, 2, 0x40, 2, 0, 3]);
		raw.socket.destroy();
	});

	it("that cannot be read is acknowledged, counted and shown, and changes nothing", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const screen = await connectClient(broker.url);
		const seen = messagesOf(screen);
		await screen.subscribeAsync("gondola/#");
		const client = await connectClient(broker.url);
		await client.publishAsync(scanTopic, '{"code":', { qos: 1 });
		await client.publishAsync(scanTopic, '{"id":"x"}', { qos: 1 });
		await client.publishAsync("gondola/1/d/Bad_Name/e/scan", scan("y"), { qos: 1 });
		expect(ledger.calls.filter((call) => call.flow === "takeScans")).toEqual([]);
		expect(broker.stats().deadLetters.map(({ reason, sample, count }) => ({ reason, sample, count }))).toEqual([
			{ reason: "scan-payload", sample: '{"id":"x"}', count: 2 },
			{ reason: "name", sample: '{"id":"y","code":"4006381333931"}', count: 1 },
		]);
		expect(seen).toEqual([]);
		await Promise.all([client.endAsync(), screen.endAsync()]);
	});
});

describe("a weight", () => {
	it("reaches the floor in milligrams, as an object, a bare number or a firmware's own topic", async () => {
		const weights: unknown[] = [];
		const mapping = [
			{ topic: "tele/+/SENSOR", path: "HX711.Weight", unit: "kg" as const, device: "{1}", as: "weight" as const },
			{ topic: "esphome/shelf-7/sensor/weight/state", device: "shelf-7", as: "weight" as const },
			{ topic: "zigbee2mqtt/+", path: "action", device: "{1}", as: "scan" as const },
			{ topic: "tele/+/LWT", device: "{1}", as: "state" as const },
		].map((rule) => mappingRule.parse(rule));
		const ledger = createFakeLedger();
		const broker = await open(ledger, { mapping, onWeight: (...weight) => void weights.push(weight) });
		const client = await connectClient(broker.url);
		const send = (topic: string, payload: string) => client.publishAsync(topic, payload, { qos: 1 });
		await send("gondola/1/d/shelf-1/t/weight", '{"grams": 412.5, "stable": false}');
		await send("gondola/1/d/shelf-1/t/weight", "413");
		await send("gondola/1/d/shelf-1/t/weight", '{"grams": 500, "unit": "lb"}');
		await send("tele/Shelf_2/SENSOR", '{"Time":"2026-03-01T08:00:00","HX711":{"Weight":1.5}}');
		await send("tele/Shelf_2/SENSOR", '{"Time":"2026-03-01T08:00:00","AM2301":{"Temperature":4.0}}');
		await send("esphome/shelf-7/sensor/weight/state", "99.9994");
		await send("esphome/shelf-7/sensor/weight/state", "nan");
		await send("zigbee2mqtt/button-1", '{"action":"4006381333931","linkquality":80}');
		await send("tele/Shelf_2/LWT", "Online");
		expect(weights).toEqual([
			["shelf-1", 412_500, false, undefined],
			["shelf-1", 413_000, undefined, undefined],
			["shelf-2", 1_500_000, undefined, undefined],
			["shelf-7", 99_999, undefined, undefined],
		]);
		expect(broker.stats().deadLetters.map((letter) => letter.reason)).toEqual(["weight-payload", "mapping-weight"]);
		expect(ledger.scans).toEqual([{ device: "button-1", code: "4006381333931", symbologySource: "guess", address: "127.0.0.1" }]);
		expect(ledger.devices.get("shelf-2")).toBe("well");
		await client.endAsync();
	});
});

describe("a board with several cells on one topic", () => {
	it("is one device a cell, by path; its account is any of them (case B7)", async () => {
		const weights: unknown[] = [];
		const cell = (device: string, path: string) => mappingRule.parse({ topic: "tele/board/SENSOR", path, device, as: "weight" });
		const mapping = [cell("cell-1", "HX.A"), cell("cell-2", "HX.B"), cell("cell-3", "HX.C")];
		const broker = await open(createFakeLedger(), { mapping, onWeight: (...weight) => void weights.push(weight.slice(0, 2)) });
		const client = await connectClient(broker.url);
		await client.publishAsync("tele/board/SENSOR", '{"HX":{"A":1,"B":2.5}}', { qos: 1 });
		expect(weights).toEqual([
			["cell-1", 1_000],
			["cell-2", 2_500],
		]);
		await client.endAsync();
	});
});

describe("a till's sale", () => {
	it("is answered on sale/ack with what became of it, also when it is refused", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const till = await connectClient(broker.url, { clientId: "till-1" });
		const acks = messagesOf(till);
		await till.subscribeAsync("gondola/1/till/1/sale/ack", { qos: 1 });
		const lines = [{ code: "4006381333931", quantity: 2, amountMinor: 398 }];
		const sale = (id: string) => JSON.stringify({ id, at: "2026-03-01T09:00:00+01:00", lines, receipt: true });
		await till.publishAsync("gondola/1/till/1/sale", sale("s1"), { qos: 1 });
		await till.publishAsync("gondola/1/till/1/sale", sale("s1"), { qos: 1 });
		await till.publishAsync("gondola/1/till/1/sale", sale("forbidden"), { qos: 1 });
		await until(() => acks.length === 3, "three answers");
		expect(acks.map((ack) => JSON.parse(ack.text))).toEqual([
			{ id: "s1", duplicate: false, event: "sale-s1", job: null, unknown: [] },
			{ id: "s1", duplicate: true, event: "sale-s1", job: null, unknown: [] },
			{ id: "forbidden", refused: { code: "sale-refused", why: "This sale is not possible." } },
		]);
		expect(ledger.sales[0]).toEqual({ id: "s1", till: "1", at: "2026-03-01T08:00:00.000Z", lines, receipt: {} });
		expect(broker.stats().deadLetters.map((letter) => letter.reason)).toEqual(["refused-sale-refused"]);
		await till.endAsync();
	});
});

describe("what the broker remembers", () => {
	it("includes a retained message, after a power cut", async () => {
		const ledger = createFakeLedger();
		const first = await open(ledger);
		const device = await connectClient(first.url);
		await device.publishAsync("gondola/1/d/hand-1/state", "online", { qos: 1, retain: true });
		// No stop(): the second broker starts from what the PUBACK promised.
		const second = await open(ledger);
		const screen = await connectClient(second.url);
		const seen = messagesOf(screen);
		await screen.subscribeAsync("gondola/1/d/+/state", { qos: 1 });
		await until(() => seen.length === 1, "the retained message");
		expect(seen[0]).toMatchObject({ topic: "gondola/1/d/hand-1/state", text: "online", retain: true, qos: 1 });
		expect(ledger.devices.get("hand-1")).toBe("well");
		await Promise.all([device.endAsync(), screen.endAsync()]);
	});

	it("includes what waits for an absent client, in order and once, after a power cut", async () => {
		const ledger = createFakeLedger();
		const first = await open(ledger);
		const kiosk = await connectClient(first.url, { clientId: "kiosk", clean: false });
		await kiosk.subscribeAsync("gondola/1/d/+/log", { qos: 1 });
		await kiosk.endAsync();
		const device = await connectClient(first.url);
		await Promise.all(Array.from({ length: 500 }, (_, n) => device.publishAsync("gondola/1/d/hand-1/log", String(n), { qos: 1 })));
		await device.endAsync(true);

		const second = await open(ledger, { limits: { window: 20 } });
		const back = await connectClient(second.url, { clientId: "kiosk", clean: false, connectTimeout: 30_000 });
		const seen = messagesOf(back);
		await until(() => seen.length >= 500, "all of them");
		expect(seen.map((message) => Number(message.text))).toEqual(Array.from({ length: 500 }, (_, n) => n));
		await until(() => second.stats().queued === 0, "all acknowledged");
		await back.endAsync();
		await until(() => ledger.store.state().queued.length === 0, "the rows are gone");
	});

	it("sends no more than a window to a client that does not acknowledge, and again with DUP when it is back", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger, { limits: { window: 5 } });
		const raw = await rawSession(broker.port, "kiosk", 0x00);
		raw.send(...subscribePacket(1, "gondola/1/d/+/log", 1));
		await until(() => raw.bytes().length >= 9, "SUBACK");
		const device = await connectClient(broker.url);
		for (let n = 0; n < 12; n++) await device.publishAsync("gondola/1/d/a/log", "x", { qos: 1 });
		const size = publishPacket("gondola/1/d/a/log", "x", 1).length;
		await until(() => raw.bytes().length >= 9 + 5 * size, "a window");
		expect(raw.bytes().length).toBe(9 + 5 * size);
		expect(raw.bytes()[9]).toBe(0x32);
		const firstId = raw.bytes().subarray(9 + size - 3, 9 + size - 1);
		raw.socket.destroy();

		const back = await rawSession(broker.port, "kiosk", 0x00);
		await until(() => back.bytes().length >= 4 + 5 * size, "the window again");
		expect(back.bytes()[2]).toBe(1);
		expect(back.bytes()[4]).toBe(0x3a);
		expect(back.bytes().subarray(4 + size - 3, 4 + size - 1)).toEqual(firstId);
		back.send(0x40, 2, firstId[0]!, firstId[1]!);
		await until(() => back.bytes().length >= 4 + 6 * size, "the next one");
		back.socket.destroy();
		await device.endAsync();
	});

	it("drops the oldest when an absent client's queue is full, and counts it", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger, { limits: { queuedMessages: 10 } });
		const kiosk = await connectClient(broker.url, { clientId: "kiosk", clean: false });
		await kiosk.subscribeAsync("gondola/1/d/+/log", { qos: 1 });
		await kiosk.endAsync();
		const device = await connectClient(broker.url);
		for (let n = 0; n < 25; n++) await device.publishAsync("gondola/1/d/a/log", String(n), { qos: 1 });
		expect(broker.stats()).toMatchObject({ queued: 10, dropped: { "queue-full": 15 } });
		await until(() => ledger.store.state().queued.length === 10, "the rows follow");
		expect(Buffer.from(ledger.store.state().queued[0]!.payload).toString()).toBe("15");
		await device.endAsync();
	});

	it("forgets a session that its client asks to be clean", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const kiosk = await connectClient(broker.url, { clientId: "kiosk", clean: false });
		await kiosk.subscribeAsync("gondola/1/d/+/log", { qos: 1 });
		await kiosk.endAsync();
		const device = await connectClient(broker.url);
		await device.publishAsync("gondola/1/d/a/log", "x", { qos: 1 });
		expect(ledger.store.state().queued).toHaveLength(1);
		await (await connectClient(broker.url, { clientId: "kiosk", clean: true })).endAsync();
		await until(() => ledger.store.state().queued.length === 0 && ledger.store.state().subscriptions.length === 0, "nothing is left");
		await device.endAsync();
	});
});

describe("a QoS 2 message of a kept session", () => {
	it("is known again after a power cut between PUBREC and PUBREL, and forgotten once completed", async () => {
		const ledger = createFakeLedger();
		const first = await open(ledger);
		const raw = await rawSession(first.port, "exact", 0x00);
		raw.send(...publishPacket(scanTopic, scan("two"), 2, 5));
		await until(() => raw.bytes().length >= 8, "PUBREC");
		const second = await open(ledger);
		const back = await rawSession(second.port, "exact", 0x00);
		const calls = ledger.calls.length;
		back.send(...publishPacket(scanTopic, scan("two"), 2, 5, true));
		await until(() => back.bytes().length >= 8, "PUBREC again");
		expect(ledger.calls.length).toBe(calls);
		back.send(0x62, 2, 0, 5);
		await until(() => ledger.store.state().received.length === 0, "nothing is kept");
		raw.socket.destroy();
		back.socket.destroy();
	});

	it("sent again over a new connection, while a slow disk still writes its first copy, is one message, answered once it is on disk", async () => {
		const ledger = createFakeLedger();
		const { port } = await open(ledger);
		ledger.commitMs = 60;
		const screen = await rawSession(port, "screen");
		screen.send(...subscribePacket(1, "gondola/1/d/a/log", 0));
		await until(() => screen.bytes().length >= 9, "SUBACK");
		const raw = await rawSession(port, "exact", 0x00);
		raw.send(...publishPacket("gondola/1/d/a/log", "slow", 2, 5));
		await until(() => ledger.calls.some((call) => JSON.stringify(call).includes("receive")), "its commit has begun");
		const back = await rawSession(port, "exact", 0x00);
		back.send(...publishPacket("gondola/1/d/a/log", "slow", 2, 5, true), ...publishPacket("gondola/1/d/a/log", "next", 2, 6));
		expect(ledger.store.state().received).toEqual([]);
		await until(() => back.bytes().length >= 12, "both PUBRECs");
		expect([...back.bytes().subarray(4)]).toEqual([0x50, 2, 0, 5, 0x50, 2, 0, 6]);
		await until(() => screen.bytes().includes("next"), "the second message");
		expect(screen.bytes().toString("latin1").split("slow").length - 1).toBe(1);
		for (const one of [screen, raw, back]) one.socket.destroy();
	});
});

describe("events", () => {
	it("reach a screen as they are committed, and an absent client when it is back", async () => {
		const ledger = createFakeLedger();
		const first = await open(ledger);
		const kiosk = await connectClient(first.url, { clientId: "kiosk", clean: false });
		await kiosk.subscribeAsync("gondola/1/store/event", { qos: 1 });
		await kiosk.endAsync();
		const screen = await connectClient(first.url);
		const seen = messagesOf(screen);
		await screen.subscribeAsync(["gondola/1/store/event", "gondola/1/store/price/+"]);
		ledger.prices.set("A/1", 199);
		const price = { kind: "regular", amountMinor: 199, currency: "EUR" };
		ledger.append({ type: "price.activated", sku: "A/1", version: 1, ...price, push: null, labels: 0 });
		await until(() => seen.length === 2, "event and price");
		expect(JSON.parse(seen[0]!.text)).toMatchObject({ type: "price.activated", seq: 1 });
		expect(seen[1]).toMatchObject({ topic: "gondola/1/store/price/A%2f1", retain: false });
		await screen.endAsync();
		await until(() => ledger.store.state().queued.length === 1, "the kiosk's copy is on disk");

		await first.stop();
		running.splice(0);
		ledger.append({ type: "line.changed", up: false, why: null });
		const second = await open(ledger);
		const back = await connectClient(second.url, { clientId: "kiosk", clean: false });
		const late = messagesOf(back);
		await until(() => late.length === 2, "both events");
		expect(late.map((message) => (JSON.parse(message.text) as { seq: number }).seq)).toEqual([1, 2]);
		await back.endAsync();
	});

	it("leave eleven thousand prices retained without a start that waits for them", async () => {
		const ledger = createFakeLedger();
		for (let n = 0; n < 10_950; n++) ledger.prices.set(`P${String(n).padStart(5, "0")}`, n);
		const broker = await open(ledger);
		const screen = await connectClient(broker.url);
		let count = 0;
		screen.on("message", () => (count += 1));
		await screen.subscribeAsync("gondola/1/store/price/P00042", { qos: 1 });
		await until(() => count === 1, "one price");
		await screen.subscribeAsync("gondola/1/store/price/+", { qos: 1 });
		await until(() => count >= 10_951, "all prices");
		expect(broker.stats().retained).toBe(0);
		await screen.endAsync(true);
	});
});

describe("a command", () => {
	it("is answered by the device under the same id", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const device = await connectClient(broker.url, { clientId: "shelf-1" });
		device.on("message", (topic, payload) => {
			const { id } = JSON.parse(payload.toString()) as { id: string };
			device.publish(topic.replace("/cmd/", "/rsp/"), JSON.stringify({ id, grams: 12 }), { qos: 1 });
		});
		await device.subscribeAsync("gondola/1/d/shelf-1/cmd/+", { qos: 1 });
		expect(await broker.askDevice("shelf-1", "tare", { id: "c1" }, 2_000)).toEqual({ id: "c1", grams: 12 });
		await expect(broker.askDevice("shelf-9", "tare", { id: "c2" }, 30)).rejects.toThrow("did not answer");
		await device.endAsync();
	});
});
