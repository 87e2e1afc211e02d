import { describe, expect, it } from "vitest";
import { connectClient, messagesOf } from "../broker/clients.ts";
import { createFakeLedger } from "../broker/fake-ledger.ts";
import { until } from "../support/until.ts";
import { expiry, packet, publishBytes, session, string, subscribeBytes, u32, user } from "./wire.ts";
import { brokersOfTest, dropped, payloads, published, settled, subscribed } from "./with-broker.ts";

const open = brokersOfTest();
const topic = "gondola/1/d/shelf/log";

describe("subscription options (case B9)", () => {
	it("MQTT-3.3.1-9 MQTT-3.3.1-10 MQTT-3.3.1-11 retained messages come always, at the first time, or never", async () => {
		const { port } = await open();
		const writer = await session(port, "writer");
		await published(writer.wire, topic, "kept", { retain: true });
		for (const [handling, times] of [
			[0, 2],
			[1, 1],
			[2, 0],
		] as const) {
			const { wire } = await session(port, `reader-${handling}`);
			await subscribed(wire, topic, 1 | (handling << 4));
			await subscribed(wire, topic, 1 | (handling << 4));
			await settled(wire);
			await until(() => wire.of(3).length >= times, "retained");
			expect(wire.of(3).map(({ retain }) => retain)).toEqual(Array.from({ length: times }, () => 1));
		}
	});

	it("MQTT-3.8.3-3 No Local leaves out one's own, by that filter only, also in what is kept", async () => {
		const { broker, port } = await open();
		const both = await session(port, "both", { props: expiry(600) });
		await subscribed(both.wire, topic, 1 | 4);
		await published(both.wire, topic, "own");
		const other = await session(port, "other");
		await published(other.wire, topic, "other's");
		await until(() => both.wire.of(3).length > 0, "the other's");
		expect(payloads(both.wire)).toEqual(["other's"]);
		await subscribed(both.wire, "gondola/1/d/+/log", 1);
		await published(both.wire, topic, "own by another filter", { id: 2 });
		await until(() => both.wire.of(3).length === 2, "by the other filter");
		expect(broker.stats().queued).toBe(2);
	});

	it("MQTT-3.3.4-5 identifiers of all filters that match come with the one copy, kept or not; none after a SUBSCRIBE without", async () => {
		const { port } = await open();
		for (const [client, props] of [
			["kept", expiry(600)],
			["clean", []],
		] as const) {
			const { wire } = await session(port, client, { props });
			await subscribed(wire, "gondola/1/d/+/log", 0, [0x0b, 2]);
			await subscribed(wire, "gondola/1/d/#", 1, [0x0b, 0xff, 0xff, 0xff, 0x7f]);
			const writer = await session(port, "writer");
			await published(writer.wire, topic, "one");
			const got = await wire.next(3);
			expect([got.qos, got.properties.map(([, ident]) => ident).sort()]).toEqual([1, [2, 268_435_455]]);
			await subscribed(wire, "gondola/1/d/+/log", 0);
			await subscribed(wire, "gondola/1/d/#", 1);
			await published(writer.wire, topic, "two", { id: 2 });
			expect((await wire.next(3)).properties).toEqual([]);
		}
	});

	it("MQTT-3.9.3-1 each filter has its code: not allowed, no filter, too many", async () => {
		const { port } = await open(createFakeLedger(), { limits: { subscriptionsPerClient: 2 } });
		const { wire } = await session(port, "a");
		wire.send(
			subscribeBytes(7, [
				["gondola/1/d/a/#", 2],
				["$SYS/#", 0],
				["gondola/#/x", 0],
				["", 0],
			]),
		);
		expect(await wire.next(9)).toMatchObject({ id: 7, codes: [2, 0x87, 0x8f, 0x8f] });
		wire.send(
			subscribeBytes(
				8,
				["b", "b", "c"].map((device) => [`gondola/1/d/${device}/#`, 0] as const),
			),
		);
		expect((await wire.next(9)).codes).toEqual([0, 0, 0x97]);
		expect(await subscribed(wire, "gondola/1/d/c/#")).toEqual([0x97]);
	});

	it("MQTT-3.10.4-1 what was unsubscribed does not come, nor after a restart", async () => {
		const ledger = createFakeLedger();
		const one = await open(ledger);
		const { wire } = await session(one.port, "reader", { props: expiry(600) });
		await subscribed(wire, topic, 1);
		wire.send(packet(0xa2, [0, 9, 0, ...string(topic), ...string("gondola/#/x"), ...string("never")]));
		expect(await wire.next(11)).toMatchObject({ id: 9, codes: [0, 0x8f, 0x11] });
		await one.stop();
		const two = await open(ledger);
		const writer = await session(two.port, "writer");
		expect((await published(writer.wire, topic, "x")).codes).toEqual([0x10]);
	});

	it("MQTT-3.3.1-8 thousands of retained prices come at the pace of their reader, none left out", async () => {
		const ledger = createFakeLedger();
		for (let n = 0; n < 3_000; n++) ledger.prices.set(`sku-${n}`, n);
		const { port } = await open(ledger, { limits: { queuedMessages: 500 } });
		for (const [client, props] of [
			["kept", expiry(600)],
			["clean", []],
		] as const) {
			const { wire } = await session(port, client, { props: [...props, 0x21, 0, 50] });
			const skus = new Set<string>();
			let answered = 0;
			await subscribed(wire, "gondola/1/store/price/+", 1);
			await until(() => {
				const got = wire.of(3);
				for (; answered < got.length; answered++) {
					const { id, topic: priceTopic, retain } = got[answered]!;
					expect(retain).toBe(1);
					skus.add(priceTopic);
					wire.send([0x40, 2, id >> 8, id & 255]);
				}
				return skus.size === 3_000;
			}, "all prices");
			wire.drop();
		}
	});
});

