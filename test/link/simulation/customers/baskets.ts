/** A customer at a till that asks for everything: goods by scan, a coupon, and one payment for all of it. */
import type { AddedLine } from "../../../../src/flows/tills/basket.ts";
import type { Settled } from "../../../../src/flows/tills/settle.ts";
import { lineName } from "../../../../src/words/tills/return.ts";
import type { Box } from "../box.ts";
import { couponMinor, knowsEnd, takeNote } from "./coupons.ts";
import { inStore, priceMinor, type Stage } from "./stage.ts";

const till = "till-3";

export function fillBasket(stage: Stage, box: Box): void {
	const { world, notes, nextId } = stage;
	if (!box.isOn() || notes.onShelf(box.store, "wine") < 3) return;
	const basket = nextId("basket");
	const scans = world.between(1, 3);
	notes.shelve(box.store, "wine", -scans);
	function scan(left: number): void {
		if (left === 0) return withCoupon();
		const id = nextId("piece");
		inStore<AddedLine>(
			stage,
			box,
			"addToBasket",
			{ basket, code: "wine", id },
			{
				id,
				told: () => scan(left - 1),
				refused() {
					// A store that has not heard of the article yet: the customer puts everything back.
					notes.shelve(box.store, "wine", scans);
					return true;
				},
			},
		);
	}
	function withCoupon(): void {
		const codes = [...notes.coupons.keys()];
		if (codes.length === 0 || world.chance(0.4)) return settle(stage, box, basket, scans);
		const code = world.pick(codes);
		inStore(
			stage,
			box,
			"couponOfBasket",
			{ basket, code },
			{
				id: nextId("put-in"),
				told: () => settle(stage, box, basket, scans, code),
				refused(why) {
					// It lies there since the request whose answer was lost; else the customer pays without it.
					settle(stage, box, basket, scans, why === "coupon-in-basket" ? code : undefined, code);
					return true;
				},
			},
		);
	}
	inStore(stage, box, "openBasket", { id: basket, till }, { id: basket, told: () => scan(scans) });
}

/** `perhaps`: a coupon that may lie in the basket since a request whose answer was lost; its campaign may have ended since. */
function settle(stage: Stage, box: Box, basket: string, pieces: number, code?: string, perhaps = code): void {
	const { world, notes, nextId, broke } = stage;
	const id = nextId("sale");
	const { store } = box;
	const isKnownEnded = code !== undefined && knowsEnd(box, code);
	const owed = pieces * priceMinor - (code === undefined ? 0 : couponMinor);
	inStore<Settled>(
		stage,
		box,
		"settleBasket",
		{ basket, id, receipt: false },
		{
			id,
			refused(why) {
				world.saw(`settle refused: ${why}`);
				// The coupon went to another customer meanwhile: this one pays without it.
				if (code !== undefined || (perhaps !== undefined && why === "coupon-ended"))
					inStore(
						stage,
						box,
						"dropCoupon",
						{ basket, coupon: code ?? perhaps! },
						{ id: nextId("drop"), told: () => settle(stage, box, basket, pieces) },
					);
				else broke(`sale: basket ${basket} could not be paid: ${why}`);
				return true;
			},
			told(answer) {
				if (isKnownEnded) broke(`ended: ${store} took ${code} with a basket, and had heard that head office ended it`);
				world.saw(code === undefined ? "a basket was paid" : "a basket was paid with a coupon");
				if (answer.basket.totalMinor !== owed)
					broke(`charged: basket ${basket} of ${pieces} pieces cost ${answer.basket.totalMinor}, and ${owed} were owed`);
				notes.sales.set(id, store);
				const bought = answer.basket.lines;
				bought.forEach(({ sku, quantity }, index) =>
					notes.sell(lineName({ store, till, sale: id, number: index + 1 }), { sku, sold: quantity, paidMinor: owed }),
				);
				if (bought.reduce((sum, { quantity }) => sum + quantity, 0) !== pieces)
					broke(`charged: basket ${basket} has other pieces than the ${pieces} that were scanned`);
				if (code !== undefined) takeNote(stage, store, code, notes.coupons.get(code)!, `${store} ${id}`);
			},
		},
	);
}
