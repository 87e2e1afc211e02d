import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeKey, type SigningKey } from "../../src/trust/keys.ts";
import { makeMemberCode } from "../../src/words/members/member-code.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

const later = "2026-03-02T16:00:00.000Z";
const member = "p-00000001";
let store: TestStore;
let headOffice: SigningKey;
let n = 0;
const codeOf = (pseudonym = member): string => {
	const iat = Date.parse(noon) / 1_000;
	return makeMemberCode({ pseudonym, tier: "gold", iat, exp: iat + 120, nonce: `nonce-${1_000 + n++}` }, headOffice.privateKey);
};
const events = (type: string) => store.book.events.after(0, 1_000).filter((event) => event.type === type);
const rule = { id: "r1", currency: "EUR", minorPerPoint: 100, pointMinor: 2, from: "2026-01-01T00:00:00.000Z" };
const lend = (id: string, points: number, more: object = {}) =>
	fromHq(store, "stock", [
		{
			type: "points-balance",
			member,
			balance: points,
			at: noon,
			lease: { id, member, points, expiresAt: later, inc: store.book.link.identity().inc, shown: 1_000, ...more },
		},
	]);
/** A basket with one piece for 4.00 and one for 1.50, and the member. */
function fill(id: string, pseudonym: string | undefined = member): void {
	store.do("openBasket", { id, till: "t1" });
	store.do("addToBasket", { basket: id, code: "100" });
	store.do("addToBasket", { basket: id, code: "200" });
	if (pseudonym) store.do("memberOfBasket", { basket: id, code: codeOf(pseudonym) });
}
const settle = (basket: string, more: object = {}, at = noon) => store.do("settleBasket", { basket, id: `sale-${basket}`, ...more }, at);
const spendable = (at = noon): number => store.do("pointsOfMember", { member }, at).spendable;

beforeEach(() => {
	store = openTestStore();
	store.do("setIdentity", { store: "s1", tenant: "t" });
	headOffice = makeKey("member");
	fromHq(store, "catalog", [article("100"), price("100", 1, 400), article("200"), price("200", 1, 150)]);
	fromHq(store, "stock", [
		{ type: "member-key", key: { kid: headOffice.kid, public: headOffice.public, since: noon } },
		{ type: "points-rule", rule },
	]);
	store.do("activateDue", {});
});
afterEach(() => store.close());

