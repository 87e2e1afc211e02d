import { describe, expect, it } from "vitest";
import type { Broker } from "../../../src/broker/broker.ts";
import { createConnectRate } from "../../../src/broker/connection/connect-rate.ts";
import { mappingRule } from "../../../src/broker/routing/mapping.ts";
import { until } from "../../support/until.ts";
import { connectClient, connectRaw, publishPacket, rawSession, subscribePacket } from "../clients.ts";
import { createFakeLedger } from "../fake-ledger.ts";
import { withBrokers } from "../with-brokers.ts";

const { open, running } = withBrokers();

const log = "gondola/1/d/a/log";
const size = publishPacket(log, "x", 1).length;
const publish = async (broker: Broker, texts: string): Promise<void> => {
	const device = await connectClient(broker.url);
	for (const text of texts) await device.publishAsync(log, text, { qos: 1 });
	await device.endAsync();
};
/** First byte, packet id and text of each message after the first bytes. */
const messagesIn = (bytes: Buffer, from: number): { first: number; id: number; text: string }[] =>
	Array.from({ length: Math.floor((bytes.length - from) / size) }, (_, n) => {
		const end = from + (n + 1) * size;
		return { first: bytes[from + n * size]!, id: bytes.readUInt16BE(end - 3), text: String.fromCharCode(bytes[end - 1]!) };
	});

describe("a kept session", () => {
	it("goes on after the gateway was killed: the same packet ids, DUP on what it may have seen and on nothing else", async () => {
		const ledger = createFakeLedger();
		const first = await open(ledger, { limits: { window: 2 } });
		const raw = await rawSession(first.port, "kiosk", 0x00);
		raw.send(...subscribePacket(1, log, 1));
		await until(() => raw.bytes().length >= 9, "SUBACK");
		await publish(first, "abcdefghijklmnopqrstuvwxyz");
		await until(() => messagesIn(raw.bytes(), 9).length === 2, "a window");
		const before = messagesIn(raw.bytes(), 9);
		expect(before.map(({ first: byte, text }) => [byte, text])).toEqual([
			[0x32, "a"],
			[0x32, "b"],
		]);
		await until(() => ledger.store.state().retained.some((row) => Buffer.from(row.payload).includes('"isOnline":true')), "its note");

		const second = await open(ledger, { limits: { window: 2 } });
		const back = await rawSession(second.port, "kiosk", 0x00);
		await until(() => messagesIn(back.bytes(), 4).length === 2, "the window again");
		expect(back.bytes()[2]).toBe(1);
		expect(messagesIn(back.bytes(), 4)).toEqual(before.map((one) => ({ ...one, first: 0x3a })));
		const acknowledged = new Set<number>();
		await until(() => {
			const got = messagesIn(back.bytes(), 4);
			for (const { id } of got) if (!acknowledged.has(id)) back.send(0x40, 2, id >> 8, id & 0xff);
			for (const { id } of got) acknowledged.add(id);
			return got.length === 26;
		}, "the rest");
		// Some that follow may have left as well, as far as was noted ahead: four windows.
		expect(messagesIn(back.bytes(), 4).flatMap(({ first: byte, text }) => (text > "j" ? [byte] : []))).toEqual(Array(16).fill(0x32));
		raw.socket.destroy();
		back.socket.destroy();
	});

	it("gets no DUP on what came while it was away, though the gateway was killed meanwhile", async () => {
		const ledger = createFakeLedger();
		const first = await open(ledger);
		const raw = await rawSession(first.port, "kiosk", 0x00);
		raw.send(...subscribePacket(1, log, 1));
		await until(() => raw.bytes().length >= 9, "SUBACK");
		raw.send(0xe0, 0);
		await raw.closed;
		await publish(first, "ab");
		const second = await open(ledger);
		const back = await rawSession(second.port, "kiosk", 0x00);
		await until(() => messagesIn(back.bytes(), 4).length === 2, "both");
		expect(messagesIn(back.bytes(), 4).map(({ first: byte }) => byte)).toEqual([0x32, 0x32]);
		back.socket.destroy();
	});

	it("without a subscription is known again, also after a restart [MQTT-3.2.2-2]", async () => {
		const ledger = createFakeLedger();
		const first = await open(ledger);
		const raw = await rawSession(first.port, "bare", 0x00);
		expect(raw.bytes()[2]).toBe(0);
		raw.send(0xe0, 0);
		await raw.closed;
		const again = await rawSession(first.port, "bare", 0x00);
		expect(again.bytes()[2]).toBe(1);
		again.socket.destroy();
		await first.stop();
		running.splice(0);
		const second = await open(ledger);
		const back = await rawSession(second.port, "bare", 0x00);
		expect(back.bytes()[2]).toBe(1);
		back.send(0xe0, 0);
		await back.closed;
		const clean = await rawSession(second.port, "bare");
		expect(clean.bytes()[2]).toBe(0);
		clean.send(0xe0, 0);
		await clean.closed;
		const anew = await rawSession(second.port, "bare", 0x00);
		expect(anew.bytes()[2]).toBe(0);
		anew.socket.destroy();
	});

	it("is forgotten after a week of absence, with what waits in it, and counted; not by a box that guesses the date", async () => {
		const ledger = createFakeLedger();
		const first = await open(ledger);
		const kiosk = await connectClient(first.url, { clientId: "kiosk", clean: false });
		await kiosk.subscribeAsync(log, { qos: 1 });
		await kiosk.endAsync();
		await publish(first, "a");
		await first.stop();
		running.splice(0);

		const at = (wall: string, quality: "synced" | "guess") => {
			ledger.door.now = () => ({ wall, boot: "boot", monoMs: 0, quality });
		};
		at("2031-01-01T00:00:00.000Z", "guess");
		const guessing = await open(ledger);
		expect(guessing.stats()).toMatchObject({ sessions: 1, queued: 1 });
		await guessing.stop();
		running.splice(0);
		at("2026-03-08T07:00:00.000Z", "synced");
		const within = await open(ledger);
		expect(within.stats()).toMatchObject({ sessions: 1, queued: 1 });
		await within.stop();
		running.splice(0);
		at("2026-03-08T09:00:00.000Z", "synced");
		const after = await open(ledger);
		expect(after.stats()).toMatchObject({ sessions: 0, queued: 0, dropped: { "session-expired": 1 } });
		await until(() => ledger.store.state().queued.length === 0, "the rows are gone");
		expect(ledger.store.state().retained.filter((row) => row.topic.includes("session"))).toEqual([]);
	});
});

