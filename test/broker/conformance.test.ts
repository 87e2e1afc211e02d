import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Broker, startBroker } from "../../src/broker/broker.ts";
import { until } from "../support/until.ts";
import { connectPacket, connectRaw, packet, publishPacket, type RawClient, rawSession, subscribePacket, text } from "./clients.ts";
import { createFakeLedger } from "./fake-ledger.ts";

// Written from OASIS MQTT 3.1.1; the clause is the test's name. Byte sequences are made from the standard, not recorded.
let broker: Broker;
beforeAll(async () => {
	broker = await startBroker({
		ledger: createFakeLedger().door,
		host: "127.0.0.1",
		port: 0,
		anonymousLoopback: true,
		onWeight: () => {},
		limits: { halfPacketMs: 2_000 },
	});
});
afterAll(() => broker.stop());

let n = 0;
const topic = (): string => `gondola/1/d/c${++n}/x`;
const session = (flags = 0x02): Promise<RawClient> => rawSession(broker.port, `client-${++n}`, flags);
const answer = async (raw: RawClient, bytes: number[], length: number): Promise<number[]> => {
	const before = raw.bytes().length;
	raw.send(...bytes);
	await until(() => raw.bytes().length >= before + length, `${length} bytes`);
	return [...raw.bytes().subarray(before, before + length)];
};
const ping = [0xc0, 0];
const pong = [0xd0, 0];
const disconnect = [0xe0, 0];

describe("what ends the connection", () => {
	const good = (): number[] => publishPacket(topic(), "x");
	const rows: [clause: string, bytes: () => number[]][] = [
		["MQTT-1.5.3-1 ill-formed UTF-8 in a topic", () => packet(0x30, [0, 2, 0xc3, 0x28, 1])],
		["MQTT-1.5.3-1 a surrogate in a topic", () => packet(0x30, [0, 3, 0xed, 0xa0, 0x80, 1])],
		["MQTT-1.5.3-2 U+0000 in a topic", () => publishPacket("gondola/\0", "x")],
		["MQTT-1.5.3-2 U+0000 in a filter", () => subscribePacket(1, "gondola/\0", 0)],
		["MQTT-2.2.2-2 flags that are reserved", () => [0xc1, 0]],
		["MQTT-2.2.3 a length of five bytes", () => [0x30, 0xff, 0xff, 0xff, 0xff, 0x7f]],
		["MQTT-2.3.1-1 a packet id of 0 in PUBLISH", () => publishPacket(topic(), "x", 1, 0)],
		["MQTT-2.3.1-1 a packet id of 0 in SUBSCRIBE", () => subscribePacket(0, topic(), 0)],
		["MQTT-3.1.0-2 a second CONNECT", () => connectPacket("again")],
		["MQTT-3.3.1-2 DUP at QoS 0", () => publishPacket(topic(), "x", 0, 1, true)],
		["MQTT-3.3.1-4 QoS 3", () => publishPacket(topic(), "x", 3)],
		["MQTT-3.3.2-2 a wildcard in a topic", () => publishPacket("gondola/1/d/+/x", "x")],
		["MQTT-3.6.1-1 PUBREL with other flags", () => [0x60, 2, 0, 1]],
		["MQTT-3.8.1-1 SUBSCRIBE with other flags", () => [0x80, ...subscribePacket(1, topic(), 0).slice(1)]],
		["MQTT-3.8.3-3 SUBSCRIBE without a filter", () => packet(0x82, [0, 1])],
		["MQTT-3.8.3-4 SUBSCRIBE at QoS 3", () => subscribePacket(1, topic(), 3)],
		["MQTT-3.10.1-1 UNSUBSCRIBE with other flags", () => packet(0xa0, [0, 1, ...text("a")])],
		["MQTT-3.10.3-2 UNSUBSCRIBE without a filter", () => packet(0xa2, [0, 1])],
		["MQTT-4.7.1-2 # that is not the last level", () => subscribePacket(1, "gondola/#/x", 0)],
		["MQTT-4.7.1-3 + that is not a whole level", () => subscribePacket(1, "gondola/x+", 0)],
		["MQTT-4.7.3-1 an empty filter", () => subscribePacket(1, "", 0)],
		["3.12 a PINGREQ with a body", () => [0xc0, 2, 0, 0]],
		["3.14 a DISCONNECT with a body", () => [0xe0, 1, 0]],
		["table 2.1 a packet type of 0", () => [0x00, 0]],
		["table 2.1 a packet type of 15", () => [0xf0, 0]],
		["table 2.1 a packet only brokers send", () => [0x20, 2, 0, 0]],
		["2.2 a field longer than its packet", () => packet(0x30, [0, 9, 0x61])],
	];
	it.each(rows)("[%s]", async (_, bytes) => {
		const raw = await session();
		raw.send(...good(), ...bytes());
		await until(raw.isClosed, "closed");
	});

	it("[MQTT-3.1.0-1] is a first packet that is not CONNECT", async () => {
		const raw = await connectRaw(broker.port);
		raw.send(...publishPacket(topic(), "x"));
		await until(raw.isClosed, "closed");
		expect(raw.bytes().length).toBe(0);
	});

	it("[MQTT-3.1.2-1] is another protocol's name", async () => {
		const raw = await connectRaw(broker.port);
		raw.send(...packet(0x10, [...text("HTTP"), 4, 2, 0, 60, ...text("a")]));
		await until(raw.isClosed, "closed");
	});

	it("[MQTT-3.1.2-3] is the reserved CONNECT flag", async () => {
		const raw = await connectRaw(broker.port);
		raw.send(...connectPacket("a", 0x03));
		await until(raw.isClosed, "closed");
	});

	it("[MQTT-3.1.2-24] is silence for one and a half keep-alives", async () => {
		const raw = await connectRaw(broker.port);
		raw.send(...packet(0x10, [...text("MQTT"), 4, 2, 0, 1, ...text("sleepy")]));
		await until(raw.isClosed, "closed");
	});

	it("[MQTT-3.14.4-1] is DISCONNECT", async () => {
		const raw = await session();
		raw.send(...disconnect);
		await until(raw.isClosed, "closed");
	});
});

