import type { BasketFlow, CallFlow } from "../flows/flows.ts";
import type { Actor } from "../words/actor.ts";
import type { Alarm, DeviceStatus } from "../words/alarm.ts";
import type { Article } from "../words/article.ts";
import type { ColdRecord } from "../words/cold-chain/kept.ts";
import type { ColdMinute } from "../words/cold-chain/record.ts";
import type { StoreEvent } from "../words/event.ts";
import type { LabelState, LabelStatus, PaperLabel } from "../words/label.ts";
import type { Enrolment } from "../words/members/member.ts";
import type { Order, OrderState } from "../words/orders/order.ts";
import type { EffectiveAsked } from "../words/prices/effective.ts";
import type { HeldPrice, PriceFreeze } from "../words/prices/hold.ts";
import type { EffectivePrice, Price } from "../words/prices/price.ts";
import type { PrintJob } from "../words/receipt.ts";
import type { HourSold } from "../words/replenishment/demand.ts";
import type { ShelfFill } from "../words/replenishment/shelf-plan.ts";
import type { Restocking, ShelfDoubts } from "../words/shelves/weighing-shelf.ts";
import type { Movement, OnHand } from "../words/stock.ts";
import type { SettingValue } from "../words/streams/setting.ts";
import type { StockElsewhere } from "../words/streams/stock-elsewhere.ts";
import type { StopSale } from "../words/streams/stop-sale.ts";
import type { CouponLeaseView, KnownCoupon } from "../words/tills/coupon.ts";
import type { FiscalRules, FiscalView } from "../words/tills/fiscal.ts";
import type { PointsRule } from "../words/tills/points.ts";
import type { GoodsReturn } from "../words/tills/return.ts";
import type { ClockQuality, Instant } from "../words/time.ts";
import type { Transfer, TransferState } from "../words/transfers/transfer.ts";

/** Reads of the desk: synchronous, over this thread's own connection. */
export interface DeskBook {
	events: { after(seq: number, limit: number): StoreEvent[]; last(): number };
	articles: {
		find(gtinOrSku: string): Article | undefined;
		/** By SKU. */
		page(after: string, limit: number): Article[];
	};
	prices: {
		effective(sku: string, at: Instant, asked?: EffectiveAsked): EffectivePrice | undefined;
		charged(sku: string, at: Instant, asked?: EffectiveAsked): EffectivePrice | undefined;
		/** Newest version first. */
		history(sku: string): { price: Price; state: "waiting" | "in-force" | "over" | "held" }[];
	};
	priceHolds: {
		of(sku: string): HeldPrice[];
		/** All of the next `skus` articles. */
		page(after: string, skus: number): HeldPrice[];
		count(): number;
		frozen(): PriceFreeze | undefined;
	};
	priceRises: { count(): number };
	settings: { value(name: string): SettingValue | undefined };
	stock: {
		onHand(sku: string): OnHand | undefined;
		movements(sku: string, limit: number): Movement[];
		movement(id: string): Movement | undefined;
	};
	fiscal: {
		get(id: string): { view: FiscalView } | undefined;
		/** By age. */
		list(page: { after: string; limit: number; open: boolean }): FiscalView[];
		rules(): FiscalRules | undefined;
	};
	coupons: {
		/** By id. */
		page(after: string, limit: number): KnownCoupon[];
		/** By their end. */
		leases(coupon: string): CouponLeaseView[];
	};
	points: {
		rules(): PointsRule[];
		openSums(): { members: number; lent: number; used: number };
	};
	/** By id. */
	memberCare: { enrolments(after: string, limit: number): Enrolment[] };
	returns: {
		get(id: string): GoodsReturn | undefined;
		/** By id. */
		list(after: string, limit: number): GoodsReturn[];
		/** Damaged or opened goods that came back and wait for a decision; by SKU. */
		qualityPage(after: string, limit: number): { sku: string; quantity: number }[];
	};
	shelfFills: {
		get(fill: string): ShelfFill | undefined;
		newest(place: string): { fill: ShelfFill; count: number } | undefined;
		goneSince(sku: string, at: Instant): number;
		firstSaleAt(): Instant | null;
		soldByHour(sku: string, from: Instant, now: Instant): HourSold[];
	};
	coldChain: {
		list(): ColdRecord[];
		get(id: string): ColdRecord | undefined;
		/** Each minute from `from` to `to`, none after the last closed one. */
		minutes(row: ColdRecord, from: number, to: number): ColdMinute[];
	};
	transfers: {
		get(id: string): Transfer | undefined;
		list(page: { after: string; limit: number; state?: TransferState | undefined }): Transfer[];
	};
	elsewhere: { get(sku: string): { asked: Instant | null; figures: StockElsewhere | null } | undefined };
	stopSales: {
		/** In force for any barcode of the article, and for the one that was scanned (14 digits). */
		of(article: Article | undefined, gtin?: string): StopSale[];
		/** In force, by id. */
		list(after: string, limit: number): StopSale[];
	};
	orders: {
		get(id: string): Order | undefined;
		/** By id; `open`: those to which something may still happen. */
		list(page: { after: string; limit: number; state?: OrderState | "open" | undefined }): Order[];
		/** The newest. */
		handedOver(limit: number): Order[];
	};
	labels: {
		list(page: { after?: string; limit: number; state?: LabelState }): LabelStatus[];
		get(id: string): LabelStatus | undefined;
		counts(): { total: number; shown: number; pending: number; failed: number; stale: number };
		picture(id: string, which: PictureOf): { version: number; picture: string } | undefined;
		forSku(sku: string): LabelStatus[];
	};
	jobs: {
		askedOf(id: string): string | undefined;
		waitsForLabel(sku: string): boolean;
		get(id: string): PrintJob | undefined;
		/** Oldest first. */
		list(page: { after?: string; limit: number }): PrintJob[];
		recent(limit: number): PrintJob[];
		counts(): Partial<Record<PrintJob["state"], number>>;
	};
	paperLabels: {
		list(page: { after: string; limit: number }): PaperLabel[];
		due(page: { after: string; limit: number }): PaperLabel[];
		dueCount(): number;
	};
	devices: { list(): DeviceStatus[]; get(id: string): DeviceStatus | undefined };
	alarms: { list(): KeptAlarm[]; get(id: string): KeptAlarm | undefined };
	link: {
		waiting(): { facts: number; notes: number; oldestAt: Instant | null };
		identity(): { store: string; tenant: string };
		timeZone(): string;
		clockFloor(): Instant | null;
		risesWentOn(): number;
		shelfDoubts(): ShelfDoubts;
		restocking(): Restocking;
	};
	scanBacklog: { rows(): number };
	meta: { bytes(): { bytes: number; freeBytes: number } };
}

