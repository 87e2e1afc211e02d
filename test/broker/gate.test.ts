import { describe, expect, it } from "vitest";
import { until } from "../support/until.ts";
import { connectClient, connectPacket, connectRaw, messagesOf, publishPacket, rawSession, subscribePacket } from "./clients.ts";
import { createFakeLedger } from "./fake-ledger.ts";
import { withBrokers } from "./with-brokers.ts";

const { open } = withBrokers();

const scan = (id: string): string => JSON.stringify({ id, code: "4006381333931" });
const scanTopic = "gondola/1/d/hand-1/e/scan";

describe("a client that stops reading", () => {
	it("does not silence the others, and loses only its own", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger, { limits: { backlogBytes: 256 * 1024, stuckMs: 5_000 } });
		const frozen = await rawSession(broker.port, "frozen");
		frozen.send(...subscribePacket(1, "gondola/1/d/big/log", 0));
		await until(() => frozen.bytes().length >= 9, "SUBACK");
		frozen.socket.pause();
		const screen = await connectClient(broker.url);
		const seen = messagesOf(screen);
		await screen.subscribeAsync("gondola/1/d/small/log");
		const big = await connectClient(broker.url);
		const small = await connectClient(broker.url);
		const payload = Buffer.alloc(64 * 1024, 0x61);
		await until(() => {
			big.publish("gondola/1/d/big/log", payload);
			return (broker.stats().dropped["backlog"] ?? 0) > 0;
		}, "the frozen client's backlog is full");
		for (let n = 1; n <= 20; n++) {
			big.publish("gondola/1/d/big/log", payload);
			small.publish("gondola/1/d/small/log", `tick ${n}`);
			await until(() => seen.length === n, `tick ${n} at the screen`);
		}
		expect(broker.stats().refused["too-slow"]).toBeUndefined();
		await until(() => broker.stats().refused["too-slow"] === 1, "it is cut off");
		await Promise.all([big.endAsync(true), small.endAsync(true), screen.endAsync(true)]);
		frozen.socket.destroy();
	});
});

describe("the gate", () => {
	it("refuses a packet that announces 100 MiB before holding any of it", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const raw = await rawSession(broker.port, "greedy");
		raw.send(0x30, 0x80, 0x80, 0x80, 0x32, 0, 1, 0x61);
		await raw.closed;
		expect(broker.stats().refused["packet-too-large"]).toBe(1);
	});

	it("lets the largest allowed payload through in pieces", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const client = await connectClient(broker.url);
		const seen = messagesOf(client);
		await client.subscribeAsync("gondola/1/d/a/log");
		await client.publishAsync("gondola/1/d/a/log", Buffer.alloc(256 * 1024, 0x62), { qos: 1 });
		await until(() => seen.length === 1, "the message");
		expect(seen[0]!.text.length).toBe(256 * 1024);
		await client.endAsync();
	});

	it("closes a connection whose CONNECT stays half", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger, { limits: { halfPacketMs: 100 } });
		const raw = await connectRaw(broker.port);
		raw.send(...connectPacket("slow").slice(0, 7));
		await raw.closed;
		expect(broker.stats().refused["half-packet"]).toBe(1);
	});

	it("holds back a client that is faster than the disk, in bounded memory", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger, { limits: { pendingPublishes: 8 } });
		ledger.commitMs = 30;
		const raw = await rawSession(broker.port, "hand-1");
		for (let n = 1; n <= 100; n++) raw.send(...publishPacket(scanTopic, scan(`n${n}`), 1, n));
		await until(() => raw.bytes().length >= 4 + 100 * 4, "all acknowledged");
		expect(ledger.mostAtOnce).toBe(8);
		expect(ledger.scans).toHaveLength(100);
		raw.socket.destroy();
	});

	it("passes on what a client sent before it disconnected and was gone", async () => {
		const ledger = createFakeLedger();
		ledger.commitMs = 30;
		const broker = await open(ledger);
		const raw = await connectRaw(broker.port);
		raw.socket.end(Buffer.from([...connectPacket("quick"), ...publishPacket(scanTopic, scan("q"), 0), 0xe0, 0]));
		await until(() => ledger.scans.length === 1, "the scan");
	});
});
