import type { Instant } from "../../words/time.ts";
import type { Db } from "../database/database.ts";
import type { Allowed } from "./addresses.ts";
import { call } from "./call.ts";
import { readFeed } from "./feed.ts";
import { endWebhook, isAnyDue, type LeasedWebhook, leaseWebhook, noteFailed, noteTaken } from "./webhooks.ts";

/** Calls webhooks with new facts, in the feed's order. Several HQ processes may do so at once. */
export interface Delivery {
	stop(): Promise<void>;
}

const lookEveryMs = 500;
const eventsPerCall = 100;
/** Duration of the lease on a webhook in milliseconds: longer than one call takes. */
const leaseMs = 30_000;
const firstWaitMs = 1_000;
const longestWaitMs = 300_000;

export function deliverToWebhooks({
	db,
	tenant,
	allowed,
	report,
}: {
	db: Db;
	tenant: string;
	allowed: Allowed;
	report(error: unknown): void;
}): Delivery {
	let stopped = false;
	let timer: NodeJS.Timeout | undefined;
	let working: Promise<void> = Promise.resolve();
	const instant = (afterMs = 0): Instant => new Date(Date.now() + afterMs).toISOString();

	/** Each batch is sent again until the receiver accepts it, so that the facts of a store arrive in their order. */
	async function deliver(webhook: LeasedWebhook): Promise<void> {
		const { id, url, secret, tries, types, stores, notes, after } = webhook;
		const { events, upTo } = await readFeed(db, tenant, {
			...{ after, limit: eventsPerCall, notes },
			...{ types: types ?? undefined, stores: stores ?? undefined },
		});
		if (events.length === 0) return void (await noteTaken(db, id, { after: upTo, at: null }));
		const batch = { id: `${id}-${events[0]!.sequence}-${events.at(-1)!.sequence}`, events };
		const { outcome, why = "" } = await call({ url, secret, allowed }, batch, Date.now());
		if (outcome === "taken") await noteTaken(db, id, { after: upTo, at: instant() });
		else if (outcome === "gone") await endWebhook(db, id, instant());
		else {
			const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** tries) * (0.5 + Math.random());
			await noteFailed(db, webhook, { why, dueAt: instant(waitMs), now: instant() });
		}
	}

	async function look(): Promise<void> {
		for (;;) {
			const isDue = !stopped && (await isAnyDue(db, instant()));
			const webhook = isDue ? await leaseWebhook(db, instant(), instant(leaseMs)) : undefined;
			if (!webhook) return;
			await deliver(webhook);
		}
	}

	const schedule = (): void => {
		if (stopped) return;
		timer = setTimeout(() => {
			working = look().catch(report).finally(schedule);
		}, lookEveryMs);
		timer.unref();
	};
	schedule();
	return {
		async stop() {
			stopped = true;
			clearTimeout(timer);
			await working;
		},
	};
}
