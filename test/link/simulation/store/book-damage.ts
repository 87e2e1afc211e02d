import { upStreams } from "../../../../src/link/protocol/messages.ts";
import { canonicalText } from "../../../../src/words/basics/canonical-text.ts";
import { genesis, nextHash } from "../../../../src/words/basics/chain.ts";
import type { StoreEvent } from "../../../../src/words/event.ts";
import type { World } from "../time.ts";
import { emptyShadow } from "./book-snapshots.ts";
import type { StoreState, UpRow } from "./book-state.ts";
import { emptyHand, handAfter } from "./stock-sum.ts";

/** What a bit that fell over in the database came to, once the box has started on it. */
export interface Damage {
	what: string;
	/** The start noticed, and made a new ledger from the remains. */
	rebuilt: boolean;
	/** The start said that people must count. */
	count: boolean;
}

/**
 * A bit falls over in one row, and the start looks: what src/ledger/file/integrity-scan.ts finds of it, and what recovery.ts makes of the
 * rest.
 */
export function flipInModel(world: World, state: StoreState, newEpoch: () => string): { state: StoreState; damage: Damage } {
	const what = world.pick(["fact", "fact", "hash", "hand", "movement", "price", "article", "mark"] as const);
	const well = (next: StoreState): { state: StoreState; damage: Damage } => ({
		state: next,
		damage: { what, rebuilt: false, count: false },
	});
	const found = (lost: ReadonlySet<UpRow>, next = state, count = false): { state: StoreState; damage: Damage } => ({
		state: rebuilt(next, lost, newEpoch()),
		damage: { what, rebuilt: true, count },
	});
	const rows = [...state.up.facts, ...state.up.notes];
	switch (what) {
		case "fact":
			return rows.length === 0 ? well(state) : found(new Set([world.chance(0.7) ? world.pick(rows.slice(-5)) : world.pick(rows)]));
		case "hash": // The record is whole, as the next one's chain says.
			return found(new Set());
		case "hand": {
			const hands = new Map(
				[...state.hands.keys()].map((sku) => {
					const own = [...state.movements.values()].filter((each) => each.sku === sku);
					const seen: typeof own = [];
					return [sku, own.reduce((hand, each) => handAfter(hand, each, (seen.push(each), seen)), emptyHand)];
				}),
			);
			return found(new Set(), { ...state, hands }, true);
		}
		case "movement": {
			const movements = new Map(state.movements);
			if (movements.size > 0) movements.delete(world.pick([...movements.keys()]));
			return found(new Set(), { ...state, movements }, true);
		}
		case "price": {
			const prices = new Map(state.prices);
			if (prices.size === 0) return well(state);
			const [key, row] = world.pick([...prices]);
			return well({ ...state, prices: prices.set(key, { ...row, price: { ...row.price, amountMinor: row.price.amountMinor ^ 8 } }) });
		}
		case "article": {
			const articles = new Map(state.articles);
			if (articles.size === 0) return well(state);
			const [sku, article] = world.pick([...articles]);
			return well({ ...state, articles: articles.set(sku, { ...article, name: `${article.name}\u0001` }) });
		}
		case "mark": {
			const down = new Map(state.down);
			if (down.size === 0) return well(state);
			const [stream, mark] = world.pick([...down]);
			return well({
				...state,
				down: down.set(stream, { ...mark, hash: `${mark.hash.slice(0, -1)}${mark.hash.endsWith("0") ? "1" : "0"}` }),
			});
		}
	}
}

/**
 * A new ledger of a new epoch: facts HQ has not go up again from number 1, their ids unchanged; the stock stream goes on, the catalog
 * starts over. A movement whose fact is lost is told anew.
 */
function rebuilt(state: StoreState, lost: ReadonlySet<UpRow>, epoch: string): StoreState {
	const keep = (...names: string[]): Map<string, string> => new Map([...state.meta].filter(([name]) => names.includes(name)));
	const up: StoreState["up"] = { facts: [], notes: [] };
	const heads = new Map([["event", { ...state.heads.get("event")! }]]);
	const told = new Set<string>();
	const append = (stream: "facts" | "notes", record: StoreEvent): void => {
		up[stream].push({ seq: up[stream].length + 1, hash: nextHash(up[stream].at(-1)?.hash ?? genesis, canonicalText(record)), record });
	};
	for (const stream of upStreams) {
		for (const row of state.up[stream]) {
			if (lost.has(row)) continue;
			if (row.record.type === "stock.moved") told.add(row.record.movement?.id);
			if (row.seq > state.heads.get(stream)!.acked) append(stream, row.record);
		}
	}
	const event = heads.get("event")!;
	for (const movement of lost.size === 0 ? [] : state.movements.values()) {
		if (told.has(movement.id)) continue;
		const seq = ++event.last;
		append("facts", {
			id: `${state.meta.get("store")}-${state.meta.get("inc")}-${epoch.slice(0, 6)}-${seq}`,
			seq,
			at: movement.occurredAt,
			quality: "guess",
			type: "stock.moved",
			movement,
		});
	}
	for (const stream of upStreams) heads.set(stream, { last: up[stream].length, hash: up[stream].at(-1)?.hash ?? genesis, acked: 0 });
	const sources = new Map([...state.sources].filter(([, record]) => ![...lost].some((row) => row.record === record)));
	return {
		...state,
		meta: keep("store", "tenant", "inc", "lastContactAt", "clockFloor").set("epoch", epoch),
		heads,
		up,
		sources,
		down: new Map([...state.down].filter(([stream]) => stream === "stock")),
		marks: new Map(),
		parents: new Map(),
		...emptyShadow(),
	};
}
