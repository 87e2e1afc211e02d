import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCsv } from "../../src/hq/csv/read.ts";
import { checkRecord } from "../../src/link/protocol/records.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;
const mara = { kind: "user", name: "mara", address: "10.0.0.7" } as const;
const till = { kind: "token", name: "till-1" } as const;

beforeEach(() => {
	store = openTestStore();
	store.actor = till;
	fromHq(store, "catalog", [
		article("beer", { minimumAge: 16, name: "Beer", depositMinor: 25 }),
		price("beer", 1, 100),
		article("gin", { minimumAge: 18, name: "Gin" }),
		price("gin", 1, 1_000),
		article("tea", { minimumAge: 0 }),
		price("tea", 1, 200),
	]);
	store.do("activateDue", {});
	store.do("openBasket", { id: "b1", till: "till-1" });
});
afterEach(() => store.close());

const add = (code: string) => store.do("addToBasket", { basket: "b1", code });
const stops = () => store.do("showBasket", { basket: "b1" }).lines.map(({ stop }) => stop);
const confirm = (more: object = {}) => store.do("confirmAge", { basket: "b1", ...more });
const settle = () => store.do("settleBasket", { basket: "b1", id: "s1" });

describe("goods with a minimum age", () => {
	it("stop the basket until a person has confirmed the age, who is kept with the sale", () => {
		expect(add("beer").line).toMatchObject({ stop: "age", minimumAge: 16 });
		add("tea");
		expect(stops()).toEqual(["age", undefined]);
		expect(store.refused("settleBasket", { basket: "b1", id: "s1" })).toBe("basket-age");
		store.actor = mara;
		expect(confirm()).toMatchObject({ age: { minimumAge: 16, by: "user:mara", at: noon }, totalMinor: 325 });
		expect(stops()).toEqual([undefined, undefined]);
		settle();
		const [sale] = store.book.events.after(0, 100).filter(({ type }) => type === "sale.recorded");
		expect(sale).toMatchObject({ age: { minimumAge: 16, by: "user:mara", at: noon } });
		expect(checkRecord("facts", sale).kind).toBe("known");
	});

	it("stop it again when something comes in that asks for a higher age", () => {
		store.actor = mara;
		add("beer");
		confirm();
		expect(add("gin").line).toMatchObject({ stop: "age", minimumAge: 18 });
		expect(confirm({ minimumAge: 16 }).lines.map(({ stop }) => stop)).toEqual([undefined, "age"]);
		expect(store.refused("settleBasket", { basket: "b1", id: "s1" })).toBe("basket-age");
		expect(confirm().age).toMatchObject({ minimumAge: 18 });
		// The same answer again: a till that heard nothing asks once more.
		expect(confirm()).toEqual(confirm({ minimumAge: 16 }));
		settle();
		expect(store.refused("confirmAge", { basket: "b1" })).toBe("basket-settled");
	});

	it("are sold without a check once they are out of the basket", () => {
		add("gin");
		add("tea");
		store.do("dropFromBasket", { basket: "b1", line: 1 });
		expect(settle().basket.totalMinor).toBe(200);
	});

	it("are confirmed by a till only in a person's name, and only where something asks for it", () => {
		expect(store.refused("confirmAge", { basket: "b1", person: "Mara" })).toBe("age-not-asked");
		add("tea");
		expect(store.refused("confirmAge", { basket: "b1", person: "Mara" })).toBe("age-not-asked");
		add("gin");
		expect(store.refused("confirmAge", { basket: "b1" })).toBe("person-missing");
		expect(stops()).toEqual([undefined, "age"]);
		expect(confirm({ person: "Mara" }).age).toMatchObject({ by: "token:till-1", person: "Mara" });
	});

	it("stay stopped for a recall, whatever the customer's age", () => {
		store.actor = mara;
		fromHq(store, "catalog", [article("rum", { minimumAge: 18, gtin: "04006381333931", version: 9 }), price("rum", 9, 900)]);
		fromHq(store, "stock", [{ type: "stop-sale", stop: { id: "r1", gtin: "04006381333931", reason: "glass", at: noon } }]);
		store.do("activateDue", {});
		add("rum");
		expect(confirm().lines).toMatchObject([{ stop: "recall", minimumAge: 18 }]);
		expect(store.refused("settleBasket", { basket: "b1", id: "s1" })).toBe("basket-stopped");
	});

	it("are told to a till that only asks for the price", () => {
		const at = { wall: noon, boot: "boot1", monoMs: 0 };
		expect(store.book.prices.charged("gin", at.wall)).toMatchObject({ minimumAge: 18 });
		expect(store.book.prices.charged("tea", at.wall)).toMatchObject({ minimumAge: null });
	});

	it("are what a price list says, and a row with an age that is none is refused", async () => {
		const header = "sku,name,amount,currency,minimum_age,piece_tolerance_grams";
		const { changes, rejected } = await readCsv(
			[
				header,
				"a,A,1.00,EUR,18,",
				"b,B,1.00,EUR,18+,12",
				"c,C,1.00,EUR,0,0",
				"d,D,1.00,EUR,,",
				"e,E,1.00,EUR,adult,",
				"f,F,1.00,EUR,,x",
			].join("\n"),
		);
		expect(changes.map(({ article }) => [article.minimumAge, article.pieceToleranceMilligrams])).toEqual([
			[18, undefined],
			[18, 12_000],
			[0, 0],
			[undefined, undefined],
		]);
		expect(rejected.map(({ line, column }) => `${line} ${column}`)).toEqual(["6 minimum_age", "7 piece_tolerance_grams"]);
	});
});
