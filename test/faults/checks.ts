/** What must hold of a ledger after any accident. Reads the file with SQL of its own, so that a mistake in the book is not believed. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import Database from "better-sqlite3";
import canonicalize from "canonicalize";
import type { Witness } from "./shop-day.ts";

type Row = Record<string, string | number | null>;

/** Faults as sentences; none when all is well. `whole`: nothing was thinned, so the chains must reach back to their beginning. */
export function faultsOf(directory: string, witnesses: readonly Witness[], { whole = true } = {}): string[] {
	const db = new Database(join(directory, "ledger.db"), { readonly: true });
	const faults: string[] = [];
	const all = (sql: string): Row[] => db.prepare(sql).all() as Row[];
	try {
		const integrity = all("PRAGMA integrity_check").map((row) => row["integrity_check"]);
		if (integrity[0] !== "ok") faults.push(`integrity_check: ${integrity.slice(0, 3).join("; ")}`);
		const hashes = chains(all, faults, whole);
		onHandIsTheSum(all, faults);
		const seqs = new Set(all("SELECT seq FROM event").map((row) => row["seq"]));
		const sources = new Set(
			all("SELECT device, source_id FROM event WHERE source_id IS NOT NULL").map((row) => `${row["device"]} ${row["source_id"]}`),
		);
		// Written down in a storm and not read yet.
		const hasUnread = all("SELECT 1 FROM sqlite_schema WHERE name = 'unread'").length > 0;
		for (const row of hasUnread ? all("SELECT packed FROM unread") : [])
			for (const [device, , , id] of JSON.parse(row["packed"] as string) as (string | null)[][]) sources.add(`${device} ${id}`);
		const movements = new Set(all("SELECT id FROM movement").map((row) => row["id"]));
		const retained = new Map(
			(db.prepare("SELECT topic, payload FROM broker_retained").all() as { topic: string; payload: Buffer }[]).map((row) => [
				row.topic,
				Number(row.payload),
			]),
		);
		const queued = new Set(all("SELECT id FROM broker_queue").map((row) => row["id"]));
		const down = new Map(all("SELECT stream, position FROM down").map((row) => [row["stream"], row["position"] as number]));
		const asked = new Set(witnesses.flatMap(({ trace }) => (trace.dequeued === undefined ? [] : [trace.dequeued])));
		const lastTried = witnesses.at(-1)?.n ?? 0;
		for (const { n, ok, trace, event, facts, notes } of witnesses) {
			const lost = (what: string): void => void faults.push(`call ${n} (${trace.flow}) was acknowledged, but ${what}`);
			if (!ok) {
				for (const id of trace.movements ?? []) if (movements.has(id)) lost(`refused, and movement ${id} is there`);
				continue;
			}
			if (whole && event > 0 && !seqs.has(event)) lost(`event ${event} is gone`);
			if (whole && facts.seq > 0 && hashes.get(`facts ${facts.seq}`) !== facts.hash) lost(`fact ${facts.seq} is gone or another`);
			if (whole && notes.seq > 0 && hashes.get(`notes ${notes.seq}`) !== notes.hash) lost(`note ${notes.seq} is gone or another`);
			if (trace.source && whole && !sources.has(`${trace.source.device} ${trace.source.id}`)) lost("its scan is gone");
			if (trace.sale !== undefined && !sources.has(trace.sale)) lost(`sale ${trace.sale} is gone`);
			for (const id of trace.movements ?? []) if (!movements.has(id)) lost(`movement ${id} is gone`);
			if (trace.retained && (retained.get(trace.retained.topic) ?? -1) < trace.retained.n) lost(`topic ${trace.retained.topic} fell back`);
			// What was acknowledged last may have been taken by a dequeue that was tried and not answered.
			if (
				trace.queued !== undefined &&
				trace.queued < lastTried - 40 &&
				!asked.has(trace.queued) &&
				!queued.has(trace.queued) &&
				!mayBeDequeued(witnesses, trace.queued)
			)
				lost(`message ${trace.queued} left the queue`);
			if (trace.down && (down.get(trace.down.stream) ?? 0) < trace.down.position)
				lost(`${trace.down.stream} fell behind ${trace.down.position}`);
		}
	} catch (error) {
		faults.push(`cannot be read: ${(error as Error).message}`);
	} finally {
		db.close();
	}
	return faults;
}

/** Calls that were handed in and never answered, because the plug was pulled, leave a hole in the numbers. */
function mayBeDequeued(witnesses: readonly Witness[], id: number): boolean {
	const answered = new Set(witnesses.map(({ n }) => n));
	return !answered.has(id + 15);
}

function chains(all: (sql: string) => Row[], faults: string[], whole: boolean): Map<string, string> {
	const hashes = new Map<string, string>();
	const heads = new Map(all("SELECT * FROM head").map((row) => [row["name"], row]));
	let seq = 0;
	for (const row of all("SELECT seq FROM event ORDER BY seq")) {
		seq += 1;
		if (whole && row["seq"] !== seq) return (faults.push(`event ${seq} is missing, ${row["seq"]} follows`), hashes);
	}
	if (whole && heads.get("event")?.["last"] !== seq) faults.push(`the head says ${heads.get("event")?.["last"]} events, there are ${seq}`);
	for (const stream of ["facts", "notes"]) {
		let at = 0;
		let hash: string | undefined = "0".repeat(32);
		for (const row of all(`SELECT seq, id, at, body, stream_seq, hash FROM event WHERE stream = '${stream}' ORDER BY stream_seq`)) {
			const record = { id: row["id"], seq: row["seq"], at: row["at"], ...(JSON.parse(row["body"] as string) as object) };
			if (row["stream_seq"] !== at + 1) {
				if (whole) faults.push(`${stream} ${at + 1} is missing`);
				hash = undefined;
			}
			at = row["stream_seq"] as number;
			const made: string | undefined =
				hash && createHash("sha256").update(Buffer.from(hash, "hex")).update(canonicalize(record)!).digest("hex").slice(0, 32);
			if (made !== undefined && made !== row["hash"]) faults.push(`the chain of ${stream} breaks at ${at}`);
			hash = row["hash"] as string;
			hashes.set(`${stream} ${at}`, hash);
		}
		const head = heads.get(stream);
		if (head?.["last"] !== at || (at > 0 && head["hash"] !== hash))
			faults.push(`the head of ${stream} says ${head?.["last"]}, the rows end at ${at}`);
	}
	return hashes;
}

/** LINK rule 8, told a second time: the last count and every movement that occurred after it. */
function onHandIsTheSum(all: (sql: string) => Row[], faults: string[]): void {
	const bySku = Map.groupBy(all("SELECT * FROM movement"), (row) => row["sku"]);
	const hands = new Map(all("SELECT sku, on_hand FROM on_hand").map((row) => [row["sku"], row["on_hand"]]));
	for (const [sku, rows] of bySku) {
		const count = rows
			.filter((row) => row["reason"] === "count")
			.sort((a, b) => (`${a["occurred_at"]} ${a["id"]}` < `${b["occurred_at"]} ${b["id"]}` ? 1 : -1))[0];
		const after = rows.filter(
			(row) => row["reason"] !== "count" && (!count || (row["occurred_at"] as string) > (count["occurred_at"] as string)),
		);
		const sum = after.reduce((total, row) => total + (row["quantity"] as number), (count?.["quantity"] as number | undefined) ?? 0);
		if (hands.get(sku) !== sum) faults.push(`article ${sku}: ${hands.get(sku)} on hand, its movements say ${sum}`);
	}
}
