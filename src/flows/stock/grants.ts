/** Grants: the part of its stock that this store lets HQ sell online (LINK rule 9). */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { StockRecord } from "../../words/streams/catalog.ts";
import type { Moment } from "../../words/time.ts";
import { moved } from "./stock.ts";

type RecordOf<Type extends StockRecord["type"]> = Extract<StockRecord, { type: Type }>;

/** HQ asks for a share of the stock here; the store grants at most what it has, so that a partition cannot oversell. */
export function giveGrant(book: Book, { grant, sku, wanted, expiresAt }: RecordOf<"grant-ask">, now: Moment): void {
	const granted = Math.max(0, Math.min(wanted, book.stock.onHand(sku)?.available ?? 0));
	if (book.grants.give({ id: grant, sku, granted, expiresAt }))
		book.events.append({ type: "grant.given", grant, sku, granted, expiresAt }, now);
}

/** HQ sold from a grant: the goods leave the stock once, however often the record is sent. */
export function useGrant(book: Book, { order, grant, sku, used }: RecordOf<"grant-used">, now: Moment): void {
	const id = `order-${order}-${sku}`;
	// The same record under a new epoch: the goods have left the stock already, and the grant must not pay twice.
	if (book.stock.movement(id)) return;
	if (!book.grants.use(grant, used)) throw new LedgerRefusal("grant-overspent", `grant ${grant} does not cover ${used} of ${sku}`);
	moved(book, { id, sku, quantity: -used, reason: "sale", occurredAt: now.wall, reference: order, origin: "hq" }, now);
}
