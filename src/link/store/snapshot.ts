import { canonicalText } from "../../words/basics/canonical-text.ts";
import type { CatalogRecord } from "../../words/streams/catalog.ts";
import { anyRelease, type ReleaseCheck, withoutFalseRelease } from "../../words/streams/releases.ts";
import type { DownHead, Manifest } from "../protocol/messages.ts";
import { checkRecord } from "../protocol/records.ts";
import { chunkShaOf, snapshotShaOf } from "../protocol/snapshot.ts";
import type { LinkLog } from "../run/clock.ts";
import type { LinkLedger } from "./ledger-port.ts";
import type { Requests } from "./requests.ts";

/**
 * The catalog fetched whole.
 *
 *   idle ── welcome says so ──▶ manifest ──▶ chunks, four at a time ──▶ all here: swap ──▶ greet, records follow
 *     ▲                           │ no answer    │ no answer               │ refused
 *     └───────────────────────────┴──────────────┴─────────────────────────┘
 *
 * Chunks that are here survive a restart; the next welcome goes on with the missing ones. After a chunk that does not match its sum the
 * fetch begins anew. After three failures the store's hellos leave out the ability `snapshot` for an hour, and HQ sends records.
 */
export interface SnapshotFetcher {
	want(head: DownHead): void;
	/** Whether HQ may offer a snapshot. */
	able(): boolean;
	/** The last snapshot since this start: its records, and the milliseconds from its first chunk to the swap; null: none. */
	last(): { records: number; applyMs: number } | null;
	/** How many chunks have arrived since this start. */
	chunks(): number;
}

const atATime = 4;
const mostBeginnings = 3;
const mostFailures = 3;
const restMs = 3_600_000;

interface SnapshotDeps {
	ledger: LinkLedger;
	requests: Requests;
	log: LinkLog;
	nowMs(): number;
	session(): string;
	isReleased?: ReleaseCheck;
	/** The catalog and its position were replaced by the snapshot's. */
	swapped(): void;
}

/** After several failures no snapshot is accepted for a while. */
interface Rest {
	failed(): void;
	succeeded(): void;
	isOver(): boolean;
}

function restAfterFailures({ ledger, nowMs }: SnapshotDeps): Rest {
	let failures = 0;
	let untilMs = -Infinity;
	return {
		failed() {
			failures += 1;
			if (failures < mostFailures) return;
			failures = 0;
			untilMs = nowMs() + restMs;
			ledger.do("dropSnapshot", undefined).catch(() => {});
		},
		succeeded() {
			failures = 0;
		},
		isOver: () => nowMs() >= untilMs,
	};
}

/** The manifest to work with: that of the chunks which are here already, or HQ's. Undefined: no answer, or one that does not fit. */
async function openManifest({ ledger, requests, session }: SnapshotDeps, epoch: string): Promise<Manifest | undefined> {
	const pending = ledger.read.snapshots!.pending("catalog");
	if (pending?.manifest.epoch === epoch) return pending.manifest;
	const reply = await requests.ask({ session: session(), snapshot: "catalog" });
	if (!reply || !("manifest" in reply) || reply.manifest.epoch !== epoch) return undefined;
	const { manifest } = reply;
	if (manifest.chunkSha.length !== manifest.chunks || snapshotShaOf(manifest.chunkSha) !== manifest.sha256) return undefined;
	await ledger.do("beginSnapshot", manifest);
	return manifest;
}

/** `gone`: HQ can no longer make this snapshot. `silent`: HQ does not answer. */
type Outcome = "kept" | "gone" | "silent";

async function askChunk(
	{ requests, session, isReleased = anyRelease }: SnapshotDeps,
	{ id, chunkSha }: Manifest,
	chunk: number,
): Promise<CatalogRecord[] | Exclude<Outcome, "kept">> {
	const reply = await requests.ask({ session: session(), snapshot: "catalog", id, chunk });
	if (!reply) return "silent";
	if (!("records" in reply)) return "gone";
	const texts = reply.records.map(canonicalText);
	if (chunkShaOf(texts) !== chunkSha[chunk]) return "gone";
	return reply.records.flatMap((record): CatalogRecord[] => {
		const checked = checkRecord("catalog", record);
		return checked.kind === "known" ? [withoutFalseRelease(checked.record, isReleased)] : [];
	});
}

export function fetchSnapshots(deps: SnapshotDeps): SnapshotFetcher {
	const { ledger, log } = deps;
	const rest = restAfterFailures(deps);
	let running = false;
	let last: { records: number; applyMs: number } | null = null;
	let applyMs = 0;
	let chunks = 0;

	const timed = async (write: Promise<unknown>): Promise<void> => {
		const sinceMs = deps.nowMs();
		await write;
		applyMs += deps.nowMs() - sinceMs;
	};

	/** Fetches the missing chunks, `atATime` at a time, until all are here or one cannot be fetched. */
	async function fetchMissing(manifest: Manifest): Promise<Outcome> {
		const { have } = ledger.read.snapshots!.pending("catalog") ?? { have: new Set<number>() };
		const missing = Array.from({ length: manifest.chunks }, (_, chunk) => chunk).filter((chunk) => !have.has(chunk));
		log.info({ snapshot: manifest.id, chunks: manifest.chunks, missing: missing.length }, "fetching the catalog whole");
		const outcomes: Outcome[] = [];
		const worker = async (): Promise<void> => {
			for (let chunk = missing.shift(); chunk !== undefined && outcomes.length === 0; chunk = missing.shift()) {
				const records = await askChunk(deps, manifest, chunk);
				if (typeof records !== "string") chunks += 1;
				if (typeof records === "string") outcomes.push(records);
				else await timed(ledger.do("takeChunk", { id: manifest.id, chunk, records }));
			}
		};
		await Promise.all(Array.from({ length: atATime }, worker));
		return outcomes.at(-1) ?? "kept";
	}

	async function fetch(epoch: string): Promise<void> {
		for (let beginnings = 0; beginnings < mostBeginnings; beginnings++) {
			const manifest = await openManifest(deps, epoch);
			if (!manifest) return;
			const outcome = await fetchMissing(manifest);
			if (outcome === "silent") return;
			if (outcome === "kept") {
				await timed(ledger.do("swapSnapshot", { id: manifest.id }));
				rest.succeeded();
				last = { records: manifest.count, applyMs: Math.round(applyMs) };
				log.info({ snapshot: manifest.id, ...last }, "the catalog was taken whole");
				deps.swapped();
				return;
			}
			await ledger.do("dropSnapshot", undefined);
		}
		rest.failed();
	}

	return {
		want({ epoch }) {
			if (running || !ledger.read.snapshots) return;
			running = true;
			applyMs = 0;
			fetch(epoch)
				.catch((error: unknown) => {
					rest.failed();
					log.warn({ error: String(error) }, "cannot take the catalog whole; the next welcome tries again");
				})
				.finally(() => {
					running = false;
				});
		},
		able: () => ledger.read.snapshots !== undefined && rest.isOver(),
		last: () => last,
		chunks: () => chunks,
	};
}
