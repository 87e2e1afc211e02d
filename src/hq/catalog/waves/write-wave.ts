import { canonicalText } from "../../../words/basics/canonical-text.ts";
import { defined } from "../../../words/defined.ts";
import type { Price } from "../../../words/prices/price.ts";
import { rankOf, sideOf } from "../../../words/prices/which-counts.ts";
import { type PriceRecord, priceRecordType } from "../../../words/streams/catalog.ts";
import type { Instant } from "../../../words/time.ts";
import { instantOfWall, wallOfInstant } from "../../../words/wall-time.ts";
import type { Queries } from "../../database/database.ts";
import { keepRecords, takeNumbers } from "../../streams/down.ts";
import { appendToStreams, recordsMissing } from "../../streams/segments.ts";
import { type PastPrice, priceHistory } from "../price-history.ts";
import type { AddressedStore, PriceChange } from "../pushes.ts";
import { headOf, noteRuns, type Variant, type WrittenPush } from "../write-push.ts";
import { type Member, waveVariant, zoneOfChange } from "./members.ts";

/** The changes for stores of waves that have opened: a variant for each wave and time zone. */
export function variantsByWave(stores: readonly Member[], changes: readonly PriceChange[]): Variant[] {
	const alike = Map.groupBy(stores, ({ timeZone, wave }) => waveVariant(timeZone, wave));
	return [...alike].map(([name, of]) => ({
		name,
		stores: of.map(({ id }) => id),
		changes,
		timeZone: of[0]!.timeZone,
		isOfWave: true,
	}));
}

interface Written {
	n: number;
	version: number;
	/** The time zone that it was written for; null: its times are the same instants everywhere. */
	zone: string | null;
	endedAt: Instant | null;
	body: string;
}

/**
 * Writes the prices of a push, as they stand, for the stores of a wave that opens. They get versions of their own, because a store takes
 * no price that is older than one it has. What came since and would have won in the stores of the first wave wins here too.
 */
export async function writeWave(tx: Queries, push: WrittenPush, wave: number, stores: readonly AddressedStore[]): Promise<void> {
	const rows = await tx.query<Written>(
		`SELECT c.n, c.version, ${zoneOfChange} AS zone, c.ended_at AS "endedAt", r.body
		 FROM push_change c JOIN record r ON r.n = c.version WHERE c.push = $1 ORDER BY c.n, c.version`,
		[push.id],
	);
	const skus = [...new Set(rows.map(({ body }) => (JSON.parse(body) as PriceRecord).price.sku))];
	if (skus.length === 0 || stores.length === 0) return;
	const ids = stores.map(({ id }) => id);
	const since = await priceHistory(tx, skus, ids, push.id);
	const articles = await tx.query<{ version: number }>("SELECT version FROM article WHERE sku = ANY($1)", [skus]);
	const byN = [...Map.groupBy(rows, ({ n }) => n).values()];
	for (const [timeZone, of] of Map.groupBy(stores, (store) => store.timeZone)) {
		const name = waveVariant(timeZone, wave);
		const chosen = byN.map((each) => each.find(({ zone }) => zone === timeZone) ?? each[0]!);
		const versions = await keepPrices(tx, push, name, timeZone, chosen, since);
		const missing = await recordsMissing(
			tx,
			of.map(({ id }) => id),
			articles.map(({ version }) => version),
		);
		for (const alike of Map.groupBy(
			of.map(({ id }) => id),
			(id) => (missing.get(id) ?? []).join(" "),
		).values()) {
			const older = missing.get(alike[0]!) ?? [];
			const first = await appendToStreams(tx, alike, "catalog", [...older, ...versions]);
			await noteRuns(tx, push, { name, stores: alike, changes: [], timeZone }, first, older.length, versions.length);
		}
	}
}

async function keepPrices(
	tx: Queries,
	push: WrittenPush,
	name: string,
	timeZone: string,
	rows: readonly Written[],
	since: ReadonlyMap<string, readonly PastPrice[]>,
): Promise<number[]> {
	const first = await takeNumbers(tx, rows.length);
	const head = headOf(push);
	const kept = rows.map((row, i) => {
		const record = JSON.parse(row.body) as PriceRecord;
		const price = { ...beneath(standing(record.price, row, timeZone), since.get(record.price.sku) ?? []), version: first + i };
		const text = canonicalText({
			type: priceRecordType(price),
			price,
			...(i === 0 && { head }),
			...(record.released === true && { released: true, ...approvalOf(record) }),
		});
		return { n: first + i, text, price, row };
	});
	await keepRecords(tx, kept);
	await tx.query(
		`INSERT INTO push_change (version, push, n, sku, variant, side, ended_at, by_zone)
		 SELECT t.version, $1, t.n, t.sku, $2, t.side, t.ended_at, t.by_zone
		 FROM unnest($3::bigint[], $4::int[], $5::text[], $6::text[], $7::text[], $8::boolean[]) AS t (version, n, sku, side, ended_at, by_zone)`,
		[
			push.id,
			name,
			kept.map(({ n }) => n),
			kept.map(({ row }) => row.n),
			kept.map(({ price }) => price.sku),
			kept.map(({ price }) => sideOf(price)),
			kept.map(({ row }) => row.endedAt),
			kept.map(({ row }) => row.zone !== null),
		],
	);
	return kept.map(({ n }) => n);
}

/** The approver's signature goes along; it counts where the wave's price has the same terms, or ends earlier. */
const approvalOf = ({ price, approval }: PriceRecord): Pick<PriceRecord, "approval"> =>
	approval ? { approval: { until: price.until ?? null, ...approval } } : {};

/** The price in the wave's time zone, with the end that it has. One that was taken back before it began is over before it begins. */
function standing(price: Price, { zone, endedAt }: Written, timeZone: string): Price {
	const again = (at: Instant): Instant =>
		zone === null || zone === timeZone ? at : instantOfWall(wallOfInstant(at, zone), timeZone, "from");
	const { from, until } = { from: again(price.from), until: price.until === undefined ? undefined : again(price.until) };
	const end = [until, endedAt ?? undefined].filter((at) => at !== undefined).sort()[0];
	return { ...price, from: end !== undefined && from >= end ? earlier(end) : from, ...defined({ until: end }) };
}

const earlier = (at: Instant): Instant => new Date(Date.parse(at) - 1).toISOString();

/**
 * A push that came since decides: where its price begins at the same instant, the newer version would count, which is that of the wave. So
 * the wave's price begins a millisecond before.
 */
function beneath(price: Price, since: readonly PastPrice[]): Price {
	const isTie = ({ price: other }: PastPrice): boolean =>
		other.version > price.version &&
		sideOf(other) === sideOf(price) &&
		rankOf(price, other) < 0 &&
		rankOf({ ...price, version: Number.MAX_SAFE_INTEGER }, other) > 0;
	return since.some(isTie) ? { ...price, from: earlier(price.from) } : price;
}
