import { describe, expect, it } from "vitest";
import { type Broker } from "../../../src/broker/broker.ts";
import { willOwnerOp } from "../../../src/broker/ledger/session-records.ts";
import { until } from "../../support/until.ts";
import { connectClient, connectPacket, connectRaw, messagesOf, rawSession, subscribePacket } from "../clients.ts";
import { createFakeLedger, type FakeLedger } from "../fake-ledger.ts";
import { as, withAccounts } from "./with-accounts.ts";

const { open } = withAccounts({ "till-1": "till", "till-2": "till", "shelf-1": "device", "shelf-2": "device" });
const rejected = expect.objectContaining({ code: 2 });

/** A till that subscribed to its answers and went home, with three of them waiting. */
async function absentTill(broker: Broker, ledger: FakeLedger): Promise<void> {
	const till = await connectClient(broker.url, as("till-1", { clean: false }));
	await till.subscribeAsync("gondola/1/till/till-1/sale/ack", { qos: 1 });
	const sale = (id: string) => JSON.stringify({ id, at: "2026-03-01T08:00:00Z", lines: [{ sku: "A", quantity: 1, amountMinor: 1 }] });
	ledger.commitMs = 20;
	for (const id of ["a", "b", "c"]) till.publish("gondola/1/till/till-1/sale", sale(id), { qos: 1 });
	await until(() => ledger.asked > 0, "the sales are on their way");
	till.stream.destroy();
	await until(() => ledger.store.state().queued.length === 3 && broker.stats().clients === 0, "three answers wait");
	ledger.commitMs = 0;
}

describe("the last will of a device", () => {
	it("that a killed gateway left is forgotten with its account", async () => {
		const ledger = createFakeLedger();
		const will = { topic: "gondola/1/d/shelf-1/state", payload: Buffer.from("offline"), qos: 1, retain: true };
		await ledger.store.apply([{ op: "will", client: "shelf-1", will }, willOwnerOp("shelf-1", { account: "shelf-1" })]);
		const broker = await open(ledger);
		await broker.accounts.revoke("shelf-1");
		await until(() => ledger.store.state().wills.length === 0, "the will is gone");
		expect(ledger.store.state().retained).toEqual([]);
	});
});

describe("a session of an absent till", () => {
	it.each([
		["by another till, clean", "till-2", true],
		["by another till, not clean", "till-2", false],
		["by a device, clean", "shelf-1", true],
		["by a device, not clean", "shelf-1", false],
	])(
		"is not taken over %s, also after a restart; the till gets its answers (case B2)",
		async (_, other, clean) => {
			const ledger = createFakeLedger();
			const first = await open(ledger);
			await absentTill(first, ledger);
			await expect(connectClient(first.url, as(other, { clientId: "till-1", clean }))).rejects.toEqual(rejected);
			expect(ledger.store.state().queued).toHaveLength(3);
			const second = await open(ledger);
			await expect(connectClient(second.url, as(other, { clientId: "till-1", clean }))).rejects.toEqual(rejected);
			expect(second.stats()).toMatchObject({ queued: 3, refused: { "client-id-of-another": 1 } });
			const back = await connectClient(second.url, as("till-1", { clean: false }));
			const acks = messagesOf(back);
			await until(() => acks.length === 3, "the till's answers");
			expect(acks.map((ack) => (JSON.parse(ack.text) as { id: string }).id)).toEqual(["a", "b", "c"]);
			await back.endAsync();
		},
		60_000,
	);

	it("that no account left is taken over by whoever may hear all of it, and by nobody else (case B2)", async () => {
		const ledger = createFakeLedger();
		const demo = await open(ledger, { anonymousLoopback: true });
		const till = await connectClient(demo.url, { clientId: "till-1", clean: false });
		await till.subscribeAsync("gondola/1/till/till-1/sale/ack", { qos: 1 });
		await till.endAsync();
		const shop = await open(ledger);
		await expect(connectClient(shop.url, as("till-2", { clientId: "till-1", clean: true }))).rejects.toEqual(rejected);
		await (await connectClient(shop.url, as("till-1", { clean: false }))).endAsync();
	});
});

