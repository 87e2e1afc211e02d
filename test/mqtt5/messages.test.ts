import { describe, expect, it } from "vitest";
import { connectClient, messagesOf } from "../broker/clients.ts";
import { createFakeLedger } from "../broker/fake-ledger.ts";
import { until } from "../support/until.ts";
import { connectBytes, expiry, openWire, packet, publishBytes, session, string, subscribeBytes, u32, user } from "./wire.ts";
import { brokersOfTest, dropped, payloads, published, settled, subscribed } from "./with-broker.ts";

const open = brokersOfTest();
const topic = "gondola/1/d/shelf/log";
const scanTopic = "gondola/1/d/hand-1/e/scan";
const scan = (id: string): string => JSON.stringify({ id, code: "4006381333931" });

describe("what a PUBLISH of MQTT 5 is answered (case B9)", () => {
	it("MQTT-3.4.2-1 a scan becomes a fact before PUBACK 0x00; a payload that is none gets 0x83 and the reason", async () => {
		const { port, ledger } = await open();
		const { wire } = await session(port, "hand-1");
		const good = await published(wire, scanTopic, scan("a"));
		expect(good.bytes.toString("hex")).toBe("40020001");
		expect(ledger.scans).toMatchObject([{ device: "hand-1", code: "4006381333931", sourceId: "a" }]);
		const bad = await published(wire, scanTopic, "{}", { id: 2 });
		expect(bad).toMatchObject({ id: 2, codes: [0x83] });
		expect(bad.properties[0]![0]).toBe(0x1f);
		expect(ledger.scans).toHaveLength(1);
	});

	it("MQTT-3.1.2-29 reason strings are left out for who wants none", async () => {
		const { port } = await open();
		const { wire } = await session(port, "hand-1", { props: [0x17, 0] });
		expect((await published(wire, scanTopic, "{}")).bytes.toString("hex")).toBe("4003000183");
	});

	it("MQTT-3.4.2-1 0x10 when it means nothing to the store and nobody listens", async () => {
		const { port } = await open();
		const { wire } = await session(port, "a");
		expect((await published(wire, topic, "x")).codes).toEqual([0x10]);
		await subscribed(wire, topic);
		expect((await published(wire, topic, "x")).codes).toEqual([0]);
	});

	it("MQTT-4.4.0-2 a disk that says no answers nothing: DISCONNECT 0x89, and the message comes again", async () => {
		const { port, ledger } = await open();
		const { wire } = await session(port, "hand-1");
		ledger.broken = true;
		wire.send(publishBytes(scanTopic, scan("a"), { qos: 1 }));
		expect((await wire.next(14)).codes).toEqual([0x89]);
		expect(wire.of(4)).toEqual([]);
		ledger.broken = false;
		const again = await session(port, "hand-1");
		expect((await published(again.wire, scanTopic, scan("a"), { dup: true })).codes).toEqual([0]);
		expect(ledger.scans).toHaveLength(1);
	});

	it("MQTT-3.4.2-1 a retained message over its share gets 0x97, and is not kept", async () => {
		const { port } = await open(createFakeLedger(), { limits: { retainedPerAccount: 1 } });
		const { wire } = await session(port, "a");
		expect((await published(wire, "gondola/1/d/a/x", "1", { retain: true })).codes).toEqual([0]);
		expect((await published(wire, "gondola/1/d/a/y", "2", { retain: true, id: 2 })).codes).toEqual([0x97]);
		const reader = await session(port, "b");
		await subscribed(reader.wire, "gondola/1/d/a/#", 1);
		await settled(reader.wire);
		expect(payloads(reader.wire)).toEqual(["1"]);
	});
});

describe("a client that takes small packets only", () => {
	it("MQTT-3.14.2-3 MQTT-3.9.2-2 gets its codes without a sentence, and a CONNACK that does not fit ends it", async () => {
		const { port } = await open();
		const { wire } = await session(port, "small", { props: [0x27, ...u32(20)] });
		expect(await subscribed(wire, "$SYS/#")).toEqual([0x87]);
		wire.send([0xf0, 0]);
		expect((await wire.next(14)).bytes.toString("hex")).toBe("e00182");
		const none = await openWire(port);
		none.send(connectBytes("none", { props: [0x27, ...u32(8)] }));
		await until(none.isClosed, "closed");
		expect(none.got).toEqual([]);
	});
});

