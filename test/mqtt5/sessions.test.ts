import { describe, expect, it } from "vitest";
import { as, withAccounts } from "../broker/access/with-accounts.ts";
import { connectClient, messagesOf } from "../broker/clients.ts";
import { createFakeLedger } from "../broker/fake-ledger.ts";
import { until } from "../support/until.ts";
import { connectBytes, expiry, openWire, session, u32, user } from "./wire.ts";
import { brokersOfTest, dropped, payloads, published, settled, subscribed } from "./with-broker.ts";

const open = brokersOfTest();
const topic = "gondola/1/d/shelf/log";

describe("a session of MQTT 5 (case B9)", () => {
	it("MQTT-3.1.2-23 lives as long as it was asked to, and DISCONNECT may shorten it", async () => {
		const { broker, port, pass } = await open();
		const first = await session(port, "kept", { clean: false, props: expiry(10) });
		expect(first.connack.sessionPresent).toBe(0);
		await dropped(broker, first.wire);
		pass(8);
		const second = await session(port, "kept", { clean: false, props: expiry(10) });
		expect(second.connack.sessionPresent).toBe(1);
		await dropped(broker, second.wire);
		pass(11);
		const third = await session(port, "kept", { clean: false, props: expiry(10) });
		expect(third.connack.sessionPresent).toBe(0);
		third.wire.send([0xe0, 7, 0, 5, ...expiry(0)]);
		await until(third.wire.isClosed, "closed");
		expect((await session(port, "kept", { clean: false })).connack.sessionPresent).toBe(0);
	});

	it("MQTT-3.2.2-21 says how long it lives, when that is less than was asked for", async () => {
		const { port } = await open();
		const asked = await session(port, "ten-years", { props: expiry(10 * 365 * 86_400) });
		expect(asked.connack.properties).toContainEqual([0x11, 7 * 86_400]);
		const less = await session(port, "an-hour", { props: expiry(3_600) });
		expect(less.connack.properties.map(([id]) => id)).not.toContain(0x11);
	});

	it("MQTT-3.2.2-16 an assigned client id is its own, and comes back to its session", async () => {
		const { broker, port } = await open();
		const { wire, connack } = await session(port, "", { clean: false, props: expiry(60) });
		const [, assigned] = connack.properties.find(([id]) => id === 0x12)!;
		await dropped(broker, wire);
		expect((await session(port, assigned as string, { clean: false, props: expiry(60) })).connack.sessionPresent).toBe(1);
		expect((await session(port, "", {})).connack.properties.find(([id]) => id === 0x12)![1]).not.toBe(assigned);
	});

	it("MQTT-3.3.2-18 keeps what waits with its properties, identifiers and options over a restart", async () => {
		const ledger = createFakeLedger();
		const one = await open(ledger);
		const reader = await session(one.port, "reader", { props: expiry(600) });
		expect(await subscribed(reader.wire, "gondola/1/d/+/log", 0x09, [0x0b, 7])).toEqual([1]);
		await dropped(one.broker, reader.wire);
		const writer = await session(one.port, "writer");
		const props = [0x02, ...u32(100), 0x03, 0, 1, 0x74, ...user("b", "1"), ...user("a", "2"), ...user("b", "3")];
		expect((await published(writer.wire, topic, "kept", { props, retain: true })).codes).toEqual([0]);
		await one.stop();

		const two = await open(ledger);
		const again = await session(two.port, "reader", { clean: false, props: expiry(600) });
		expect(again.connack.sessionPresent).toBe(1);
		const got = await again.wire.next(3);
		expect(got).toMatchObject({ topic, payload: "kept", qos: 1, retain: 1, dup: 0 });
		expect(got.properties.filter(([id]) => id === 0x26).map(([, pair]) => pair)).toEqual([
			["b", "1"],
			["a", "2"],
			["b", "3"],
		]);
		expect(got.properties).toContainEqual([0x0b, 7]);
		expect(got.properties).toContainEqual([0x03, "t"]);
		expect(got.properties.find(([id]) => id === 0x02)![1]).toBeGreaterThan(90);
		// What was retained has its properties too.
		const late = await session(two.port, "late");
		await subscribed(late.wire, topic, 0);
		expect((await late.wire.next(3)).properties.filter(([id]) => id === 0x26)).toHaveLength(3);
	});

	it("MQTT-4.4.0-1 sends again only after a reconnect, in order, with DUP and the same ids", async () => {
		const { broker, port } = await open();
		const reader = await session(port, "reader", { props: expiry(600) });
		await subscribed(reader.wire, topic, 2);
		const writer = await session(port, "writer");
		await published(writer.wire, topic, "one");
		await published(writer.wire, topic, "two", { qos: 2, id: 2 });
		await until(() => reader.wire.of(3).length === 2, "both");
		const before = reader.wire.of(3).map(({ id, dup }) => [id, dup]);
		await settled(reader.wire);
		expect(reader.wire.of(3)).toHaveLength(2);
		await dropped(broker, reader.wire);
		const again = await session(port, "reader", { clean: false, props: expiry(600) });
		await until(() => again.wire.of(3).length === 2, "both again");
		expect(again.wire.of(3).map(({ payload }) => payload)).toEqual(["one", "two"]);
		expect(again.wire.of(3).map(({ id, dup }) => [id, dup])).toEqual(before.map(([id]) => [id, 1]));
	});
});

