import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leaseMs, leaseShards, type ShardLeases } from "../../../src/hq/cluster/shard-leases.ts";
import { type Db, openDatabase } from "../../../src/hq/database/database.ts";
import type { Clock } from "../../../src/link/run/clock.ts";
import { eventually } from "../../support/until.ts";

/** A process of head office with a clock of its own, that moves when it is told. */
function openOffice(db: Db, owner: string, others: () => ShardLeases[]) {
	let nowMs = 0;
	let due: { atMs: number; call: () => void }[] = [];
	const clock: Clock = {
		nowMs: () => nowMs,
		after(ms, call) {
			const entry = { atMs: nowMs + ms, call };
			due.push(entry);
			return () => (due = due.filter((each) => each !== entry));
		},
	};
	const said: { shards: ReadonlySet<string>; untilMs: number }[] = [];
	let away = false;
	let complaints = 0;
	const leases = leaseShards({
		owner,
		clock,
		talking: () => [`store-of-${owner}`],
		db: { ...db, transaction: (fn) => (away ? Promise.reject(new Error("the database is away")) : db.transaction(fn)) },
		change: (shards, untilMs) => void said.push({ shards, untilMs }),
		released: () => others().forEach((other) => other.look()),
		report: () => (complaints += 1),
	});
	return {
		leases,
		said,
		complaints: () => complaints,
		setAway: (now: boolean) => (away = now),
		advance(ms: number) {
			nowMs += ms;
			const ready = due.filter((each) => each.atMs <= nowMs);
			due = due.filter((each) => each.atMs > nowMs);
			for (const { call } of ready) call();
		},
	};
}

describe("the shards of head office", () => {
	let db: Db;
	const all: ShardLeases[] = [];
	let east: ReturnType<typeof openOffice>;
	let west: ReturnType<typeof openOffice>;
	beforeAll(async () => {
		db = await openDatabase({ memory: true });
		east = openOffice(db, "east", () => all);
		all.push(east.leases);
	}, 120_000);
	afterAll(() => db.close());

	it("are all answered for by one that is alone, until a second before its lease ends", async () => {
		await eventually(() => expect(east.leases.held().size).toBe(256));
		expect(east.said.at(-1)!.untilMs).toBe(leaseMs.lease - leaseMs.margin);
	});

	it("are divided when a second one comes: the first is silent for its half before the second begins", async () => {
		west = openOffice(db, "west", () => all);
		all.push(west.leases);
		await eventually(() => expect(west.said.length).toBeGreaterThan(0));
		expect(west.leases.held().size).toBe(0);
		east.advance(leaseMs.look);
		await eventually(() => expect(west.leases.held().size).toBe(128));
		expect(east.leases.held().size).toBe(128);
		expect([...east.leases.held()].filter((shard) => west.leases.held().has(shard))).toEqual([]);
	});

	it("say of every store who talks to it", async () => {
		east.advance(leaseMs.look);
		await eventually(() => expect(east.leases.talkingElsewhere("store-of-west")).toBe(true));
		expect(east.leases.talkingElsewhere("store-of-east")).toBe(false);
	});

	it("are answered for by nobody while their process cannot renew, and again when it can", async () => {
		west.setAway(true);
		west.advance(leaseMs.look);
		await eventually(() => expect(west.complaints()).toBe(1));
		expect(west.leases.held().size).toBe(128);
		west.advance(leaseMs.lease - leaseMs.margin);
		expect(west.leases.held().size).toBe(0);
		expect(west.said.at(-1)!.shards.size).toBe(0);
		west.setAway(false);
		await eventually(() => {
			west.advance(leaseMs.look);
			expect(west.leases.held().size).toBe(128);
		});
	});

	it("are given back by one that stops, and taken by the other at once", async () => {
		const stopping = west.leases.stop();
		expect(west.said.at(-1)!.shards.size).toBe(0);
		await stopping;
		await eventually(() => expect(east.leases.held().size).toBe(256));
		await eventually(async () => expect(await db.query("SELECT owner FROM talking WHERE owner = 'west'")).toEqual([]));
		await east.leases.stop();
		expect(await db.query("SELECT 1 FROM shard_lease WHERE owner IS NOT NULL")).toEqual([]);
	});
});