describe("shared subscriptions (case B9)", () => {
	const group = "$share/pickers/gondola/1/d/+/log";

	it("MQTT-4.8.2-3 take turns over both versions, beside plain ones; who is away gets only what nobody else takes", async () => {
		const { broker, port } = await open();
		const five = await session(port, "five", { props: expiry(600) });
		await subscribed(five.wire, group, 1, [0x0b, 5]);
		const old = await connectClient(broker.url, { clientId: "four" });
		const seen = messagesOf(old);
		await old.subscribeAsync(group, { qos: 1 });
		const plain = await session(port, "plain");
		await subscribed(plain.wire, topic, 1);
		const writer = await session(port, "writer");
		for (let n = 1; n <= 6; n++) await published(writer.wire, topic, String(n), { id: n });
		await until(() => five.wire.of(3).length + seen.length === 6 && plain.wire.of(3).length === 6, "six for the group, six for the other");
		expect([five.wire.of(3).length, seen.length]).toEqual([3, 3]);
		expect([...payloads(five.wire), ...seen.map(({ text }) => text)].sort()).toEqual(["1", "2", "3", "4", "5", "6"]);
		expect(five.wire.of(3)[0]!.properties).toEqual([[0x0b, 5]]);

		await dropped(broker, five.wire);
		await published(writer.wire, topic, "7", { id: 7 });
		await until(() => seen.length === 4, "the one that is there");
		await old.endAsync(true);
		await until(() => broker.stats().clients === 2, "gone");
		expect((await published(writer.wire, topic, "8", { id: 8, props: user("a", "b") })).codes).toEqual([0]);
		const again = await session(port, "five", { clean: false, props: expiry(600) });
		await until(() => payloads(again.wire).includes("8"), "what nobody took");
		expect(payloads(again.wire)).not.toContain("7");
	});

	it("MQTT-4.8.2-3 of a kept member survive a restart, and end with its UNSUBSCRIBE", async () => {
		const ledger = createFakeLedger();
		const one = await open(ledger);
		const first = await session(one.port, "five", { props: expiry(600) });
		await subscribed(first.wire, group, 1);
		await one.stop();
		const two = await open(ledger);
		const writer = await session(two.port, "writer");
		expect((await published(writer.wire, topic, "kept")).codes).toEqual([0]);
		const again = await session(two.port, "five", { clean: false, props: expiry(600) });
		expect((await again.wire.next(3)).payload).toBe("kept");
		again.wire.send(packet(0xa2, [0, 9, 0, ...string(group)]));
		expect((await again.wire.next(11)).codes).toEqual([0]);
		expect((await published(writer.wire, topic, "x", { id: 2 })).codes).toEqual([0x10]);
	});

	it("MQTT-3.8.3-4 ask the rights of the topics behind the group", async () => {
		const { port } = await open();
		const { wire } = await session(port, "a");
		expect(await subscribed(wire, "$share/g/$SYS/#")).toEqual([0x87]);
	});
});

