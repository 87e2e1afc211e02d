import { describe, expect, it } from "vitest";
import type { BrokerOptions } from "../../../src/broker/broker.ts";
import { createScanBatches } from "../../../src/broker/ledger/scan-batches.ts";
import { readScan, scanPayload } from "../../../src/broker/topics.ts";
import { unpackScans } from "../../../src/words/scan.ts";
import { until } from "../../support/until.ts";
import { connectClient, publishPacket, rawSession, subscribePacket } from "../clients.ts";
import { createFakeLedger } from "../fake-ledger.ts";
import { withBrokers } from "../with-brokers.ts";

const brokers = withBrokers();
const open = (options: Partial<BrokerOptions> = {}) => brokers.open(createFakeLedger(), options);

const log = "gondola/1/d/a/log";

describe("a clean session that listens at QoS 1", () => {
	it("has at most a window of messages on the way, and gets the rest in order as it acknowledges", async () => {
		const broker = await open({ limits: { liveWindow: 5 } });
		const screen = await rawSession(broker.port, "screen");
		screen.send(...subscribePacket(1, log, 1));
		await until(() => screen.bytes().length >= 9, "SUBACK");
		const device = await connectClient(broker.url);
		for (let n = 0; n < 12; n++) await device.publishAsync(log, String.fromCharCode(97 + n), { qos: 1 });
		const size = publishPacket(log, "x", 1).length;
		const windowEnd = 9 + 5 * size;
		/** Without the answer to the ping that is sent when the window is full. */
		const messages = (): Buffer => Buffer.concat([screen.bytes().subarray(0, windowEnd), screen.bytes().subarray(windowEnd + 2)]);
		const letters = (): string =>
			Array.from({ length: Math.floor((messages().length - 9) / size) }, (_, n) =>
				String.fromCharCode(messages()[9 + (n + 1) * size - 1]!),
			).join("");
		screen.send(0xc0, 0);
		// The answer to a ping comes after all that may be sent.
		await until(() => screen.bytes().length >= windowEnd + 2, "a window, and an answer");
		expect(letters()).toBe("abcde");
		expect([...screen.bytes().subarray(windowEnd)]).toEqual([0xd0, 0]);
		for (let n = 0; n < 12; n++) {
			await until(() => letters().length > n, "the next");
			const at = 9 + (n + 1) * size - 3;
			screen.send(0x40, 2, messages()[at]!, messages()[at + 1]!);
		}
		expect(letters()).toBe("abcdefghijkl");
		screen.socket.destroy();
		await device.endAsync();
	});

	it("is cut off when it acknowledges nothing for thousands of messages, and its publisher is hardly slowed", async () => {
		const broker = await open({ limits: { liveWindow: 10, queuedMessages: 2_000 } });
		const screen = await rawSession(broker.port, "screen");
		screen.send(...subscribePacket(1, log, 1));
		await until(() => screen.bytes().length >= 9, "SUBACK");
		const device = await rawSession(broker.port, "device");
		for (let n = 0; n < 3_000; n++) device.send(...publishPacket(log, "x", 1, n + 1));
		await until(() => device.bytes().length >= 4 + 3_000 * 4, "all acknowledged");
		await screen.closed;
		expect(broker.stats().refused["too-slow"]).toBe(1);
		device.socket.destroy();
	});

	it("gets one copy at the best quality when its filters overlap [MQTT-3.3.5-1]", async () => {
		const broker = await open();
		const screen = await rawSession(broker.port, "screen");
		screen.send(...subscribePacket(1, "gondola/1/d/+/log", 0));
		screen.send(...subscribePacket(2, "gondola/1/d/a/#", 1));
		await until(() => screen.bytes().length >= 14, "SUBACKs");
		const device = await connectClient(broker.url);
		await device.publishAsync(log, "once", { qos: 1 });
		const size = publishPacket(log, "once", 1).length;
		await until(() => screen.bytes().length >= 14 + size, "the message");
		// A second copy would have come before the answer to what is asked now.
		screen.send(0xc0, 0);
		await until(() => screen.bytes().length >= 14 + size + 2, "an answer");
		expect([...screen.bytes().subarray(14 + size)]).toEqual([0xd0, 0]);
		expect(screen.bytes()[14]).toBe(0x32);
		screen.socket.destroy();
		await device.endAsync();
	});
});

