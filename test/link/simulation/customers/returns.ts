/** Customers who bring goods back, to any store or to head office, and some who bring the same receipt twice. */
import type { ReturnAnswer } from "../../../../src/flows/returns/return-goods.ts";
import type { ReturnMade } from "../../../../src/hq/returns/returned.ts";
import type { ReturnCondition } from "../../../../src/words/tills/return.ts";
import type { Box } from "../box.ts";
import { type Pieces, placeOf } from "./notes.ts";
import { inStore, type Stage } from "./stage.ts";

const addTo = (pieces: Pieces, key: string, more: number): void => void pieces.set(key, (pieces.get(key) ?? 0) + more);

export function bringBack(stage: Stage, box: Box): void {
	const { world, notes, nextId } = stage;
	if (notes.lines.size === 0) return;
	const [line, { sku, sold }] = world.pick([...notes.lines]);
	const id = nextId("return");
	const quantity = world.between(1, sold);
	const condition = world.pick(["sellable", "sellable", "damaged", "expired"] as const);
	if (world.chance(0.2)) return bringToHeadOffice(stage, box, { id, line, quantity });
	inStore<ReturnAnswer>(
		stage,
		box,
		"returnGoods",
		{ id, line, quantity, condition, days: 14 },
		{
			id,
			told(answer) {
				if ("asked" in answer) {
					world.saw(`return: ${answer.why}`);
					return answer.why === "return-asked" ? "later" : undefined;
				}
				world.saw(line.startsWith(`${box.store}/`) ? "return: taken where it was sold" : "return: taken in another store");
				paidBack(stage, line, { id, at: box.store, quantity, refundMinor: answer.taken.refundMinor });
				putAway(stage, box.store, sku, quantity, condition);
				return undefined;
			},
		},
	);
}

function putAway({ notes }: Stage, store: string, sku: string, quantity: number, condition: ReturnCondition): void {
	if (condition === "sellable") notes.shelve(store, sku, quantity);
	if (condition === "damaged") addTo(notes.quality, placeOf(store, sku), quantity);
}

/** A parcel that came back, or goods that a store takes while head office pays. */
function bringToHeadOffice(stage: Stage, { store: given }: Box, asked: { id: string; line: string; quantity: number }): void {
	const { world, office, errands, notes } = stage;
	const { id, line, quantity } = asked;
	const store = world.chance(0.5) ? given : undefined;
	errands.run<ReturnMade>({
		id,
		can: office.isOn,
		ask: () => office.ask((hq) => hq.takeReturn({ id, line, quantity, condition: "sellable", ...(store && { store }) }, "user:pia")),
		told({ taken }) {
			world.saw("return: taken by head office");
			paidBack(stage, line, { id, at: "", quantity, refundMinor: taken.refundMinor });
			if (store) notes.shelve(store, taken.sku, quantity);
		},
		refused(code) {
			world.saw(`return at head office: ${code}`);
			return code !== "return-asked";
		},
	});
}

interface PaidBack {
	id: string;
	at: string;
	quantity: number;
	refundMinor: number | null;
}

function paidBack({ notes, broke }: Stage, line: string, { id, at, quantity, refundMinor }: PaidBack): void {
	const bought = notes.lines.get(line)!;
	bought.back += quantity;
	bought.refundMinor += refundMinor ?? 0;
	notes.returns.set(id, at);
	if (bought.back > bought.sold) broke(`returned: ${bought.back} pieces of ${line} came back, and ${bought.sold} were sold`);
	if (bought.paidMinor !== null && bought.refundMinor > bought.paidMinor)
		broke(`returned: ${bought.refundMinor} were paid back for ${line}, which cost ${bought.paidMinor}`);
}

/** Somebody has looked at what was kept apart. */
export function lookThrough(stage: Stage, box: Box): void {
	const { world, notes, nextId } = stage;
	const [place, apart] = [...notes.quality].find(([key, pieces]) => key.startsWith(`${box.store} `) && pieces > 0) ?? [];
	if (place === undefined || !apart) return;
	const sku = place.slice(box.store.length + 1);
	const id = nextId("quality");
	const to = world.pick(["shelf", "waste"] as const);
	addTo(notes.quality, place, -1);
	inStore(
		stage,
		box,
		"settleQuality",
		{ id, sku, quantity: 1, to },
		{
			id,
			told() {
				world.saw(`kept apart: to ${to}`);
				if (to === "shelf") notes.shelve(box.store, sku, 1);
			},
			refused: (code) => {
				stage.broke(`stock: 1 of ${sku} lies apart in ${box.store}, and the store says ${code}`);
				return true;
			},
		},
	);
}
