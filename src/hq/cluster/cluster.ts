import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { machineClock } from "../../link/run/clock.ts";
import { type Db, openDatabase } from "../database/database.ts";
import type { HqLine } from "../line/line.ts";
import type { Repositories } from "../repositories.ts";
import { keepListening } from "./listening.ts";
import { newsChannel, shareNotifications } from "./notifications.ts";
import { leaseShards } from "./shard-leases.ts";

const shardsChannel = "gondola_shards";

/** How often this process looks for pushes whose notification was lost: a push may be late by so much. */
const usualLookMs = 5_000;

/** A renewal that takes longer is given up, because the lease is nearly over. */
const answerWithinMs = 3_000;

const reportEveryMs = 60_000;

export interface Cluster {
	isTalkingElsewhere(store: string): boolean;
	stop(): Promise<void>;
}

/**
 * Divides the stores among the HQ processes on one PostgreSQL, this one included. The line answers for no store until the process has a
 * lease.
 */
export async function joinCluster({
	url,
	db,
	repositories,
	line,
	report,
	lookForNewsEveryMs = usualLookMs,
}: {
	url: string;
	db: Db;
	repositories: Repositories;
	line: HqLine;
	report: (error: unknown) => void;
	lookForNewsEveryMs?: number;
}): Promise<Cluster> {
	// A database that cannot be reached is reported once a minute, and not at each attempt.
	let reportedAtMs = -Infinity;
	const seldom = (error: unknown): void => {
		if (machineClock.nowMs() - reportedAtMs < reportEveryMs) return;
		reportedAtMs = machineClock.nowMs();
		report(error);
	};
	const owner = `${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}`;
	const leases = await openDatabase({ url, connections: 1, answerWithinMs });
	const news = shareNotifications(db, repositories, owner, seldom);
	const lookForNews = (): void => void news.look().catch(seldom);
	const shards = leaseShards({
		db: leases,
		owner,
		clock: machineClock,
		report: seldom,
		change: (held, untilMs) => line.setShards(held, untilMs),
		talking: () => line.talking(),
		released: () => void leases.query("SELECT pg_notify($1, $2)", [shardsChannel, owner]).catch(seldom),
	});
	const stopListening = keepListening(url, [newsChannel, shardsChannel], {
		heard(channel, text) {
			if (channel === newsChannel) news.heard(text);
			else if (text !== owner) shards.look();
		},
		opened: lookForNews,
	});
	const timer = setInterval(lookForNews, lookForNewsEveryMs);
	return {
		isTalkingElsewhere: (store) => shards.talkingElsewhere(store),
		async stop() {
			clearInterval(timer);
			news.stop();
			await stopListening();
			await shards.stop();
			await leases.close();
		},
	};
}
