/** What a store answers while its clock is only a guess, or prices are frozen: prices, coupons and rules of points by the sure time. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeskLedger } from "../../src/desk/ledger-view.ts";
import { buildDesk } from "../../src/desk/server.ts";
import { readBook } from "../../src/ledger/book.ts";
import { openForReading } from "../../src/ledger/file/open.ts";
import { makeKey } from "../../src/trust/keys.ts";
import { makeMemberCode } from "../../src/words/members/member-code.ts";
import { deskOptions } from "../desk/options.ts";
import { article, fromHq, moment, noon, openTestStore, price, type TestStore } from "../support/store.ts";

const guessed = "2038-01-19T03:14:07.000Z";
const nextDay = "2026-03-03T12:00:00.000Z";
let store: TestStore;
beforeEach(() => {
	store = openTestStore();
	fromHq(store, "catalog", [article("100"), price("100", 1, 199), price("100", 2, 149, { from: "2026-03-05T00:00:00.000Z" })]);
	store.do("activateDue", {});
	store.do("keepClockFloor", {});
});
afterEach(() => store.close());
const ofType = (type: string) => store.book.events.after(0, 100).filter((event) => event.type === type);

describe("GET /api/v1/price-changes", () => {
	const listed = async (wall: string, quality: "synced" | "guess") => {
		const connection = openForReading(store.directory);
		const ledger = { read: readBook(connection), now: () => moment(wall, quality), bells: { on: () => () => {} } } as unknown as DeskLedger;
		const desk = await buildDesk({ ...deskOptions(), ledger });
		const answer = await desk.app.inject({ url: "/api/v1/price-changes?since=2025-12-01T00:00:00Z", headers: { host: "127.0.0.1" } });
		await desk.stop();
		connection.close();
		return answer.json().items;
	};
	const charges = (amountMinor: number) => [
		{
			sku: "100",
			name: "Article 100",
			at: noon,
			before: null,
			now: { kind: "regular", currency: "EUR", amountMinor },
			labels: { total: 0, shown: 0 },
		},
	];

	it("says what the till charges while the clock is a guess: no price that is to come", async () => {
		expect(await listed(guessed, "guess")).toEqual(charges(199));
	});

	it("says what the till charges while prices are frozen", async () => {
		store.do("freezePrices", { reason: null });
		expect(await listed("2026-03-06T12:00:00.000Z", "synced")).toEqual(charges(199));
	});
});

describe("prices that were frozen while the clock was a guess", () => {
	it("are frozen at the last time that was sure, and say so", () => {
		store.guessing("freezePrices", { reason: null }, guessed);
		expect(store.book.priceHolds.frozen()).toMatchObject({ since: noon });
		expect(store.book.alarms.get("prices-frozen:prices")?.facts).toMatchObject({ at: noon });
	});
});

describe("a coupon", () => {
	const coupon = { id: "a", code: "CODE-a", what: "amount", amountMinor: 100, from: "2026-03-01T00:00:00.000Z", total: 100 };
	const lease = { id: "a-lease", coupon: "a", quantity: 9, expiresAt: "2026-04-09T12:00:00.000Z", inc: 1 };
	const redeem = (id: string, at: string) => store.do("redeemCoupon", { id, code: "CODE-a", till: "till-1" }, at);

	it("is good until its own end, however long prices are frozen and whatever the clock guessed when they were", () => {
		fromHq(store, "stock", [
			{ type: "coupon", coupon: { ...coupon, until: "2026-04-01T00:00:00.000Z" } },
			{ type: "coupon-lease", lease },
		]);
		store.guessing("freezePrices", { reason: null }, guessed);
		expect(redeem("r1", nextDay)).toMatchObject({ accepted: true });
		expect(redeem("r2", "2026-04-01T00:00:00.000Z")).toMatchObject({ accepted: false, code: "coupon-over" });
	});

	it("is not over because a clock guesses so", () => {
		fromHq(store, "stock", [
			{ type: "coupon", coupon: { ...coupon, until: "2026-04-01T00:00:00.000Z" } },
			{ type: "coupon-lease", lease },
		]);
		store.guessing("redeemCoupon", { id: "r1", code: "CODE-a", till: "till-1" }, guessed);
		expect(ofType("coupon.redeemed")).toMatchObject([{ redemption: "r1" }]);
	});
});

describe("a rule of points that is to come", () => {
	it("counts for no basket that is paid while the clock is a guess", () => {
		const rule = { id: "r1", currency: "EUR", minorPerPoint: 100, pointMinor: 2, from: "2026-01-01T00:00:00.000Z" };
		const key = makeKey("member");
		fromHq(store, "stock", [
			{ type: "member-key", key: { kid: key.kid, public: key.public, since: noon } },
			{ type: "points-rule", rule },
			{ type: "points-rule", rule: { ...rule, id: "r2", minorPerPoint: 1, from: "2026-06-01T00:00:00.000Z" } },
		]);
		const iat = Date.parse(noon) / 1_000;
		const code = makeMemberCode({ pseudonym: "p-00000001", tier: "gold", iat, exp: iat + 120, nonce: "nonce-1001" }, key.privateKey);
		store.do("openBasket", { id: "b", till: "t1" });
		store.do("addToBasket", { basket: "b", code: "100" });
		store.do("memberOfBasket", { basket: "b", code });
		store.guessing("settleBasket", { basket: "b", id: "s" }, guessed);
		expect(ofType("points.earned")).toMatchObject([{ rule: "r1", points: 1, minorPerPoint: 100 }]);
	});
});