describe("flow control (case B9)", () => {
	it("MQTT-3.3.4-9 no more is open than the client takes, a PUBREC gives nothing back, and a resume begins anew", async () => {
		const { broker, port } = await open();
		const two = [...expiry(600), 0x21, 0, 2];
		const reader = await session(port, "reader", { props: two });
		await subscribed(reader.wire, topic, 2);
		const writer = await session(port, "writer");
		for (let n = 1; n <= 5; n++) await published(writer.wire, topic, String(n), { qos: 2, id: n });
		await until(() => reader.wire.of(3).length === 2, "two");
		const [first] = reader.wire.of(3);
		reader.wire.send([0x50, 2, 0, first!.id]);
		await reader.wire.next(6);
		await settled(reader.wire);
		expect(reader.wire.of(3)).toHaveLength(2);
		reader.wire.send([0x70, 2, 0, first!.id]);
		await until(() => reader.wire.of(3).length === 3, "the third");
		await dropped(broker, reader.wire);
		const again = await session(port, "reader", { clean: false, props: two });
		await until(() => again.wire.of(3).length === 2, "two of those that are open");
		await settled(again.wire);
		expect(payloads(again.wire)).toEqual(["2", "3"]);
	});

	it("MQTT-3.3.4-9 holds for a session that ends with its connection", async () => {
		const { port } = await open();
		const { wire } = await session(port, "reader", { props: [0x21, 0, 1] });
		await subscribed(wire, topic, 1);
		const writer = await session(port, "writer");
		for (let n = 1; n <= 3; n++) await published(writer.wire, topic, String(n), { id: n });
		for (let n = 1; n <= 3; n++) {
			await until(() => wire.of(3).length === n, `message ${n}`);
			await settled(wire);
			expect(wire.of(3)).toHaveLength(n);
			const { id } = wire.of(3)[n - 1]!;
			wire.send([0x40, 2, id >> 8, id & 255]);
		}
	});

	it("MQTT-3.2.2-15 exactly the maximum packet size is taken", async () => {
		const { port } = await open();
		const { wire, connack } = await session(port, "a");
		const most = connack.properties.find(([id]) => id === 0x27)![1] as number;
		const head = publishBytes(topic, "", { qos: 0 }).length - 2 + 4;
		const fits = publishBytes(topic, "x".repeat(most - head), { qos: 0 });
		expect(fits).toHaveLength(most);
		wire.send(fits);
		await settled(wire);
		wire.send(publishBytes(topic, "x".repeat(most - head + 1)));
		expect((await wire.next(14)).codes).toEqual([0x95]);
	});
});

