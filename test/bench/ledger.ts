/**
 * The ledger next to the database it is made of: the same bytes into bare better-sqlite3, in the same run, synced as strictly. Ratios
 * travel; numbers do not.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { flows } from "../../src/flows/flows.ts";
import { type Book, createWriter } from "../../src/ledger/ledger.ts";
import type { Moment } from "../../src/words/time.ts";

export interface Measured {
	name: string;
	median: number;
	unit: string;
	ratio?: number;
}

const batches = [1, 10, 100, 1_000] as const;
const rounds = 5;
const roundMs = 200;
const now: Moment = { wall: "2026-03-02T12:00:00.000Z", boot: "boot1", monoMs: 0, quality: "synced" };
const scan = (n: number) => ({ device: `scanner-${n % 4}`, code: "4006381333931", symbologySource: "guess" as const, sourceId: `m${n}` });
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** One fact as it is: so that only the ledger is measured, not what a story looks up. */
const appendOnly = {
	append: (book: Book, { n }: { n: number }, at: Moment) =>
		book.events.append(
			{
				type: "article.scanned",
				device: `scanner-${n % 4}`,
				code: "4006381333931",
				symbology: null,
				symbologySource: "guess",
				gtin: "04006381333931",
				sku: null,
				name: null,
				amountMinor: null,
				currency: null,
			},
			at,
			{ device: `scanner-${n % 4}`, id: `m${n}` },
		).seq,
};

/** Commits a second, times what each holds, for about `roundMs`. */
function rateOf(batch: number, commit: (from: number) => void, counter: { n: number }): number {
	const start = performance.now();
	let done = 0;
	do {
		commit(counter.n);
		counter.n += batch;
		done += batch;
	} while (performance.now() - start < roundMs);
	return (done * 1_000) / (performance.now() - start);
}

function openBare(directory: string): { commit(batch: number, from: number): void; close(): void } {
	const db = new Database(join(directory, "bare.db"));
	db.pragma("journal_mode = WAL");
	db.pragma("synchronous = FULL");
	db.exec(
		"CREATE TABLE event (seq INTEGER PRIMARY KEY, id TEXT, type TEXT, at TEXT, body TEXT, device TEXT, source_id TEXT, stream TEXT, " +
			"stream_seq INTEGER, hash TEXT)",
	);
	// The same bytes are also the same two indexes: a message that comes twice, and the stream's order, are not for free anywhere.
	db.exec("CREATE UNIQUE INDEX by_source ON event (device, source_id); CREATE UNIQUE INDEX by_stream ON event (stream, stream_seq)");
	const insert = db.prepare(
		"INSERT INTO event (id, type, at, body, device, source_id, stream, stream_seq, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	);
	const body = JSON.stringify({
		quality: "synced",
		sourceId: "m100000",
		...(JSON.parse(
			JSON.stringify({
				type: "article.scanned",
				device: "scanner-1",
				code: "4006381333931",
				symbology: null,
				symbologySource: "guess",
				gtin: "04006381333931",
				sku: null,
				name: null,
				amountMinor: null,
				currency: null,
			}),
		) as object),
	});
	const many = db.transaction((batch: number, from: number) => {
		for (let n = from; n < from + batch; n += 1)
			insert.run(
				`store-1-abcdef-${n}`,
				"article.scanned",
				now.wall,
				body,
				`scanner-${n % 4}`,
				`m${n}`,
				"notes",
				n,
				"0123456789abcdef0123456789abcdef",
			);
	});
	return { commit: many, close: () => db.close() };
}

export async function benchLedger({ large = false } = {}): Promise<Measured[]> {
	const root = mkdtempSync(join(tmpdir(), "gondola-bench-"));
	const results: Measured[] = [];
	try {
		const bare = openBare(root);
		const plain = createWriter(join(root, "plain"), appendOnly);
		const stories = createWriter(join(root, "stories"), flows);
		const ledger = await openStoreLedger(join(root, "worker"), () => now);
		const counters = [0, 0, 0, 0].map(() => ({ n: 1 }));
		for (const batch of batches) {
			const rates: [number[], number[], number[], number[]] = [[], [], [], []];
			const range = (from: number): number[] => Array.from({ length: batch }, (_, i) => from + i);
			for (let round = 0; round < rounds; round += 1) {
				rates[0].push(rateOf(batch, (from) => bare.commit(batch, from), counters[0]!));
				rates[1].push(
					rateOf(batch, (from) => void plain.run(range(from).map((n) => ({ n, flow: "append", args: { n }, now }))), counters[1]!),
				);
				rates[2].push(
					rateOf(
						batch,
						(from) => void stories.run(range(from).map((n) => ({ n, flow: "recordScans", args: { scans: [scan(n)] }, now }))),
						counters[2]!,
					),
				);
				rates[3].push(await workerRate(batch, (n) => ledger.do("recordScans", { scans: [scan(n)] }), counters[3]!));
			}
			const of = median(rates[0]);
			const row = (name: string, values: number[]): Measured => ({
				name: `${name}, ${batch} a commit`,
				median: Math.round(median(values)),
				unit: "events/s",
				ratio: Math.round((median(values) / of) * 100) / 100,
			});
			results.push(
				row("bare better-sqlite3", rates[0]),
				row("ledger, one fact a call", rates[1]),
				row("ledger, a scan's whole story", rates[2]),
			);
			results.push({ ...row("Ledger.do through the worker", rates[3]), name: `Ledger.do through the worker, ${batch} outstanding` });
		}
		bare.close();
		plain.close();
		stories.close();
		await ledger.close();
		if (large) results.push(...openLarge(root));
		return results;
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}

async function workerRate(outstanding: number, ask: (n: number) => Promise<unknown>, counter: { n: number }): Promise<number> {
	const start = performance.now();
	let done = 0;
	const one = async (): Promise<void> => {
		while (performance.now() - start < roundMs) {
			await ask(counter.n++);
			done += 1;
		}
	};
	await Promise.all(Array.from({ length: outstanding }, one));
	return (done * 1_000) / (performance.now() - start);
}

/** Opening after a clean stop and after a power cut, with a gigabyte of events behind. */
function openLarge(root: string): Measured[] {
	const directory = join(root, "large");
	const writer = createWriter(directory, appendOnly);
	const until = performance.now() + 60_000;
	let n = 1;
	do {
		writer.run(Array.from({ length: 2_000 }, () => ({ n, flow: "append", args: { n: n++ }, now })));
	} while (performance.now() < until && (n % 100_000 > 2_000 || statSync(join(directory, "ledger.db")).size < 1e9));
	writer.close();
	const megabytes = Math.round(statSync(join(directory, "ledger.db")).size / 1e6);
	const timed = (): number => {
		const start = performance.now();
		const opened = createWriter(directory, appendOnly);
		const took = performance.now() - start;
		opened.close();
		return took;
	};
	const clean = median([timed(), timed(), timed()]);
	rmSync(join(directory, "ledger.seal"));
	return [
		{ name: `opening ${megabytes} MB after a clean stop`, median: Math.round(clean), unit: "ms" },
		{ name: `opening ${megabytes} MB after a power cut`, median: Math.round(timed()), unit: "ms" },
	];
}

if (process.argv[1] === import.meta.filename) {
	for (const { name, median: value, unit, ratio } of await benchLedger({ large: process.argv.includes("--large") }))
		process.stdout.write(`${name.padEnd(52)} ${String(value).padStart(9)} ${unit}${ratio === undefined ? "" : `  ${ratio.toFixed(2)}x`}\n`);
}