describe("QoS 2 of MQTT 5 (case B9)", () => {
	it("MQTT-4.3.3-10 takes the same packet id once, also over a reconnect and a restart", async () => {
		const ledger = createFakeLedger();
		const one = await open(ledger);
		const absent = await session(one.port, "absent", { props: expiry(600) });
		await subscribed(absent.wire, topic, 2);
		await dropped(one.broker, absent.wire);
		const first = await session(one.port, "hand-1", { clean: false, props: expiry(600) });
		expect((await published(first.wire, topic, "x", { qos: 2, id: 7 })).codes).toEqual([0]);
		await published(first.wire, topic, "x", { qos: 2, id: 7, dup: true });
		await dropped(one.broker, first.wire);
		await one.stop();
		const two = await open(ledger);
		const again = await session(two.port, "hand-1", { clean: false, props: expiry(600) });
		await published(again.wire, topic, "x", { qos: 2, id: 7, dup: true });
		expect(two.broker.stats().queued).toBe(1);
		again.wire.send([0x62, 2, 0, 7]);
		expect(await again.wire.next(7)).toMatchObject({ id: 7, codes: [0] });
		// From here on the id is another message's.
		await published(again.wire, topic, "y", { qos: 2, id: 7 });
		expect(two.broker.stats().queued).toBe(2);
	});

	it("MQTT-4.3.3-9 after a PUBREC that refuses, the id is a new message's", async () => {
		const { port, ledger } = await open();
		const { wire } = await session(port, "hand-1", { props: expiry(600) });
		expect((await published(wire, scanTopic, "{}", { qos: 2, id: 3 })).codes).toEqual([0x83]);
		expect((await published(wire, scanTopic, scan("b"), { qos: 2, id: 3 })).codes).toEqual([0]);
		expect(ledger.scans).toHaveLength(1);
	});

	it("MQTT-4.3.3-4 a subscriber's PUBREC of 0x80 and above ends it: no PUBREL, and nothing after a resume", async () => {
		const { broker, port } = await open();
		const reader = await session(port, "reader", { props: expiry(600) });
		await subscribed(reader.wire, topic, 2);
		const writer = await session(port, "writer");
		await published(writer.wire, topic, "x", { qos: 2 });
		const { id } = await reader.wire.next(3);
		reader.wire.send([0x50, 3, id >> 8, id & 255, 0x80]);
		await settled(reader.wire);
		expect(reader.wire.of(6)).toEqual([]);
		await dropped(broker, reader.wire);
		const again = await session(port, "reader", { clean: false, props: expiry(600) });
		await settled(again.wire);
		expect(again.wire.of(3)).toEqual([]);
	});

	it("MQTT-4.3.3-6 a PUBREC that was taken is answered by PUBREL again after a resume, and never by the message", async () => {
		const { broker, port } = await open();
		const reader = await session(port, "reader", { props: expiry(600) });
		await subscribed(reader.wire, topic, 2);
		const writer = await session(port, "writer");
		await published(writer.wire, topic, "x", { qos: 2 });
		const { id } = await reader.wire.next(3);
		reader.wire.send([0x50, 2, id >> 8, id & 255]);
		expect(await reader.wire.next(6)).toMatchObject({ id, codes: [0] });
		await dropped(broker, reader.wire);
		const again = await session(port, "reader", { clean: false, props: expiry(600) });
		expect(await again.wire.next(6)).toMatchObject({ id });
		again.wire.send([0x70, 2, id >> 8, id & 255]);
		await settled(again.wire);
		expect(again.wire.of(3)).toEqual([]);
		expect(broker.stats().queued).toBe(0);
	});
});

describe("message expiry (case B9)", () => {
	const lasts = (seconds: number): number[] => [0x02, ...u32(seconds)];

	it("MQTT-3.3.2-5 takes retained messages away, and counts down what is left", async () => {
		const { port, pass } = await open();
		const { wire } = await session(port, "a");
		await published(wire, topic, "short", { retain: true, props: lasts(10) });
		pass(4);
		const early = await session(port, "b");
		await subscribed(early.wire, topic, 1);
		expect((await early.wire.next(3)).properties).toEqual([[0x02, 6]]);
		pass(7);
		const late = await session(port, "c");
		await subscribed(late.wire, topic, 1);
		const old = await connectClient(`mqtt://127.0.0.1:${port}`);
		const got = messagesOf(old);
		await old.subscribeAsync(topic);
		await settled(late.wire);
		expect([...payloads(late.wire), ...got]).toEqual([]);
		await old.endAsync(true);
	});

	it("MQTT-3.3.2-6 also of what waits for a client of either version", async () => {
		const { broker, port, pass } = await open();
		const five = await session(port, "five", { props: expiry(600) });
		await subscribed(five.wire, topic, 1);
		const four = await connectClient(broker.url, { clientId: "four", clean: false });
		await four.subscribeAsync(topic, { qos: 1 });
		await four.endAsync();
		await dropped(broker, five.wire);
		const writer = await session(port, "writer");
		await published(writer.wire, topic, "short", { props: lasts(1) });
		await published(writer.wire, topic, "long", { props: lasts(100), id: 2 });
		pass(20);
		const again = await session(port, "five", { clean: false, props: expiry(600) });
		const got = await again.wire.next(3);
		expect([got.payload, got.properties]).toEqual(["long", [[0x02, 80]]]);
		const back = await connectClient(broker.url, { clientId: "four", clean: false });
		const seen = messagesOf(back);
		await until(() => seen.length === 1, "the one that counts");
		expect(seen[0]!.text).toBe("long");
		expect(broker.stats().dropped).toMatchObject({ "message-expired": 2 });
		await back.endAsync(true);
	});
});

