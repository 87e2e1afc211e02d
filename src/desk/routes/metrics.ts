import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { StoreEvent } from "../../words/event.ts";
import type { DeskLedger, LineStatus } from "../ledger-view.ts";
import { limits } from "../limits.ts";

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
	tell(event: StoreEvent): void;
	/** What is read at each scrape rather than counted. */
	watch(ledger: DeskLedger, line: () => LineStatus, streams: () => number, broker?: BrokerNumbers): void;
}

/** The broker's counts at this moment, by reason where there are reasons. */
export interface BrokerNumbers {
	stats(): {
		clients: number;
		sessions: number;
		queued: number;
		retained: number;
		refused: Record<string, number>;
		dropped: Record<string, number>;
		deadLetters: { reason: string; count: number }[];
	};
}

function watchBroker(registry: Registry, broker: BrokerNumbers): void {
	const registers = [registry];
	const byReason = (name: string, help: string, read: () => Record<string, number>): void => {
		new Counter({
			name,
			help,
			labelNames: ["reason"],
			registers,
			collect() {
				this.reset();
				for (const [reason, count] of Object.entries(read())) this.inc({ reason }, count);
			},
		});
	};
	byReason("gondola_broker_refused_total", "Clients, packets and subscriptions the broker turned away", () => broker.stats().refused);
	byReason("gondola_broker_dropped_total", "Messages to clients that were let go", () => broker.stats().dropped);
	byReason("gondola_broker_unusable_total", "Messages that were acknowledged and could not be used", () =>
		Object.fromEntries(broker.stats().deadLetters.map(({ reason, count }) => [reason, count])),
	);
	for (const [name, help] of [
		["clients", "MQTT clients connected to the store's broker"],
		["sessions", "Kept MQTT sessions"],
		["queued", "MQTT messages that wait for absent clients"],
		["retained", "Retained MQTT messages that clients left"],
	] as const)
		new Gauge({
			name: `gondola_broker_${name}`,
			help,
			registers,
			collect() {
				this.set(broker.stats()[name]);
			},
		});
}

export function storeMetrics(version: string): StoreMetrics {
	const registry = new Registry();
	const registers = [registry];
	collectDefaultMetrics({ register: registry, prefix: "gondola_" });

	new Gauge({ name: "gondola_build_info", help: "Which build answers; always 1", labelNames: ["version"], registers }).set({ version }, 1);
	const events = new Counter({ name: "gondola_events_total", help: "Events committed since start", labelNames: ["type"], registers });
	const prints = new Counter({
		name: "gondola_prints_total",
		help: "Print jobs that reached a state since start",
		labelNames: ["state"],
		registers,
	});
	const dropped = new Counter({
		name: "gondola_streams_dropped_total",
		help: "Live streams cut off because the client was too slow",
		registers,
	});
	const scans = new Histogram({
		name: "gondola_scan_commit_seconds",
		help: "From the scanner's bytes to the committed fact",
		buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2],
		registers,
	});
	const shelfTime = new Histogram({
		name: "gondola_price_to_shelf_seconds",
		help: "From a price becoming active to a label confirming that it shows it",
		buckets: [5, 15, 30, 60, 120, 180, 300, 600, 1_800, 3_600, 14_400, 86_400],
		registers,
	});
	const http = new Histogram({
		name: "gondola_http_request_seconds",
		help: "Requests at the desk",
		labelNames: ["method", "route", "status"],
		buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3],
		registers,
	});

	/** `sku version` → when it became active; the oldest leave first. */
	const activated = new Map<string, number>();

	const tell = (event: StoreEvent): void => {
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

	const watch: StoreMetrics["watch"] = (ledger, line, streams, broker) => {
		const { read } = ledger;
		const gauge = (name: string, help: string, value: () => number | undefined): void => {
			new Gauge({
				name,
				help,
				registers,
				collect() {
					const now = value();
					// Absent beats a made-up zero: alerts on "no contact for an hour" must not see the year 1970.
					if (now === undefined) this.remove();
					else this.set(now);
				},
			});
		};
		const seconds = (instant: string | null) => (instant === null ? undefined : Date.parse(instant) / 1000);
		gauge("gondola_hq_connected", "1 while the line to HQ is up", () => (line().connected ? 1 : 0));
		gauge("gondola_hq_last_contact_timestamp_seconds", "When HQ was last heard", () => seconds(line().lastContact));
		gauge("gondola_offline_left_seconds", "How long facts can still be kept without HQ", () => {
			const days = line().offlineDaysLeft;
			return days === null ? undefined : days * 86_400;
		});
		gauge("gondola_facts_waiting", "Facts that HQ has not confirmed", () => read.link.waiting().facts);
		gauge("gondola_notes_waiting", "Notes that HQ has not confirmed", () => read.link.waiting().notes);
		gauge("gondola_facts_oldest_seconds", "Age of the oldest that waits", () => {
			const oldest = seconds(read.link.waiting().oldestAt);
			return oldest === undefined ? 0 : Math.max(0, Date.parse(ledger.now().wall) / 1000 - oldest);
		});
		gauge("gondola_ledger_bytes", "Size of the ledger on disk", () => read.meta.bytes().bytes);
		gauge("gondola_ledger_free_bytes", "Bytes the ledger may still take", () => read.meta.bytes().freeBytes);
		if (broker) watchBroker(registry, broker);
		gauge("gondola_event_seq", "Number of the newest event", () => read.events.last());
		gauge("gondola_streams", "Live streams open at the desk", streams);
		new Gauge({
			name: "gondola_labels",
			help: "Labels by state",
			labelNames: ["state"],
			registers,
			collect() {
				const { shown, pending, failed, stale } = read.labels.counts();
				for (const [state, count] of Object.entries({ shown, pending, failed, stale })) this.set({ state }, count);
			},
		});
		new Gauge({
			name: "gondola_print_jobs",
			help: "Print jobs kept, by state",
			labelNames: ["state"],
			registers,
			collect() {
				this.reset();
				for (const [state, count] of Object.entries(read.jobs.counts())) this.set({ state }, count);
			},
		});
		new Gauge({
			name: "gondola_devices",
			help: "Devices by family and state",
			labelNames: ["family", "state"],
			registers,
			collect() {
				this.reset();
				for (const { family, state } of read.devices.list()) this.inc({ family, state });
			},
		});
		new Gauge({
			name: "gondola_alarms",
			help: "Raised alarms by level",
			labelNames: ["level"],
			registers,
			collect() {
				for (const level of ["RED", "YELLOW", "BLUE"]) this.set({ level }, 0);
				for (const { level } of read.alarms.list()) this.inc({ level });
			},
		});
	};

	return {
		registry,
		scanCommitted: (seconds) => scans.observe(seconds),
		httpAnswered: (method, route, status, seconds) => http.observe({ method, route, status }, seconds),
		streamDropped: () => dropped.inc(),
		tell,
		watch,
	};
}
