import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { accountsFile } from "../../src/broker/access/accounts-file.ts";
import { createPairing } from "../../src/broker/access/pairing.ts";
import { until } from "../support/until.ts";
import { withAccounts } from "./access/with-accounts.ts";
import { connectClient, messagesOf, publishPacket, rawSession } from "./clients.ts";
import { createFakeLedger } from "./fake-ledger.ts";

const { at, open } = withAccounts();
const refusedWith = (code: number) => expect.objectContaining({ code });

describe("an account", () => {
	it("is made, gets another password and is revoked while the broker runs; its connection is cut and its session forgotten (case B6)", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const password = await broker.accounts.add({ name: "till-9", kind: "till" });
		const as = (secret: string) => ({ username: "till-9", password: secret, clientId: "t9", clean: false });
		const till = await connectClient(broker.url, as(password));
		till.on("error", () => {});
		await till.subscribeAsync("gondola/1/till/till-9/sale/ack", { qos: 1 });
		await expect(broker.accounts.add({ name: "till-9", kind: "device" })).rejects.toMatchObject({ code: "account-known" });
		const next = await broker.accounts.passwd("till-9");
		await until(() => !till.connected, "the old password's connection is cut");
		await expect(connectClient(broker.url, as(password))).rejects.toEqual(refusedWith(4));
		const again = await connectClient(broker.url, as(next));
		again.on("error", () => {});
		await broker.accounts.revoke("till-9");
		await until(() => !again.connected, "a revoked account is cut");
		await expect(connectClient(broker.url, as(next))).rejects.toEqual(refusedWith(4));
		expect(broker.stats().sessions).toBe(0);
		await expect(broker.accounts.revoke("till-9")).rejects.toMatchObject({ code: "account-unknown" });
		expect(existsSync(at.file)).toBe(true);
		await Promise.all([till.endAsync(true), again.endAsync(true)]);
	}, 120_000);

	it("that is edited by hand counts at once, and a slip of the pen puts nobody out (case B6)", async () => {
		const broker = await open(createFakeLedger());
		const password = await broker.accounts.add({ name: "hand-1", kind: "device" });
		const device = await connectClient(broker.url, { username: "hand-1", password });
		device.on("error", () => {});
		const text = readFileSync(at.file, "utf8");
		writeFileSync(at.file, text.slice(0, 20));
		await (await connectClient(broker.url, { username: "hand-1", password, clientId: "second" })).endAsync();
		expect(device.connected).toBe(true);
		writeFileSync(at.file, text.replace('"hand-1"', '"hand-2"'));
		await until(() => !device.connected, "the renamed account's connection is cut");
		await (await connectClient(broker.url, { username: "hand-2", password })).endAsync();
		await device.endAsync(true);
	}, 120_000);

	it("of a device that was approved is not let in when it cannot be kept (case B6), (case P2)", async () => {
		const broker = await open(createFakeLedger(), { accounts: { file: "/proc/gondola/accounts.json" } });
		broker.openPairing(1);
		const stranger = { username: "new-1", password: "its own random words" };
		await expect(connectClient(broker.url, stranger)).rejects.toEqual(refusedWith(4));
		await expect(broker.approve("new-1")).rejects.toMatchObject({ code: "accounts-not-writable" });
		await expect(connectClient(broker.url, stranger)).rejects.toEqual(refusedWith(4));
	});

	it("takes no topics that its kind does not have", async () => {
		const broker = await open(createFakeLedger());
		await expect(broker.accounts.add({ name: "a", kind: "device", publish: ["#"] })).rejects.toMatchObject({ code: "account-bad" });
		await expect(broker.accounts.add({ name: "B", kind: "device" })).rejects.toMatchObject({ code: "account-bad" });
		expect(accountsFile(at.file).load()).toEqual([]);
	});
});

describe("a refusal at the door", () => {
	it("is logged, listed, and an alarm that names the client when it repeats; let in, it is over (case B10)", async () => {
		const ledger = createFakeLedger();
		const said: Record<string, unknown>[] = [];
		const broker = await open(ledger, { log: { warn: (facts) => void said.push(facts) } });
		const password = await broker.accounts.add({ name: "hand-1", kind: "device" });
		const wrong = { username: "hand-1", password: "old", clientId: "scanner-3" };
		for (let n = 0; n < 5; n++) await expect(connectClient(broker.url, wrong)).rejects.toThrow();
		expect(said).toEqual([
			expect.objectContaining({ reason: "wrong-password", client: "scanner-3", account: "hand-1", address: "127.0.0.1" }),
		]);
		expect(broker.clients().refused).toEqual([expect.objectContaining({ reason: "wrong-password", account: "hand-1", count: 5 })]);
		const named = { code: "client-refused", subject: "hand-1", facts: expect.objectContaining({ client: "scanner-3", count: 5 }) };
		await until(() => ledger.alarms.length > 0, "the alarm");
		expect(ledger.alarms).toEqual([named]);
		const device = await connectClient(broker.url, { ...wrong, password });
		await until(() => ledger.cleared.length > 0, "the alarm goes");
		expect(broker.clients().connected).toEqual([
			{ client: "scanner-3", account: "hand-1", kind: "device", address: "127.0.0.1", session: "clean", version: "3.1.1" },
		]);
		await device.endAsync();
	}, 120_000);

	it("that a run before called an alarm is over when the client is let in after a restart", async () => {
		const ledger = createFakeLedger();
		const before = await open(ledger);
		const password = await before.accounts.add({ name: "hand-1", kind: "device" });
		const wrong = { username: "hand-1", password: "old", clientId: "scanner-3" };
		for (let n = 0; n < 5; n++) await expect(connectClient(before.url, wrong)).rejects.toThrow();
		await until(() => ledger.alarms.length > 0, "the alarm");
		const after = await open(ledger);
		const device = await connectClient(after.url, { ...wrong, password });
		await until(() => ledger.cleared.length > 0, "the alarm goes");
		expect(ledger.cleared).toEqual(["client-refused:hand-1"]);
		await device.endAsync();
	}, 120_000);

	it("of a sale on another till's topic is an alarm at once: money was taken for it (case B10)", async () => {
		const ledger = createFakeLedger();
		const broker = await open(ledger);
		const password = await broker.accounts.add({ name: "till-1", kind: "till" });
		const till = await connectClient(broker.url, { username: "till-1", password });
		await till.publishAsync("gondola/1/till/1/sale", "{}", { qos: 1 });
		await until(() => ledger.alarms.length > 0, "the alarm");
		expect(ledger.alarms[0]).toMatchObject({ code: "client-refused", subject: "till-1" });
		expect(broker.stats().refused).toEqual({ "sale-not-allowed": 1 });
		await till.endAsync();
	});
});

