/** Customers who order online, the clerks who pick for them, and people who try to get a bag that is not theirs. */
import type { KeptOrder } from "../../../../src/hq/orders/order-rows.ts";
import { type Order, openOf, sumOf } from "../../../../src/words/orders/order.ts";
import { lineName } from "../../../../src/words/tills/return.ts";
import type { Box } from "../box.ts";
import { type OrderNote, placeOf } from "./notes.ts";
import { inStore, isoIn, onlineSkus, type Stage } from "./stage.ts";

const minute = 60_000;
/** A customer who hears so often that the goods are not there goes elsewhere. */
const triesMost = 8;
/** After five wrong codes an order is locked for a quarter of an hour. */
const wrongMost = 5;
const lockedMs = 15 * minute;

type Answer = { order: Order; duplicate: boolean } | { refused: string };

export function placeOrder(stage: Stage, store: string): void {
	const { world, office, errands, notes, nextId, broke } = stage;
	const id = nextId("order");
	const first = world.pick(onlineSkus);
	const others = onlineSkus.filter((sku) => sku !== first && world.chance(0.3));
	const substitution = world.pick(["none", "none", "similar"] as const);
	const lines = [first, ...others].map((sku) => ({ sku, quantity: world.between(1, 3), substitution }));
	const kind = world.pick(["pickup", "pickup", "ship", "delivery", "reserve"] as const);
	const acceptBy = world.chance(0.6) ? world.between(2, 12) * minute : undefined;
	const collectBy = world.chance(0.5) ? (acceptBy ?? 0) + world.between(4, 30) * minute : undefined;
	const clocks = {
		...(acceptBy !== undefined && { acceptBy: isoIn(world, acceptBy) }),
		...(collectBy !== undefined && { collectBy: isoIn(world, collectBy) }),
	};
	const note: OrderNote = { id, store, kind, lines, code: undefined, received: [], wrongAtMs: [] };
	notes.orders.set(id, note);
	errands.run<{ kept: KeptOrder }>({
		id,
		can: office.isOn,
		ask: () => office.ask((hq) => hq.placeOrder({ id, store, kind, lines, ...clocks }, "user:shop")),
		told({ kept }, tries) {
			world.saw("a customer was told: placed");
			if (kept.code === "") broke(`placed: the customer of ${id} was given no code`);
			if (tries > 1 && kept.store !== store) world.saw("rerouted before the customer was told");
			note.code = kept.code;
			note.store = kept.store;
		},
		refused(code, tries) {
			world.saw(`order refused: ${code}`);
			return code === "bad-field" || tries >= triesMost;
		},
	});
}

/** Sold at once, and sent from the store's stock. */
export function orderAtOnce({ world, office, errands, notes, nextId }: Stage, store: string): void {
	const id = nextId("web");
	const [sku, quantity] = [world.pick(onlineSkus), world.between(1, 2)];
	errands.run({
		id,
		can: office.isOn,
		ask: () => office.ask((hq) => hq.takeOrder({ id, store, lines: [{ sku, quantity }] })),
		told: () => {
			world.saw("sold at once");
			notes.shelve(store, sku, -quantity);
		},
		refused: (_, tries) => tries >= triesMost,
	});
}

/** A customer looks at the order's page, and perhaps changes their mind. */
export function lookAtOrder({ world, office, errands, notes, nextId }: Stage): void {
	const told = [...notes.orders.values()].filter(({ code }) => code !== undefined);
	if (told.length === 0) return;
	const note = world.pick(told);
	if (world.chance(0.25)) {
		errands.run({
			id: nextId("cancel"),
			can: office.isOn,
			ask: () => office.ask((hq) => hq.cancelOrder(note.id, { by: "user:shop", why: "customer" })),
			told: () => world.saw("cancellation asked"),
			refused: () => true,
		});
	} else if (office.isOn())
		void office
			.ask((hq) => hq.order(note.id))
			.then(
				({ store }) => {
					if (store !== note.store) world.saw("a customer was told: another store");
					note.store = store;
				},
				() => {},
			);
}

/** A clerk looks at the page of open orders and does the next thing for one of them. */
export function pickAtStore(stage: Stage, box: Box): void {
	if (!box.isOn()) return;
	const { world, errands } = stage;
	const open = box.vault.book().orders.list({ after: "", limit: 100, state: "open" });
	// One pair of hands for each bag.
	const free = open.filter(({ id }) => !errands.isWaiting(handOf(box, id)));
	if (free.length > 0) workOn(stage, box, world.pick(free));
}

const handOf = (box: Box, order: string): string => `hand ${box.store} ${order}`;

function workOn(stage: Stage, box: Box, order: Order): void {
	const { world } = stage;
	switch (order.state) {
		case "placed":
			if (world.chance(0.15)) return;
			return act(stage, box, order, world.chance(0.05) ? { act: "refuse", why: "closed" } : { act: "accept" });
		case "accepted":
		case "picking": {
			const line = order.lines.find((each) => openOf(each) > 0);
			if (!line) return act(stage, box, order, order.staged.length > 0 ? { act: "ready" } : { act: "refuse", why: "nothing there" });
			if (world.chance(0.06)) return act(stage, box, order, { act: "short", sku: line.sku, why: "damaged" });
			return pick(stage, box, order, line);
		}
		case "ready":
			return;
		default:
			return putBack(stage, box, order);
	}
}

