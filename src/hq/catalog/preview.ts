import type { Preview, PreviewedChange } from "../../words/answers/head-office/pushes.ts";
import { defined } from "../../words/defined.ts";
import type { Instant } from "../../words/time.ts";
import type { Db } from "../database/database.ts";
import { inOnePart } from "../intake/change-parts.ts";
import { heldChanges } from "./accept-push.ts";
import { judgeParts, largestChange } from "./judge.ts";
import type { PastPrice } from "./price-history.ts";
import { type AskedPush, addressedStores, type LargePush, type PriceChange } from "./pushes.ts";

const whose = ({ sku, kind, tier, fromQuantity }: PriceChange) =>
	tier === undefined && fromQuantity === undefined ? { sku } : defined({ sku, kind, tier, fromQuantity });

/** Changes and objections that an answer names each by itself. */
export const namedMost = 10_000;

/**
 * The effect of a push; nothing is written. Where stores have different prices of an article, each is judged, and the one with the
 * largest change is shown. Of a large push the first changes are shown, and all are counted.
 */
export async function previewPush(
	db: Db,
	push: Omit<AskedPush, "id"> | Omit<LargePush, "id">,
	now: Instant,
	usualCurrency?: string,
): Promise<Preview> {
	const parts = push.changes === undefined ? push.parts : inOnePart(push.changes);
	const { progress = () => {} } = push.changes === undefined ? push : {};
	const stores = await addressedStores(db, push.stores);
	const ids = stores.map(({ id }) => id);
	const most = push.changes === undefined ? namedMost : Number.POSITIVE_INFINITY;
	const preview: Preview = { accepted: 0, rejected: push.rejected, held: [], changes: [], stores: stores.length, labels: 0 };
	let heldCount = 0;
	let changesCount = 0;
	for await (const part of judgeParts(db, { parts, effectiveAt: push.effectiveAt }, stores, now, usualCurrency)) {
		const { changes, objections, before } = part;
		const held = heldChanges(changes.map((change, i) => ({ change, reasons: objections[i]! })));
		heldCount += held.length;
		preview.held = preview.held.concat(held.slice(0, Math.max(0, most - preview.held.length)));
		const shown = changes.slice(0, Math.max(0, most - preview.changes.length));
		preview.changes = preview.changes.concat(shown.map((change, i) => previewed(change, before[i]!)));
		preview.labels += await labelsOf(db, ids, changes);
		preview.accepted += objections.filter((reasons) => reasons.length === 0).length;
		changesCount += changes.length;
		progress("judging", changesCount / parts.count);
	}
	return {
		...preview,
		...countsBeyond({ rejectedCount: push.rejectedCount ?? push.rejected.length, heldCount }, preview),
		...(changesCount > preview.changes.length && { changesCount }),
	};
}

/** The counts of lists that do not name all they count. */
export const countsBeyond = (
	{ rejectedCount, heldCount }: { rejectedCount: number; heldCount: number },
	{ rejected, held }: { rejected: readonly unknown[]; held: readonly unknown[] },
): { rejectedCount?: number; heldCount?: number } => ({
	...(rejectedCount > rejected.length && { rejectedCount }),
	...(heldCount > held.length && { heldCount }),
});

const previewed = (change: PriceChange, before: readonly PastPrice[]): PreviewedChange => ({
	...whose(change),
	name: change.article.name ?? null,
	currency: change.currency,
	new: change.amountMinor,
	...largestChange(change, before),
});

/** All changes of an article are in one part, so that no label is counted twice. */
async function labelsOf(db: Db, stores: readonly string[], changes: readonly PriceChange[]): Promise<number> {
	const skus = [...new Set(changes.map((change) => change.sku))];
	const [labels] = await db.query<{ n: number }>("SELECT count(*)::int AS n FROM label WHERE store = ANY($1) AND sku = ANY($2)", [
		stores,
		skus,
	]);
	return labels!.n;
}