describe("topic aliases (case B9)", () => {
	it("MQTT-3.1.2-26 MQTT-3.1.2-27 leave only to who takes them, never beyond its maximum", async () => {
		const { port } = await open();
		const takes = await session(port, "takes", { props: [0x22, 0, 1] });
		const none = await session(port, "none");
		for (const { wire } of [takes, none]) await subscribed(wire, "gondola/1/d/+/log", 1);
		const writer = await session(port, "writer");
		for (const [n, device] of ["a", "a", "b", "a"].entries()) {
			await published(writer.wire, `gondola/1/d/${device}/log`, String(n), { id: n + 1 });
		}
		await until(() => takes.wire.of(3).length === 4 && none.wire.of(3).length === 4, "all four");
		expect(takes.wire.of(3).map((got) => [got.topic, got.properties, got.payload])).toEqual([
			["gondola/1/d/a/log", [[0x23, 1]], "0"],
			["", [[0x23, 1]], "1"],
			["gondola/1/d/b/log", [], "2"],
			["", [[0x23, 1]], "3"],
		]);
		expect(none.wire.of(3).flatMap(({ properties }) => properties)).toEqual([]);
	});

	it("MQTT-3.3.2-7 of a client end with its connection, may be set again, and stand for all below the maximum", async () => {
		const { port } = await open();
		const reader = await session(port, "reader");
		await subscribed(reader.wire, "gondola/1/d/+/log");
		const { wire, connack } = await session(port, "a");
		const most = connack.properties.find(([id]) => id === 0x22)![1] as number;
		for (let alias = 1; alias <= most; alias++) wire.send(publishBytes(`gondola/1/d/d${alias}/log`, "set", { props: [0x23, 0, alias] }));
		wire.send(publishBytes("gondola/1/d/new/log", "again", { props: [0x23, 0, 2] }));
		for (const alias of [1, 2, most]) wire.send(publishBytes("", "used", { props: [0x23, 0, alias] }));
		await settled(wire);
		await until(() => reader.wire.of(3).length === most + 4, "all of them");
		expect(
			reader.wire
				.of(3)
				.slice(-3)
				.map((got) => got.topic),
		).toEqual(["gondola/1/d/d1/log", "gondola/1/d/new/log", `gondola/1/d/d${most}/log`]);
		const again = await session(port, "a");
		again.wire.send(publishBytes("", "used", { props: [0x23, 0, 1] }));
		expect((await again.wire.next(14)).codes).toEqual([0x94]);
	});
});

describe("both versions on one topic (case B9)", () => {
	it("MQTT-3.3.2-15 a request of MQTT 5 is answered by a client of 3.1.1, and commands reach both", async () => {
		const { broker, port } = await open();
		const old = await connectClient(broker.url, { clientId: "lamp" });
		const seen = messagesOf(old);
		await old.subscribeAsync("gondola/1/d/lamp/cmd/+", { qos: 1 });
		const five = await session(port, "printer");
		await subscribed(five.wire, "gondola/1/d/printer/cmd/+", 1);
		await broker.publishCommand("lamp", "blink", { id: "1" });
		const answer = broker.askDevice("printer", "cut", { id: "2" }, 60_000);
		expect(JSON.parse((await five.wire.next(3)).payload)).toEqual({ id: "2" });
		await published(five.wire, "gondola/1/d/printer/rsp/cut", '{"id":"2","ok":true}', { id: 9 });
		expect(await answer).toEqual({ id: "2", ok: true });
		await until(() => seen.length === 1, "the lamp's command");
		await subscribed(five.wire, topic, 1);
		await old.publishAsync(topic, "from four", { qos: 1 });
		await until(() => five.wire.of(3).length === 2, "the message");
		expect(five.wire.of(3)[1]!.bytes.toString("hex")).toContain(Buffer.from("from four").toString("hex"));
		expect(five.wire.of(3)[1]!.properties).toEqual([]);
		await old.endAsync(true);
	});

	it("MQTT-3.3.2-18 a thousand user properties keep their order, those a client repeats too", async () => {
		const { port } = await open();
		const reader = await session(port, "reader");
		await subscribed(reader.wire, topic, 1);
		const writer = await session(port, "writer");
		const pairs = Array.from({ length: 1_000 }, (_, n): [string, string] => [String((n * 7) % 13), String(n)]);
		await published(writer.wire, topic, "x", { props: pairs.flatMap(([name, value]) => user(name, value)) });
		expect((await reader.wire.next(3)).properties).toEqual(pairs.map((pair) => [0x26, pair]));
	});
});

