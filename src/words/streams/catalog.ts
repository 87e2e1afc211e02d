import type { Article } from "../article.ts";
import type { MemberKey } from "../members/member.ts";
import type { OrderPlacement } from "../orders/order.ts";
import type { Price } from "../prices/price.ts";
import { sideOf } from "../prices/which-counts.ts";
import type { Movement } from "../stock.ts";
import type { Coupon, CouponLease } from "../tills/coupon.ts";
import type { ReturnLease } from "../tills/return.ts";
import type { Instant } from "../time.ts";
import type { Setting } from "./setting.ts";
import type { StopSale } from "./stop-sale.ts";

/**
 * Goes with the first price of a push: from it an HQ that was restored makes the push's row again. `stores` is
 * left out where they are too many.
 */
export interface PushHead {
	at: Instant;
	changes: number;
	stores?: "all" | string[];
}

/**
 * In snapshots and repaired buckets, which leave out prices that are over: the price that counted when this one was decided. By it the
 * store judges the step that was made; left out there: it was the article's first.
 */
export interface PriceBefore {
	amountMinor: number;
	currency: string;
}

/** `released`: a second person let it go on, or it restates what was in force; the store does not judge it again. */
export interface PriceRecord {
	type: "price" | "conditional-price";
	price: Price;
	head?: PushHead;
	released?: true;
	before?: PriceBefore;
}

/** Everybody's price of one piece, or one for some: builds that do not know conditions must not take it for everybody's. */
export const priceRecordType = (price: Price): "price" | "conditional-price" => (sideOf(price) === "" ? "price" : "conditional-price");

/** One record of the catalog stream, HQ to store. A type this build does not know is parked until an upgrade knows it. */
export type CatalogRecord =
	| { type: "article"; article: Article; push?: string }
	| PriceRecord
	| { type: "price-end"; sku: string; version: number; ends: number; at: Instant; push?: string }
	/**
	 * A second person at HQ releases a price that the store holds by its own rails. The price goes along: a store that took a snapshot since
	 * does not have it, where a newer one that may be held too had replaced it.
	 */
	| { type: "price-release"; sku: string; version: number; releases: number; by: string; held?: Price }
	| { type: "label"; label: string; sku: string | null; face?: string };

/** One record of the stock stream, HQ to store. */
export type StockRecord =
	| { type: "movement"; movement: Movement }
	| { type: "grant-used"; grant: string; sku: string; used: number; order: string }
	| { type: "grant-ask"; sku: string; wanted: number; grant: string; expiresAt: Instant }
	| { type: "order"; order: OrderPlacement }
	| { type: "stop-sale"; stop: StopSale }
	| { type: "stop-lifted"; id: string; at: Instant }
	| { type: "member-key"; key: MemberKey }
	| { type: "coupon"; coupon: Coupon }
	| { type: "coupon-lease"; lease: CouponLease }
	| { type: "return-ask"; ask: string; line: string; quantity: number }
	| { type: "return-lease"; lease: ReturnLease }
	| { type: "return-denied"; ask: string; line: string; why: string }
	| { type: "order-cancel"; order: string; at: Instant; by: string; why: string };

/** One record of the config stream, HQ to store. */
export type ConfigRecord = { type: "setting"; setting: Setting };
