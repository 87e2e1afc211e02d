/** What the gate does by time alone, on a line in memory and a clock that the test moves. */
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createGate } from "../../src/broker/connection/gate.ts";
import { type BrokerLimits, defaultLimits } from "../../src/broker/limits.ts";
import { packet, publishPacket, text } from "./clients.ts";

const connack = Buffer.from([0x20, 2, 0, 0]);
const publish = Buffer.from(publishPacket("gondola/1/d/a/log", "x"));

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
	onTestFinished(() => void vi.useRealTimers());
});

/** A client that has sent its CONNECT and was let in. */
async function admitted(limits: Partial<BrokerLimits>, keepAliveSeconds = 60) {
	const line = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
	const refused: string[] = [];
	const gate = createGate(line, "192.0.2.1", { ...defaultLimits, ...limits }, (reason) => refused.push(reason));
	let bytes = 0;
	gate.on("data", (chunk: Buffer) => {
		bytes += chunk.length;
	});
	const connect = Buffer.from(packet(0x10, [...text("MQTT"), 4, 2, 0, keepAliveSeconds, ...text("a")]));
	line.push(connect);
	await setImmediate();
	gate.write(connack);
	gate.open();
	const advance = async (ms: number): Promise<void> => {
		vi.advanceTimersByTime(ms);
		// The bytes that passed are read in turns of the event loop, which no clock counts.
		for (let turn = 0; turn < 5; turn += 1) await setImmediate();
	};
	return { line, refused, advance, passed: () => (bytes - connect.length) / publish.length };
}

describe("the gate", () => {
	it("slows a client down to its rate: ten at once, then a hundred a second", async () => {
		const { line, advance, passed } = await admitted({ publishesPerSecond: 100, publishBurst: 10 });
		line.push(Buffer.concat(Array.from({ length: 60 }, () => publish)));
		await advance(0);
		expect(passed()).toBe(10);
		await advance(100);
		expect(passed()).toBe(20);
		await advance(390);
		expect(passed()).toBe(59);
		await advance(10);
		expect(passed()).toBe(60);
	});

	it("[MQTT-3.1.2-24] cuts a client off after one and a half keep-alives of silence, and not before", async () => {
		const { line, refused, advance } = await admitted({}, 1);
		await advance(1_400);
		line.push(publish);
		await advance(1_499);
		expect(refused).toEqual([]);
		await advance(1);
		expect(refused).toEqual(["keep-alive"]);
	});
});
