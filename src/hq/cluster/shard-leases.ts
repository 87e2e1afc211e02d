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
 * The database counts a lease from when it received the renewal; this process counts from before it sent it. So this process always
 * stops first, however long the answer took. Positions are moved under a row lock: a process that was suspended meanwhile (a
 * stopped virtual machine) can commit nothing twice.
 */
export interface ShardLeases {
	/** The shards that this process answers for at the moment. */
	held(): ReadonlySet<string>;
	/** Stores that another living process talks to. */
	talkingElsewhere(store: string): boolean;
	/** Another process gave shards back or has started: look at the leases now. */
	look(): void;
	/** Gives all shards back, so that the other processes need not wait for the end of the leases. */
	stop(): Promise<void>;
}

export interface ShardLeasesDeps {
	/** A connection of its own: a renewal must not wait behind a push. */
	db: Db;
	/** This process's name, unique for ever. */
	owner: string;
	clock: Clock;
	/** Begins to talk to the stores of these shards, and ends with those of all others, before it returns. `untilMs` is by the clock. */
	change(shards: ReadonlySet<string>, untilMs: number): void;
	/** Names of the stores that the line has sessions with. */
	talking(): string[];
	/** Called after shards were given back, so that the other processes may look. */
	released(): void;
	report(error: unknown): void;
}

/** Milliseconds. The shards of a killed process move to another one within `lease` and one `look`. */
export const leaseMs = { lease: 4_000, margin: 1_000, look: 1_000 } as const;

const shardCount = 256;
const lease = `interval '${leaseMs.lease} milliseconds'`;

/** State that the functions below work on. */
interface Leasing {
	readonly deps: ShardLeasesDeps;
	held: ReadonlySet<string>;
	/** Stores that another living process talks to. */
	elsewhere: ReadonlySet<string>;
	/** Stores that the database has as talking to this process. */
	written: ReadonlySet<string>;
	stopped: boolean;
	/** Whether a look at the leases runs; `again`: another one must follow it. */
	looking: Promise<void> | undefined;
	again: boolean;
	forgetLook: () => void;
	forgetEnd: () => void;
}

export function leaseShards(deps: ShardLeasesDeps): ShardLeases {
	const none: ReadonlySet<string> = new Set();
	const leasing: Leasing = {
		...{ deps, held: none, elsewhere: none, written: none, stopped: false, looking: undefined, again: false },
		forgetLook: () => {},
		forgetEnd: () => {},
	};
	look(leasing);
	return {
		held: () => leasing.held,
		talkingElsewhere: (store) => leasing.elsewhere.has(store),
		look: () => look(leasing),
		stop: () => stop(leasing),
	};
}

/** Sets the shards that this process answers for. A timer ends them in time even while a renewal hangs. */
function hold(leasing: Leasing, shards: ReadonlySet<string>, untilMs: number): void {
	const { deps } = leasing;
	leasing.held = shards;
	deps.change(shards, untilMs);
	leasing.forgetEnd();
	if (shards.size === 0) return;
	leasing.forgetEnd = deps.clock.after(untilMs - deps.clock.nowMs(), () => {
		leasing.held = new Set();
		deps.change(leasing.held, deps.clock.nowMs());
	});
}

async function renew(leasing: Leasing): Promise<void> {
	const { db, owner, clock, released } = leasing.deps;
	const untilMs = clock.nowMs() + leaseMs.lease - leaseMs.margin;
	const { ours, tooMany } = await db.transaction((tx) => renewIn(tx, owner));
	if (leasing.stopped) return;
	hold(leasing, new Set(ours), untilMs);
	if (tooMany.length === 0) return;
	await db.query("UPDATE shard_lease SET owner = NULL, until = '-infinity' WHERE owner = $1 AND shard = ANY($2)", [owner, tooMany]);
	released();
}

/** Writes which stores this process talks to, for the overview of the other processes; only changes are written. */
async function writeTalking(leasing: Leasing): Promise<void> {
	const { db, owner, talking } = leasing.deps;
	const now = new Set(talking());
	const begun = [...now].filter((store) => !leasing.written.has(store));
	const ended = [...leasing.written].filter((store) => !now.has(store));
	if (begun.length > 0)
		await db.query(
			"INSERT INTO talking (store, owner) SELECT t, $1 FROM unnest($2::text[]) AS t ON CONFLICT (store) DO UPDATE SET owner = excluded.owner",
			[owner, begun],
		);
	if (ended.length > 0) await db.query("DELETE FROM talking WHERE owner = $1 AND store = ANY($2)", [owner, ended]);
	leasing.written = now;
	const others = await db.query<{ store: string }>(
		"SELECT t.store FROM talking t JOIN hq_process p ON p.id = t.owner AND p.until > now() WHERE t.owner <> $1",
		[owner],
	);
	leasing.elsewhere = new Set(others.map(({ store }) => store));
}

async function lookNow(leasing: Leasing): Promise<void> {
	const { clock, report } = leasing.deps;
	do {
		leasing.again = false;
		leasing.forgetLook();
		await renew(leasing)
			.then(() => writeTalking(leasing))
			.catch(report);
	} while (leasing.again && !leasing.stopped);
	if (!leasing.stopped) leasing.forgetLook = clock.after(leaseMs.look, () => look(leasing));
}

function look(leasing: Leasing): void {
	leasing.again = true;
	if (!leasing.stopped) leasing.looking ??= lookNow(leasing).finally(() => (leasing.looking = undefined));
}

async function stop(leasing: Leasing): Promise<void> {
	const { db, owner, clock, released, report } = leasing.deps;
	leasing.stopped = true;
	leasing.forgetLook();
	hold(leasing, new Set(), clock.nowMs());
	await leasing.looking;
	await db
		.transaction(async (tx) => {
			await tx.query("UPDATE shard_lease SET owner = NULL, until = '-infinity' WHERE owner = $1", [owner]);
			await tx.query("DELETE FROM talking WHERE owner = $1", [owner]);
			await tx.query("DELETE FROM hq_process WHERE id = $1", [owner]);
		})
		.then(released, report);
}

/**
 * Renews this process's leases, takes free shards up to its share, and names those beyond its share. It keeps these until it has
 * ended the sessions with their stores.
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