function act(stage: Stage, box: Box, { id: order }: Order, asked: object): void {
	const id = handOf(box, order);
	const args = { order, id: stage.nextId("act"), act: asked };
	inStore(stage, box, "actOnOrder", args, { id, told: () => stage.world.saw(`order: ${(asked as { act: string }).act}`) });
}

function pick(stage: Stage, box: Box, order: Order, line: Order["lines"][number]): void {
	const { world, notes, broke, nextId } = stage;
	const other = onlineSkus.find((sku) => !order.lines.some((each) => each.sku === sku));
	const isWrong = other !== undefined && world.chance(0.1);
	const isInstead = !isWrong && other !== undefined && line.substitution === "similar" && world.chance(0.2);
	// Another article takes pieces off the shelf that nobody promised to this customer.
	const spare = other === undefined ? 0 : (box.vault.book().stock.onHand(other)?.available ?? 0);
	const sku = isWrong || (isInstead && spare > 3) ? other : line.sku;
	const quantity = sku === line.sku ? world.between(1, openOf(line)) : 1;
	const args = { order: order.id, id: nextId("act"), code: sku, quantity, ...(sku !== line.sku && !isWrong && { instead: line.sku }) };
	inStore<Answer>(stage, box, "pickForOrder", args, {
		id: handOf(box, order.id),
		told() {
			world.saw(sku === line.sku ? "order: pick" : "order: pick a substitute");
			if (isWrong) broke(`wrong: ${order.id} did not want ${sku}, and the scanner said yes`);
			if (!notes.shelve(box.store, sku, -quantity) && !notes.oversold.has(placeOf(box.store, sku)))
				broke(`promise: ${order.id} was promised ${sku} in ${box.store}, and the shelf is empty`);
			notes.intoBag(box.store, order.id, sku, quantity);
		},
	});
}

function putBack(stage: Stage, box: Box, order: Order): void {
	const { notes, world, broke, nextId } = stage;
	const piece = order.staged[0];
	if (!piece) return;
	const quantity = world.between(1, piece.quantity);
	inStore(
		stage,
		box,
		"shelveForOrder",
		{ order: order.id, id: nextId("act"), code: piece.sku, quantity },
		{
			id: handOf(box, order.id),
			told() {
				world.saw("order: shelve");
				notes.shelve(box.store, piece.sku, quantity);
				if (!notes.intoBag(box.store, order.id, piece.sku, -quantity))
					broke(`bag: ${quantity} ${piece.sku} went back from the bag of ${order.id}, which had fewer`);
			},
		},
	);
}

/** Whoever stands at the counter: the customer, somebody with a copy of the code, or somebody who guesses. */
export function atCounter(stage: Stage, box: Box): void {
	const { world, notes } = stage;
	if (!box.isOn()) return;
	const here = [...notes.orders.values()].filter(
		({ code, id }) => code !== undefined && box.vault.book().orders.get(id)?.state === "ready",
	);
	const gone = [...notes.orders.values()].filter(({ received }) => received.length > 0);
	if (gone.length > 0 && world.chance(0.3)) show(stage, box, world.pick(gone));
	if (here.length === 0) return;
	const note = world.pick(here);
	if (world.chance(0.25)) for (let guesses = world.pick([1, 1, 7]); guesses > 0; guesses--) show(stage, box, note, "guess");
	show(stage, box, note);
	// The customer has sent two people for the same bag, and they stand at two counters.
	if (world.chance(0.3)) show(stage, box, note);
}

function show(stage: Stage, box: Box, note: OrderNote, isGuess?: "guess"): void {
	const { world, notes, broke, nextId } = stage;
	const { id: order, code } = note;
	const shown = isGuess ? String((Number(code) + 1 + note.wrongAtMs.length) % 1_000_000).padStart(6, "0") : code!;
	const id = nextId("act");
	const { store } = box;
	inStore<Answer>(
		stage,
		box,
		"handOverOrder",
		{ order, id, code: shown },
		{
			id,
			told(answer) {
				if ("refused" in answer) {
					world.saw(`hand-over refused: ${answer.refused}`);
					if (answer.refused === "code-wrong") countGuess(stage, note, isGuess !== undefined);
					return;
				}
				world.saw("order: hand-over");
				if (isGuess) broke(`nobody: the bag of ${order} went to somebody with a wrong code`);
				if (!notes.orders.has(order)) broke(`nobody: nobody ordered ${order}`);
				const pieces = notes.takeBag(store, order);
				note.received.push({ act: id, store, pieces });
				for (const [sku, sold] of pieces) if (sold > 0) notes.sell(lineName({ order, sku }), { sku, sold, paidMinor: null });
				if (note.received.length > 1) broke(`handed: the bag of ${order} was given out ${note.received.length} times`);
			},
		},
	);
}

function countGuess({ world, broke }: Stage, note: OrderNote, isGuess: boolean): void {
	if (!isGuess) broke(`code: the right code of ${note.id} was called a wrong one`);
	const nowMs = world.trueMs();
	const recent = note.wrongAtMs.filter((atMs) => nowMs - atMs < lockedMs - minute);
	if (recent.length >= wrongMost) broke(`guess: ${recent.length + 1} codes of ${note.id} could be tried within a quarter of an hour`);
	note.wrongAtMs.push(nowMs);
}

export const piecesOf = (order: Order, sku: string): number =>
	order.lines.reduce(
		(sum, line) => sum + (line.sku === sku ? line.picked : 0) + sumOf(line.substitutes.filter((each) => each.sku === sku)),
		0,
	);