describe("one client id over both versions (case B9)", () => {
	it("MQTT-3.1.4-3 the newer connection takes over, and the session goes on with what waits", async () => {
		const { broker, port } = await open();
		const old = await connectClient(broker.url, { clientId: "screen", clean: false });
		await old.subscribeAsync("gondola/1/d/+/log", { qos: 1 });
		const isGone = new Promise<void>((resolve) => old.once("close", () => resolve()));
		const five = await session(port, "screen", { clean: false, props: expiry(600) });
		await isGone;
		expect(five.connack).toMatchObject({ sessionPresent: 1, codes: [0] });
		const writer = await session(port, "writer");
		await published(writer.wire, topic, "to five", { props: user("k", "v") });
		expect(await five.wire.next(3)).toMatchObject({ payload: "to five", properties: [[0x26, ["k", "v"]]] });
		await published(writer.wire, topic, "to both");
		await until(() => five.wire.of(3).length === 2, "the second");

		const again = await connectClient(broker.url, { clientId: "screen", clean: false });
		const got = messagesOf(again);
		expect((await five.wire.next(14)).codes).toEqual([0x8e]);
		await until(() => five.wire.isClosed() && got.length === 2, "both again, unacknowledged before");
		expect(got.map(({ text, dup }) => [text, dup])).toEqual([
			["to five", true],
			["to both", true],
		]);
		expect(broker.clients().connected.filter(({ client }) => client === "screen")).toHaveLength(1);
		await again.endAsync(true);
	});
});

describe("an account's session (case B9)", () => {
	const { open: openWithAccounts, running } = withAccounts({ till: "till", other: "till" });
	const enter = async (port: number, name: string, client: string, props: number[] = []) => {
		const { username, password } = as(name);
		return session(port, client, { clean: false, props, user: [username, password] });
	};

	it("MQTT-3.1.3-8 is not given to another account, whichever version asks, nor while it is away", async () => {
		const broker = await openWithAccounts(createFakeLedger());
		const mine = await enter(broker.port, "till", "desk-1", expiry(600));
		expect((await enter(broker.port, "other", "desk-1", expiry(600))).connack.codes).toEqual([0x85]);
		await dropped(broker, mine.wire);
		expect((await enter(broker.port, "other", "desk-1", expiry(600))).connack.codes).toEqual([0x85]);
		await expect(connectClient(broker.url, as("other", { clientId: "desk-1", clean: false }))).rejects.toThrow("Identifier rejected");
		expect((await enter(broker.port, "till", "desk-1", expiry(600))).connack.sessionPresent).toBe(1);
	});

	it("MQTT-3.1.4-1 wrong passwords get 0x86, no account 0x87", async () => {
		const broker = await openWithAccounts(createFakeLedger());
		const wrong = await session(broker.port, "x", { user: ["till", "guessed"] });
		expect(wrong.connack).toMatchObject({ codes: [0x86], sessionPresent: 0 });
		expect((await session(broker.port, "x")).connack.codes).toEqual([0x87]);
		expect(broker.stats().refused).toMatchObject({ "wrong-password": 1, "no-account": 1 });
	});

	it("MQTT-3.14.2-1 is told why when its account is revoked, and when the gateway stops", async () => {
		const broker = await openWithAccounts(createFakeLedger());
		const revoked = await enter(broker.port, "other", "desk-2");
		await broker.accounts.revoke("other");
		expect((await revoked.wire.next(14)).codes).toEqual([0x98]);
		const staying = await enter(broker.port, "till", "desk-1");
		running.splice(0);
		await broker.stop();
		expect((await staying.wire.next(14)).codes).toEqual([0x8b]);
	});
});

describe("the keep-alive of MQTT 5", () => {
	it("MQTT-3.2.2-22 is the server's where it says one, and silence ends with 0x8d", async () => {
		const { port } = await open(createFakeLedger(), { limits: { serverKeepAliveSeconds: 1 } });
		const { wire, connack } = await session(port, "quiet", { keepAlive: 0 });
		expect(connack.properties).toContainEqual([0x13, 1]);
		expect((await wire.next(14)).codes).toEqual([0x8d]);
		await until(wire.isClosed, "closed");
	});
});

describe("a CONNECT that is refused", () => {
	it("MQTT-3.1.4-6 has no effect behind it", async () => {
		const { port, ledger } = await open();
		const wire = await openWire(port);
		const bad = connectBytes("x", { props: [0x21, 0, 0] });
		wire.send([...bad, 0x30, ...[5, 0, 1, 0x74, 0, 0x78]]);
		expect((await wire.next(2)).codes).toEqual([0x82]);
		await until(wire.isClosed, "closed");
		expect(payloads(wire)).toEqual([]);
		expect(ledger.commits).toBe(0);
	});
});
