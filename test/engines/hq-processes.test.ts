import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { get, post } from "../support/demo.ts";
import { freePorts } from "../support/ports.ts";
import { eventually, patienceMs } from "../support/until.ts";
import { type Broker, openMosquitto, openNats } from "./support/brokers.ts";
import { type Child, startChild } from "./support/child.ts";
import type { HqOrder, HqReport } from "./support/hq-child.ts";
import { openPostgres, type Postgres } from "./support/postgres.ts";
import { openRoom, whereIs } from "./support/program.ts";
import { type Shops, shopNames, startShops } from "./support/shops.ts";

const storeCount = 30;
/** The second takes a third of a second for each filter it is asked for: a third of the shards would take half a minute. */
const brokers = [
	{ name: "mosquitto", program: "mosquitto", open: openMosquitto },
	{ name: "nats-server", program: "nats-server", open: openNats },
];

describe.each(brokers)("three processes of head office on one PostgreSQL, and $name", ({ name, program, open }) => {
	const missing = [program, "postgres", "initdb", "setpriv"].find((each) => !whereIs(each));
	const why = missing && `${missing} is not installed here`;
	const room = openRoom();
	let postgres: Postgres | undefined;
	let broker: Broker | undefined;
	let shops: Shops | undefined;
	let offices: Child[] = [];
	let urls: string[] = [];
	let order: (port: number) => HqOrder;

	const statuses = (): Promise<HqReport[]> => Promise.all(offices.map((office) => office.ask<HqReport>({ ask: "status" })));
	const connected = async (url: string): Promise<number> => {
		const { items } = await get<{ items: { connected: boolean }[] }>(url, "/api/v1/stores?limit=100");
		return items.filter((store) => store.connected).length;
	};
	const push = async (url: string, id: string, amountMinor: number): Promise<void> => {
		const changes = [{ sku: "milk", amountMinor, currency: "EUR", kind: "regular", name: "Milk" }];
		expect(await post(url, "/api/v1/pushes", { id, stores: "all", changes })).toMatchObject({ status: 202 });
	};
	const stored = async (url: string, id: string): Promise<number> => {
		const { stores } = await get<{ stores: { stored: number }[] }>(url, `/api/v1/pushes/${id}`);
		return stores.filter((store) => store.stored === 1).length;
	};

	const nothingLostOrDoubled = async (): Promise<void> => {
		const inOrder = "SELECT id FROM up_fact WHERE store = $1 AND stream = 'facts' ORDER BY n";
		for (const store of shops!.names) {
			const rows = await postgres!.query<{ id: string }>("office", inOrder, [store]);
			expect(rows.map((row) => row.id)).toEqual(shops!.written(store));
		}
	};

	beforeAll(async () => {
		if (why) return console.log(`\n!!!!!! NOT RUN with several processes of head office over ${name}: ${why} !!!!!!\n`);
		[postgres, broker] = await Promise.all([openPostgres(room), open(room)]);
		const databaseUrl = await postgres.database("office");
		order = (port) => ({ databaseUrl, brokerUrl: `mqtt://127.0.0.1:${broker!.ports[0]}`, port, lookForNewsEveryMs: 3_600_000 });
		const ports = await freePorts(3);
		// At once, on an empty database: they take turns making its tables.
		offices = await Promise.all(ports.map((port) => startChild("hq-child.ts", order(port))));
		urls = ports.map((port) => `http://127.0.0.1:${port}`);
		for (const id of shopNames(storeCount)) await post(urls[0]!, "/api/v1/stores", { id });
		shops = await startShops(`mqtt://127.0.0.1:${broker.ports[0]}`, storeCount);
	}, 120_000);
	afterAll(async () => {
		await shops?.stop();
		await Promise.all(offices.map((office) => office.kill()));
		await broker?.stop();
		await postgres?.stop();
		room.clear();
	});

	it("take a third of the stores each, and each knows who is connected", async (context) => {
		if (why) return context.skip(why);
		await eventually(async () => {
			const all = await statuses();
			const shards = all.flatMap((office) => office.shards);
			expect(new Set(shards).size).toBe(256);
			expect(shards.length).toBe(256);
			expect(Math.max(...all.map((office) => office.shards.length))).toBeLessThanOrEqual(86);
			expect(all.flatMap((office) => office.stores).sort()).toEqual(shops!.names);
			for (const url of urls) expect(await connected(url)).toBe(storeCount);
		});
	});

	it("bring a push that came in at one of them to every store, and every one tells how far it is", async (context) => {
		if (why) return context.skip(why);
		// By notification: none of them looks for news by itself within this test.
		await push(urls[1]!, "p1", 129);
		for (const url of urls) await eventually(async () => expect(await stored(url, "p1")).toBe(storeCount));
	});

	it("take over the stores of one that is killed, and lose and double nothing", async (context) => {
		if (why) return context.skip(why);
		const [, dead] = await statuses();
		expect(dead!.stores.length).toBeGreaterThan(0);
		await shops!.sell(20);
		await offices[1]!.kill();
		offices.splice(1, 1);
		const [deadUrl] = urls.splice(1, 1);
		expect(deadUrl).toBeDefined();
		const began = performance.now();
		await shops!.sell(20);
		await push(urls[0]!, "p2", 119);
		await eventually(async () => {
			expect(await stored(urls[1]!, "p2")).toBe(storeCount);
			expect(shops!.waiting()).toBe(0);
		});
		const tookMs = Math.round(performance.now() - began);
		const { shards, stores } = dead!;
		console.log(`${name}: ${shards.length} shards with ${stores.length} stores were taken over ${tookMs} ms after a kill`);
		await nothingLostOrDoubled();
	});

	it("never answer for one shard at the same time, though one of them sleeps through its lease", async (context) => {
		if (why) return context.skip(why);
		const [sleeper, other] = offices as [Child, Child];
		const before = await sleeper.ask<HqReport>({ ask: "status" });
		sleeper.process.kill("SIGSTOP");
		await eventually(async () => expect((await other.ask<HqReport>({ ask: "status" })).shards.length).toBe(256), patienceMs, 50);
		sleeper.process.kill("SIGCONT");
		const woken = await sleeper.ask<HqReport>({ ask: "status" });
		// Its first word after waking: it answers for nobody, or only for what was free again.
		const told = await other.ask<HqReport>({ ask: "status" });
		expect(woken.shards.filter((shard) => told.shards.includes(shard))).toEqual([]);
		expect(before.shards.length).toBeGreaterThan(100);
		await eventually(async () => {
			const all = await statuses();
			expect(all.map((office) => office.shards.length)).toEqual([128, 128]);
			expect(all.flatMap((office) => office.stores).sort()).toEqual(shops!.names);
		});
	});

	it("say nothing while the database is away, and go on when it is back", async (context) => {
		if (why) return context.skip(why);
		await postgres!.kill();
		await shops!.sell(10);
		// Three seconds after its last renewal by its own clock, however the database is away; the rest is what a loaded machine takes to answer.
		await eventually(async () => expect((await statuses()).flatMap((office) => office.shards)).toEqual([]), patienceMs, 50);
		await postgres!.start();
		await eventually(async () => {
			expect((await statuses()).flatMap((office) => office.shards).length).toBe(256);
			expect(shops!.waiting()).toBe(0);
		});
	});

	it("give their stores away at once when they stop, and take a share when they come", async (context) => {
		if (why) return context.skip(why);
		const leaving = offices.shift()!;
		urls.shift();
		const { shards } = await leaving.ask<HqReport>({ ask: "status" });
		const ownersOf = "SELECT DISTINCT owner FROM shard_lease WHERE shard = ANY($1)";
		const [lease] = await postgres!.query<{ owner: string }>("office", ownersOf, [shards]);
		await leaving.ask({ ask: "stop" }).catch(() => {});
		// Given back when it stops, not left to run out.
		expect(await postgres!.query("office", "SELECT shard FROM shard_lease WHERE owner = $1", [lease!.owner])).toEqual([]);
		await eventually(async () => expect((await statuses())[0]!.stores.length).toBe(storeCount));
		const [port] = (await freePorts(1)) as [number];
		offices.push(await startChild("hq-child.ts", order(port)));
		urls.push(`http://127.0.0.1:${port}`);
		await eventually(async () => expect((await statuses()).map((office) => office.shards.length)).toEqual([128, 128]));
		await shops!.sell(10);
		await push(urls[1]!, "p3", 99);
		await eventually(async () => {
			expect(await stored(urls[0]!, "p3")).toBe(storeCount);
			expect(shops!.waiting()).toBe(0);
			for (const url of urls) expect(await connected(url)).toBe(storeCount);
		});
		await nothingLostOrDoubled();
	});
});
