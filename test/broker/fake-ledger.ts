import type { BrokerOp } from "../../src/broker/ledger/session-log.ts";
import type { BrokerLedger } from "../../src/broker/routing/facts.ts";
import type { AskedSale } from "../../src/flows/stock/sale.ts";
import type { StoreEvent } from "../../src/words/event.ts";
import { type Scan, unpackScans } from "../../src/words/scan.ts";
import { createMemorySessionLog } from "./memory-session-log.ts";

/** A ledger whose disk a test can slow down, break and look into. What it kept outlives the broker that asked. */
export function createFakeLedger() {
	const store = createMemorySessionLog();
	const events: StoreEvent[] = [];
	const scans = new Set<string>();
	const sales = new Set<string>();
	const ringers = new Set<() => void>();
	const ledger = {
		commitMs: 0,
		broken: false,
		calls: [] as { flow: string; args: unknown }[],
		scans: [] as Scan[],
		sales: [] as AskedSale[],
		alarms: [] as { code: string; subject: string; facts: Record<string, string | number> }[],
		cleared: [] as string[],
		devices: new Map<string, string>(),
		prices: new Map<string, number>(),
		commits: 0,
		asked: 0,
		mostAtOnce: 0,
		store,
		append(body: object): void {
			const seq = events.length + 1;
			events.push({ id: `s-1-1-${seq}`, seq, at: "2026-03-01T08:00:00.000Z", quality: "synced", ...body } as StoreEvent);
			for (const ring of [...ringers]) ring();
		},
		async do(flow: string, args: unknown): Promise<unknown> {
			ledger.calls.push({ flow, args });
			const messages = flow === "takeScans" ? unpackScans((args as { packed: string }).packed).length : 1;
			ledger.asked += messages;
			ledger.mostAtOnce = Math.max(ledger.mostAtOnce, ledger.asked);
			await new Promise((resolve) => (ledger.commitMs > 0 ? setTimeout(resolve, ledger.commitMs) : setImmediate(resolve)));
			ledger.asked -= messages;
			if (ledger.broken) throw Object.assign(new Error("the disk is full"), { name: "LedgerTrouble", code: "disk-full" });
			ledger.commits += 1;
			switch (flow) {
				case "brokerApply":
					return store.apply((args as { ops: BrokerOp[] }).ops);
				case "takeScans":
					for (const scan of unpackScans((args as { packed: string }).packed)) {
						const key = `${scan.device} ${scan.sourceId ?? `#${ledger.scans.length}`}`;
						if (scans.has(key)) continue;
						scans.add(key);
						ledger.scans.push(scan);
					}
					return undefined;
				case "recordSale": {
					const sale = args as AskedSale;
					if (sale.id === "forbidden") {
						throw Object.assign(new Error("This sale is not possible."), { name: "LedgerRefusal", code: "sale-refused" });
					}
					const duplicate = sales.has(sale.id);
					sales.add(sale.id);
					if (!duplicate) ledger.sales.push(sale);
					return { duplicate, event: `sale-${sale.id}`, job: null, unknown: [] };
				}
				case "raiseAlarm":
					return void ledger.alarms.push(args as (typeof ledger.alarms)[number]);
				case "clearAlarm": {
					const { code, subject } = args as { code: string; subject: string };
					ledger.cleared.push(`${code}:${subject}`);
					return undefined;
				}
				case "recordDevice": {
					const { id, state } = args as { id: string; state: string };
					return void ledger.devices.set(id, state);
				}
				default:
					throw new Error(`no flow ${flow}`);
			}
		},
		read: {
			events: { after: (seq: number, limit: number) => events.slice(seq, seq + limit), last: () => events.length },
			articles: {
				page(after: string, limit: number) {
					const skus = [...ledger.prices.keys()].sort().filter((sku) => sku > after);
					return skus.slice(0, limit).map((sku) => ({ sku, name: sku, version: 1 }));
				},
			},
			stopSales: { any: () => false, get: () => undefined, of: () => [] },
			prices: {
				charged: (sku: string) => (ledger.prices.has(sku) ? { sku, amountMinor: ledger.prices.get(sku)!, currency: "EUR" } : undefined),
			},
			stock: { onHand: () => undefined },
			labels: { get: () => undefined, list: () => [], forSku: () => [] },
			alarms: {
				get: () => undefined,
				list: () => ledger.alarms.filter(({ code, subject }) => !ledger.cleared.includes(`${code}:${subject}`)),
			},
			devices: { get: () => undefined },
			broker: { load: () => store.load() },
			link: { clockFloor: () => null },
			priceHolds: { frozen: () => undefined },
			coldChain: { get: () => undefined, list: () => [] },
			sensorStates: { doors: () => [] },
		},
		bells: {
			wait: (_bell: string, timeoutMs: number, signal?: AbortSignal) =>
				new Promise<void>((resolve) => {
					const done = (): void => {
						clearTimeout(timer);
						ringers.delete(done);
						resolve();
					};
					const timer = setTimeout(done, timeoutMs);
					ringers.add(done);
					if (signal?.aborted) done();
					signal?.addEventListener("abort", done, { once: true });
				}),
		},
		now: () => ({ wall: "2026-03-01T08:00:00.000Z", boot: "boot", monoMs: 0, quality: "synced" as const }),
	};
	return Object.assign(ledger, { door: ledger as unknown as BrokerLedger });
}

export type FakeLedger = ReturnType<typeof createFakeLedger>;