describe("last wills of MQTT 5 (case B9)", () => {
	const delayed = (seconds: number): number[] => [0x18, ...u32(seconds)];
	const state = "gondola/1/d/scale-1/state";

	async function watched(props: number[], will: number[]) {
		const opened = await open();
		const reader = await session(opened.port, "reader");
		await subscribed(reader.wire, "gondola/1/d/#", 1);
		const dies = await session(opened.port, "scale-1", {
			props,
			will: { topic: state, payload: "offline", qos: 1, retain: true, props: will },
		});
		return { ...opened, reader: reader.wire, dies: dies.wire };
	}

	it("MQTT-3.1.2-8 a device that is cut off is offline at once, and that is recorded", async () => {
		const { broker, reader, dies, ledger } = await watched([], user("why", "lost"));
		await dropped(broker, dies);
		expect(await reader.next(3)).toMatchObject({ topic: state, payload: "offline", properties: [[0x26, ["why", "lost"]]] });
		expect(ledger.devices.get("scale-1")).toBe("offline");
	});

	it("MQTT-3.1.3-9 not before the delay, and not at all when the session goes on in time", async () => {
		const { broker, reader, dies, port, pass } = await watched(expiry(600), delayed(30));
		await dropped(broker, dies);
		pass(29);
		const back = await session(port, "scale-1", { clean: false, props: expiry(600) });
		expect(back.connack.sessionPresent).toBe(1);
		pass(60);
		await settled(reader);
		expect(payloads(reader)).toEqual([]);
	});

	it("MQTT-3.1.2-8 the session's end comes before the delay's; a clean start ends it too", async () => {
		const ends = await watched(expiry(5), delayed(30));
		await dropped(ends.broker, ends.dies);
		ends.pass(6);
		expect((await ends.reader.next(3)).payload).toBe("offline");
		const restarts = await watched(expiry(600), delayed(30));
		await dropped(restarts.broker, restarts.dies);
		const fresh = await session(restarts.port, "scale-1");
		expect(fresh.connack.sessionPresent).toBe(0);
		expect((await restarts.reader.next(3)).payload).toBe("offline");
	});

	it("MQTT-3.1.4-3 a takeover says a will without delay before the new connection is welcome, and none with delay", async () => {
		const now = await watched(expiry(600), []);
		const next = await session(now.port, "scale-1", { clean: false, props: expiry(600) });
		await published(next.wire, state, "online", { retain: true });
		await until(() => now.reader.of(3).length === 2, "both");
		expect(payloads(now.reader)).toEqual(["offline", "online"]);
		const later = await watched(expiry(600), delayed(9));
		const other = await session(later.port, "scale-1", { clean: false, props: expiry(600) });
		await published(other.wire, state, "online", { retain: true });
		later.pass(99);
		await until(() => later.reader.of(3).length === 1, "online");
		expect(payloads(later.reader)).toEqual(["online"]);
	});

	it("MQTT-3.1.2-8 a client of 3.1.1 that takes over settles it as well", async () => {
		const { broker, dies, reader, pass } = await watched(expiry(600), delayed(30));
		await dropped(broker, dies);
		const old = await connectClient(broker.url, { clientId: "scale-1", clean: false });
		pass(60);
		await settled(reader);
		expect(payloads(reader)).toEqual([]);
		await old.endAsync(true);
	});

	it("MQTT-3.1.2-7 is on disk: a gateway that was away says it when its time has come", async () => {
		const ledger = createFakeLedger();
		const one = await open(ledger);
		const will = { topic: state, payload: "offline", qos: 1, props: delayed(20) };
		const dies = await session(one.port, "scale-1", { props: expiry(600), will });
		await dropped(one.broker, dies.wire);
		await one.stop();
		const two = await open(ledger);
		const reader = await session(two.port, "reader");
		await subscribed(reader.wire, "gondola/1/d/#", 1);
		two.pass(21);
		expect((await reader.wire.next(3)).payload).toBe("offline");
		expect(ledger.store.state().wills).toEqual([]);
	});

	it("MQTT-3.14.4-3 DISCONNECT 0x00 takes it away, 0x04 says it", async () => {
		const { port, reader, dies } = await watched([], []);
		dies.send([0xe0, 0]);
		await until(dies.isClosed, "closed");
		const again = await session(port, "scale-1", { will: { topic: state, payload: "offline" } });
		again.wire.send([0xe0, 1, 4]);
		await until(() => reader.of(3).length === 1, "the second");
		expect(payloads(reader)).toEqual(["offline"]);
	});
});
