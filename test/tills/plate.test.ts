import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkRecord } from "../../src/link/protocol/records.ts";
import { article, fromHq, noon, openTestStore, price, type TestStore } from "../support/store.ts";

let store: TestStore;

beforeEach(() => {
	store = openTestStore();
	store.actor = { kind: "token", name: "kiosk-1" };
	fromHq(store, "catalog", [
		article("jam", { name: "Jam", pieceMilligrams: 500_000, pieceToleranceMilligrams: 10_000 }),
		price("jam", 1, 300),
		article("tea", { name: "Tea", pieceMilligrams: 100_000 }),
		price("tea", 1, 200),
		article("cheese", { name: "Cheese", weighed: true }),
		price("cheese", 1, 2_000),
		article("card", { name: "Card" }),
		price("card", 1, 150),
	]);
	store.do("activateDue", {});
	store.do("openBasket", { id: "b1", till: "kiosk-1", plate: true });
});
afterEach(() => store.close());

const add = (code: string, more: object = {}) => store.do("addToBasket", { basket: "b1", code, ...more });
const weigh = (grams: number) => store.do("weighBasket", { basket: "b1", milligrams: Math.round(grams * 1_000) }).weight!;
const settle = { basket: "b1", id: "s1" };
const refused = () => store.refused("settleBasket", settle);

describe("a basket on the plate of a self-checkout", () => {
	it("is not paid before it was weighed, and is when the weight fits", () => {
		add("jam", { quantity: 2 });
		add("tea");
		expect(refused()).toBe("basket-weight");
		expect(weigh(1_090)).toEqual({
			expectedMilligrams: 1_100_000,
			toleranceMilligrams: 5_000 + 2 * 10_000 + 3_000,
			unknown: [],
			measuredMilligrams: 1_090_000,
			at: noon,
		});
		store.do("settleBasket", settle);
		const [sale] = store.book.events.after(0, 100).filter(({ type }) => type === "sale.recorded");
		expect(sale).toMatchObject({ weight: { measuredMilligrams: 1_090_000, expectedMilligrams: 1_100_000 } });
		expect(checkRecord("facts", sale).kind).toBe("known");
	});

	it.each([
		[1_128, undefined],
		[1_128.001, "too-heavy"],
		[1_072, undefined],
		[1_071.999, "too-light"],
	])("of 1,100 g ± 28 g says at %d g: %s", (grams, doubt) => {
		add("jam", { quantity: 2 });
		add("tea");
		expect(weigh(grams).doubt).toBe(doubt);
	});

	it("names the line of which a piece more lies there, or one is missing", () => {
		add("jam");
		add("tea", { quantity: 2 });
		expect(weigh(1_200)).toMatchObject({ doubt: "too-heavy", like: [1] });
		expect(weigh(600)).toMatchObject({ doubt: "too-light", like: [2] });
		expect(weigh(1_050)).not.toHaveProperty("like");
	});

	it("never passes what nobody knows the weight of; less than the rest is too light all the same", () => {
		add("jam");
		add("card");
		expect(weigh(503)).toMatchObject({ doubt: "weight-unknown", unknown: [2] });
		expect(weigh(900)).toMatchObject({ doubt: "weight-unknown" });
		expect(weigh(300)).toMatchObject({ doubt: "too-light" });
		expect(refused()).toBe("basket-weight");
	});

	it("has to be weighed again after each change, also where a person had accepted it", () => {
		add("jam");
		expect(store.refused("acceptWeight", { basket: "b1", person: "Mara" })).toBe("weight-missing");
		weigh(700);
		expect(store.refused("acceptWeight", { basket: "b1" })).toBe("person-missing");
		expect(store.do("acceptWeight", { basket: "b1", person: "Mara" }).weight).toMatchObject({
			doubt: "too-heavy",
			accepted: { by: "token:kiosk-1", person: "Mara" },
		});
		// The plate says the same once more: the person's word stands.
		expect(weigh(700)).toHaveProperty("accepted");
		add("tea");
		expect(store.do("showBasket", { basket: "b1" }).weight).toMatchObject({ doubt: "stale" });
		expect(store.refused("acceptWeight", { basket: "b1", person: "Mara" })).toBe("weight-stale");
		expect(refused()).toBe("basket-weight");
		expect(weigh(700)).toMatchObject({ doubt: "too-heavy" });
		expect(weigh(700)).not.toHaveProperty("accepted");
		store.do("acceptWeight", { basket: "b1", person: "Mara" });
		expect(store.do("settleBasket", settle).basket.weight).toMatchObject({ accepted: { person: "Mara" } });
	});

	it("knows weighed goods by the weight that is charged, and leaves room for their bag", () => {
		add("cheese", { milligrams: 345_000 });
		expect(weigh(358)).not.toHaveProperty("doubt");
		expect(weigh(400)).toMatchObject({ doubt: "too-heavy" });
	});

	it("asks nothing of tills without a plate, and once weighed asks there, too", () => {
		expect(store.refused("openBasket", { id: "b1", till: "kiosk-1" })).toBe("basket-differs");
		store.do("openBasket", { id: "b2", till: "till-2" });
		store.do("addToBasket", { basket: "b2", code: "jam" });
		expect(store.do("showBasket", { basket: "b2" })).not.toHaveProperty("weight");
		store.do("weighBasket", { basket: "b2", milligrams: 1 });
		expect(store.refused("settleBasket", { basket: "b2", id: "s2" })).toBe("basket-weight");
	});
});
