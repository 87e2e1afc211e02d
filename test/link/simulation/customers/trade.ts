/** Tills, deliveries and what is thrown away: everything that moves stock beside orders. */
import { lineName } from "../../../../src/words/tills/return.ts";
import type { Box } from "../box.ts";
import { placeOf } from "./notes.ts";
import { inStore, isoIn, onlineSkus, priceMinor, type Stage, skus } from "./stage.ts";

/** Whether nothing else is being written, so that what the ledger says is available still is when the next thing is written. */
const isQuiet = (box: Box): boolean => box.isOn() && box.disk.idle();

/** A customer takes pieces that are free, and pays. The till asks until the sale is written down: the goods are gone. */
export function buyAtTill(stage: Stage, box: Box): void {
	const { world, notes, nextId } = stage;
	if (!isQuiet(box)) return;
	const { stock } = box.vault.book();
	const wanted = skus.filter((sku) => world.chance(0.5) && (stock.onHand(sku)?.available ?? 0) > 0);
	if (wanted.length === 0) return;
	const id = nextId("sale");
	const till = world.pick(["till-1", "till-2"]);
	const lines = wanted.map((sku) => ({ sku, quantity: world.between(1, Math.min(2, stock.onHand(sku)!.available)), amountMinor: 0 }));
	for (const line of lines) line.amountMinor = line.quantity * priceMinor;
	for (const { sku, quantity } of lines) notes.shelve(box.store, sku, -quantity);
	notes.sales.set(id, box.store);
	lines.forEach(({ sku, quantity, amountMinor }, index) =>
		notes.sell(lineName({ store: box.store, till, sale: id, number: index + 1 }), { sku, sold: quantity, paidMinor: amountMinor }),
	);
	inStore<{ duplicate: boolean }>(
		stage,
		box,
		"recordSale",
		{ id, till, at: box.now().wall, lines },
		{
			id,
			refused: (code) => {
				stage.broke(`sale: ${id} was paid, and the store refused it: ${code}`);
				return true;
			},
			told({ duplicate }, tries) {
				world.saw("sold at a till");
				// Meanwhile the store may have promised these pieces to head office.
				if (tries > 1 && !duplicate) for (const { sku } of lines) notes.oversold.add(placeOf(box.store, sku));
			},
		},
	);
}

export function deliver({ world, office, errands, notes, nextId }: Stage, store: string): void {
	const id = nextId("delivery");
	const [sku, quantity] = [world.pick(skus), world.between(1, 6)];
	const occurredAt = isoIn(world, 0);
	notes.shelve(store, sku, quantity);
	errands.run({
		id,
		can: office.isOn,
		ask: () => office.ask((hq) => hq.moveStock(store, { id, sku, quantity, reason: "receive", occurredAt })),
		told: () => world.saw("delivered"),
		refused: () => false,
	});
}

export function throwAway(stage: Stage, box: Box): void {
	const { world, notes, nextId } = stage;
	const sku = world.pick(skus);
	if (!isQuiet(box) || (box.vault.book().stock.onHand(sku)?.available ?? 0) < 1) return;
	const id = nextId("waste");
	notes.shelve(box.store, sku, -1);
	const movement = { id, sku, quantity: -1, reason: "waste", occurredAt: box.now().wall };
	inStore<{ duplicate: boolean }>(stage, box, "recordMovement", movement, {
		id,
		refused: () => false,
		told({ duplicate }, tries) {
			if (tries > 1 && !duplicate) notes.oversold.add(placeOf(box.store, sku));
		},
	});
}

/** Head office asks for a share of the stock to sell online. */
export function askGrant({ world, office, errands, nextId }: Stage, store: string): void {
	const id = nextId("grant");
	const [sku, wanted] = [world.pick(onlineSkus), world.between(2, 8)];
	const expiresAt = isoIn(world, world.pick([6, 40, 24 * 60]) * 60_000);
	errands.run({
		id,
		can: office.isOn,
		ask: () => office.ask((hq) => hq.askGrant(store, { id, sku, wanted, expiresAt })),
		told: () => world.saw("grant asked"),
		refused: () => false,
	});
}
