import type { EventBody } from "../../../src/words/event.ts";
import type { Price } from "../../../src/words/prices/price.ts";
import type { CatalogRecord } from "../../../src/words/streams/catalog.ts";
import type { Box } from "./box.ts";
import { type Office, recordsOf } from "./office/office-model.ts";
import { priceDecided } from "./promises.ts";
import { clocksChange, type World } from "./time.ts";

export const skus = ["milk", "bread", "apples", "soap", "wine"] as const;
export const labelIds = ["label-1", "label-2", "label-3"] as const;

/** A day's business on both sides. What a device could not hand in it keeps, and hands in again under the same id. */
export interface Story {
	/** Prices pushed, by store; what came before HQ was restored is taken out. */
	decided: Map<string, Price[]>;
	openShop(store: string): void;
	inStore(box: Box): void;
	atOffice(store: string): void;
	/** One small thing on each side: a line that is well carries it in seconds. */
	probe(box: Box): void;
	/** HQ changes something in the catalog. */
	moveCatalog(store: string): void;
	/** While the two cannot speak: HQ sells online what it was granted, the tills sell everything that is here. */
	bothSell(box: Box): void;
	/** People count every shelf. */
	countAll(box: Box): void;
	/** Devices and customers try again. */
	again(boxes: readonly Box[]): void;
	/** What was refused for good or could not be kept yet. */
	waiting(): number;
}

