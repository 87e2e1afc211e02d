import { hqFilters, shardOf } from "../../link/protocol/ids.ts";

/** Two hex digits each, as `shardOf` names them. */
const allShards = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, "0"));

/** Which stores this process answers for at this moment. */
export interface ShardSet {
	holds(store: string): boolean;
	/** In order. */
	list(): string[];
	/** The filters to subscribe to: one for each shard, or one for all of them. */
	filters(tenant: string): string[];
	/** Holds these shards and no others until `untilMs`. Returns what changed; undefined where only the time did. */
	replace(next: ReadonlySet<string>, untilMs: number): ShardChange | undefined;
}

export interface ShardChange {
	hasNew: boolean;
	isNew(store: string): boolean;
}

/** `given` undefined: all of them. */
export function createShardSet(given: readonly string[] | undefined, nowMs: () => number): ShardSet {
	let shards: ReadonlySet<string> | undefined = given && new Set(given);
	let untilMs = Infinity;
	return {
		// The time is checked too: a process that was stopped for a while must not send before its timers have run.
		holds: (store) => (!shards || shards.has(shardOf(store))) && nowMs() < untilMs,
		list: () => (nowMs() < untilMs ? [...(shards ?? allShards)].sort() : []),
		filters: (tenant) => hqFilters(tenant, shards && shards.size < allShards.length ? [...shards] : undefined),
		replace(next, until) {
			const before = shards;
			shards = next;
			untilMs = until;
			const hasNew = [...next].some((shard) => !before?.has(shard));
			const hasLost = !before || [...before].some((shard) => !next.has(shard));
			return hasNew || hasLost ? { hasNew, isNew: (store) => !before?.has(shardOf(store)) } : undefined;
		},
	};
}
