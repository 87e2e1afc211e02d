/**
 * Many stores against one head office: real uplinks on the real wire, each with a ledger in memory, through a real broker into
 * PostgreSQL. What is measured is head office: its process, its database, its line. The stores share the machine with it.
 */
import { startLineBroker } from "../../src/broker/line-broker.ts";
import { openMosquitto } from "../engines/support/brokers.ts";
import { startChild } from "../engines/support/child.ts";
import type { HqOrder, HqReport } from "../engines/support/hq-child.ts";
import { openPostgres } from "../engines/support/postgres.ts";
import { openRoom, whereIs } from "../engines/support/program.ts";
import { type Shops, shopNames, startShops } from "../engines/support/shops.ts";
import { freePorts } from "../support/ports.ts";
import { type BenchResult, resultOf } from "./result.ts";

const storeCount = 500;
const factsPerStore = 60;
const changeCount = 1_000;
/** The whole bench stays below this; what is not done by then is reported as it is. */
const pushLimitMs = 60_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `done`, at most so long. Answers the milliseconds. */
async function timeUntil(done: () => boolean | Promise<boolean>, limitMs: number, everyMs: number): Promise<number> {
	const began = performance.now();
	while (!(await done()) && performance.now() - began < limitMs) await pause(everyMs);
	return performance.now() - began;
}

async function send(url: string, body: object): Promise<void> {
	const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
	if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
}

export async function benchHqStores(): Promise<BenchResult[]> {
	const missing = ["postgres", "initdb", "setpriv"].find((program) => !whereIs(program));
	if (missing) throw new Error(`${missing} is not installed: apt-get install postgresql-15`);
	const room = openRoom();
	const undo: (() => Promise<unknown>)[] = [async () => room.clear()];
	try {
		const postgres = await openPostgres(room);
		undo.push(() => postgres.stop());
		const mosquitto = whereIs("mosquitto") ? await openMosquitto(room) : undefined;
		const plain = mosquitto ? undefined : await startLineBroker({ host: "127.0.0.1", port: 0 });
		undo.push(async () => Promise.all([mosquitto?.stop(), plain?.stop()]));
		const brokerUrl = plain?.url ?? `mqtt://127.0.0.1:${mosquitto!.ports[0]}`;
		const [port] = (await freePorts(1)) as [number];
		const hq = await startChild("hq-child.ts", { databaseUrl: await postgres.database("bench"), brokerUrl, port } satisfies HqOrder);
		undo.push(() => hq.kill());
		const url = `http://127.0.0.1:${port}`;
		for (const id of shopNames(storeCount)) await send(`${url}/api/v1/stores`, { id });
		const began = performance.now();
		const shops = await startShops(brokerUrl, storeCount);
		undo.push(() => shops.stop());
		await timeUntil(() => shops.connected() === storeCount, 30_000, 20);
		const connectedMs = performance.now() - began;
		const asked = async (): Promise<HqReport> => hq.ask<HqReport>({ ask: "status" });
		const results: BenchResult[] = [
			resultOf(`${storeCount} stores connected and greeted, all at once`, [connectedMs / 1_000], "s", {
				note: `through ${mosquitto ? "mosquitto" : "aedes"}; ${shops.connected()} of ${storeCount}`,
			}),
			...(await factsUp(shops, asked)),
			...(await pushDown(url, asked)),
		];
		const { rssBytes, peakRssBytes } = await asked();
		const note = `at most ${Math.round(peakRssBytes / 1e6)} MB, while the push was written`;
		return [...results, resultOf(`head office with ${storeCount} stores, resident memory`, [rssBytes / 1e6], "MB", { note })];
	} finally {
		for (const step of undo.reverse()) await step();
	}
}

async function factsUp(shops: Shops, asked: () => Promise<HqReport>): Promise<BenchResult[]> {
	const rates: number[] = [];
	const busy: number[] = [];
	for (let round = 0; round < 3; round += 1) {
		const before = await asked();
		const began = performance.now();
		await shops.sell(factsPerStore);
		await timeUntil(() => shops.waiting() === 0, 30_000, 5);
		const ms = performance.now() - began;
		rates.push((1_000 * (storeCount * factsPerStore - shops.waiting())) / ms);
		busy.push((100 * ((await asked()).cpuMs - before.cpuMs)) / ms);
	}
	return [
		resultOf(`facts committed from ${storeCount} stores and acknowledged`, rates, "facts/s"),
		resultOf("  head office's processor meanwhile", busy, "% of a core"),
	];
}

async function pushDown(url: string, asked: () => Promise<HqReport>): Promise<BenchResult[]> {
	const changes = Array.from({ length: changeCount }, (_, n) => ({
		sku: `sku${n}`,
		amountMinor: 100 + n,
		currency: "EUR",
		kind: "regular",
		name: `Article ${n}`,
	}));
	const before = await asked();
	const began = performance.now();
	await send(`${url}/api/v1/pushes`, { id: "bench", stores: "all", changes });
	const acceptedMs = performance.now() - began;
	let stored = 0;
	let half = 0;
	await timeUntil(
		async () => {
			const { stores } = (await (await fetch(`${url}/api/v1/pushes/bench`)).json()) as { stores: { stored: number }[] };
			stored = stores.reduce((sum, store) => sum + store.stored, 0);
			if (stored * 2 >= storeCount * changeCount) half ||= performance.now() - began;
			return stored === storeCount * changeCount;
		},
		pushLimitMs,
		200,
	);
	const ms = performance.now() - began;
	const whole = stored === storeCount * changeCount;
	const cpu = (await asked()).cpuMs - before.cpuMs;
	const note = whole
		? `half of them after ${(half / 1_000).toFixed(1)} s`
		: `NOT DONE: ${stored} of ${storeCount * changeCount} after that time`;
	return [
		resultOf(`push of ${changeCount} new articles' prices to ${storeCount} stores: accepted`, [acceptedMs / 1_000], "s", {
			note: `${2 * changeCount * storeCount} records in ${storeCount} chains, one transaction`,
		}),
		resultOf("  stored in every store", [ms / 1_000], "s", { note }),
		resultOf("  prices stored", [(1_000 * stored) / ms], "prices/s"),
		resultOf("  head office's processor meanwhile", [(100 * cpu) / ms], "% of a core"),
	];
}
