/**
 * What signing and checking cost on the line: the same backlog and the same push with keys on both ends and without, in turns, in one process,
 * real ledger, real head office on its embedded database. Processor time is compared: on a machine with other work the clock says little.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flows } from "../../src/flows/flows.ts";
import { createWriter } from "../../src/ledger/ledger.ts";
import { boxKeyFile, keepBoxTrust } from "../../src/trust/box.ts";
import { writeKeyFile } from "../../src/trust/keys.ts";
import type { Moment } from "../../src/words/time.ts";
import { openPair, type Pair, type PairKeys } from "../link/both-ends/pair.ts";
import { type SimulatedKeys, simulatedKeys } from "../link/simulation/liar/keys.ts";
import { pause } from "./mqtt-load.ts";
import { type BenchResult, resultOf } from "./result.ts";

const facts = 20_000;
const changes = 10_000;
const rounds = 5;
const starts = 15;
const patienceMs = 120_000;

const now = (): Moment => ({ wall: new Date().toISOString(), boot: "bench", monoMs: Math.round(performance.now()), quality: "synced" });

interface Cost {
	up: number;
	down: number;
}

export async function benchSigning(): Promise<BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "gondola-bench-signing-"));
	try {
		const keys = simulatedKeys(1);
		const costs: Record<"bare" | "signed", Cost[]> = { bare: [], signed: [] };
		await cost(join(folder, "warm"), keys);
		for (let round = 0; round < rounds; round++) {
			// In turns, and each first as often as the other, so that what the machine does besides hits both.
			const order = round % 2 === 0 ? (["bare", "signed"] as const) : (["signed", "bare"] as const);
			for (const how of order) costs[how].push(await cost(join(folder, `${how}-${round}`), how === "signed" ? keys : undefined));
		}
		return [
			...compared("link, up", "fact", facts, costs, ({ up }) => up),
			...compared("link, down", "price", changes, costs, ({ down }) => down),
			startCost(folder, keys),
		];
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function compared(
	name: string,
	of: string,
	count: number,
	costs: Record<"bare" | "signed", readonly Cost[]>,
	part: (cost: Cost) => number,
): BenchResult[] {
	const each = (how: "bare" | "signed"): number[] => costs[how].map((cost) => (part(cost) * 1_000) / count);
	const bare = resultOf(`${name}: processor time per ${of}, without keys`, each("bare"), "us");
	const signed = resultOf(`${name}: the same, signed and checked`, each("signed"), "us");
	return [
		{ ...bare, ratio: 1 },
		{ ...signed, ratio: signed.median / bare.median },
	];
}

/** Milliseconds of processor time, both ends together. */
async function cost(directory: string, keys: SimulatedKeys | undefined): Promise<Cost> {
	fill(directory);
	const pairKeys: PairKeys | undefined = keys && { signer: () => keys.line, hq: keys.hq, store: keys.trustOf };
	const pair = await openPair("s1", undefined, pairKeys);
	try {
		if (keys) await recordKey(pair, keys);
		const up = await busy(async () => {
			const box = pair.box(directory);
			const { last } = box.ledger.read.link.up("facts");
			await until(() => box.ledger.read.link.up("facts").acked >= last);
			return box;
		});
		const down = await busy(async () => {
			await pair.hq.acceptPush({
				...{ id: "bench", stores: "all" as const, rejected: [] },
				changes: Array.from({ length: changes }, (_, n) => ({
					sku: `sku-${n}`,
					amountMinor: 100 + (n % 900),
					currency: "EUR",
					kind: "regular" as const,
					article: { name: `Article ${n}` },
				})),
			});
			const { last } = (await pair.hq.link.load("s1"))!.dn.catalog!;
			await until(() => (up.answer.ledger.read.link.dn("catalog")?.position ?? 0) >= last);
		});
		return { up: up.ms, down: down.ms };
	} finally {
		await pair.close();
	}
}

