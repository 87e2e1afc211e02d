/**
 * The line to head office under a backlog: a store that was alone for a long time, the real ledger, the real head office on its embedded
 * database, a real broker, and the default rate limits. Bounded: 100,000 facts unless told otherwise (`node test/bench/link.ts 1000000`).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLineBroker } from "../../src/broker/line-broker.ts";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { flows } from "../../src/flows/flows.ts";
import { startHq } from "../../src/hq/service.ts";
import { createWriter } from "../../src/ledger/ledger.ts";
import { startUplink } from "../../src/uplink/uplink.ts";
import type { Moment } from "../../src/words/time.ts";
import { type BenchResult, shown } from "./result.ts";

const usualFacts = 100_000;
const articles = 1_000;
const patienceMs = 8 * 60_000;
const singles = 300;

const now = (): Moment => ({ wall: new Date().toISOString(), boot: "bench", monoMs: Math.round(performance.now()), quality: "synced" });

export async function benchLink(facts = usualFacts): Promise<BenchResult[]> {
	const directory = mkdtempSync(join(tmpdir(), "gondola-bench-link-"));
	const undo: (() => Promise<unknown> | void)[] = [() => rmSync(directory, { recursive: true, force: true })];
	try {
		fill(join(directory, "ledger"), facts);
		const broker = await startLineBroker({ host: "127.0.0.1", port: 0 });
		undo.push(() => broker.stop());
		const hq = await startHq({ dataDir: join(directory, "hq"), port: 0, brokerUrl: broker.url, tenant: "bench" });
		undo.push(() => hq.stop());
		await hq.repositories.enroll("s1");
		const meter = await meterTo(broker.port);
		undo.push(meter.stop);
		const ledger = await openStoreLedger(join(directory, "ledger"), now);
		undo.push(() => ledger.close());
		const acked = (): number => ledger.read.link.up("facts").acked;

		const began = performance.now();
		const uplink = await startUplink({ ledger, url: meter.url, tenant: "bench", store: "s1", build: "bench" });
		undo.push(() => uplink.stop());
		const { last } = ledger.read.link.up("facts");
		while (acked() < last) {
			if (performance.now() - began > patienceMs)
				throw new Error(`only ${acked()} of ${last} facts had reached head office after ${patienceMs / 60_000} minutes`);
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
		const seconds = (performance.now() - began) / 1_000;
		const bytes = meter.bytes();

		const waits: number[] = [];
		for (let i = 0; i < singles; i += 1) {
			const at = performance.now();
			await ledger.do("recordMovement", {
				id: `single-${i}`,
				sku: `sku-${i % articles}`,
				quantity: -1,
				reason: "sale",
				occurredAt: new Date().toISOString(),
			});
			const upTo = ledger.read.link.up("facts").last;
			while (acked() < upTo) await new Promise((resolve) => setTimeout(resolve, 1));
			waits.push(performance.now() - at);
		}
		waits.sort((a, b) => a - b);
		const part = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))]!;
		return [
			{
				name: `link: backlog of ${facts.toLocaleString("en")} facts to head office`,
				median: seconds,
				unit: "s",
				note: `${shown(facts / seconds)} facts/s within 50 messages/s and 400 KB/s; HQ on its embedded database, on the same cores`,
			},
			{
				name: "link: bytes on the wire per fact",
				median: bytes / facts,
				unit: "bytes",
				note: "gzip, both directions, MQTT and TCP payload",
			},
			{
				name: "link: a fact written here until head office has committed it, p50",
				median: part(0.5),
				unit: "ms",
				note: `one at a time, ${singles} of them, loopback`,
			},
			{ name: "link: the same, p99", median: part(0.99), unit: "ms" },
		];
	} finally {
		for (const step of undo.reverse()) await step();
	}
}

/** Sales of one day after another, written the way the store writes them. */
function fill(directory: string, facts: number): void {
	const writer = createWriter(directory, flows);
	let n = 0;
	const call = (flow: string, args: unknown) => ({ n: (n += 1), flow, args, now: now() });
	writer.run([call("setIdentity", { store: "s1", tenant: "bench", inc: 1 })]);
	const records = Array.from({ length: articles }, (_, i) => ({
		record: { type: "article", article: { sku: `sku-${i}`, name: `Article ${i}`, version: 1 } },
	}));
	writer.run([call("acceptDown", { stream: "catalog", epoch: "0".repeat(16), from: 1, records, hash: "0".repeat(32) })]);
	for (let from = 0; from < facts; from += 1_000) {
		const calls = Array.from({ length: Math.min(1_000, facts - from) }, (_, i) =>
			call("recordMovement", {
				id: `till-1-${from + i}`,
				sku: `sku-${(from + i) % articles}`,
				quantity: -1 - (i % 3),
				reason: "sale",
				occurredAt: new Date(1_790_000_000_000 + (from + i) * 1_000).toISOString(),
			}),
		);
		const refused = writer.run(calls).answers.find((answer) => !answer.ok);
		if (refused) throw new Error(`the ledger refused: ${JSON.stringify(refused)}`);
	}
	writer.close();
}

/** A plain pipe to the broker that counts what goes through it. */
async function meterTo(port: number): Promise<{ url: string; bytes(): number; stop(): Promise<void> }> {
	let bytes = 0;
	const server = createServer((near) => {
		const far = createConnection({ host: "127.0.0.1", port });
		for (const [from, to] of [
			[near, far],
			[far, near],
		] as const) {
			from.on("data", (piece) => {
				bytes += piece.length;
				to.write(piece);
			});
			from.on("close", () => to.destroy());
			from.on("error", () => to.destroy());
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
		bytes: () => bytes,
		stop: () => new Promise((resolve) => server.close(() => resolve())),
	};
}

if (process.argv[1]?.endsWith("link.ts")) {
	for (const { name, median, unit, note } of await benchLink(Number(process.argv[2] ?? usualFacts)))
		console.log(`${name}: ${shown(median)} ${unit}${note ? ` (${note})` : ""}`);
	process.exit(0);
}
