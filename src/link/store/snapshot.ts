import type { CatalogRecord } from "../../words/streams/catalog.ts";
import { canonicalText } from "../protocol/chain.ts";
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
 * What is here stays over a restart; the next welcome goes on with what is missing. A chunk that does not match its sum begins anew. When
 * nothing comes of it three times, the store says for an hour that it cannot, and HQ sends records.
 */
export interface SnapshotFetcher {
	want(head: DownHead): void;
	/** Whether HQ may offer one. */
	able(): boolean;
	/** Milliseconds a snapshot took from its first chunk, and its records; null: none since this start. */
	last(): { records: number; applyMs: number } | null;
}

const atATime = 4;
const mostBeginnings = 3;
const mostFailures = 3;
const restMs = 3_600_000;

export function fetchSnapshots(deps: {
	ledger: LinkLedger;
	requests: Requests;
	log: LinkLog;
	nowMs(): number;
	session(): string;
	swapped(): void;
}): SnapshotFetcher {
	const { ledger, requests, log } = deps;
	let running = false;
	let last: { records: number; applyMs: number } | null = null;
	let applyMs = 0;
	let failures = 0;
	let restsUntilMs = -Infinity;

	const failed = (): void => {
		failures += 1;
		if (failures < mostFailures) return;
		failures = 0;
		restsUntilMs = deps.nowMs() + restMs;
		ledger.do("dropSnapshot", undefined).catch(() => {});
	};

	const applied = async <T>(write: Promise<T>): Promise<T> => {
		const sinceMs = deps.nowMs();
		const value = await write;
		applyMs += deps.nowMs() - sinceMs;
		return value;
	};

	async function begin(epoch: string): Promise<Manifest | undefined> {
		const pending = ledger.read.snapshots!.pending("catalog");
		if (pending?.manifest.epoch === epoch) return pending.manifest;
		const reply = await requests.ask({ session: deps.session(), snapshot: "catalog" });
		if (!reply || !("manifest" in reply) || reply.manifest.epoch !== epoch) return undefined;
		const { manifest } = reply;
		if (manifest.chunkSha.length !== manifest.chunks || snapshotShaOf(manifest.chunkSha) !== manifest.sha256) return undefined;
		await ledger.do("beginSnapshot", manifest);
		return manifest;
	}

	/** kept; gone: this snapshot cannot be had any more; silent: HQ does not answer. */
	async function fetchChunk({ id, chunkSha }: Manifest, chunk: number): Promise<"kept" | "gone" | "silent"> {
		const reply = await requests.ask({ session: deps.session(), snapshot: "catalog", id, chunk });
		if (!reply) return "silent";
		if (!("records" in reply)) return "gone";
		const texts = reply.records.map(canonicalText);
		if (chunkShaOf(texts) !== chunkSha[chunk]) return "gone";
		const records = reply.records.flatMap((record): CatalogRecord[] => {
			const checked = checkRecord("catalog", record);
			return checked.kind === "known" ? [checked.record] : [];
		});
		await applied(ledger.do("takeChunk", { id, chunk, records }));
		return "kept";
	}

	async function fetch(epoch: string): Promise<void> {
		for (let beginnings = 0; beginnings < mostBeginnings; beginnings++) {
			const manifest = await begin(epoch);
			if (!manifest) return;
			const { have } = ledger.read.snapshots!.pending("catalog") ?? { have: new Set<number>() };
			const missing = Array.from({ length: manifest.chunks }, (_, chunk) => chunk).filter((chunk) => !have.has(chunk));
			log.info({ snapshot: manifest.id, chunks: manifest.chunks, missing: missing.length }, "fetching the catalog whole");
			let outcome: "kept" | "gone" | "silent" = "kept";
			const worker = async (): Promise<void> => {
				for (let chunk = missing.shift(); chunk !== undefined && outcome === "kept"; chunk = missing.shift()) {
					const got = await fetchChunk(manifest, chunk);
					if (got !== "kept") outcome = got;
				}
			};
			await Promise.all(Array.from({ length: atATime }, worker));
			if ((outcome as string) === "silent") return;
			if (outcome === "kept") {
				await applied(ledger.do("swapSnapshot", { id: manifest.id }));
				failures = 0;
				last = { records: manifest.count, applyMs: Math.round(applyMs) };
				log.info({ snapshot: manifest.id, ...last }, "the catalog was taken whole");
				deps.swapped();
				return;
			}
			await ledger.do("dropSnapshot", undefined);
		}
		failed();
	}

	return {
		want({ epoch }) {
			if (running || !ledger.read.snapshots) return;
			running = true;
			applyMs = 0;
			fetch(epoch)
				.catch((error: unknown) => {
					failed();
					log.warn({ error: String(error) }, "cannot take the catalog whole; the next welcome tries again");
				})
				.finally(() => {
					running = false;
				});
		},
		able: () => ledger.read.snapshots !== undefined && deps.nowMs() >= restsUntilMs,
		last: () => last,
	};
}
