import { statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Connection } from "../file/open.ts";
import { limits } from "../limits.ts";

/** How far the budget, or the disk if that is smaller, is used: below 70 %, from 70, from 85, from 95 %. */
export type Rung = "well" | "short" | "shorter" | "full";

export interface Space {
	/** Pages in use. The file may be larger: freed pages leave it in small steps. */
	usedBytes: number;
	/** Space for the ledger: its budget, or what the disk has, whichever is less. */
	allowedBytes: number;
	freeOnDiskBytes: number;
	percent: number;
	rung: Rung;
}

const counts = (db: Connection): { pages: number; free: number; size: number } => ({
	pages: db.pragma("page_count", { simple: true }) as number,
	free: db.pragma("freelist_count", { simple: true }) as number,
	size: db.pragma("page_size", { simple: true }) as number,
});

export function usedBytes(db: Connection): number {
	const { pages, free, size } = counts(db);
	return (pages - free) * size;
}

export function spaceOf(db: Connection, budgetBytes: number): Space {
	const { pages, free, size } = counts(db);
	const used = (pages - free) * size;
	const disk = statfsSync(dirname(db.name));
	const freeOnDiskBytes = disk.bavail * disk.bsize;
	const inFile = Math.max(0, (statSync(db.name, { throwIfNoEntry: false })?.size ?? 0) - used);
	const allowedBytes = Math.max(1, Math.min(budgetBytes, used + inFile + freeOnDiskBytes));
	const percent = Math.round((used / allowedBytes) * 1_000) / 10;
	return { usedBytes: used, allowedBytes, freeOnDiskBytes, percent, rung: rungOf(percent) };
}

export const rungOf = (percent: number): Rung =>
	percent >= limits.fullPercent ? "full" : percent >= limits.shorterPercent ? "shorter" : percent >= limits.shortPercent ? "short" : "well";

/** Bytes written ever, including those freed since: grows also while the line is down. */
export interface GrowthSample {
	atMs: number;
	writtenBytes: number;
}

/** Keeps the newest samples close together and older ones far apart, so that a day fits into a few hundred numbers. */
export function keepSamples(samples: readonly GrowthSample[], next: GrowthSample): GrowthSample[] {
	const last = samples.at(-1);
	// After a clock stepped back, earlier samples cannot be compared with later ones.
	if (last && (next.atMs < last.atMs || next.writtenBytes < last.writtenBytes)) return [next];
	if (last && next.atMs - last.atMs < limits.growthSampleMs) return [...samples];
	const kept = [...samples.filter(({ atMs }) => next.atMs - atMs < limits.growthKeptMs), next];
	if (kept.length <= limits.growthSamples) return kept;
	const half = Math.floor(kept.length / 2);
	return kept.filter((_, i) => i >= half || i % 2 === 0);
}