describe("CONNECT", () => {
	it("[MQTT-3.1.3-6] without a client id gets one, when its session is clean", async () => {
		const raw = await rawSession(broker.port, "");
		expect([...raw.bytes()]).toEqual([0x20, 2, 0, 0]);
		raw.socket.destroy();
	});

	it("[MQTT-3.1.3-8] without a client id is refused with 2, when its session is to be kept", async () => {
		const raw = await rawSession(broker.port, "", 0x00);
		expect([...raw.bytes()]).toEqual([0x20, 2, 0, 2]);
		await until(raw.isClosed, "closed");
	});

	it("[MQTT-3.1.4-2] with a client id that is in use takes over and the older connection ends", async () => {
		const first = await rawSession(broker.port, "same");
		const second = await rawSession(broker.port, "same");
		await until(first.isClosed, "closed");
		expect(await answer(second, ping, 2)).toEqual(pong);
		second.socket.destroy();
	});

	it("[MQTT-3.2.2-1] [MQTT-3.2.2-2] says whether there was a session", async () => {
		const first = await rawSession(broker.port, "keeps", 0x00);
		expect(first.bytes()[2]).toBe(0);
		await answer(first, subscribePacket(1, topic(), 1), 5);
		first.send(...disconnect);
		await first.closed;
		const second = await rawSession(broker.port, "keeps", 0x00);
		expect(second.bytes()[2]).toBe(1);
		second.send(...disconnect);
		await second.closed;
		const third = await rawSession(broker.port, "keeps", 0x02);
		expect(third.bytes()[2]).toBe(0);
		third.socket.destroy();
	});

	it("[MQTT-3.1.2-8] [MQTT-3.14.4-3] leaves a will that is sent when it dies, and not after DISCONNECT", async () => {
		const where = topic();
		const screen = await session();
		await answer(screen, subscribePacket(1, where, 0), 5);
		const withWill = (id: string) => packet(0x10, [...text("MQTT"), 4, 0x06, 0, 60, ...text(id), ...text(where), ...text("died")]);
		for (const last of [disconnect, []]) {
			const raw = await connectRaw(broker.port);
			raw.send(...withWill(`mortal-${++n}`));
			await until(() => raw.bytes().length >= 4, "CONNACK");
			if (last.length > 0) raw.send(...last);
			else raw.socket.destroy();
			await raw.closed;
		}
		await until(() => screen.bytes().includes("died"), "the will");
		// A second one would have come before what is asked now.
		await answer(screen, ping, 2);
		expect(screen.bytes().toString("latin1").split("died").length - 1).toBe(1);
		screen.socket.destroy();
	});
});