describe("a kept session of a client that is always there", () => {
	it("survives the restart of a gateway that ran for weeks, killed or stopped", async () => {
		const ledger = createFakeLedger();
		const at = (wall: string) => {
			ledger.door.now = () => ({ wall, boot: "boot", monoMs: 0, quality: "synced" });
		};
		at("2026-03-01T08:00:00.000Z");
		const first = await open(ledger);
		const kiosk = await rawSession(first.port, "kiosk", 0x00);
		await until(() => ledger.store.state().retained.length > 0, "its note");
		at("2026-04-01T08:00:00.000Z");
		const second = await open(ledger);
		expect(second.stats().sessions).toBe(1);
		const back = await rawSession(second.port, "kiosk", 0x00);
		await second.stop();
		running.pop();
		at("2026-04-03T08:00:00.000Z");
		const third = await open(ledger);
		expect(third.stats().sessions).toBe(1);
		kiosk.socket.destroy();
		back.socket.destroy();
	});
});

describe("an address that connects again and again", () => {
	it("gets a burst and then its rate; others are not counted with it", () => {
		const connectRate = createConnectRate({ connectBurst: 3, connectsPerSecond: 2 });
		const tries = [0, 0, 0, 0, 400, 600, 600, 10_000, 10_000, 10_000, 10_000];
		expect(tries.map((now) => connectRate.mayCome("10.0.0.7", now))).toEqual([
			true,
			true,
			true,
			false,
			false,
			true,
			false,
			true,
			true,
			true,
			false,
		]);
		expect(connectRate.mayCome("10.0.0.8", 10_000)).toBe(true);
	});

	it("is turned away and counted", async () => {
		const broker = await open(createFakeLedger(), { limits: { connectBurst: 2, connectsPerSecond: 0.001 } });
		const first = await rawSession(broker.port, "one");
		const second = await rawSession(broker.port, "two");
		const third = await connectRaw(broker.port);
		await third.closed;
		expect(broker.stats().refused["connects-too-often"]).toBe(1);
		first.socket.destroy();
		second.socket.destroy();
	});
});

describe("a scale with firmware of its own", () => {
	it("says by a second path whether its weight has settled", async () => {
		const weights: unknown[] = [];
		const mapping = [
			mappingRule.parse({ topic: "tele/+/SENSOR", path: "HX711.Weight", settled: "HX711.Stable", device: "{1}", as: "weight" }),
		];
		const broker = await open(createFakeLedger(), {
			mapping,
			onWeight: (_device, milligrams, settled) => void weights.push([milligrams, settled]),
		});
		const client = await connectClient(broker.url);
		for (const stable of [true, false, 1, "ON", "off", undefined]) {
			await client.publishAsync("tele/s1/SENSOR", JSON.stringify({ HX711: { Weight: 5, Stable: stable } }), { qos: 1 });
		}
		expect(weights).toEqual([
			[5_000, true],
			[5_000, false],
			[5_000, true],
			[5_000, true],
			[5_000, false],
			[5_000, false],
		]);
		await client.endAsync();
	});
});