/** An alarm as the ledger keeps it: code and facts. Its sentences are made where it is read, in the reader's language. */
export type KeptAlarm = Omit<Alarm, "what" | "do"> & { what?: string; do?: string };

export type PictureOf = "sent" | "confirmed" | "latest";

/**
 * The ledger as the desk sees it; `StoreLedger` of flows/flows.ts is one. `do` rejects with LedgerRefusal ({code, message};
 * nothing changed) or LedgerTrouble (the disk).
 */
export interface DeskLedger {
	read: DeskBook;
	now(): { wall: Instant; quality: ClockQuality };
	bells: { on(bell: "event", fn: () => void): () => void };
	do: CallFlow<
		| "auditShelf"
		| "bindLabel"
		| "freezePrices"
		| "thawPrices"
		| "recordMovement"
		| "queuePrint"
		| "presentMember"
		| "redeemCoupon"
		| "fillShelf"
		| "chooseCandidate"
		| "setRestocking"
		| "voidRedemption"
		| BasketFlow
		| "readReceipt"
		| "retryFiscal"
		| "pointsOfBasket"
		| "pointsOfMember"
		| "enrolMember"
		| "returnGoods"
		| "returnWithoutReceipt"
		| "settleQuality"
		| "sendTransfer"
		| "receiveTransfer"
		| "askElsewhere"
		| "actOnOrder"
		| "pickForOrder"
		| "shelveForOrder"
		| "handOverOrder"
		| "recordPrinted"
		| "requeuePrint"
		| "cancelPrint"
		| "movePrint"
		| "copyPrint"
		| "queuePaperLabel"
		| "queueDueLabels"
		| "dropPaperLabel"
		| "readScanBacklog"
		| "acknowledgeAlarm"
	>;
}

/** An act of a person or program at the desk, or the refusal of one; stored for `gondola audit`. */
export interface AuditEntry {
	/** Such as "sign-in" or "user-added". */
	what: string;
	by: Actor;
	/** Whom or what it was done to. */
	subject?: string;
	why?: string;
}
export type Audit = (entry: AuditEntry) => void;

/** The line to HQ as the uplink knows it. */
export interface LineStatus {
	/** False: the store is configured to stand alone. Left out: unknown. */
	configured?: boolean;
	connected: boolean;
	lastContact: Instant | null;
	/** Days for which the box can write facts without HQ; null while unknown. */
	offlineDaysLeft: number | null;
	why?: string | null;
	/** Messages in HQ's name refused since this start, by reason; left out where signatures are not checked. */
	refused?: Record<string, number>;
	/** Number of records that HQ named and that do not arrive. */
	withheld?: number;
}

/** The result of a device's test, in words for the person who pressed the button. */
/** The languages in which the store writes down what it says, as alarms on MQTT are. */
export type Locale = "en" | "zh-CN";
/** The languages in which people read it. */
export type ReaderLanguage = Locale | "de" | "hr";

export interface DeskLog {
	info(facts: object, sentence: string): void;
	warn(facts: object, sentence: string): void;
	error(facts: object, sentence: string): void;
}