export function openStory(
	world: World,
	office: Office,
	{
		bulky,
		talks,
		worn,
		broke,
	}: {
		bulky: boolean;
		/** This store's line is up, as far as it knows. */
		talks(store: string): boolean;
		/** A bit of this store's prices may have fallen over. */
		worn(store: string): boolean;
		broke(sentence: string): void;
	},
): Story {
	let n = 0;
	/** A message holds 48 KiB: what fills a window has to be long. */
	const long = "a word too many ".repeat(60);
	const kept = new Map<string, { store: string; flow: string; args: unknown }>();
	const ended = new Set<number>();
	const decided = new Map<string, Price[]>();
	const orders = new Map<string, { store: string; sku: string; quantity: number }>();
	const at = (ms: number): string => new Date(world.trueMs() + ms).toISOString();
	const sku = (): string => world.pick(skus);
	const times = (most: number, act: () => void): void => {
		for (let count = world.between(1, most); count > 0; count--) act();
	};

	function hand(box: Box, flow: string, args: unknown, id?: string): void {
		if (id !== undefined) kept.set(`${box.store} ${id}`, { store: box.store, flow, args });
		if (!box.isOn()) return;
		box
			.ask(flow, args)
			.then(() => {
				// Now and then an answer is lost on the way back to the till, and it asks again.
				if (id !== undefined && !world.chance(0.1)) kept.delete(`${box.store} ${id}`);
			})
			.catch(() => {});
	}

	/** The till asks for the price as the broker's price topic answers, at the time the box tells. */
	function charged(box: Box, of: string): number {
		const book = box.vault.book();
		const at = box.now().wall;
		const price = book.prices.effective(of, at);
		const mark = book.link.dn("catalog");
		const down = office.of(box.store).down.catalog;
		const asideOf = (type: string): boolean => book.parked.page(undefined, 100).some((row) => row.type === type);
		// Not while HQ and the store have different pasts and do not know it yet.
		const isOne = mark?.epoch === down.epoch && (mark.position === 0 || down.rows[mark.position - 1]?.hash === mark.hash);
		if (isOne && !worn(box.store) && !asideOf("price-end") && at >= box.knowsFrom) {
			const decided = priceDecided(recordsOf(office.of(box.store), "catalog").slice(0, mark.position), of, at);
			if (price?.version !== decided?.version || price?.amountMinor !== decided?.amountMinor)
				broke(`price: ${box.store} charged version ${price?.version} of ${of} at ${at}, HQ had decided ${decided?.version}`);
		}
		return book.prices.chargedPrice(of, at)?.amountMinor ?? 0;
	}

	function sell(box: Box): void {
		const id = `sale-${++n}`;
		const lines = Array.from({ length: world.between(1, 3) }, () => {
			const of = sku();
			return { sku: of, quantity: 1, amountMinor: charged(box, of) };
		});
		hand(box, "recordSale", { id, till: "till-1", at: box.now().wall, lines }, id);
	}

	function move(box: Box): void {
		const id = `move-${++n}`;
		const reason = world.pick(["receive", "waste", "count", "return", "pick"] as const);
		const quantity = reason === "count" ? world.between(0, 40) : reason === "receive" ? world.between(5, 30) : reason === "return" ? 1 : -1;
		hand(box, "recordMovement", { id, sku: sku(), quantity, reason, occurredAt: box.now().wall }, id);
	}

	const odd = (box: Box, ...bodies: object[]): void => hand(box, "writeOdd", { bodies: bodies as EventBody[] });

	const storeActs: [number, (box: Box) => void][] = [
		[8, (box) => times(6, () => sell(box))],
		[0.5, (box) => times(40, () => sell(box))],
		[6, (box) => times(5, () => move(box))],
		[4, (box) => times(12, () => odd(box, { type: "weight.settled", device: "scale-1", milligrams: ++n }))],
		[
			bulky ? 6 : 0,
			(box) =>
				odd(
					box,
					...Array.from({ length: world.between(200, 700) }, () => ({
						type: "receipt.doubted",
						job: `job-${++n}`,
						printer: "p",
						why: long,
					})),
				),
		],
		[2, (box) => hand(box, "bindLabel", { label: world.pick(labelIds), sku: sku() })],
		[1, (box) => odd(box, { type: "shelf.dreamt", n: ++n })],
		[1, (box) => odd(box, { type: "stock.moved", movement: { id: `odd-${++n}`, wrong: true } })],
		[1, (box) => odd(box, { type: "receipt.doubted", job: `job-${++n}`, printer: "p", why: "paper", mood: "of a newer build" })],
		[0.15, (box) => odd(box, { type: "receipt.voided", job: noise(world, 150_000), printer: "p" })],
	];

	function push(store: string): void {
		const version = office.nextVersion();
		const promotion = world.chance(0.3);
		const fromMs = world.chance(0.5) ? -world.between(0, 3_600_000) : world.between(0, 20 * 60_000);
		const price: Price = {
			sku: sku(),
			version,
			kind: promotion ? world.pick(["promotion", "clearance"]) : "regular",
			amountMinor: world.between(50, 900),
			currency: "EUR",
			from: at(fromMs),
			...(promotion && { until: at(fromMs + world.between(60_000, 30 * 60_000)) }),
			...(world.chance(0.3) && { riseWaitsMs: world.pick([0, 30_000, 150_000]) }),
			push: `push-${version}`,
		};
		decided.set(store, [...(decided.get(store) ?? []), price]);
		if (!talks(store)) world.saw("price decided in a partition");
		if (at(0) < clocksChange && price.from >= clocksChange) world.saw("price across the change of clocks");
		office.sendCatalog(store, { type: "price", price } satisfies CatalogRecord);
	}

	/** What members pay, for a while or until it is replaced; above everybody's price, too. */
	function conditional(store: string): void {
		const version = office.nextVersion();
		const fromMs = world.between(-3_600_000, 20 * 60_000);
		const price: Price = {
			...{ sku: sku(), version, kind: "member", tier: world.pick(["gold", "silver"]), currency: "EUR", push: `push-${version}` },
			...{ amountMinor: world.between(30, 900), from: at(fromMs) },
			...(world.chance(0.3) && { until: at(fromMs + world.between(60_000, 30 * 60_000)) }),
		};
		decided.set(store, [...(decided.get(store) ?? []), price]);
		office.sendCatalog(store, { type: "conditional-price", price } satisfies CatalogRecord);
	}

	/** Two people at HQ: the older decision arrives last, and must not count. */
	function cross(store: string): void {
		const of = sku();
		const [older, newer] = [office.nextVersion(), office.nextVersion()];
		for (const version of [newer, older]) {
			const price: Price = {
				sku: of,
				version,
				kind: "regular",
				amountMinor: 1_000 + version,
				currency: "EUR",
				from: at(version === older ? 0 : -1_000),
			};
			office.sendCatalog(store, { type: "price", price } satisfies CatalogRecord);
		}
	}

	/** Earlier than it was to end, and once: what is over stays over. */
	function endPrice(store: string): void {
		const ends = at(world.between(0, 60_000));
		const prices = recordsOf(office.of(store), "catalog").flatMap((record) =>
			"price" in record && record.price.until !== undefined && record.price.until > ends && !ended.has(record.price.version)
				? [record.price]
				: [],
		);
		if (prices.length === 0) return;
		const { sku: of, version } = world.pick(prices);
		ended.add(version);
		office.sendCatalog(store, {
			type: "price-end",
			sku: of,
			version: office.nextVersion(),
			ends: version,
			at: ends,
		} satisfies CatalogRecord);
	}

	function name(store: string, of: string): void {
		const version = office.nextVersion();
		office.sendCatalog(store, { type: "article", article: { sku: of, name: `${of} of ${version}`, version } } satisfies CatalogRecord);
	}

	/** Known types with a member more. */
	function fromNewerBuild(store: string): void {
		const [of, version] = [sku(), office.nextVersion()];
		office.sendCatalog(store, { type: "article", article: { sku: of, name: `${of} of ${version}`, version, colour: "green" }, mood: 1 });
		const price = {
			sku: of,
			version: office.nextVersion(),
			kind: "regular",
			amountMinor: 300 + version,
			currency: "EUR",
			from: at(0),
			mood: 1,
		};
		office.sendCatalog(store, { type: "price", price });
	}

	function order(store: string): void {
		orders.set(`order-${++n}`, { store, sku: sku(), quantity: world.between(1, 4) });
		tryOrders();
	}

	function tryOrders(): void {
		for (const [id, { store, sku: of, quantity }] of orders) {
			// Now and then a customer never sees the answer, and orders again.
			if (office.takeOrder(store, id, of, quantity) && !world.chance(0.2)) orders.delete(id);
		}
	}

	function deliver(store: string): void {
		const id = `delivery-${++n}`;
		office.moveStock(store, { id, sku: sku(), quantity: world.between(1, 20), reason: "receive", occurredAt: at(0), origin: "hq" });
	}

	const officeActs: [number, (store: string) => void][] = [
		[8, (store) => times(8, () => push(store))],
		[1, (store) => times(40, () => push(store))],
		[
			bulky ? 3 : 0,
			(store) =>
				times(300, () =>
					office.sendCatalog(store, {
						type: "article",
						article: { sku: `bulk-${++n}`, name: long, version: office.nextVersion() },
					} satisfies CatalogRecord),
				),
		],
		[2, (store) => times(3, () => conditional(store))],
		[1, cross],
		[2, endPrice],
		[2, (store) => name(store, sku())],
		[4, (store) => times(3, () => deliver(store))],
		[5, (store) => times(2, () => order(store))],
		[1, (store) => office.sendCatalog(store, { type: "label", label: world.pick(labelIds), sku: sku() } satisfies CatalogRecord)],
		[1, (store) => fromNewerBuild(store)],
		[1, (store) => office.sendCatalog(store, { type: "planogram", from: "a newer build", n: ++n })],
		[1, (store) => office.sendCatalog(store, { type: "price", price: { sku: 7, wrong: ++n } })],
		[0.15, (store) => office.sendCatalog(store, { type: "label", label: noise(world, 150_000), sku: null })],
	];

	return {
		decided,
		openShop(store) {
			for (const each of skus) name(store, each);
			for (const each of skus) {
				const version = office.nextVersion();
				const price: Price = { sku: each, version, kind: "regular", amountMinor: 100 + version, currency: "EUR", from: at(-86_400_000) };
				office.sendCatalog(store, { type: "price", price } satisfies CatalogRecord);
			}
			labelIds.forEach((label, index) => office.sendCatalog(store, { type: "label", label, sku: skus[index]! } satisfies CatalogRecord));
			for (const each of skus)
				office.moveStock(store, {
					id: `first-${store}-${each}`,
					sku: each,
					quantity: 50,
					reason: "receive",
					occurredAt: at(-3_600_000),
					origin: "hq",
				});
		},
		inStore: (box) => weighted(world, storeActs)(box),
		atOffice: (store) => weighted(world, officeActs)(store),
		probe(box) {
			move(box);
			push(box.store);
		},
		moveCatalog(store) {
			push(store);
			name(store, sku());
		},
		bothSell(box) {
			const of = sku();
			for (let count = 6; count > 0; count--) orders.set(`order-${++n}`, { store: box.store, sku: of, quantity: world.between(1, 6) });
			tryOrders();
			for (let left = box.vault.book().stock.onHand(of)?.onHand ?? 0; left > 0 && left < 200; left -= 10) {
				const id = `sale-${++n}`;
				const lines = [{ sku: of, quantity: Math.min(left, 10), amountMinor: charged(box, of) }];
				hand(box, "recordSale", { id, till: "till-1", at: box.now().wall, lines }, id);
			}
		},
		countAll(box) {
			for (const of of skus) {
				const id = `count-${++n}`;
				hand(box, "recordMovement", { id, sku: of, quantity: world.between(0, 40), reason: "count", occurredAt: box.now().wall }, id);
			}
		},
		again(boxes) {
			for (const [id, { store, flow, args }] of kept) {
				const box = boxes.find((each) => each.store === store);
				if (box?.isOn())
					box
						.ask(flow, args)
						.then(() => kept.delete(id))
						.catch((error: Error) => {
							if (error.name === "LedgerRefusal") kept.delete(id);
						});
			}
			tryOrders();
		},
		waiting: () => kept.size,
	};
}

function weighted<A>(world: World, effects: readonly [number, A][]): A {
	let left = world.dice() * effects.reduce((sum, [weight]) => sum + weight, 0);
	for (const [weight, act] of effects) if ((left -= weight) < 0) return act;
	return effects[0]![1];
}

/** Letters that gzip cannot shrink: a record no message can carry. */
function noise(world: World, length: number): string {
	let text = "";
	while (text.length < length) text += world.dice().toString(36).slice(2);
	return text.slice(0, length);
}
