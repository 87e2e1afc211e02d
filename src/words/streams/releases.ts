/** Whether a release of head office counts here: where the store demands it, an approver has signed it (trust/approvers.ts). */
import type { Price } from "../prices/price.ts";
import type { CatalogRecord, ConfigRecord, StockRecord } from "./catalog.ts";
import { railsSetting, type Setting } from "./setting.ts";

/** Answers false where an approver's signature of this price, or of these guard rails, is demanded and is not there. */
export type ReleaseCheck = (what: Price | Setting, approval: Record<string, unknown> | undefined) => boolean;

/** For a store without keys: it believes its line. */
export const anyRelease: ReleaseCheck = () => true;

/** The thing that a record lets go, if it does: a price, or other guard rails. */
function releaseIn(
	record: CatalogRecord | StockRecord | ConfigRecord,
): { what: Price | Setting | undefined; approval: Record<string, unknown> | undefined } | undefined {
	if (record.type === "price-release") return { what: record.held, approval: record.approval };
	if (record.type === "setting" && record.setting.name === railsSetting) return { what: record.setting, approval: record.approval };
	if ((record.type === "price" || record.type === "conditional-price") && record.released)
		return { what: record.price, approval: record.approval };
	return undefined;
}

/** The record as it came, marked where its release does not count. */
export function withRelease<R extends CatalogRecord | StockRecord | ConfigRecord>(
	record: R,
	isReleased: ReleaseCheck,
): { record: R; unapproved?: true } {
	const release = releaseIn(record);
	if (!release || (release.what && isReleased(release.what, release.approval))) return { record };
	return { record, unapproved: true };
}

/** For snapshots and repaired buckets, which are not kept as they came: without a release that does not count. */
export function withoutFalseRelease(record: CatalogRecord, isReleased: ReleaseCheck): CatalogRecord {
	const { unapproved } = withRelease(record, isReleased);
	if (!unapproved || record.type === "price-release") return record;
	const { released: _, ...judged } = record as CatalogRecord & { released?: true };
	return judged;
}
