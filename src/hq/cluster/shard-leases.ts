import type { Clock } from "../../link/run/clock.ts";
import type { Db, Queries } from "../database/database.ts";

/**
 * How HQ processes divide the stores: 256 leases in the database, each process its fair share.
 *
 *               taken: free, or its owner's time is over
 *   not ours ─────────────────────────────────────────▶ ours, until a second before the lease ends
 *      ▲                                                  │ │  ▲
 *      │ not renewed in time (database away, process      │ └──┘ renewed
 *      │ stopped): silent first, over only then           │
 *      └───────────── more than our share: ◀──────────────┘
 *                     silent first, then given back
 *
 * The lease is counted by the database's clock from when it got our renewal, our own time from before we sent it: ours always
 * ends first, however long the answer took. Positions are moved under a row lock, so that even a process that slept through
 * all this (a stopped virtual machine) can commit nothing twice.
 */
export interface ShardLeases {
	/** The shards that this process answers for at the moment. */
	held(): ReadonlySet<string>;
	/** Stores that another living process talks to. */
	talkingElsewhere(store: string): boolean;
	/** Another process gave shards back or has started: look at once. */
	look(): void;
	/** Gives all shards back, so that the other processes need not wait for the end of the leases. */
	stop(): Promise<void>;
}

export interface ShardLeasesDeps {
	/** A connection of its own: a renewal must not wait behind a push. */
	db: Db;
	/** This process's name; no other process has it or ever had it. */
	owner: string;
	clock: Clock;
	/** Begins to talk to the stores of these shards, and ends with those of all others, before it returns. `untilMs` is by the clock. */
	change(shards: ReadonlySet<string>, untilMs: number): void;
	/** Stores the line talks to. */
	talking(): string[];
	/** Called after shards were given back, so that the other processes may look. */
	released(): void;
	report(error: unknown): void;
}

/** Milliseconds. The shards of a killed process move to another one within `lease` and one `look`. */
export const leaseMs = { lease: 4_000, margin: 1_000, look: 1_000 } as const;

const shardCount = 256;
const lease = `interval '${leaseMs.lease} milliseconds'`;

export function leaseShards(deps: ShardLeasesDeps): ShardLeases {
	const { db, owner, clock } = deps;
	let held: ReadonlySet<string> = new Set();
	let elsewhere: ReadonlySet<string> = new Set();
	let written: ReadonlySet<string> = new Set();
	let stopped = false;
	let looking: Promise<void> | undefined;
	let again = false;
	let forgetLook = (): void => {};
	let forgetEnd = (): void => {};

	/** Sets the shards that this process answers for. The timer silences it even while a renewal hangs. */
	function hold(shards: ReadonlySet<string>, untilMs: number): void {
		held = shards;
		deps.change(shards, untilMs);
		forgetEnd();
		if (shards.size > 0)
			forgetEnd = clock.after(untilMs - clock.nowMs(), () => {
				held = new Set();
				deps.change(held, clock.nowMs());
			});
	}

	async function renew(): Promise<void> {
		const untilMs = clock.nowMs() + leaseMs.lease - leaseMs.margin;
		const { ours, tooMany } = await db.transaction((tx) => renewIn(tx, owner));
		if (stopped) return;
		hold(new Set(ours), untilMs);
		if (tooMany.length === 0) return;
		await db.query("UPDATE shard_lease SET owner = NULL, until = '-infinity' WHERE owner = $1 AND shard = ANY($2)", [owner, tooMany]);
		deps.released();
	}

	/** Writes which stores this process talks to, for the overview of the other processes; only changes are written. */
	async function writeTalking(): Promise<void> {
		const now = new Set(deps.talking());
		const begun = [...now].filter((store) => !written.has(store));
		const ended = [...written].filter((store) => !now.has(store));
		if (begun.length > 0)
			await db.query(
				"INSERT INTO talking (store, owner) SELECT t, $1 FROM unnest($2::text[]) AS t ON CONFLICT (store) DO UPDATE SET owner = excluded.owner",
				[owner, begun],
			);
		if (ended.length > 0) await db.query("DELETE FROM talking WHERE owner = $1 AND store = ANY($2)", [owner, ended]);
		written = now;
		const others = await db.query<{ store: string }>(
			"SELECT t.store FROM talking t JOIN hq_process p ON p.id = t.owner AND p.until > now() WHERE t.owner <> $1",
			[owner],
		);
		elsewhere = new Set(others.map(({ store }) => store));
	}

	async function lookNow(): Promise<void> {
		do {
			again = false;
			forgetLook();
			await renew().then(writeTalking).catch(deps.report);
		} while (again && !stopped);
		if (!stopped) forgetLook = clock.after(leaseMs.look, look);
	}

	function look(): void {
		again = true;
		if (!stopped) looking ??= lookNow().finally(() => (looking = undefined));
	}

	look();
	return {
		held: () => held,
		talkingElsewhere: (store) => elsewhere.has(store),
		look,
		async stop() {
			stopped = true;
			forgetLook();
			hold(new Set(), clock.nowMs());
			await looking;
			await db
				.transaction(async (tx) => {
					await tx.query("UPDATE shard_lease SET owner = NULL, until = '-infinity' WHERE owner = $1", [owner]);
					await tx.query("DELETE FROM talking WHERE owner = $1", [owner]);
					await tx.query("DELETE FROM hq_process WHERE id = $1", [owner]);
				})
				.then(deps.released, deps.report);
		},
	};
}

/**
 * Renews this process's leases, takes free shards up to its share, and names those that are too many. These stay its own until it has ended
 * talking to their stores.
 */
async function renewIn(tx: Queries, owner: string): Promise<{ ours: string[]; tooMany: string[] }> {
	await tx.query("DELETE FROM hq_process WHERE until < now() - interval '1 hour'");
	await tx.query(`INSERT INTO hq_process (id, until) VALUES ($1, now() + ${lease}) ON CONFLICT (id) DO UPDATE SET until = excluded.until`, [
		owner,
	]);
	const [alive] = await tx.query<{ n: number }>("SELECT count(*)::integer AS n FROM hq_process WHERE until > now()");
	const share = Math.ceil(shardCount / alive!.n);
	const renewed = await tx.query<{ shard: string }>(`UPDATE shard_lease SET until = now() + ${lease} WHERE owner = $1 RETURNING shard`, [
		owner,
	]);
	const ours = renewed.map(({ shard }) => shard).sort();
	if (ours.length >= share) return { ours: ours.slice(0, share), tooMany: ours.slice(share) };
	const taken = await tx.query<{ shard: string }>(
		`UPDATE shard_lease SET owner = $1, until = now() + ${lease} WHERE shard IN
			(SELECT shard FROM shard_lease WHERE until <= now() ORDER BY shard LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING shard`,
		[owner, share - ours.length],
	);
	return { ours: [...ours, ...taken.map(({ shard }) => shard)].sort(), tooMany: [] };
}
