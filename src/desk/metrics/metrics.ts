import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ReplicaInShort } from "../../words/answers/store-status.ts";
import type { StoreEvent } from "../../words/event.ts";
import type { DeskLedger, LineStatus } from "../ledger-view.ts";
import { limits } from "../limits.ts";
import { watchColdChain } from "./cold-chain-gauges.ts";
import { type BrokerNumbers, watchBroker, watchLedger, watchLine, watchReplica } from "./gauges.ts";

/**
 * Numbers for Prometheus. Base units, prefix `gondola_`, and never a SKU or a label's number as a label: a store has
 * thousands of each and every one would be a series.
 */
export interface StoreMetrics {
	registry: Registry;
	/** From the scanner's last byte to the fsync that made the scan a fact. */
	scanCommitted(seconds: number): void;
	httpAnswered(method: string, route: string, status: number, seconds: number): void;
	streamDropped(): void;
	readerCut(): void;
	count(event: StoreEvent): void;
	/** Adds numbers that are read at each scrape. */
	watch(ledger: DeskLedger, line: () => LineStatus, streams: () => number, broker?: BrokerNumbers, replica?: () => ReplicaInShort): void;
}

export function storeMetrics(version: string): StoreMetrics {
	const registry = new Registry();
	const registers = [registry];
	collectDefaultMetrics({ register: registry, prefix: "gondola_" });
	new Gauge({ name: "gondola_build_info", help: "Which build answers; always 1", labelNames: ["version"], registers }).set({ version }, 1);
	const dropped = new Counter({
		name: "gondola_streams_dropped_total",
		help: "Live streams cut off because the client was too slow",
		registers,
	});
	const cut = new Counter({
		name: "gondola_readers_cut_total",
		help: "Connections cut because the client did not read the answer it had asked for",
		registers,
	});
	const scans = new Histogram({
		name: "gondola_scan_commit_seconds",
		help: "From the scanner's bytes to the committed fact",
		buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
		registers,
	});
	const http = new Histogram({
		name: "gondola_http_request_seconds",
		help: "Requests at the desk",
		labelNames: ["method", "route", "status"],
		buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
		registers,
	});
	return {
		registry,
		scanCommitted: (seconds) => scans.observe(seconds),
		httpAnswered: (method, route, status, seconds) => http.observe({ method, route, status }, seconds),
		streamDropped: () => dropped.inc(),
		readerCut: () => cut.inc(),
		count: eventCounter(registry),
		watch(ledger, line, streams, broker, replica) {
			const watched = { ledger, line, streams };
			watchLine(registry, watched);
			watchLedger(registry, watched);
			watchColdChain(registry, ledger);
			if (broker) watchBroker(registry, broker);
			if (replica) watchReplica(registry, replica);
		},
	};
}

/** Counts events, print jobs by state, and the time from an active price to the label that shows it. */
function eventCounter(registry: Registry): (event: StoreEvent) => void {
	const registers = [registry];
	const events = new Counter({ name: "gondola_events_total", help: "Events committed since start", labelNames: ["type"], registers });
	const prints = new Counter({
		name: "gondola_prints_total",
		help: "Print jobs that reached a state since start",
		labelNames: ["state"],
		registers,
	});
	const shelfTime = new Histogram({
		name: "gondola_price_to_shelf_seconds",
		help: "From a price becoming active to a label confirming that it shows it",
		buckets: [5, 15, 30, 60, 120, 180, 300, 600, 1_800, 3_600, 14_400, 86_400],
		registers,
	});
	/** `sku version` → when it became active; the oldest leave first. */
	const activated = new Map<string, number>();

	return (event) => {
		events.inc({ type: event.type });
		switch (event.type) {
			case "price.activated":
				activated.set(`${event.sku} ${event.version}`, Date.parse(event.at));
				if (activated.size > limits.pricesTimed) activated.delete(activated.keys().next().value!);
				break;
			case "label.shown": {
				// Several labels of one article each count, so the entry stays until newer prices push it out.
				const since = activated.get(`${event.sku} ${event.priceVersion}`);
				if (since !== undefined && !event.unchanged) shelfTime.observe(Math.max(0, (Date.parse(event.at) - since) / 1000));
				break;
			}
			case "receipt.queued":
				prints.inc({ state: "queued" });
				break;
			case "receipt.printed":
				prints.inc({ state: event.confirmed ? "printed" : "sent" });
				break;
			case "receipt.doubted":
				prints.inc({ state: "in-doubt" });
				break;
			case "receipt.voided":
				prints.inc({ state: "void" });
				break;
			default:
		}
	};
}
