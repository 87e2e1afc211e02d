import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pack, packData, readMessage } from "../../../src/link/protocol/envelope.ts";
import type { Cmd, Data, HelloUp, Welcome } from "../../../src/link/protocol/messages.ts";
import { type KeyList, rotated, signKeyList } from "../../../src/trust/key-list.ts";
import { makeKey, type SigningKey } from "../../../src/trust/keys.ts";
import { sealRecords } from "../../../src/trust/seal.ts";
import { signStatement } from "../../../src/trust/signing.ts";
import { openStoreTrust, type StoreTrust } from "../../../src/trust/store-trust.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { nextHash } from "../../../src/words/basics/chain.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const root = mkdtempSync(join(tmpdir(), "gondola-whose-word-"));
const [first, second, line, thief] = [makeKey("root"), makeKey("root"), makeKey("line"), makeKey("line")];
const notBefore = "2020-01-01T00:00:00.000Z";
const unsigned = { tenant: "t", version: 1, issuedAt: notBefore, expires: "2099-01-01T00:00:00.000Z" };
const firstList = signKeyList({ ...unsigned, keys: [{ kid: line.kid, public: line.public, role: "line", notBefore }] }, first);
const hqNow: { key: SigningKey; list: KeyList } = { key: line, list: firstList };
const boxKeys: Record<string, SigningKey> = { s1: makeKey("store"), s2: makeKey("store") };
const kept: string[] = [];
const trustOf = (store: string): StoreTrust =>
	openStoreTrust(
		{
			tenant: "t",
			store,
			roots: { first: first.public, second: second.public, number: 0 },
			keyList: firstList,
			enrolledAt: notBefore,
			key: boxKeys[store]!,
		},
		(_, list) => void kept.push(`${store} ${list.version}`),
	);

let pair: Pair;
const boxes: Record<string, Box> = {};
/** The newest message of each kind: `s1 up hello`. */
const heard = new Map<string, Buffer>();

beforeAll(async () => {
	pair = await openPair(["s1", "s2", "old"], undefined, {
		signer: () => hqNow.key,
		hq: {
			tenant: "t",
			trustForMs: 8 * 86_400_000,
			sign: (domain, store, statement) => signStatement(domain, { tenant: "t", store }, statement, hqNow.key),
			signLeap: (store, batch) => signStatement("gondola/leap/1", { tenant: "t", store }, batch, hqNow.key),
			list: () => hqNow.list,
			successors: () => [],
		},
		store: (store) => (store === "old" ? undefined : trustOf(store)),
	});
	pair.tap = (direction, channel, payload, store) => {
		const { ask } = JSON.parse(gunzipSync(payload.subarray(1)).toString()) as { ask?: true };
		if (!ask) heard.set(`${store} ${direction} ${channel}`, payload);
		return true;
	};
	for (const [store, key] of Object.entries(boxKeys))
		await pair.db.transaction((tx) =>
			tx.query("INSERT INTO store_key (kid, store, public, inc, enrolled_at) VALUES ($1, $2, $3, 1, $4)", [
				key.kid,
				store,
				key.public,
				notBefore,
			]),
		);
	for (const store of ["s1", "s2", "old"]) boxes[store] = pair.box(join(root, store), {}, false, store);
	await push("monday", "all", { milk: 100, bread: 200 });
	await push("s1-only", ["s1"], { soap: 300 });
	await settled();
}, 120_000);
afterAll(async () => {
	await pair.close();
	rmSync(root, { recursive: true, force: true });
});

const push = (id: string, stores: readonly string[] | "all", prices: Record<string, number>) =>
	pair.hq.acceptPush({
		id,
		stores,
		rejected: [],
		changes: Object.entries(prices).map(([sku, amountMinor]) => ({
			sku,
			amountMinor,
			currency: "EUR",
			kind: "regular" as const,
			article: { name: sku },
		})),
	});
const charged = (store: string, sku: string): number | undefined => {
	boxes[store]!.do("activateDue", {});
	return boxes[store]!.writer.book.prices.winning(sku, new Date().toISOString())?.amountMinor;
};
async function settled(...which: string[]): Promise<void> {
	for (const store of which.length > 0 ? which : Object.keys(boxes))
		await eventually(async () => {
			const { dn, up } = (await pair.hq.link.load(store))!;
			const { link } = boxes[store]!.ledger.read;
			for (const stream of ["catalog", "stock", "config"] as const)
				expect([link.dn(stream)?.position, dn[stream]!.acked]).toEqual([dn[stream]!.last, dn[stream]!.last]);
			expect(up.facts).toMatchObject({ position: link.up("facts").last });
		});
}
const read = <M>(store: string, direction: "up" | "dn"): M =>
	JSON.parse(gunzipSync(heard.get(`${store} ${direction} hello`)!.subarray(1)).toString()) as M;
const forgedAt = (store: string): number => boxes[store]!.end.status().counts.forged;