async function busy<T>(work: () => Promise<T>): Promise<{ ms: number; answer: T }> {
	globalThis.gc?.();
	const before = process.cpuUsage();
	const answer = await work();
	const { user, system } = process.cpuUsage(before);
	return { ms: (user + system) / 1_000, answer };
}

async function until(isThere: () => boolean): Promise<void> {
	for (const began = performance.now(); !isThere(); await pause(5))
		if (performance.now() - began > patienceMs) throw new Error("the line did not get across in two minutes");
}

const recordKey = (pair: Pair, keys: SimulatedKeys): Promise<unknown> =>
	pair.db.transaction((tx) =>
		tx.query("INSERT INTO store_key (kid, store, public, inc, enrolled_at) VALUES ($1, 's1', $2, 1, $3)", [
			keys.storeKey("s1").kid,
			keys.storeKey("s1").public,
			now().wall,
		]),
	);

function fill(directory: string): void {
	const writer = createWriter(directory, flows);
	let n = 0;
	const call = (flow: string, args: unknown) => ({ n: (n += 1), flow, args, now: now() });
	writer.run([call("setIdentity", { store: "s1", tenant: "t", inc: 1 })]);
	const article = { type: "article", article: { sku: "till", name: "Sold", version: 1 } };
	writer.run([call("acceptDown", { stream: "stock", epoch: "0".repeat(16), from: 1, records: [], hash: "0".repeat(32) })]);
	writer.run([
		call("acceptDown", { stream: "catalog", epoch: "0".repeat(16), from: 1, records: [{ record: article }], hash: "0".repeat(32) }),
	]);
	for (let from = 0; from < facts; from += 1_000)
		writer.run(
			Array.from({ length: 1_000 }, (_, i) =>
				call("recordMovement", { id: `till-${from + i}`, sku: "till", quantity: -1, reason: "sale", occurredAt: now().wall }),
			),
		);
	writer.close();
}

/** Processes of their own, which have read their configuration as a gateway has: reading a key for the first time is what costs. */
function startCost(folder: string, keys: SimulatedKeys): BenchResult {
	const data = join(folder, "box");
	mkdirSync(join(data, "secrets"), { recursive: true });
	chmodSync(join(data, "secrets"), 0o700);
	const { roots, keyList } = keys.boxOf("s1");
	keepBoxTrust(data, { tenant: "t", store: "s1", roots, keyList, enrolledAt: now().wall });
	writeKeyFile(boxKeyFile(data), keys.storeKey("s1"));
	const program = `
		const { loadConfig } = await import(${JSON.stringify(new URL("../../src/config/load.ts", import.meta.url).href)});
		loadConfig(${JSON.stringify(fileURLToPath(new URL("../../config/gondola.example.yaml", import.meta.url)))});
		const { openLineTrust } = await import(${JSON.stringify(new URL("../../src/daemon/start/line-trust.ts", import.meta.url).href)});
		const ledger = { do: async () => {} };
		const time = async (data) => {
			const before = process.cpuUsage();
			const trust = await openLineTrust({ data, store: "s1", tenant: "t", hq: {} }, ledger);
			trust?.sign("gondola/hello/1", { session: "x" });
			const { user, system } = process.cpuUsage(before);
			return (user + system) / 1_000;
		};
		await time("/nonexistent");
		console.log(await time(${JSON.stringify(data)}));`;
	const times = Array.from({ length: starts }, () => {
		const child = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
		const ms = Number(child.stdout);
		if (child.status !== 0 || !Number.isFinite(ms)) throw new Error(`the start could not be timed: ${child.stderr}`);
		return ms;
	});
	return resultOf("start: processor time until a box's key and head office's key list are read and the first hello is signed", times, "ms");
}

if (process.argv[1]?.endsWith("signing.ts")) {
	for (const { name, median, unit, ratio, note } of await benchSigning())
		console.log(`${name}: ${median.toFixed(2)} ${unit} ${ratio === undefined ? "" : `x${ratio.toFixed(3)}`} (${note})`);
	process.exit(0);
}