describe("a last will that waits for its device", () => {
	it("is not lost to another account under the same client id (case B2)", async () => {
		const ledger = createFakeLedger();
		const first = await open(ledger);
		const will = { topic: "gondola/1/d/shelf-1/state", payload: Buffer.from("offline"), qos: 1 as const, retain: true };
		const shelf = await connectClient(first.url, as("shelf-1", { will }));
		shelf.on("error", () => {});
		await until(() => ledger.store.state().wills.length === 1, "the will is kept");
		// No stop(): the gateway was killed.
		const second = await open(ledger);
		await expect(connectClient(second.url, as("shelf-2", { clientId: "shelf-1" }))).rejects.toEqual(rejected);
		expect(ledger.store.state().wills).toHaveLength(1);
		await (await connectClient(second.url, as("shelf-1"))).endAsync();
		await until(() => ledger.store.state().wills.length === 0, "its own client takes it back");
		await shelf.endAsync(true);
	});
});

describe("messages that a killed gateway had sent", () => {
	it("come again with DUP, also those that were acknowledged and not forgotten yet (case B13)", async () => {
		const ledger = createFakeLedger();
		const first = await open(ledger, { anonymousLoopback: true, limits: { window: 20 } });
		const kiosk = await connectClient(first.url, { clientId: "kiosk", clean: false });
		await kiosk.subscribeAsync("gondola/1/d/+/log", { qos: 1 });
		await kiosk.endAsync();
		const device = await connectClient(first.url);
		await Promise.all(Array.from({ length: 900 }, (_, n) => device.publishAsync("gondola/1/d/a/log", `m${n}`, { qos: 1 })));
		await device.endAsync();
		const got = new Set<string>();

		// What the gateway tidies later is not on disk yet when it is killed: acknowledgements are forgotten by this ledger.
		const { store } = ledger;
		ledger.do = async (_, args) => store.apply((args as { ops: { op: string }[] }).ops.filter(({ op }) => op !== "dequeue") as never);
		const reader = await connectClient(first.url, { clientId: "kiosk", clean: false });
		reader.on("message", (_topic, payload) => {
			got.add(payload.toString());
		});
		await until(() => got.size >= 600, "most of them");
		const killed = store.load();
		reader.stream.destroy();
		const restarted = createFakeLedger();
		restarted.read.broker.load = () => killed;
		const second = await open(restarted, { anonymousLoopback: true });
		const back = await connectClient(second.url, { clientId: "kiosk", clean: false });
		const again = messagesOf(back);
		await until(() => again.length > 0 && again.at(-1)!.text === "m899", "the rest");
		const sentBefore = again.filter(({ text }) => got.has(text));
		expect(sentBefore.length).toBeGreaterThan(100);
		expect(sentBefore.filter(({ dup }) => !dup)).toEqual([]);
		await back.endAsync();
	}, 120_000);
});

describe("a CONNECT of a protocol level that is not served", () => {
	it.each([0, 1, 2, 6, 9, 127])("%i gets CONNACK 1 and is counted (case B15)", async (level) => {
		const broker = await open(createFakeLedger(), { anonymousLoopback: true });
		const raw = await connectRaw(broker.port);
		const packet = connectPacket("old");
		packet[8] = level;
		raw.send(...packet);
		await raw.closed;
		expect([...raw.bytes()]).toEqual([0x20, 2, 0, 1]);
		expect(broker.stats().refused).toEqual({ "protocol-level": 1 });
	});

	it("of another protocol's name is closed and counted (case B15)", async () => {
		const broker = await open(createFakeLedger(), { anonymousLoopback: true });
		const raw = await connectRaw(broker.port);
		raw.send(...connectPacket("x").map((byte, i) => (i === 4 ? 0x4e : byte)));
		await raw.closed;
		expect(raw.bytes().length).toBe(0);
		expect(broker.stats().refused).toEqual({ "protocol-name": 1 });
	});

	it("3, 4 and 5 are let in (case B9)", async () => {
		const broker = await open(createFakeLedger(), { anonymousLoopback: true });
		const old = await connectRaw(broker.port);
		old.send(0x10, 15, 0, 6, 0x4d, 0x51, 0x49, 0x73, 0x64, 0x70, 3, 2, 0, 60, 0, 1, 0x78);
		await until(() => old.bytes().length >= 4, "CONNACK");
		expect([...old.bytes()]).toEqual([0x20, 2, 0, 0]);
		old.socket.destroy();
		const now = await rawSession(broker.port, "now");
		now.send(...subscribePacket(1, "gondola/1/d/a/log", 0));
		await until(() => now.bytes().length >= 9, "SUBACK");
		now.socket.destroy();
		const five = await connectRaw(broker.port);
		five.send(0x10, 17, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 60, 0, 0, 4, 0x66, 0x69, 0x76, 0x65);
		await until(() => five.bytes().length >= 4, "CONNACK");
		expect([...five.bytes().subarray(0, 4)]).toEqual([0x20, five.bytes().length - 2, 0, 0]);
		five.socket.destroy();
	});
});