/** A catalog message that fits the store's chain, as whoever listens to its line can make one. */
function nextFor(store: string, record: unknown, seals?: Data["seals"]): { payload: Buffer; at: number } {
	const { epoch, position, hash } = boxes[store]!.ledger.read.link.dn("catalog")!;
	const session = read<Welcome>(store, "dn").session;
	const head = { session, stream: "catalog" as const, epoch, from: position + 1, n: 1, prevHash: hash };
	return { payload: packData({ ...head, ...(seals && { seals }) }, [canonicalText(record)])!, at: position };
}
const cheap = (version = 1_000) => ({
	type: "price",
	price: { sku: "milk", version, kind: "regular", amountMinor: 1, currency: "EUR", from: "2026-01-01T00:00:00.000Z" },
});

describe("a store that enrolled with a key", { timeout: 60_000 }, () => {
	it("takes what head office sealed for it, and says facts up that head office takes", async () => {
		expect(charged("s1", "milk")).toBe(100);
		expect(charged("s1", "soap")).toBe(300);
		expect(charged("s2", "soap")).toBeUndefined();
		expect(forgedAt("s1") + forgedAt("s2")).toBe(0);
		await settled();
		expect(pair.session("s1").status().strangers).toBe(0);
	});

	it("signs one decision once, however many stores hear it", async () => {
		const seals = await pair.db.query<{ body: string; n: number }>(
			"SELECT s.body, sum(x.count)::int AS n FROM seal s JOIN sealed_run x ON x.seal = s.id GROUP BY s.id, s.body",
		);
		const monday = seals.filter(({ body, n }) => n === 2 && body.includes('"group":"all"') && body.includes('"push"'));
		expect(monday.length).toBeGreaterThan(0);
		const [prices] = await pair.db.query<{ n: number }>(
			"SELECT count(*)::int AS n FROM sealed_run x JOIN push_change c ON c.version >= x.first AND c.version < x.first + x.count WHERE c.push = 'monday'",
		);
		expect(prices!.n).toBe(2);
	});

	it("takes no price that nobody sealed, nor one that another key or another store's seal vouches for", async () => {
		const text = canonicalText(cheap());
		const head = { id: "x", tenant: "t", kind: "push", at: new Date().toISOString() } as const;
		const run = (sealed: ReturnType<typeof sealRecords>, from: number) => [
			{ from, n: 1, leaf: 0, proof: sealed.prove(0, 1), seal: sealed.seal },
		];
		const byThief = sealRecords({ ...head, audience: { group: "all", version: 1 } }, [text], thief);
		const byBox = sealRecords({ ...head, audience: { group: "all", version: 1 } }, [text], boxKeys["s2"]!);
		const forOther = sealRecords({ ...head, audience: { stores: ["s2"] } }, [text], line);
		const ofOther = sealRecords({ ...head, audience: { stores: ["s1"] } }, [canonicalText(cheap(999))], line);
		const { position } = boxes["s1"]!.ledger.read.link.dn("catalog")!;
		for (const seals of [
			undefined,
			[],
			run(byThief, position + 1),
			run(byBox, position + 1),
			run(forOther, position + 1),
			run(ofOther, position + 1),
		]) {
			const before = forgedAt("s1");
			const { payload, at } = nextFor("s1", cheap(), seals);
			boxes["s1"]!.end.arrived("data", payload);
			expect(forgedAt("s1")).toBe(before + 1);
			expect(boxes["s1"]!.ledger.read.link.dn("catalog")!.position).toBe(at);
		}
		expect(charged("s1", "milk")).toBe(100);
		const alarm = boxes["s1"]!.writer.book.alarms.list().find(({ id }) => id === "hq-forged:hq");
		expect(alarm).toMatchObject({ level: "RED", clearedAt: null });
	});

	it("takes no acknowledgement that head office did not sign, nor one without a signature", async () => {
		const { epoch, last, hash } = boxes["s1"]!.ledger.read.link.up("facts");
		const { session } = read<Welcome>("s1", "dn");
		const ack = { session, stream: "facts" as const, epoch, upTo: last + 1, hash, window: 8 };
		for (const forged of [ack, signStatement("gondola/ack/1", { tenant: "t", store: "s1" }, ack, thief)]) {
			const before = forgedAt("s1");
			boxes["s1"]!.end.arrived("ack", pack(forged));
			expect(forgedAt("s1")).toBe(before + 1);
		}
	});

	it("does not take numbers for lost because somebody says so", async () => {
		const { epoch, position, hash } = boxes["s1"]!.ledger.read.link.dn("catalog")!;
		const { session } = read<Welcome>("s1", "dn");
		const leap = { to: position + 1_000, hash: "a".repeat(32), why: "too-large" };
		const head = { session, stream: "catalog" as const, epoch, from: position + 1, n: 1_000, prevHash: hash, leap };
		boxes["s1"]!.end.arrived("data", packData(head, [])!);
		expect(boxes["s1"]!.ledger.read.link.dn("catalog")!.position).toBe(position);
	});

	it("follows no welcome that head office did not sign, and none that was changed", async () => {
		const welcome = read<Welcome>("s1", "dn");
		const epoch = boxes["s1"]!.ledger.read.link.dn("catalog")!.epoch;
		const { kid: _, sig: __, ...plain } = welcome;
		const other = { ...plain, t0: welcome.t0 + 1, dn: { catalog: { epoch: "f".repeat(16), last: 9 } } };
		for (const forged of [
			other,
			{ ...welcome, ...other },
			signStatement("gondola/welcome/1", { tenant: "t", store: "s1" }, other, thief),
			{ ...plain, fenced: true as const },
		]) {
			const before = forgedAt("s1");
			boxes["s1"]!.end.arrived("hello", pack(forged as Welcome));
			expect(forgedAt("s1")).toBe(before + 1);
		}
		expect(boxes["s1"]!.ledger.read.link.dn("catalog")!.epoch).toBe(epoch);
		expect(boxes["s1"]!.end.status().refused).toBeNull();
	});

	it("does no command that head office did not sign", async () => {
		const results = (): number => (boxes["s1"]!.writer.book.link.commandResult("forged") === undefined ? 0 : 1);
		const command: Cmd = { id: "forged", name: "ping", args: {}, ttlMs: 60_000, at: new Date().toISOString() };
		const before = forgedAt("s1");
		boxes["s1"]!.end.arrived("cmd", pack(command));
		boxes["s1"]!.end.arrived("cmd", pack(signStatement("gondola/command/1", { tenant: "t", store: "s1" }, command, thief)));
		boxes["s1"]!.end.arrived("cmd", pack(signStatement("gondola/command/1", { tenant: "t", store: "s2" }, command, line)));
		expect(forgedAt("s1")).toBe(before + 3);
		expect(results()).toBe(0);
		expect(await pair.session("s1").command("ping", {}, 20_000)).toMatchObject({ code: "done" });
	});

	it("learns a rotated key over the line, and goes on", async () => {
		const fresh = makeKey("line");
		hqNow.list = signKeyList(rotated(firstList, fresh, Date.now()), first);
		hqNow.key = fresh;
		pair.restartHq();
		await eventually(async () => expect(kept).toEqual(expect.arrayContaining(["s1 2", "s2 2"])));
		await push("tuesday", "all", { milk: 110 });
		await settled();
		expect(charged("s1", "milk")).toBe(110);
		expect(charged("old", "milk")).toBe(110);
	});

	it("asks for the keys when it does not know one, before it calls anybody a forger", async () => {
		const forgers = () => boxes["s2"]!.writer.book.alarms.list().filter(({ code }) => code === "hq-forged");
		const before = forgers();
		const fresh = makeKey("line");
		hqNow.list = signKeyList(rotated(hqNow.list, fresh, Date.now()), first);
		hqNow.key = fresh;
		await push("wednesday", "all", { milk: 120 });
		await settled();
		expect(charged("s2", "milk")).toBe(120);
		expect(forgers()).toEqual(before);
	});
});

