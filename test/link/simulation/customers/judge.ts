/** What must be so once all lines are well and nobody waits any more. Each sentence is a broken promise and begins with its name. */
import { canonicalText } from "../../../../src/words/basics/canonical-text.ts";
import type { Order } from "../../../../src/words/orders/order.ts";
import type { Box } from "../box.ts";
import type { FeedReader } from "./feed-reader.ts";
import { type Notes, type OrderNote, placeOf } from "./notes.ts";
import { piecesOf } from "./orders.ts";
import { isoIn, type Stage, skus } from "./stage.ts";

/** Both ends have committed and acknowledged everything. */
export async function isEqual({ office }: Stage, box: Box): Promise<boolean> {
	if (!box.isOn() || !box.disk.idle() || !office.isOn()) return false;
	const state = await office.raw.link.load(box.store);
	const { link } = box.vault.book();
	const isUp = (["facts", "notes"] as const).every((stream) => {
		const { epoch, last, acked } = link.up(stream);
		const there = state?.up[stream];
		return last === acked && (last === 0 || (there?.epoch === epoch && there.position === last));
	});
	const isDown = (["catalog", "stock"] as const).every((stream) => {
		const there = state?.dn[stream];
		const here = link.dn(stream);
		return there && there.acked === there.last && here?.position === there.last && here.epoch === there.epoch;
	});
	return isUp && isDown;
}

export async function judge(stage: Stage, feed: FeedReader): Promise<string[]> {
	await feed.readAll();
	return [
		...(await ordersOf(stage)),
		...(await stockOf(stage)),
		...(await couponsOf(stage)),
		...(await returnsOf(stage)),
		...(await transfersOf(stage)),
		...(await refusalsOf(stage)),
		...feedOf(stage, feed),
	];
}

const given = new Set(["handed-over", "shipped"]);

async function ordersOf(stage: Stage): Promise<string[]> {
	const broken: string[] = [];
	for (const note of stage.notes.orders.values()) {
		const kept = await stage.office.raw.order(note.id).catch(() => undefined);
		if (!kept) {
			if (note.code !== undefined) broken.push(`placed: the customer of ${note.id} was given a code, and head office knows no such order`);
			continue;
		}
		const box = stage.boxes.find(({ store }) => store === kept.store)!;
		const here = box.vault.book().orders.get(note.id);
		if (!here) broken.push(`placed: ${note.id} never reached ${kept.store}`);
		else broken.push(...sameAtBothEnds(kept.order, here, kept.store), ...asReceived(stage, note, here, kept.store));
		if (kept.order.history.some(({ why }) => why === "grant-overspent"))
			broken.push(`promise: ${note.id} was placed, and ${kept.store} had lent head office fewer pieces`);
		const open = stage.boxes.filter((each) => each !== box).map((each) => each.vault.book().orders.get(note.id));
		if (open.some((order) => order && order.state !== "expired"))
			broken.push(`rerouted: ${note.id} is in ${kept.store}, and another store has not ended it`);
	}
	return broken;
}

function sameAtBothEnds(atHq: Order, here: Order, store: string): string[] {
	const shown = ({ state, lines, staged }: Order): string => canonicalText([state, lines, staged]);
	return shown(atHq) === shown(here) ? [] : [`order: ${here.id} is ${shown(here)} in ${store}, and ${shown(atHq)} at head office`];
}

/** What the customer has in hand, and what both ends believe. */
function asReceived({ notes }: Stage, note: OrderNote, order: Order, store: string): string[] {
	const { id, received } = note;
	if (given.has(order.state) !== received.length > 0)
		return [`handed: ${id} is ${order.state}, and its customer was given ${received.length} bags`];
	const inHand = received[0]?.pieces ?? notes.bag(store, id);
	const broken = skus.flatMap((sku) => {
		const has = inHand.get(sku) ?? 0;
		const said = received.length > 0 ? piecesOf(order, sku) : (order.staged.find((each) => each.sku === sku)?.quantity ?? 0);
		return has === said ? [] : [`bag: ${said} ${sku} are in the bag of ${id} in ${store}, it says, and there are ${has}`];
	});
	const most = note.lines.reduce((sum, { quantity }) => sum + quantity, 0);
	const all = [...inHand.values()].reduce((sum, pieces) => sum + pieces, 0);
	return all > most ? [...broken, `bag: ${all} pieces for ${id}, which wanted ${most}`] : broken;
}