describe("retained messages", () => {
	it("of one device end at its share, unacknowledged and named; another's state is kept (case B12)", async () => {
		const ledger = createFakeLedger();
		const limits = { retainedPerAccount: 30, retainedMessages: 40 };
		const broker = await open(ledger, { anonymousLoopback: true, limits });
		const greedy = await rawSession(broker.port, "greedy");
		for (let n = 0; n < 60; n++)
			greedy.send(...publishPacket(`gondola/1/d/greedy/x${n}`, "x", 1, n + 1).map((byte, i) => (i === 0 ? byte | 1 : byte)));
		await greedy.closed;
		// CONNACK and a PUBACK for each that is kept, and for none that is not.
		expect((greedy.bytes().length - 4) / 4).toBe(30);
		expect(broker.stats()).toMatchObject({ retained: 30, refused: { "retained-quota": expect.any(Number) } });
		expect(broker.clients().refused[0]).toMatchObject({ reason: "retained-quota", client: "greedy" });

		const others = await connectClient(broker.url);
		for (let n = 0; n < 10; n++) await others.publishAsync(`gondola/1/d/other-${n}/info`, "x", { qos: 1, retain: true });
		await others.publishAsync("gondola/1/d/shelf-1/state", "online", { qos: 1, retain: true });
		const seen = messagesOf(others);
		await others.subscribeAsync("gondola/1/d/+/state", { qos: 1 });
		await until(() => seen.length === 1, "the state");
		expect(seen[0]).toMatchObject({ topic: "gondola/1/d/shelf-1/state", text: "online", retain: true });
		// What is replaced or taken back needs no further room.
		await others.publishAsync("gondola/1/d/greedy/x1", "y", { qos: 1, retain: true });
		await others.publishAsync("gondola/1/d/greedy/x2", "", { qos: 1, retain: true });
		expect(broker.stats().retained).toBe(40);
		await others.endAsync();
	});

	it("end at their share of bytes, also while many are on their way to the disk (case B12)", async () => {
		const ledger = createFakeLedger();
		ledger.commitMs = 50;
		const broker = await open(ledger, { anonymousLoopback: true, limits: { retainedBytesPerAccount: 300_000 } });
		const client = await connectClient(broker.url);
		client.on("error", () => {});
		const payload = Buffer.alloc(100_000, 0x61);
		for (let n = 0; n < 20; n++) client.publish(`gondola/1/d/a/x${n}`, payload, { qos: 1, retain: true });
		await until(() => !client.connected, "it is cut off");
		await until(() => ledger.asked === 0, "the disk is quiet");
		expect(ledger.store.state().retained.length).toBeLessThanOrEqual(2);
		await client.endAsync(true);
	});
});

describe("kept sessions", () => {
	it("of one account leave room for those of others", async () => {
		const broker = await open(createFakeLedger(), { limits: { sessionsPerAccount: 2 } });
		const [a, b] = [await broker.accounts.add({ name: "a", kind: "device" }), await broker.accounts.add({ name: "b", kind: "device" })];
		const as = (username: string, password: string, n: number) => ({ username, password, clientId: `${username}-${n}`, clean: false });
		for (const n of [1, 2]) await (await connectClient(broker.url, as("a", a, n))).endAsync();
		await expect(connectClient(broker.url, as("a", a, 3))).rejects.toEqual(refusedWith(3));
		await (await connectClient(broker.url, as("b", b, 1))).endAsync();
	});
});

describe("the list of devices that knock", () => {
	it("cannot be filled by strangers", async () => {
		const pairing = createPairing();
		pairing.open(5);
		const password = Buffer.from("long enough words");
		for (let n = 0; n < 100; n++) await pairing.note(`x-${n}`, password, "10.0.0.66");
		for (let n = 0; n < 80; n++) await pairing.note(`y-${n}`, password, `10.0.1.${n % 20}`);
		expect(await pairing.note("scanner", password, "10.0.0.7")).toBe(true);
		expect(pairing.pending().map(({ device }) => device)).toContain("scanner");
		expect(pairing.pending().length).toBeLessThanOrEqual(64);
	});
});
