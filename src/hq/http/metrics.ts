import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Db } from "../database/database.ts";
import type { Repositories } from "../repositories.ts";
import { countUp } from "../streams/facts.ts";
import type { IsConnected } from "./store-routes.ts";

export interface HqMetrics {
	registry: Registry;
	readerCut(): void;
	observe(route: string, status: number, seconds: number): void;
}

/** How many messages under a store's name this process refused because no key of the store signed them, by store and by reason. */
export type NotYoursCounts = () => [store: string, reason: string, count: number][];

/** Read from the database at each scrape, so that every HQ process reports the same, except for what this process refused. */
export function hqMetrics(db: Db, repositories: Repositories, isConnected: IsConnected, notYours: NotYoursCounts = () => []): HqMetrics {
	const registry = new Registry();
	const registers = [registry];
	collectDefaultMetrics({ register: registry, prefix: "gondola_hq_" });
	const contact = new Gauge({
		name: "gondola_hq_store_last_contact_timestamp_seconds",
		help: "When the store was last heard, to the minute.",
		labelNames: ["store"],
		registers,
	});
	const connected = new Gauge({
		name: "gondola_hq_store_connected",
		help: "1 while the line hears the store.",
		labelNames: ["store"],
		registers,
	});
	const letters = new Gauge({
		name: "gondola_hq_store_dead_letters",
		help: "Records of the store that could not be taken.",
		labelNames: ["store"],
		registers,
	});
	new Counter({
		name: "gondola_hq_not_yours_total",
		help: "Messages under the store's name that no key of the store signed; by the process that refused them.",
		labelNames: ["store", "reason"],
		registers,
		collect() {
			this.reset();
			for (const [store, reason, count] of notYours()) if (count > 0) this.inc({ store, reason }, count);
		},
	});
	const up = new Gauge({
		name: "gondola_hq_up_position",
		help: "Records committed from the store, current epoch.",
		labelNames: ["store", "stream"],
		registers,
	});
	new Gauge({
		name: "gondola_hq_down_waiting_records",
		help: "Records the store has not committed yet.",
		labelNames: ["store"],
		registers,
		async collect() {
			for (const gauge of [this, contact, connected, letters, up]) gauge.reset();
			for (const store of await repositories.stores("", 10_000)) {
				this.set({ store: store.id }, store.waitingDown);
				if (store.lastContact !== null) contact.set({ store: store.id }, Date.parse(store.lastContact) / 1_000);
				connected.set({ store: store.id }, isConnected(store.id) ? 1 : 0);
				letters.set({ store: store.id }, store.deadLetters);
			}
			for (const { store, stream, position } of await countUp(db)) up.set({ store, stream }, position);
		},
	});
	const requests = new Histogram({
		name: "gondola_hq_http_request_duration_seconds",
		help: "Time to answer.",
		labelNames: ["route", "status"],
		buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
		registers,
	});
	const cut = new Counter({
		name: "gondola_hq_readers_cut_total",
		help: "Connections cut because the client did not read the answer it had asked for.",
		registers,
	});
	return {
		registry,
		readerCut: () => cut.inc(),
		observe: (route, status, seconds) => requests.observe({ route, status: String(status) }, seconds),
	};
}