describe("points of a member", () => {
	it("are earned once by a paid basket, also when the till settles again or the box restarts", () => {
		fill("b1");
		settle("b1");
		store.reopen();
		expect(settle("b1")).toMatchObject({ duplicate: true });
		expect(events("points.earned")).toEqual([
			expect.objectContaining({ sale: "sale-b1", till: "t1", member, points: 5, paidMinor: 550, minorPerPoint: 100, rule: "r1" }),
		]);
		fill("b2", "");
		settle("b2");
		expect(events("points.earned")).toHaveLength(1);
	});

	it("are spent within what was lent, take their worth off the lines and stand on the slip", () => {
		lend("l1", 60);
		fill("b1");
		expect(store.refused("pointsOfBasket", { basket: "b1", points: 61 })).toBe("points-not-lent");
		expect(store.do("pointsOfBasket", { basket: "b1", points: 50 })).toMatchObject({
			totalMinor: 450,
			points: { points: 50, amountMinor: 100 },
		});
		const { job } = settle("b1", { receipt: { printer: "p1" } });
		expect(store.book.jobs.get(job!)!.document).toMatch(/50 points \| .*1\.00/);
		expect(events("points.spent")).toMatchObject([{ points: 50, lease: "l1", sale: "sale-b1", member }]);
		expect(events("points.lease-closed")).toMatchObject([{ lease: "l1", used: 50 }]);
		const [sale] = events("sale.recorded") as unknown as [{ lines: { amountMinor: number; paidMinor?: number }[] }];
		expect(sale.lines.reduce((sum, { amountMinor, paidMinor = amountMinor }) => sum + paidMinor, 0)).toBe(450);
		expect(events("points.earned")).toMatchObject([{ points: 4, paidMinor: 450 }]);
		expect(spendable()).toBe(0);
	});

	it("pay no more than the goods cost, and no more of them are spent than that takes", () => {
		lend("l1", 1_000);
		fill("b1");
		expect(store.do("pointsOfBasket", { basket: "b1", points: 1_000 })).toMatchObject({
			totalMinor: 0,
			points: { points: 275, amountMinor: 550 },
		});
		settle("b1");
		expect(events("points.spent")).toMatchObject([{ points: 275 }]);
		expect(events("points.earned")).toMatchObject([{ points: 0, paidMinor: 0 }]);
	});

	it("are not spent twice: two baskets of one member cannot use one lease beyond its points", () => {
		lend("l1", 60);
		for (const id of ["b1", "b2"]) {
			fill(id);
			store.do("pointsOfBasket", { basket: id, points: 40 });
		}
		settle("b1");
		expect(store.refused("settleBasket", { basket: "b2", id: "sale-b2" })).toBe("points-not-lent");
		expect(store.book.baskets.get("b2")?.state).toBe("open");
		expect(events("sale.recorded")).toHaveLength(1);
		expect(store.do("pointsOfBasket", { basket: "b2", points: 0 })).toMatchObject({ totalMinor: 550 });
		settle("b2");
	});

	it("need the member's code, a rule, and a lease that is not over and is this box's", () => {
		lend("l1", 60);
		fill("b1", "");
		expect(store.refused("pointsOfBasket", { basket: "b1", points: 5 })).toBe("points-member-missing");
		expect([spendable(noon), spendable(later)]).toEqual([60, 0]);
		lend("l2", 60, { inc: 99 });
		expect(spendable()).toBe(60);
		expect(store.do("closePointsLeases", {}, later)).toEqual({ more: false });
		expect(events("points.lease-closed")).toMatchObject([{ lease: "l1", used: 0 }]);
		const bare = openTestStore();
		fromHq(bare, "stock", [{ type: "member-key", key: { kid: headOffice.kid, public: headOffice.public, since: noon } }]);
		fromHq(bare, "catalog", [article("100"), price("100", 1, 400)]);
		bare.do("activateDue", {});
		bare.do("openBasket", { id: "b", till: "t" });
		bare.do("addToBasket", { basket: "b", code: "100" });
		bare.do("memberOfBasket", { basket: "b", code: codeOf() });
		expect(bare.refused("pointsOfBasket", { basket: "b", points: 1 })).toBe("points-rule-missing");
		bare.close();
	});

	it("leave the basket when another member shows a code", () => {
		lend("l1", 60);
		fill("b1");
		store.do("pointsOfBasket", { basket: "b1", points: 50 });
		expect(store.do("memberOfBasket", { basket: "b1", code: codeOf("p-00000002") }).points).toBeUndefined();
	});

	it("that are lent after the visit was paid go back at once", () => {
		fill("b1");
		const [shown] = events("member.presented");
		settle("b1");
		lend("l1", 60, { shown: shown!.seq });
		expect(spendable()).toBe(0);
		expect(events("points.lease-closed")).toMatchObject([{ lease: "l1", used: 0 }]);
	});

	it("known under one id with other contents are refused, the same again changes nothing", () => {
		lend("l1", 60);
		expect(lend("l1", 60).rejected ?? []).toEqual([]);
		expect(lend("l1", 61).rejected).toMatchObject([{ code: "points-differ" }]);
		expect(fromHq(store, "stock", [{ type: "points-rule", rule: { ...rule, pointMinor: 3 } }]).rejected).toMatchObject([
			{ code: "points-rule-differs" },
		]);
		expect(spendable()).toBe(60);
	});

	it("go when the member is erased", () => {
		lend("l1", 60);
		fromHq(store, "stock", [{ type: "member-erase", erasure: "e1", member }]);
		expect(events("member.erased")).toMatchObject([{ removed: { points: 2 } }]);
		expect(store.do("pointsOfMember", { member })).toEqual({ pseudonym: member, balance: null, asOf: null, spendable: 0 });
	});
});