describe("PUBLISH", () => {
	it("[MQTT-3.3.4-1] is answered by its quality: nothing, PUBACK, PUBREC and PUBCOMP", async () => {
		const raw = await session();
		expect(await answer(raw, [...publishPacket(topic(), "x", 0), ...ping], 2)).toEqual(pong);
		expect(await answer(raw, publishPacket(topic(), "x", 1, 9), 4)).toEqual([0x40, 2, 0, 9]);
		expect(await answer(raw, publishPacket(topic(), "x", 2, 10), 4)).toEqual([0x50, 2, 0, 10]);
		expect(await answer(raw, [0x62, 2, 0, 10], 4)).toEqual([0x70, 2, 0, 10]);
		raw.socket.destroy();
	});

	it("[MQTT-4.3.3-2] at QoS 2 arrives once, though it is sent again before its PUBREL", async () => {
		const where = topic();
		const screen = await session();
		await answer(screen, subscribePacket(1, where, 0), 5);
		const raw = await session(0x00);
		expect(await answer(raw, publishPacket(where, "once", 2, 5), 4)).toEqual([0x50, 2, 0, 5]);
		expect(await answer(raw, publishPacket(where, "once", 2, 5, true), 4)).toEqual([0x50, 2, 0, 5]);
		expect(await answer(raw, [0x62, 2, 0, 5], 4)).toEqual([0x70, 2, 0, 5]);
		expect(await answer(screen, ping, 2)).toBeDefined();
		expect(screen.bytes().toString("latin1").split("once").length - 1).toBe(1);
		raw.socket.destroy();
		screen.socket.destroy();
	});

	it("[MQTT-4.3.3-1] at QoS 2 reaches a kept session by PUBLISH, PUBREC, PUBREL, PUBCOMP, over a lost connection", async () => {
		const where = topic();
		const raw = await rawSession(broker.port, "exact", 0x00);
		await answer(raw, subscribePacket(1, where, 2), 5);
		const sender = await session();
		await answer(sender, publishPacket(where, "exact", 2, 3), 4);
		await until(() => raw.bytes().includes("exact"), "PUBLISH");
		const publish = raw.bytes().subarray(9);
		expect(publish[0]).toBe(0x34);
		const id = publish.subarray(publish.length - 7, publish.length - 5);
		expect(await answer(raw, [0x50, 2, ...id], 4)).toEqual([0x62, 2, ...id]);
		raw.socket.destroy();
		const back = await rawSession(broker.port, "exact", 0x00);
		await until(() => back.bytes().length >= 8, "PUBREL again");
		expect([...back.bytes().subarray(4)]).toEqual([0x62, 2, ...id]);
		expect(await answer(back, [0x70, 2, ...id, ...ping], 2)).toEqual(pong);
		expect(broker.stats().queued).toBe(0);
		back.socket.destroy();
		sender.socket.destroy();
	});

	it("[MQTT-3.3.1-10] [MQTT-3.3.1-11] retained and empty clears what was retained", async () => {
		const where = topic();
		const raw = await session();
		const retained = (payload: string): number[] => [0x31, ...publishPacket(where, payload).slice(1)];
		expect(await answer(raw, [...retained("kept"), ...ping], 2)).toEqual(pong);
		const late = await session();
		await answer(late, subscribePacket(1, where, 0), 5 + publishPacket(where, "kept").length);
		expect(late.bytes()[9]).toBe(0x31);
		expect(await answer(raw, [...retained(""), ...ping], 2)).toEqual(pong);
		const later = await session();
		await answer(later, subscribePacket(1, where, 0), 5);
		expect(await answer(later, ping, 2)).toEqual(pong);
		for (const one of [raw, late, later]) one.socket.destroy();
	});

	it("[MQTT-3.8.4-6] arrives at the lower of two qualities, and once for overlapping filters of a kept session", async () => {
		const where = topic();
		for (const flags of [0x00, 0x02]) {
			const raw = await session(flags);
			await answer(raw, subscribePacket(1, "gondola/1/d/+/x", 1), 5);
			if (flags === 0x00) await answer(raw, subscribePacket(2, where, 0), 5);
			const sender = await session();
			const before = raw.bytes().length;
			await answer(sender, publishPacket(where, "low", 2, 3), 4);
			await until(() => raw.bytes().includes("low"), "the message");
			await answer(raw, ping, 2);
			expect(raw.bytes()[before]).toBe(0x32);
			expect(raw.bytes().toString("latin1").split("low").length - 1).toBe(1);
			raw.socket.destroy();
			sender.socket.destroy();
		}
	});
});

describe("SUBSCRIBE", () => {
	it("[MQTT-3.8.4-2] [MQTT-3.9.3-2] is answered under its id, a code for each filter, 0x80 where it may not", async () => {
		const raw = await session();
		const asked = packet(0x82, [1, 2, ...text("gondola/1/d/a/x"), 1, ...text("$SYS/#"), 0, ...text("gondola/1/d/b/x"), 2]);
		expect(await answer(raw, asked, 7)).toEqual([0x90, 5, 1, 2, 1, 0x80, 2]);
		raw.socket.destroy();
	});

	it("[MQTT-3.10.4-4] is undone by UNSUBSCRIBE, which is answered even where there is nothing to undo", async () => {
		const where = topic();
		const raw = await session();
		await answer(raw, subscribePacket(1, where, 0), 5);
		expect(await answer(raw, packet(0xa2, [0, 7, ...text(where), ...text("never/asked")]), 4)).toEqual([0xb0, 2, 0, 7]);
		expect(await answer(raw, [...publishPacket(where, "gone", 0), ...ping], 2)).toEqual(pong);
		raw.socket.destroy();
	});

	it("[MQTT-3.1.2-4] of a kept session stays, of a clean one goes", async () => {
		const where = topic();
		for (const [flags, arrives] of [
			[0x00, true],
			[0x02, false],
		] as const) {
			const id = `stays-${++n}`;
			const raw = await rawSession(broker.port, id, flags);
			await answer(raw, subscribePacket(1, where, 1), 5);
			raw.send(...disconnect);
			await raw.closed;
			const sender = await session();
			await answer(sender, publishPacket(where, "later", 1, 3), 4);
			const back = await rawSession(broker.port, id, flags);
			// What waited for it is sent right after its CONNACK, before anything it asks.
			await answer(back, ping, 2);
			if (arrives) await until(() => back.bytes().includes("later"), "what waited");
			else expect(back.bytes().includes("later")).toBe(false);
			back.socket.destroy();
			sender.socket.destroy();
		}
	});
});