describe("packets of one client", () => {
	it("have their effects in the order they came, whatever their kinds", async () => {
		const broker = await open();
		const own = await rawSession(broker.port, "own");
		own.send(
			...subscribePacket(1, log, 0),
			...publishPacket(log, "a", 1, 1),
			0xa2,
			2 + 2 + log.length,
			0,
			2,
			0,
			log.length,
			...Buffer.from(log),
			...publishPacket(log, "b", 1, 2),
		);
		await until(() => own.bytes().includes(Buffer.from([0x40, 2, 0, 2])), "both acknowledged");
		const heard = own.bytes().toString("latin1");
		expect(heard).toContain(`${log}a`);
		expect(heard).not.toContain(`${log}b`);
		own.socket.destroy();
	});

	it("are still answered with PINGRESP while the disk holds back its messages", async () => {
		const ledger = createFakeLedger();
		ledger.commitMs = 300;
		const broker = await open({ ledger: ledger.door, limits: { pendingPublishes: 1 } });
		const raw = await rawSession(broker.port, "slow");
		const scan = (id: number) => publishPacket("gondola/1/d/slow/e/scan", `{"id":${id},"code":"1"}`, 1, id);
		raw.send(...scan(1), ...scan(2), 0xc0, 0);
		await until(() => raw.bytes().length >= 6, "an answer");
		expect([...raw.bytes().subarray(4)]).toEqual([0xd0, 0]);
		raw.socket.destroy();
	});
});

describe("a scan's payload", () => {
	it("is judged by hand exactly as by its schema", () => {
		const ids: unknown[] = [
			"a",
			"",
			"\ud800",
			"\ud83d\ude00",
			"x".repeat(128),
			"x".repeat(129),
			0,
			7,
			-1,
			1.5,
			2 ** 53,
			2 ** 53 - 1,
			null,
			true,
			{},
			undefined,
		];
		const codes: unknown[] = ["4006381333931", "", "half \udc00", "x".repeat(4_096), "x".repeat(4_097), 1, null, undefined, ["a"]];
		const aims: unknown[] = [undefined, "]E0", "]e", "E0", "]E00", "", null, 3];
		const ats: unknown[] = [
			undefined,
			"2026-03-01T08:00:00.000Z",
			"2026-03-01T08:00:00Z",
			"2026-03-01T09:00:00+01:00",
			"2026-02-30T08:00:00.000Z",
			"2026-03-01T24:00:00.000Z",
			"2026-03-01",
			"yesterday",
			"",
			1_700_000_000_000,
			null,
			"2024-02-29T08:00:00.000Z",
			"2026-03-01T08:00:00.000",
			"2026-03-01t08:00:00.000z",
		];
		const texts = [
			"",
			"{",
			"[]",
			"null",
			"7",
			'"x"',
			'[{"id":"a","code":"b"}]',
			'{"id":"a","code":"b","more":1}',
			'{"id":"a","code":"b","__proto__":{"aim":"]E0"}}',
		];
		for (const id of ids) for (const code of codes) texts.push(JSON.stringify({ id, code }));
		for (const aim of aims) for (const at of ats) texts.push(JSON.stringify({ id: "a", code: "b", aim, at }));
		for (const text of texts) {
			let bySchema: unknown = null;
			try {
				bySchema = scanPayload.safeParse(JSON.parse(text)).data ?? null;
			} catch {}
			expect([text.slice(0, 80), readScan(Buffer.from(text))]).toEqual([text.slice(0, 80), bySchema]);
		}
	});
});

describe("scans that share a call", () => {
	it("are each answered for themselves: one that the flow cannot bear harms no other", async () => {
		const calls: number[] = [];
		const ledger = {
			async do(_flow: string, args: unknown): Promise<never> {
				const scans = unpackScans((args as { packed: string }).packed);
				calls.push(scans.length);
				if (scans.some((scan) => scan.code === "bad"))
					throw Object.assign(new Error("flow"), { name: "LedgerTrouble", code: "flow-failed" });
				return undefined as never;
			},
		};
		const batches = createScanBatches(ledger, () => {});
		const answers = await Promise.all(
			["a", "bad", "c"].map(
				(code) => new Promise((resolve) => batches.record({ device: "d", code }, (error) => resolve(error === null ? code : "failed"))),
			),
		);
		expect(answers).toEqual(["a", "failed", "c"]);
		expect(calls).toEqual([3, 1, 1, 1]);
	});
});