/** On hand, staged, granted and available, at both ends, and pieces that people can count. */
async function stockOf({ world, office, boxes, notes }: Stage): Promise<string[]> {
	const broken: string[] = [];
	for (const sku of skus) {
		const { items } = await office.raw.stockInAllStores(sku, { after: "", limit: 100 });
		for (const { store, vault } of boxes) {
			const here = vault.book().stock.onHand(sku)!;
			const there = items.find((item) => item.store === store)!;
			const [shelf, bags] = [notes.onShelf(store, sku), notes.inBags(store, sku)];
			if (here.onHand !== shelf + bags)
				broken.push(`stock: ${store} has ${here.onHand} of ${sku} on hand, and people count ${shelf} on the shelf and ${bags} in bags`);
			if (here.staged !== bags) broken.push(`stock: ${store} has ${here.staged} of ${sku} staged, and people count ${bags} in bags`);
			// The store keeps an unused grant an hour longer than head office sells from it (LINK rule 9).
			const floorMs = Date.parse(vault.book().link.clockFloor() ?? "");
			const kept = vault
				.book()
				.grants.of(sku)
				.filter(({ expiresAt }) => expiresAt <= isoIn(world, 0) && Date.parse(expiresAt) > floorMs - 3_600_000)
				.reduce((sum, grant) => sum + grant.granted - grant.used, 0);
			const expected = { ...there, granted: there.granted + kept, available: there.available - kept };
			for (const figure of ["onHand", "staged", "granted", "reserved", "available"] as const)
				if (here[figure] !== expected[figure])
					broken.push(`stock: ${figure} of ${sku} is ${here[figure]} in ${store}, and ${expected[figure]} at head office`);
			const apart = notes.quality.get(placeOf(store, sku)) ?? 0;
			if ((here.quality ?? 0) !== apart || there.quality !== apart)
				broken.push(`stock: ${apart} of ${sku} lie apart in ${store}; it says ${here.quality ?? 0}, and head office ${there.quality}`);
			const driven = onTheWay(notes, store, sku);
			if (there.inTransit !== driven)
				broken.push(`stock: ${driven} of ${sku} are on their way to ${store}, and head office says ${there.inTransit}`);
			if (here.staged + here.granted + here.available !== here.onHand)
				broken.push(`stock: the figures of ${sku} in ${store} do not add up`);
			if (here.reserved > shelf && !notes.oversold.has(`${store} ${sku}`))
				broken.push(`promise: ${here.reserved} of ${sku} are promised in ${store}, and ${shelf} are on the shelf`);
			for (const { id, used, granted } of vault.book().grants.of(sku))
				if (used > granted || used < 0) broken.push(`grants: ${id} of ${store} has ${used} of ${granted} used`);
		}
	}
	return broken;
}

const onTheWay = (notes: Notes, store: string, of: string): number =>
	[...notes.transfers.values()].reduce((sum, { to, sent, received }) => sum + (to === store && !received ? (sent?.get(of) ?? 0) : 0), 0);

/** Whoever had money off, by the customers and by head office: in all, and in each store within what was lent to it. */
async function couponsOf({ office, boxes, notes }: Stage): Promise<string[]> {
	const broken: string[] = [];
	for (const [id, { total, accepted, isEnded }] of notes.coupons) {
		const state = await office.raw.coupon(id);
		// All lines are well: every store has heard it, and has given back what it was lent.
		if (isEnded && (state.endedAt === undefined || state.openLeases > 0 || state.bound !== state.redeemed))
			broken.push(
				`ended: ${id} was ended at ${state.endedAt}, ${state.openLeases} may still be redeemed, ${state.bound} of ${state.redeemed}`,
			);
		if (isEnded && boxes.some(({ vault }) => vault.book().coupons.endOf(id) !== state.endedAt))
			broken.push(`ended: a store has not heard that ${id} was ended at ${state.endedAt}`);
		if (state.redeemed !== accepted.size)
			broken.push(`coupon: ${accepted.size} customers had money off for ${id}, and head office counts ${state.redeemed}`);
		if (state.bound > total) broken.push(`coupon: ${id} may have been redeemed ${state.bound} times, of ${total}`);
		for (const store of new Set(accepted.values())) {
			const lent = state.leases.filter((lease) => lease.store === store).reduce((sum, { quantity }) => sum + quantity, 0);
			const used = [...accepted.values()].filter((each) => each === store).length;
			if (used > lent) broken.push(`coupon: ${store} redeemed ${id} ${used} times, and was lent ${lent}`);
		}
	}
	return broken;
}

