import { machineClock } from "../../../src/link/run/clock.ts";
import { startUplink, type Uplink } from "../../../src/uplink/uplink.ts";
import { openStoreMemory, type StoreMemory } from "../../link/in-memory/memory.ts";

/** Many stores in this process: real uplinks on the real wire, each with a ledger in memory whose disk takes a millisecond. */
export interface Shops {
	/** In order of name. */
	names: string[];
	connected(): number;
	/** Each writes so many facts. */
	sell(facts: number): Promise<void>;
	/** Facts that head office has not acknowledged. */
	waiting(): number;
	/** Ids of one store's facts, in order. */
	written(store: string): string[];
	/** Catalog records taken in, over all stores. */
	taken(): number;
	stop(): Promise<void>;
}

const realTime = {
	...machineClock,
	dice: () => 0.5,
	wall: () => new Date().toISOString(),
	chance: () => false,
	between: (least: number) => least,
	run: async () => {},
};

/** A store that greets before it is enrolled is refused for minutes: enroll these first. */
export const shopNames = (count: number): string[] => Array.from({ length: count }, (_, n) => `shop-${String(n).padStart(3, "0")}`);

export async function startShops(url: string, count: number): Promise<Shops> {
	const shops = new Map<string, { ledger: StoreMemory; uplink: Uplink }>();
	for (const [n, store] of shopNames(count).entries()) {
		const ledger = openStoreMemory(realTime, store, n.toString(16).padStart(16, "a"));
		shops.set(store, { ledger, uplink: await startUplink({ ledger, url, tenant: "t", store, build: "test", boot: `boot-${n}` }) });
	}
	const all = [...shops.values()];
	return {
		names: [...shops.keys()],
		connected: () => all.filter(({ uplink }) => uplink.status().connected).length,
		async sell(facts) {
			for (let n = 0; n < facts; n += 1) {
				for (const { ledger } of all) ledger.write("facts");
				await new Promise((resolve) => setImmediate(resolve));
			}
		},
		waiting: () => all.reduce((sum, { ledger }) => sum + ledger.up.facts.rows.length - ledger.up.facts.acked, 0),
		written: (store) => shops.get(store)!.ledger.up.facts.rows.map(({ record }) => record.id),
		taken: () => all.reduce((sum, { ledger }) => sum + ledger.applied.catalog.length, 0),
		stop: async () => void (await Promise.all(all.map(({ uplink }) => uplink.stop()))),
	};
}
