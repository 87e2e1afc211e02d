/**
 * Points of members. A paid basket earns; spending takes a lease, which head office lends when the member's code is shown: so all stores
 * together never spend more than a member has, whichever line is cut. What comes back takes its points back at head office alone.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import type { Basket, BasketView, LineView } from "../../words/tills/basket.ts";
import { isOffSale } from "../../words/tills/basket.ts";
import { type PointsLease, type PointsRule, type PointsView, pointsFor } from "../../words/tills/points.ts";
import { type Moment, sureInstantOf } from "../../words/time.ts";

export function takePointsRule(book: Book, rule: PointsRule): void {
	const known = book.points.rule(rule.id);
	if (!known) return book.points.putRule(rule);
	if (JSON.stringify(known) !== JSON.stringify(rule))
		throw new LedgerRefusal("points-rule-differs", `Rule ${rule.id} is known here with other contents.`);
}

/** Takes head office's balance of a member, with what it lends. A lease for an earlier box of this store is not taken. */
export function takePoints(
	book: Book,
	{ member, balance, at, lease }: { member: string; balance: number; at: string; lease?: PointsLease | undefined },
	now: Moment,
): void {
	book.points.putBalance(member, balance, at);
	if (!lease || lease.inc !== book.link.identity().inc) return;
	const known = book.points.lease(lease.id);
	if (!known) {
		book.points.putLease(lease);
		// The visit was paid before the lease came.
		if (lease.shown < book.points.lastVisit(member)) closeLease(book, lease.id, now);
		return;
	}
	if (known.member !== lease.member || known.points !== lease.points)
		throw new LedgerRefusal("points-differ", `Lease ${lease.id} is known here with other contents.`);
}

const usable = (book: Pick<Book, "points">, member: string, now: Moment) =>
	book.points
		.openLeases(member)
		.filter(({ used, points, expires }) => used < points && (now.quality === "guess" || expires > now.wall))
		.map(({ id, points, used }) => ({ id, left: points - used }));

const spendableOf = (book: Pick<Book, "points">, member: string, now: Moment): number =>
	usable(book, member, now).reduce((sum, { left }) => sum + left, 0);

export function pointsOfMember(book: Book, { member }: { member: string }, now: Moment): PointsView {
	const said = book.points.balance(member);
	return { pseudonym: member, balance: said?.balance ?? null, asOf: said?.at ?? null, spendable: spendableOf(book, member, now) };
}

/** How many points the customer pays with; 0 takes them out again. Throws LedgerRefusal where they cannot be spent here. */
export function putPoints(book: Book, basket: Basket, { points, view }: { points: number; view: BasketView }, now: Moment): void {
	if (points === 0) {
		delete basket.points;
		return;
	}
	if (!basket.member) throw new LedgerRefusal("points-member-missing", "Nobody has shown a member's code for this basket.");
	if (!ruleOf(book, view.currency, now)) throw new LedgerRefusal("points-rule-missing", "No rule says what a point is worth here.");
	const spendable = spendableOf(book, basket.member.pseudonym, now);
	if (points > spendable) throw new LedgerRefusal("points-not-lent", `${spendable} points may be spent here, not ${points}.`);
	basket.points = points;
}

const ruleOf = (book: Pick<Book, "points" | "link">, currency: string | null, now: Moment): PointsRule | undefined =>
	currency === null ? undefined : book.points.ruleAt(currency, sureInstantOf(now, book));

/** The points pay for goods that coupons have left to pay; no more points are taken than that needs. */
export function pointsView(
	book: Pick<Book, "points" | "link">,
	{ points, member }: Basket,
	{ lines, offMinor, currency }: { lines: readonly LineView[]; offMinor: number; currency: string | null },
	now: Moment,
): BasketView["points"] {
	const rule = points === undefined || !member ? undefined : ruleOf(book, currency, now);
	if (!rule) return undefined;
	const goodsMinor = lines.reduce((sum, { amountMinor, stop }) => sum + (isOffSale(stop) ? 0 : amountMinor), 0);
	const used = Math.min(points!, Math.floor(Math.max(0, goodsMinor - offMinor) / rule.pointMinor));
	return { points: used, amountMinor: used * rule.pointMinor };
}

/** In the transaction of the sale: what it earns and spends, and the end of the member's leases here. */
export function settlePoints(book: Book, { basket, view, sale }: { basket: Basket; view: BasketView; sale: string }, now: Moment): void {
	const rule = ruleOf(book, view.currency, now);
	if (!basket.member || !rule) return;
	const member = basket.member.pseudonym;
	const of = { sale, till: basket.till, member };
	const { id, minorPerPoint } = rule;
	const paidMinor = view.totalMinor;
	const earned = book.events.append(
		{ type: "points.earned", ...of, points: pointsFor(rule, paidMinor), paidMinor, minorPerPoint, rule: id },
		now,
	);
	book.points.putVisit(member, earned.seq);
	let missing = view.points?.points ?? 0;
	for (const { id: lease, left } of usable(book, member, now)) {
		const some = Math.min(missing, left);
		missing -= some;
		if (some === 0) continue;
		book.points.use(lease, some);
		book.events.append({ type: "points.spent", ...of, points: some, lease }, now);
	}
	if (missing > 0) throw new LedgerRefusal("points-not-lent", `${missing} points less may be spent here than the basket says.`);
	// The visit is over: what is left goes back at once, for other stores.
	for (const { id: lease } of book.points.openLeases(member)) closeLease(book, lease, now);
}

function closeLease(book: Book, id: string, now: Moment): void {
	const { member, used } = book.points.lease(id)!;
	book.points.close(id);
	book.events.append({ type: "points.lease-closed", lease: id, member, used }, now);
}

const atOnce = 50;

/** Gives back what is left of leases that are over. While the clock is a guess none is. */
export function closePointsLeases(book: Book, _: object, now: Moment): { more: boolean } {
	if (now.quality === "guess") return { more: false };
	const due = book.points.dueLeases(now.wall, atOnce);
	for (const { id } of due) closeLease(book, id, now);
	return { more: due.length === atOnce };
}