async function returnsOf({ office, boxes, notes }: Stage): Promise<string[]> {
	const broken: string[] = [];
	for (const [id, store] of notes.returns) {
		const kept = (await office.raw.returnsById(id)).filter((each) => (store === "" ? each.by !== "" : each.store === store));
		if (kept.length !== 1) broken.push(`returned: head office has ${kept.length} returns ${id} of ${store || "its own"}`);
	}
	const own = boxes.flatMap(({ store, vault }) =>
		vault
			.book()
			.returns.list("", 10_000)
			.map(({ id }) => ({ id, store })),
	);
	const unknown = own.filter(({ id, store }) => notes.returns.get(id) !== store);
	return [...broken, ...unknown.map(({ id, store }) => `returned: ${store} took ${id} back, and nobody brought it`)];
}

/** A transfer has one end, known in both stores and at head office, and it is what the driver saw. */
async function transfersOf({ office, boxes, notes }: Stage): Promise<string[]> {
	const broken: string[] = [];
	for (const [id, note] of notes.transfers) {
		const atHq = await office.raw.transfer(id);
		const known = [
			atHq,
			...boxes.filter(({ store }) => store === note.from || store === note.to).map((box) => box.vault.book().transfers.get(id)),
		];
		const shown = known.map((each) => canonicalText([each?.state ?? "unknown", each?.sent ?? null, each?.received ?? null]));
		if (new Set(shown).size > 1)
			broken.push(`transfer: ${id} is ${shown[0]} at head office, and ${shown.slice(1).join(" and ")} in its stores`);
		for (const [act, seen] of [
			["sent", note.sent],
			["received", note.received],
		] as const) {
			const said = atHq[act] && new Map(atHq[act].map(({ sku, quantity }) => [sku, quantity]));
			if (canonicalText([...(said ?? [])]) !== canonicalText([...(seen ?? [])]))
				broken.push(
					`transfer: the driver of ${id} saw ${canonicalText([...(seen ?? [])])} ${act}, and head office says ${canonicalText([...(said ?? [])])}`,
				);
		}
	}
	return broken;
}

/** In these runs no box forgets anything, so nothing that comes from the other end may be unfit. */
async function refusalsOf({ office, boxes }: Stage): Promise<string[]> {
	const broken: string[] = [];
	for (const { store } of boxes) {
		const dead = await office.raw.deadLetters(store, 5);
		broken.push(...dead.map(({ code, why }) => `unfit: head office put aside a fact of ${store}: ${code}: ${why}`));
	}
	return broken;
}

/** Each sale that a customer paid, and each bag that was given out, in the feed once. */
function feedOf({ notes }: Stage, { heard }: FeedReader): string[] {
	const times = new Map<string, number>();
	const count = (key: string): void => void times.set(key, (times.get(key) ?? 0) + 1);
	for (const { store, data } of heard) {
		if (data.type === "sale.recorded") count(`sale ${data.sale} ${store}`);
		if (data.type === "return.recorded") count(`return ${data.return}`);
		if (data.type === "transfer.received") count(`transfer ${data.transfer}`);
		if (data.type === "order.acted" && data.act.act === "hand-over") count(`bag ${data.order}`);
	}
	const sales = [...notes.sales].map(([sale, store]) => `sale ${sale} ${store}`);
	const bags = [...notes.orders.values()].filter(({ received }) => received.length > 0).map(({ id }) => `bag ${id}`);
	const back = [...notes.returns].filter(([, store]) => store !== "").map(([id]) => `return ${id}`);
	const arrived = [...notes.transfers].filter(([, { received }]) => received).map(([id]) => `transfer ${id}`);
	const told = new Set([...sales, ...bags, ...back, ...arrived]);
	return [
		...[...told].filter((key) => times.get(key) !== 1).map((key) => `feed: ${key} is in the feed ${times.get(key) ?? 0} times`),
		...[...times.keys()].filter((key) => !told.has(key)).map((key) => `feed: ${key} is in the feed, and never happened`),
	];
}