describe("head office", { timeout: 60_000 }, () => {
	it("takes no fact that the store's own key did not sign", async () => {
		await settled("s1");
		const before = pair.session("s1").status().strangers;
		const { epoch, position, hash } = (await pair.hq.link.load("s1"))!.up.facts!;
		const { session } = read<HelloUp>("s1", "up");
		const movement = { id: "theft", sku: "milk", quantity: -5, reason: "sale", occurredAt: new Date().toISOString() };
		const fact = { id: "theft-1", type: "stock.moved", at: movement.occurredAt, movement };
		const text = canonicalText(fact);
		const head = { session, stream: "facts" as const, epoch, from: position + 1, n: 1, prevHash: hash };
		const said = { inc: 1, stream: "facts", epoch, from: position + 1, upTo: position + 1, hash: nextHash(hash, text) };
		const { kid, sig } = signStatement("gondola/batch/1", { tenant: "t", store: "s1" }, said, boxKeys["s2"]!);
		for (const forged of [head, { ...head, kid, sig }]) {
			const message = readMessage("up", "data", packData(forged, [text])!);
			if (message.kind !== "message") throw new Error(message.why);
			pair.session("s1").arrived(message.message);
		}
		expect(pair.session("s1").status().strangers).toBe(before + 2);
		expect((await pair.hq.link.load("s1"))!.up.facts!.position).toBe(position);
	});

	it("answers no hello that another key signed, and lets nobody name himself higher", async () => {
		const hello = { ...read<HelloUp>("s1", "up"), inc: 5_000 };
		const { kid: _, sig: __, ...plain } = hello;
		const before = pair.session("s1").status().strangers;
		for (const forged of [plain, hello, signStatement("gondola/hello/1", { tenant: "t", store: "s1" }, plain, boxKeys["s2"]!)]) {
			const message = readMessage("up", "hello", pack(forged as HelloUp));
			if (message.kind === "message") pair.session("s1").arrived(message.message);
		}
		await eventually(async () => expect(pair.session("s1").status().strangers).toBe(before + 3));
		const own = signStatement("gondola/hello/1", { tenant: "t", store: "s1" }, plain, boxKeys["s1"]!);
		const message = readMessage("up", "hello", pack(own as HelloUp));
		if (message.kind === "message") pair.session("s1").arrived(message.message);
		await eventually(async () => expect(pair.session("s1").status().state).toBe("fenced"));
		expect((await pair.hq.link.load("s1"))!.inc).toBe(1);
	});
});
