/** Numbers that are read at each scrape rather than counted. */
import { Counter, Gauge, type Registry } from "prom-client";
import type { ReplicaInShort } from "../../words/answers/store-status.ts";
import type { DeskLedger, LineStatus } from "../ledger-view.ts";
import type { BrokerDesk } from "../routes/broker.ts";

type BrokerStats = ReturnType<BrokerDesk["stats"]>;

/** The broker's counts at this moment, by reason where there are reasons. */
export interface BrokerNumbers {
	stats(): Pick<BrokerStats, "clients" | "sessions" | "queued" | "retained" | "refused" | "dropped"> & {
		deadLetters: Pick<BrokerStats["deadLetters"][number], "reason" | "count">[];
	};
}

function countByReason(registry: Registry, name: string, help: string, read: () => Record<string, number>): void {
	new Counter({
		name,
		help,
		labelNames: ["reason"],
		registers: [registry],
		collect() {
			this.reset();
			for (const [reason, count] of Object.entries(read())) this.inc({ reason }, count);
		},
	});
}

export function watchBroker(registry: Registry, broker: BrokerNumbers): void {
	const registers = [registry];
	const byReason = (name: string, help: string, read: () => Record<string, number>): void => countByReason(registry, name, help, read);
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

export interface Watched {
	ledger: DeskLedger;
	line(): LineStatus;
	/** Live streams that are open. */
	streams(): number;
}

/** A gauge without labels. While `value` is undefined the gauge is absent: a zero would read as the year 1970. */
function gauge(registry: Registry, name: string, help: string, value: () => number | undefined): void {
	new Gauge({
		name,
		help,
		registers: [registry],
		collect() {
			const now = value();
			if (now === undefined) this.remove();
			else this.set(now);
		},
	});
}

const secondsOf = (instant: string | null): number | undefined => (instant === null ? undefined : Date.parse(instant) / 1000);

export function watchLine(registry: Registry, { ledger, line }: Watched): void {
	const { link } = ledger.read;
	gauge(registry, "gondola_hq_connected", "1 while the line to HQ is up", () => (line().connected ? 1 : 0));
	gauge(registry, "gondola_hq_last_contact_timestamp_seconds", "When HQ was last heard", () => secondsOf(line().lastContact));
	gauge(registry, "gondola_offline_left_seconds", "How long facts can still be kept without HQ", () => {
		const days = line().offlineDaysLeft;
		return days === null ? undefined : days * 86_400;
	});
	countByReason(registry, "gondola_hq_refused_total", "Messages in HQ's name that are not HQ's word", () => line().refused ?? {});
	gauge(registry, "gondola_hq_withheld_records", "Records that HQ named and that do not arrive", () => line().withheld ?? 0);
	gauge(registry, "gondola_facts_waiting", "Facts that HQ has not confirmed", () => link.waiting().facts);
	gauge(registry, "gondola_notes_waiting", "Notes that HQ has not confirmed", () => link.waiting().notes);
	gauge(registry, "gondola_facts_oldest_seconds", "Age of the oldest that waits", () => {
		const oldest = secondsOf(link.waiting().oldestAt);
		return oldest === undefined ? 0 : Math.max(0, Date.parse(ledger.now().wall) / 1000 - oldest);
	});
}

export function watchReplica(registry: Registry, replica: () => ReplicaInShort): void {
	gauge(registry, "gondola_replica_following", "1 while the copy of the ledger has everything that was acknowledged", () =>
		replica().state === "following" ? 1 : 0,
	);
	gauge(registry, "gondola_replica_copied_timestamp_seconds", "When the copy had everything for the last time", () =>
		secondsOf(replica().copiedAt),
	);
}

export function watchLedger(registry: Registry, { ledger, streams }: Watched): void {
	const { read } = ledger;
	const registers = [registry];
	gauge(registry, "gondola_ledger_bytes", "Size of the ledger on disk", () => read.meta.bytes().bytes);
	gauge(registry, "gondola_ledger_free_bytes", "Bytes the ledger may still take", () => read.meta.bytes().freeBytes);
	gauge(registry, "gondola_event_seq", "Number of the newest event", () => read.events.last());
	gauge(registry, "gondola_streams", "Live streams open at the desk", streams);
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
}
