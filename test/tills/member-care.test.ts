import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeKey, type SigningKey } from "../../src/trust/keys.ts";
import { memberDigest } from "../../src/words/members/member.ts";
import { codeIdOf, type MemberPayload, makeMemberCode } from "../../src/words/members/member-code.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

const seconds = Date.parse(noon) / 1_000;
let store: TestStore;
let headOffice: SigningKey;
let nonces = 0;
const codeOf = (more: Partial<MemberPayload> = {}): string =>
	makeMemberCode(
		{ pseudonym: "p-00000001", tier: "gold", iat: seconds, exp: seconds + 120, nonce: `nonce-${1_000 + nonces++}`, ...more },
		headOffice.privateKey,
	);
const events = (type: string) => store.book.events.after(0, 1_000).filter((event) => event.type === type);
const enrol = (id: string, more: object = {}) =>
	store.do("enrolMember", { id, tier: "gold", pseudonym: `random-pseudonym-${id}`, ...more });

beforeEach(() => {
	store = openTestStore();
	store.do("setIdentity", { store: "s1", tenant: "t" });
	headOffice = makeKey("member");
	fromHq(store, "stock", [{ type: "member-key", key: { kid: headOffice.kid, public: headOffice.public, since: noon } }]);
});
afterEach(() => store.close());

describe("a member's code in more than one store", () => {
	it("that was made for another store is refused, for this one is taken", () => {
		expect(store.refused("presentMember", { code: codeOf({ store: "s2" }) })).toBe("member-code-elsewhere");
		expect(store.do("presentMember", { code: codeOf({ store: "s1" }) })).toMatchObject({ tier: "gold" });
		for (const store2 of ["", "S 1", 7, null])
			expect(store.refused("presentMember", { code: codeOf({ store: store2 as never }) })).toBe("member-code-unreadable");
	});

	it("that another store took is refused, and the fact of this one says which code it took without the code", () => {
		const nonce = "nonce-elsewhere";
		fromHq(store, "stock", [{ type: "member-codes-used", codes: [{ id: codeIdOf(nonce), exp: seconds + 120 }] }]);
		expect(store.refused("presentMember", { code: codeOf({ nonce }) })).toBe("member-code-used");
		store.do("presentMember", { code: codeOf({ nonce: "nonce-here" }) });
		expect(events("member.presented")).toMatchObject([{ codeId: codeIdOf("nonce-here"), codeExp: seconds + 120 }]);
		expect(JSON.stringify(events("member.presented"))).not.toContain("nonce-here");
	});

	it("is refused under a key that head office ended, and counts under the one after it", () => {
		const before = headOffice;
		headOffice = makeKey("member");
		fromHq(store, "stock", [
			{ type: "member-key", key: { kid: headOffice.kid, public: headOffice.public, since: noon } },
			{ type: "member-key-ended", kid: before.kid, at: noon },
			{ type: "member-key", key: { kid: before.kid, public: before.public, since: noon } },
		]);
		store.reopen();
		expect(store.do("presentMember", { code: codeOf() })).toMatchObject({ tier: "gold" });
		headOffice = before;
		expect(store.refused("presentMember", { code: codeOf() })).toBe("member-code-forged");
	});
});

describe("a member enrolled in the store", () => {
	it("has one pseudonym under one id, also after a restart; the same id with another tier is refused", () => {
		const first = enrol("card-1");
		expect(first).toMatchObject({ state: "waiting", pseudonym: "random-pseudonym-card-1", duplicate: false });
		store.reopen();
		expect(enrol("card-1", { pseudonym: "another-pseudonym" })).toEqual({ ...first, duplicate: true });
		expect(store.refused("enrolMember", { id: "card-1", tier: "platinum", pseudonym: "x".repeat(22) })).toBe("member-differs");
		expect(events("member.enrolled")).toMatchObject([{ enrolment: "card-1", member: "random-pseudonym-card-1", tier: "gold" }]);
	});

	it("is confirmed or refused by head office, and a refusal is told to people", () => {
		enrol("card-1");
		enrol("card-2");
		fromHq(store, "stock", [
			{ type: "member-enrolment", enrolment: "card-1", member: "random-pseudonym-card-1" },
			{
				type: "member-enrolment",
				enrolment: "card-2",
				member: "random-pseudonym-card-2",
				why: "another member was enrolled under this id",
			},
		]);
		expect(store.book.memberCare.enrolments("", 9).map(({ state }) => state)).toEqual(["confirmed", "refused"]);
		expect(store.book.alarms.get("member-enrolment-refused:card-2")).toMatchObject({ level: "YELLOW" });
		const other = { type: "member-enrolment", enrolment: "card-1", member: "random-pseudonym-xxxxxx" };
		expect(fromHq(store, "stock", [other]).rejected).toMatchObject([{ code: "member-differs" }]);
	});
});

describe("a member who is erased", () => {
	it("leaves baskets, redemptions, orders and enrolments of the store, which says how much that was", () => {
		const member = "random-pseudonym-card-1";
		enrol("card-1");
		fromHq(store, "catalog", [article("100"), price("100", 1, 400)]);
		store.do("activateDue", {});
		const coupon = {
			id: "c1",
			code: "C-1",
			what: "amount",
			amountMinor: 50,
			from: "2026-01-01T00:00:00.000Z",
			until: "2027-01-01T00:00:00.000Z",
			total: 9,
		};
		fromHq(store, "stock", [
			{ type: "coupon", coupon },
			{
				type: "coupon-lease",
				lease: { id: "l1", coupon: "c1", quantity: 5, expiresAt: "2026-03-09T12:00:00.000Z", inc: store.book.link.identity().inc },
			},
			{
				type: "order",
				order: {
					id: "o1",
					kind: "pickup",
					at: noon,
					by: "user:shop",
					lines: [{ sku: "100", quantity: 1, substitution: "none" }],
					takes: [],
					codeHash: "0".repeat(64),
					member,
				},
			},
		]);
		store.do("openBasket", { id: "b1", till: "t1" });
		store.do("addToBasket", { basket: "b1", code: "100" });
		store.do("memberOfBasket", { basket: "b1", code: codeOf({ pseudonym: member }) });
		store.do("couponOfBasket", { basket: "b1", code: "C-1" });
		store.do("settleBasket", { basket: "b1", id: "sale-1", receipt: false });
		expect(store.book.coupons.ofMember("c1", member)).toBe(1);
		const late = codeOf({ pseudonym: member });

		fromHq(store, "stock", [{ type: "member-erase", erasure: "e1", member }]);
		expect(events("member.erased")).toMatchObject([
			{ erasure: "e1", member: memberDigest(member), removed: { redemptions: 1, baskets: 1, orders: 1, enrolments: 1 } },
		]);
		expect(store.book.coupons.ofMember("c1", member)).toBe(0);
		for (const kept of [store.book.baskets.get("b1"), store.book.orders.get("o1"), store.book.memberCare.enrolments("", 9)])
			expect(JSON.stringify(kept)).not.toContain(member);
		expect(store.book.baskets.get("b1")?.settled?.id).toBe("sale-1");
		expect(store.refused("presentMember", { code: late })).toBe("member-erased");
		fromHq(store, "stock", [{ type: "member-erase", erasure: "e1", member }]);
		expect(events("member.erased").at(-1)).toMatchObject({ removed: { redemptions: 0, baskets: 0, orders: 0, enrolments: 0 } });
	});
});
