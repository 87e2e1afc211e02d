/** The weighing plate of a self-checkout says what lies on it; a person decides where that does not fit the basket. */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import type { BasketView, LineView } from "../../words/tills/basket.ts";
import { isWeightSettled, linesText, type WeightDoubt } from "../../words/tills/plate.ts";
import type { Moment } from "../../words/time.ts";
import { personOf } from "./age.ts";
import { type OfBasket, openOne } from "./basket.ts";
import { viewBasket } from "./basket-view.ts";

/** The newest weighing counts. What it says beside the basket's expected weight stands in the answer's `weight`. */
export function weighBasket(book: Book, { milligrams, ...asked }: OfBasket & { milligrams: number }, now: Moment): BasketView {
	const basket = openOne(book, asked);
	const of = linesText(basket.lines);
	const { weight } = basket;
	// The same weight of the same goods is the same weighing, and what a person said of it stays.
	if (weight?.milligrams !== milligrams || weight.of !== of) {
		basket.weight = { milligrams, at: now.wall, of };
		book.baskets.put(basket, now.wall);
	}
	return viewBasket(book, basket, now);
}

/** A person has looked into the basket and found it right. Throws weight-stale, weight-missing, person-missing. */
export function acceptWeight(book: Book, { person, ...asked }: OfBasket & { person?: string }, now: Moment): BasketView {
	const basket = openOne(book, asked);
	const by = personOf(now, person);
	const view = viewBasket(book, basket, now);
	if (!basket.weight) throw new LedgerRefusal("weight-missing", `Nothing has weighed basket ${basket.id}.`);
	if (view.weight!.doubt === "stale") throw new LedgerRefusal("weight-stale", sentenceOf(view));
	if (isWeightSettled(view.weight)) return view;
	basket.weight.accepted = { by, at: now.wall, ...defined({ person }) };
	book.baskets.put(basket, now.wall);
	return viewBasket(book, basket, now);
}

/** Throws basket-weight where a plate doubts the basket and nobody has looked into it. */
export function refuseDoubted(view: BasketView): void {
	if (!isWeightSettled(view.weight)) throw new LedgerRefusal("basket-weight", sentenceOf(view));
}

const sentences: Record<WeightDoubt, (view: BasketView) => string> = {
	"too-heavy": (view) => `The plate has ${grams(overOf(view))} more than the basket${likeOf(view)}.`,
	"too-light": (view) => `The plate has ${grams(-overOf(view))} less than the basket${likeOf(view)}.`,
	"weight-unknown": ({ weight, lines }) => `Nobody knows what these weigh: ${namesOf(lines, weight!.unknown)}.`,
	stale: () => "Goods came into the basket or left it after it was weighed.",
	missing: () => "The plate has not weighed the basket.",
};

const sentenceOf = (view: BasketView): string => sentences[view.weight!.doubt!](view);
const overOf = ({ weight }: BasketView): number => weight!.measuredMilligrams! - weight!.expectedMilligrams;
const grams = (milligrams: number): string => `${Math.round(milligrams / 1_000)} g`;
const namesOf = (lines: readonly LineView[], numbers: readonly number[]): string =>
	lines.flatMap(({ line, name }) => (numbers.includes(line) ? [`${name} (line ${line})`] : [])).join(", ");
const likeOf = ({ weight, lines }: BasketView): string => (weight!.like ? `: as much as one ${namesOf(lines, weight!.like)}` : "");
