import type { Actor } from "./actor.ts";
import type { AlarmLevel } from "./alarm.ts";
import type { OrderAct } from "./orders/machine.ts";
import type { OrderState } from "./orders/order.ts";
import type { HeldReason, HoldEnd } from "./prices/hold.ts";
import type { PriceKind } from "./prices/price.ts";
import type { RiseEnd } from "./prices/rise.ts";
import type { SaleLine } from "./receipt.ts";
import type { ScanMode, ScanOutcome } from "./scanning/scan-modes.ts";
import type { Movement } from "./stock.ts";
import type { AgeCheck } from "./tills/basket.ts";
import type { FiscalKind, FiscalReason, FiscalSignature } from "./tills/fiscal.ts";
import type { WeightView } from "./tills/plate.ts";
import type { PieceRange, QualityPlace, ReturnCondition, SoldLine } from "./tills/return.ts";
import type { ClockQuality, Instant } from "./time.ts";
import type { TransferLine } from "./transfers/transfer.ts";

/** Facts that the store records: past tense, never edited. HQ, the local broker, the cockpit and the metrics all read this union. */
export type EventBody =
	// A: never dropped before HQ has it
	| {
			type: "price.activated";
			sku: string;
			version: number;
			kind: PriceKind;
			amountMinor: number;
			currency: string;
			push: string | null;
			labels: number;
			/** For whom the price is, where it is not everybody's price of one piece. */
			tier?: string;
			fromQuantity?: number;
			masked?: true;
	  }
	/** In force, and not charged before the labels of the article show it; the till charges `chargedMinor`. */
	| {
			type: "price.rise-waits";
			sku: string;
			version: number;
			push: string | null;
			amountMinor: number;
			chargedMinor: number;
			currency: string;
			until: Instant;
	  }
	| { type: "price.rise-ended"; sku: string; version: number; push: string | null; because: RiseEnd }
	/** A price that is stored and not in force, because it exceeds the store's guard rails and no second person has released it. */
	| {
			type: "price.held";
			sku: string;
			version: number;
			kind: PriceKind;
			amountMinor: number;
			currency: string;
			push: string | null;
			reasons: HeldReason[];
	  }
	| { type: "price.hold-ended"; sku: string; version: number; push: string | null; because: HoldEnd }
	/** The kill switch was switched on: no price comes into force until it is thawed. */
	| { type: "prices.frozen"; reason: string | null }
	| { type: "prices.thawed"; since: Instant }
	| { type: "label.bound"; label: string; sku: string; face: string | null }
	| { type: "label.unbound"; label: string; sku: string }
	| {
			type: "label.shown";
			label: string;
			sku: string;
			version: number;
			/** The winning price, and the newest change the picture takes into account. */
			priceVersion: number;
			upToVersion: number;
			amountMinor: number;
			currency: string;
			picture: string;
			downloadedAt: Instant | null;
			/** Left out: the label had the picture and was heard again after the time it takes to draw; its panel reported nothing. */
			proof?: "drawn";
			unchanged?: true;
	  }
	| { type: "label.failed"; label: string; sku: string; version: number; upToVersion: number; why: string }
	| { type: "stock.moved"; movement: Movement; device?: string }
	| {
			type: "sale.recorded";
			sale: string;
			till: string;
			lines: SaleLine[];
			receipt: string | null;
			/** The basket that was paid, and the member's pseudonym and tier, where one showed a code. */
			basket?: string;
			member?: string;
			tier?: string;
			/** Something in it had a minimum age: what was confirmed, and who did it. */
			age?: AgeCheck;
			/** A plate weighed it: what it said and should have said, and who accepted what did not fit. */
			weight?: WeightView;
			/** Coupons that were redeemed with it, and what they took off the sum of the lines. */
			coupons?: { redemption: string; coupon: string; amountMinor: number }[];
	  }
	/** The fiscal device signed a sale or refund (words/tills/fiscal.ts). `late`: its paper went out without the code. */
	| ({ type: "fiscal.signed"; request: string; kind: FiscalKind; reference: string; till: string; late?: true } & FiscalSignature)
	/** Paper went out without a code; a sale that is `refused` is not tried again before a person says so. */
	| {
			type: "fiscal.missing";
			request: string;
			kind: FiscalKind;
			reference: string;
			till: string;
			why: FiscalReason;
			detail?: string;
	  }
	| { type: "receipt.printed"; job: string; printer: string; confirmed: boolean; copy: number }
	| { type: "receipt.doubted"; job: string; printer: string; why: string }
	| { type: "receipt.voided"; job: string; printer: string }
	| { type: "receipt.failed"; job: string; printer: string; why: string }
	| { type: "receipt.cancelled"; job: string; printer: string }
	| { type: "receipt.moved"; job: string; printer: string; from: string }
	| { type: "paper-label.printed"; job: string; sku: string; printer: string; confirmed: boolean; copy: number }
	| { type: "paper-label.doubted"; job: string; sku: string; printer: string; why: string }
	| { type: "paper-label.failed"; job: string; sku: string; printer: string; why: string }
	| { type: "grant.given"; grant: string; sku: string; granted: number; expiresAt: Instant }
	/** A step of an online order; head office takes the same one (words/orders/machine.ts). */
	| { type: "order.acted"; order: string; act: OrderAct; state: OrderState; by: string }
	/** A member's code was shown and accepted. `timeChecked` is false while the box does not know the time. */
	| {
			type: "member.presented";
			member: string;
			tier: string;
			timeChecked: boolean;
			till?: string;
			/** Digest of the code's nonce, and until when the code is valid, in seconds since 1970; facts of older builds have neither. */
			codeId?: string;
			codeExp?: number;
	  }
	/** A member was enrolled here under a pseudonym that this store made. */
	| { type: "member.enrolled"; enrolment: string; member: string; tier: string; till?: string }
	/** A paid basket of a member: `points` for `paidMinor`, one for each `minorPerPoint`, by the rule. */
	| {
			type: "points.earned";
			sale: string;
			till: string;
			member: string;
			points: number;
			paidMinor: number;
			minorPerPoint: number;
			rule: string;
	  }
	| { type: "points.spent"; sale: string; till: string; member: string; points: number; lease: string }
	/** A lease is over: head office may lend what was not used to other stores. */
	| { type: "points.lease-closed"; lease: string; member: string; used: number }
	/** Head office had a member erased. `member`: digest of the pseudonym. `removed`: how many rows of which kind. */
	| { type: "member.erased"; erasure: string; member: string; removed: Record<string, number> }
	/** `lease`: the lease that was used. `serial`: the serial number of the paper coupon. */
	| {
			type: "coupon.redeemed";
			redemption: string;
			coupon: string;
			lease: string;
			till: string;
			amountMinor: number;
			sale?: string;
			serial?: string;
			member?: string;
	  }
	| { type: "coupon.voided"; redemption: string; coupon: string; lease: string; till?: string }
	/** A lease is over: head office may lend what was not used to other stores. */
	| { type: "coupon.lease-closed"; lease: string; coupon: string; used: number }
	/** Head office ended the campaign at `endedAt`; from this event on its coupons are refused here. `redeemed`: here, in all. */
	| { type: "coupon.ended"; coupon: string; endedAt: Instant; redeemed: number }
	/** The key that signs this store's receipts was made. `public`: Ed25519, base64url. */
	| { type: "receipt-key.made"; kid: string; public: string }
	/** Goods came back: `pieces` of the line, or without a receipt. `condition` says whether they went on hand, apart or to waste. */
	| {
			type: "return.recorded";
			return: string;
			line?: string;
			sku: string;
			quantity: number;
			condition: ReturnCondition;
			refundMinor: number | null;
			currency: string | null;
			pieces: (PieceRange & { right: string })[];
			reason?: string;
			till?: string;
			exchange?: string;
	  }
	/** A customer brought a line that another store or head office has the right to take back. */
	| { type: "return.asked"; ask: string; line: string; quantity: number }
	/** Head office asked for the right to a line that was sold here: it may give these pieces to others; none where `from` is `to`. */
	| { type: "return.released"; ask: string; line: string; from: number; to: number; sold?: SoldLine; why?: string }
	/** A lease is over: pieces from `next` on are head office's to give again. */
	| { type: "return.lease-closed"; lease: string; line: string; next: number }
	/** Goods that were kept apart go back on the shelf or to waste. */
	| { type: "quality.settled"; act: string; sku: string; quantity: number; to: QualityPlace }
	/** Goods left for another store, or came from it; a plan that ended before they left. */
	| { type: "transfer.sent"; transfer: string; from: string; to: string; lines: TransferLine[] }
	| { type: "transfer.received"; transfer: string; from: string; to: string; lines: TransferLine[] }
	| { type: "transfer.cancelled"; transfer: string; from: string; to: string }
	/** A watched temperature was outside its limits for longer than is allowed, since `since`; `coldChain` is the id of its record. */
	| {
			type: "temperature.left-limits";
			coldChain: string;
			place: string;
			device: string;
			side: "warm" | "cold";
			since: Instant;
			minMillidegrees: number;
			maxMillidegrees: number;
			worstMillidegrees: number;
	  }
	| {
			type: "temperature.returned";
			coldChain: string;
			place: string;
			side: "warm" | "cold";
			since: Instant;
			worstMillidegrees: number;
			minutes: number;
	  }
	| { type: "stock.shortfall"; sku: string; quantity: number; sale: string }
	| { type: "loss.recorded"; class: "B" | "C"; count: number; fromSeq: number; toSeq: number; why: string }
	| { type: "record.refused"; stream: string; record: number; code: string; why: string }
	/** An act of a person or program, or the refusal of one: signing in, users, tokens, pairings, releases, settings. */
	| {
			type: "audit.recorded";
			/** The act, such as "sign-in" or "user-added". */
			act: string;
			/** The person or thing that was acted on. */
			subject?: string;
			outcome: "done" | "refused";
			why?: string;
			/** How many more of the same act and reason were refused within the minute before, by any actor. */
			more?: number;
	  }
	// B: compacted or sampled when space is short, every drop counted
	| { type: "prices.accepted"; count: number; push: string | null; firstFrom: Instant }
	| { type: "articles.accepted"; count: number; push: string | null }
	| {
			type: "article.scanned";
			device: string;
			code: string;
			symbology: string | null;
			symbologySource: "aim" | "driver" | "guess";
			gtin: string | null;
			sku: string | null;
			name: string | null;
			amountMinor: number | null;
			currency: string | null;
			/** GS1 application identifiers, as read: { "10": "LOT7", "17": "270131" }. */
			elements?: Record<string, string>;
			/** The content of a weighed article's label: its weight, its pieces, or the price to pay. */
			milligrams?: number;
			pieces?: number;
			labelAmountMinor?: number;
			/** Head office stopped its sale; then there is no price. */
			stop?: "recall";
			/** The add-on beside the bar codes of books and magazines. */
			addOn?: string;
			/** Faults in the code, by element; these elements have no effect. */
			faults?: { ai: string; fault: string }[];
			/** Elements that may be read in another way: no act may rely on such an element alone. */
			doubts?: { ai?: string; doubt: string; hides?: string[]; note?: string }[];
			/** The bytes as they came, base64, where the code in UTF-8 is not the same bytes. */
			raw?: string;
	  }
	/** The result of a scan at a device whose scan mode is not `lookup`. */
	| {
			type: "scan.acted";
			device: string;
			mode: ScanMode;
			did: ScanOutcome;
			code: string;
			sku?: string;
			label?: string;
			order?: string;
			basket?: string;
			coupon?: string;
			/** The discount of the coupon. */
			amountMinor?: number;
			/** Pieces, or milligrams of a weighed article; of an audit: how many labels the article has. */
			quantity?: number;
			/** A stable code: why it was refused, or what the audit found. */
			why?: string;
	  }
	/** By its code head office sees where a coupon is wanted. */
	| { type: "coupon.refused"; coupon: string; till: string; code: string }
	/** Somebody wants to know the stock of other stores: head office answers. */
	| { type: "stock.asked"; sku: string }
	| { type: "weight.settled"; device: string; milligrams: number }
	/** A door opened or closed, or it is known for the first time how it is. */
	| { type: "door.changed"; device: string; sensor: string; isOpen: boolean }
	/** `action`: single, double, long … as the device calls it. */
	| { type: "button.pressed"; device: string; sensor: string; action: string }
	/** An RFID tag came before a reader; seen again after ten minutes of absence, it is another sighting. */
	| { type: "tag.seen"; device: string; sensor: string; epc: string }
	| {
			type: "shelf.changed";
			shelf: string;
			sku: string | null;
			because: "pick" | "put-back" | "restock" | "unknown" | "offline-change";
			pieces?: number;
			milligrams: number;
			movement: string | null;
			/** The changes that it may have been, of several articles on one plate; negative: taken off. */
			candidates?: { sku: string; pieces: number }[][];
			/** A person chose among the candidates of the event with this number; its actor says who. */
			answers?: number;
	  }
	/** Goods were brought from the back room to a place of the shelf plan. */
	| { type: "shelf.filled"; place: string; sku: string; quantity: number; onShelf: number }
	| { type: "receipt.queued"; job: string; printer: string }
	| { type: "device.troubled"; device: string; trouble: string; facts: Record<string, string | number> }
	| { type: "device.recovered"; device: string; trouble: string; afterMs: number }
	| {
			type: "alarm.raised";
			alarm: string;
			level: AlarmLevel;
			code: string;
			subject: string;
			/** Names for the alarm's sentence beside the subject; left out: none. */
			facts?: Record<string, string | number>;
	  }
	| { type: "alarm.cleared"; alarm: string; level: AlarmLevel; code: string; subject: string }
	| { type: "alarm.acknowledged"; alarm: string; by: string }
	| { type: "line.changed"; up: boolean; why: string | null }
	| { type: "gateway.started"; version: string; boot: string; afterCrash: boolean }
	| { type: "clock.doubted"; wall: Instant; floor: Instant; why: string };

export type EventType = EventBody["type"];

export interface EventHead {
	/** `{store}-{incarnation}-{epoch}-{seq}`: made from counters, never from a clock. */
	id: string;
	/** A dense number, given in the transaction that wrote the event. */
	seq: number;
	at: Instant;
	quality: ClockQuality;
	/** The device's own id for the message that caused this; the same one again makes no second event. */
	sourceId?: string;
	/** Who caused the event, where a person or program did; facts of older builds have none. */
	actor?: Actor;
}

export type StoreEvent = EventHead & EventBody;
