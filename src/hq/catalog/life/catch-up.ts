import { defined } from "../../../words/defined.ts";
import { livePrices } from "../../../words/prices/live-prices.ts";
import type { Price } from "../../../words/prices/price.ts";
import { sideOf } from "../../../words/prices/which-counts.ts";
import type { Instant } from "../../../words/time.ts";
import { instantOfWall, wallOfInstant } from "../../../words/wall-time.ts";
import type { Db, Queries } from "../../database/database.ts";
import { targetOfGroup } from "../../stores/groups.ts";
import { holdStore } from "../../stores/stores.ts";
import { withEnd } from "../price-history.ts";
import type { PriceChange } from "../pushes.ts";
import { zoneOfChange } from "../waves/members.ts";
import { writeOwnPush } from "./own-push.ts";

export interface CaughtUp {
	/** Id of the push that HQ made for this store; null when nothing was missing. */
	push: string | null;
	changes: number;
}

interface Row {
	push: string;
	n: number;
	zone: string | null;
	endedAt: Instant | null;
	body: string;
}

/**
 * Sends a store the prices of pushes to all stores or to one of its groups that it was never sent and that count now or later: a
 * store that was enrolled later, or joined a group later, gets the prices of the others. Guard rails do not judge them again.
 */
export function catchUp(db: Db, store: string, now: Instant): Promise<CaughtUp> {
	return db.transaction(async (tx) => {
		await tx.query("SELECT last FROM counter FOR UPDATE");
		await holdStore(tx, store);
		const prices = await pricesNeverSent(tx, store);
		const live = [...Map.groupBy(prices, ({ sku }) => sku).values()]
			.flatMap((of) => livePrices(of, now))
			.sort((a, b) => a.version - b.version);
		if (live.length === 0) return { push: null, changes: 0 };
		const changes = live.map(({ version: _, push: __, ...price }): PriceChange => defined({ ...price, article: {} }));
		const variants = [{ name: null, stores: [store], changes, timeZone: "UTC" }];
		const push = await writeOwnPush(tx, { name: `${store}~catch-up`, variants, stores: [store], now });
		return { push, changes: changes.length };
	});
}

/** Of a push in waves: all waves have opened, or one by a group of the store has. */
const mayHave = (groups: string): string => `(NOT EXISTS (SELECT 1 FROM push_wave w WHERE w.push = p.id AND w.state = 'waiting')
	OR EXISTS (SELECT 1 FROM push_wave w WHERE w.push = p.id AND w.state NOT IN ('waiting', 'withdrawn') AND w.group_name = ANY(${groups})))`;

async function pricesNeverSent(tx: Queries, store: string): Promise<Price[]> {
	const [at] = await tx.query<{ timeZone: string }>(`SELECT coalesce(time_zone, 'UTC') AS "timeZone" FROM store WHERE id = $1`, [store]);
	const sent = await tx.query<{ sku: string; side: string; version: number }>(
		`SELECT c.sku, c.side, max(c.version) AS version FROM push_store s JOIN push_change c ON c.push = s.push
		 WHERE s.store = $1 AND (c.variant IS NULL OR c.variant = s.variant) GROUP BY c.sku, c.side`,
		[store],
	);
	const newest = new Map(sent.map(({ sku, side, version }) => [`${sku} ${side}`, version]));
	const groups = await tx.query<{ name: string }>("SELECT name FROM store_group WHERE store = $1", [store]);
	const rows = await tx.query<Row>(
		`SELECT c.push, c.n, ${zoneOfChange} AS zone, c.ended_at AS "endedAt", r.body FROM push p JOIN push_change c ON c.push = p.id
		 JOIN record r ON r.n = c.version
		 WHERE (p.targets = '"all"' OR p.targets = ANY($2))
			AND NOT EXISTS (SELECT 1 FROM push_store s WHERE s.push = p.id AND s.store = $1) AND ${mayHave("$3")} ORDER BY c.version`,
		[store, groups.map(({ name }) => targetOfGroup(name)), groups.map(({ name }) => name)],
	);
	// A change may have a variant for each time zone: the one of the store's zone is chosen, else any, whose times are then converted.
	const chosen = [...Map.groupBy(rows, ({ push, n }) => `${n} ${push}`).values()].map(
		(of) => of.find(({ zone }) => zone === null || zone === at!.timeZone) ?? of[0]!,
	);
	return chosen
		.map(({ body, endedAt, zone }) => inZone(withEnd((JSON.parse(body) as { price: Price }).price, endedAt), zone, at!.timeZone))
		.filter((price) => price.version > (newest.get(`${price.sku} ${sideOf(price)}`) ?? 0));
}

function inZone(price: Price, from: string | null, to: string): Price {
	if (from === null || from === to) return price;
	const again = (at: Instant): Instant => instantOfWall(wallOfInstant(at, from), to, "from");
	return { ...price, from: again(price.from), ...(price.until !== undefined && { until: again(price.until) }) };
}
