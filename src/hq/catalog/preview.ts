import { defined } from "../../words/defined.ts";
import type { PriceKind } from "../../words/prices/price.ts";
import type { Instant } from "../../words/time.ts";
import type { Db } from "../database/database.ts";
import { heldChanges } from "./accept-push.ts";
import { judgePush, largestChange } from "./judge.ts";
import { type AskedPush, addressedStores, type HeldChange, type PriceChange, type RejectedRow } from "./pushes.ts";

export interface PreviewedChange {
	sku: string;
	/** Where it is not everybody's price of one piece. */
	kind?: PriceKind;
	tier?: string;
	fromQuantity?: number;
	/** As the push names the article; null where it does not. */
	name: string | null;
	/** Of `new`. */
	currency: string;
	/** Minor units. `old` is null where no addressed store has a price of the article. */
	old: number | null;
	new: number;
	/** Null where the prices cannot be compared: there is no old one, or it is in another currency. */
	percent: number | null;
}

export interface Preview {
	accepted: number;
	rejected: readonly RejectedRow[];
	/** The changes that guard rails would hold. */
	held: HeldChange[];
	changes: PreviewedChange[];
	stores: number;
	labels: number;
}

const whose = ({ sku, kind, tier, fromQuantity }: PriceChange) =>
	tier === undefined && fromQuantity === undefined ? { sku } : defined({ sku, kind, tier, fromQuantity });

/**
 * What a push would do; nothing is written. Where stores have different prices of an article, each is judged, and the one with the
 * largest change is shown.
 */
export async function previewPush(db: Db, push: Omit<AskedPush, "id">, now: Instant, usualCurrency?: string): Promise<Preview> {
	const stores = await addressedStores(db, push.stores);
	const { objections, before } = await judgePush(db, push, stores, now, usualCurrency);
	const held = heldChanges(push.changes.map((change, i) => ({ change, reasons: objections[i]! })));
	const changes = push.changes.map((change, i) => ({
		...whose(change),
		name: change.article.name ?? null,
		currency: change.currency,
		new: change.amountMinor,
		...largestChange(change, before[i]!),
	}));
	const skus = [...new Set(push.changes.map((change) => change.sku))];
	const [labels] = await db.query<{ n: number }>("SELECT count(*)::int AS n FROM label WHERE store = ANY($1) AND sku = ANY($2)", [
		stores.map(({ id }) => id),
		skus,
	]);
	const accepted = objections.filter((reasons) => reasons.length === 0).length;
	return { accepted, rejected: push.rejected, held, changes, stores: stores.length, labels: labels!.n };
}