describe("packets that are no packets", () => {
	const bad: [string, number[], number][] = [
		["MQTT-1.5.4-1 text that is not UTF-8 in a property", publishBytes(topic, "x", { props: [3, 0, 2, 0xc3, 0x28] }), 0x81],
		["MQTT-1.5.4-2 U+0000 in half of a user property", publishBytes(topic, "x", { props: [0x26, 0, 1, 0x61, 0, 1, 0] }), 0x81],
		["MQTT-1.5.5-1 a remaining length in more bytes than it needs", [0xc0, 0x80, 0], 0x81],
		["MQTT-2.1.3-1 flags of a SUBSCRIBE", [0x80, ...subscribeBytes(1, [[topic, 0]]).slice(1)], 0x81],
		["MQTT-2.2.1-3 packet id 0", publishBytes(topic, "x", { qos: 1, id: 0 }), 0x82],
		["MQTT-3.3.1-4 QoS 3", [0x36, ...publishBytes(topic, "x", { qos: 1 }).slice(1)], 0x81],
		["MQTT-3.3.2-2 a wildcard in a topic", publishBytes("gondola/+", "x"), 0x90],
		["MQTT-3.8.3-2 a SUBSCRIBE without filters", packet(0x82, [0, 1, 0]), 0x82],
		["MQTT-3.10.3-2 an UNSUBSCRIBE without filters", packet(0xa2, [0, 1, 0]), 0x82],
		["MQTT-4.13.1-1 a CONNACK from a client", packet(0x20, [0, 0, 0]), 0x82],
		["MQTT-4.13.1-1 a property twice", publishBytes(topic, "x", { props: [1, 0, 1, 1] }), 0x82],
		["MQTT-4.13.1-1 bytes behind a PUBACK's properties", packet(0x40, [0, 1, 0, 0, 9]), 0x81],
		["MQTT-3.14.2-1 bytes behind a DISCONNECT's", packet(0xe0, [0, 0, ...string("x")]), 0x81],
	];
	it.each(bad)("%s", async (_, bytes, code) => {
		const { broker, port } = await open();
		const { wire } = await session(port, "a");
		wire.send(bytes);
		expect((await wire.next(14)).codes).toEqual([code]);
		await until(wire.isClosed, "closed");
		expect(Object.keys(broker.stats().refused)).toHaveLength(1);
	});

	it("any bytes behind a CONNECT are answered or end the connection, and the broker serves on", async () => {
		const { broker, port } = await open();
		let seed = 7;
		const dice = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
		const shapes = [publishBytes(topic, "x", { qos: 2, props: user("a", "b") }), subscribeBytes(1, [["#", 2]]), [0x62, 2, 0, 1], [0xe0, 0]];
		for (let n = 0; n < 300; n++) {
			const wire = await openWire(port);
			const shape = [...shapes[dice(shapes.length)]!];
			for (let flips = dice(4); flips >= 0; flips--) shape[dice(shape.length)] = dice(256);
			const cut = dice(3) === 0 ? shape.slice(0, dice(shape.length)) : shape;
			wire.send([...packet(0x10, [...string("MQTT"), 5, 2, 0, 0, 0, ...string(`f${n}`)]), ...cut, 0xc0, 0]);
			wire.socket.end();
			await until(wire.isClosed, `${n}: ${Buffer.from(cut).toString("hex")}`);
			expect(wire.got[0]!.type).toBe(2);
		}
		const { wire } = await session(port, "after");
		await settled(wire);
		await until(() => broker.stats().clients === 1, "nobody else is left");
	});
});
