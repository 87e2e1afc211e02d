import { z } from "zod";
import type { ReplicaInShort, StoreStatus } from "../../words/answers/store-status.ts";
import { groupsOf, groupsSetting } from "../../words/streams/setting.ts";
import type { DeskLedger, LineStatus } from "../ledger-view.ts";
import type { BrokerNumbers } from "../metrics/gauges.ts";
import type { StoreMetrics } from "../metrics/metrics.ts";
import { json, type Route, route } from "../route.ts";
import { status as statusShape } from "../status-schema.ts";
import { pricesInShort } from "./prices/holds.ts";

const health = z.object({ ok: z.boolean(), ledger: z.boolean() });
const readiness = z.object({ ready: z.boolean(), waitingFor: z.array(z.string()) });

export interface HealthOptions {
	version: string;
	status: () => LineStatus;
	broker?: BrokerNumbers;
	/** Names of rooms that have not started yet. */
	notReady?: () => string[];
	/** Left out: no copy is configured. */
	replica?: () => ReplicaInShort;
}

/** HQ is in neither probe: a store without its line to HQ works. */
export function healthRoutes(ledger: DeskLedger, options: HealthOptions, metrics: StoreMetrics): Route[] {
	const { read } = ledger;
	const ledgerAnswers = (): boolean => {
		try {
			read.events.last();
			return true;
		} catch {
			return false;
		}
	};
	return [
		route({
			method: "GET",
			url: "/healthz",
			room: "health",
			right: "claim",
			anyHost: true,
			summary: "The process answers and its ledger answers",
			answers: { 200: health, 503: health },
			problems: [],
			run: () => {
				const ok = ledgerAnswers();
				return json({ ok, ledger: ok }, ok ? 200 : 503);
			},
		}),
		route({
			method: "GET",
			url: "/readyz",
			room: "health",
			right: "anyone",
			anyHost: true,
			summary: "Every room of the gateway has started; whether HQ is reachable does not matter",
			answers: { 200: readiness, 503: readiness },
			problems: [],
			run: () => {
				const waitingFor = [...(ledgerAnswers() ? [] : ["ledger"]), ...(options.notReady?.() ?? [])];
				return json({ ready: waitingFor.length === 0, waitingFor }, waitingFor.length === 0 ? 200 : 503);
			},
		}),
		route({
			method: "GET",
			url: "/metrics",
			room: "health",
			right: "metrics.read",
			summary: "Prometheus text",
			answers: { 200: "text/plain" },
			problems: [],
			run: async () => ({ status: 200, bytes: await metrics.registry.metrics(), mediaType: metrics.registry.contentType }),
		}),
		route({
			method: "GET",
			url: "/api/v1/status",
			room: "status",
			right: "status.read",
			summary: "The store at a glance",
			answers: { 200: statusShape },
			problems: [],
			run: () => json(storeStatus(ledger, options)),
		}),
	];
}

function brokerInShort(broker: BrokerNumbers) {
	const { clients, refused } = broker.stats();
	return { clients, refused };
}

function storeStatus(ledger: DeskLedger, { version, status, broker, replica }: HealthOptions): StoreStatus {
	const { read } = ledger;
	const line = status();
	const now = ledger.now().wall;
	const waiting = read.link.waiting();
	const alarms = read.alarms.list();
	const count = (level: string) => alarms.filter((each) => each.level === level).length;
	const devices = read.devices.list();
	const inState = (state: string) => devices.filter((each) => each.state === state).length;
	const { bytes, freeBytes } = read.meta.bytes();
	const { total, shown, pending, failed, stale } = read.labels.counts();
	return {
		store: read.link.identity().store,
		version,
		now,
		timeZone: read.link.timeZone(),
		groups: groupsOf(read.settings.value(groupsSetting)),
		hq: {
			configured: line.configured ?? true,
			connected: line.connected,
			lastContact: line.lastContact,
			factsWaiting: waiting.facts,
			notesWaiting: waiting.notes,
			oldestSeconds: waiting.oldestAt === null ? 0 : Math.max(0, Math.round((Date.parse(now) - Date.parse(waiting.oldestAt)) / 1000)),
			offlineDaysLeft: line.offlineDaysLeft,
			why: line.why ?? null,
			refused: line.refused ?? {},
			withheld: line.withheld ?? 0,
		},
		prices: pricesInShort(ledger),
		labels: { total, shown, pending, failed, stale },
		devices: {
			total: devices.length,
			well: inState("well"),
			troubled: inState("troubled"),
			offline: inState("offline"),
			starting: inState("starting"),
		},
		alarms: { red: count("RED"), yellow: count("YELLOW"), blue: count("BLUE") },
		ledger: { bytes, freeBytes },
		...(broker && { broker: brokerInShort(broker) }),
		...(replica && { replica: replica() }),
		lastEvent: read.events.last(),
	};
}
