/** Keeps Home Assistant's discovery topics as the store is, and the topics of temperatures as they are measured. */

import { type LedgerTopicKey, ledgerPayload, ledgerTopic } from "../ledger/retained-from-ledger.ts";
import type { BrokerLedger } from "../routing/facts.ts";
import type { GatewayMessage } from "../routing/publish-pipeline.ts";
import { announcements, isGatewaysAnnouncement, ownTopics } from "./announcements.ts";

/** `homeAssistant` of the configuration, and what the configuration knows of shelves. */
export interface HomeAssistantOptions {
	prefix: string;
	/** Whether each label's battery is announced. */
	labels: boolean;
	shelves: readonly { id: string; sku: string }[];
}

export interface AnnounceDeps {
	ledger: Pick<BrokerLedger, "read" | "now" | "bells">;
	store: string;
	/** Left out: nothing is announced, and what was announced before is withdrawn. */
	homeAssistant: HomeAssistantOptions | undefined;
	/** Retained messages from before this start. */
	retained: readonly { topic: string; payload: Uint8Array }[];
	publish(message: GatewayMessage): Promise<unknown>;
	signal: AbortSignal;
	onTrouble(error: Error): void;
}

/** Doors, labels and names of articles may be new: what is announced is looked at so often. */
const lookEveryMs = 10_000;
/** A temperature that nobody measures anew changes its state by time. */
const lookAgainMs = 5_000;
const labelsMost = 5_000;

/** Resolves when the loop has ended. */
export async function announceStore(deps: AnnounceDeps): Promise<void> {
	const { ledger, signal, onTrouble } = deps;
	const announced = new Map(
		deps.retained.flatMap(({ topic, payload }): [string, string][] =>
			isGatewaysAnnouncement(topic) ? [[topic, Buffer.from(payload).toString("utf8")]] : [],
		),
	);
	const states = new Map<string, string>();
	let lookedAtMs = Number.NEGATIVE_INFINITY;
	while (!signal.aborted) {
		const nextReading = ledger.bells.wait("cold-chain", lookAgainMs, signal);
		try {
			if (deps.homeAssistant) await publishOwn(deps, announced);
			if (performance.now() - lookedAtMs >= lookEveryMs) {
				await announceChanges(deps, announced);
				lookedAtMs = performance.now();
			}
			await publishTemperatures(deps, states);
		} catch (error) {
			// The disk refused; the next look tries again.
			onTrouble(error as Error);
		}
		await nextReading;
	}
	if (deps.homeAssistant)
		await deps.publish({ topic: `${ownTopics}/gateway`, payload: state("offline"), qos: 1, retain: true }).catch(onTrouble);
}

const state = (word: "online" | "offline"): string => JSON.stringify({ state: word });

function alarmsOf({ read }: AnnounceDeps["ledger"]): string {
	const levels = read.alarms.list().map(({ level }) => level);
	const count = (wanted: string): number => levels.filter((level) => level === wanted).length;
	return JSON.stringify({ red: count("RED"), yellow: count("YELLOW"), blue: count("BLUE"), standing: levels.length });
}

/** Whether the gateway runs, and its alarms. */
async function publishOwn({ ledger, publish }: AnnounceDeps, announced: Map<string, string>): Promise<void> {
	for (const [what, payload] of [
		["gateway", state("online")],
		["alarms", alarmsOf(ledger)],
	] as const) {
		const topic = `${ownTopics}/${what}`;
		if (announced.get(topic) === payload) continue;
		await publish({ topic, payload, qos: 1, retain: true });
		announced.set(topic, payload);
	}
}

/** Publishes what differs from what was announced, and withdraws what is no more [empty retained message]. */
async function announceChanges(deps: AnnounceDeps, announced: Map<string, string>): Promise<void> {
	const wanted = wantedOf(deps);
	for (const [topic, payload] of wanted) {
		if (announced.get(topic) === payload) continue;
		await deps.publish({ topic, payload, qos: 1, retain: true });
		announced.set(topic, payload);
	}
	for (const topic of [...announced.keys()]) {
		if (wanted.has(topic) || (deps.homeAssistant && topic.startsWith(`${ownTopics}/`))) continue;
		await deps.publish({ topic, payload: "", qos: 1, retain: true });
		announced.delete(topic);
	}
}

function wantedOf({ ledger, store, homeAssistant }: AnnounceDeps): Map<string, string> {
	if (!homeAssistant) return new Map();
	const { read } = ledger;
	const { prefix, labels, shelves } = homeAssistant;
	return announcements({
		...{ store, prefix, doors: read.sensorStates.doors() },
		shelves: shelves.map(({ id, sku }) => {
			const held = read.stock.onHand(sku);
			return { id, sku, name: held?.name ?? sku, isWeighed: held?.unit === "milligram" };
		}),
		coldChain: read.coldChain
			.list()
			.filter(({ isRemoved }) => !isRemoved)
			.map(({ sensor }) => ({ id: sensor.id, place: sensor.place, hasHumidity: sensor.humiditySensor !== undefined })),
		labels: labels ? read.labels.list({ limit: labelsMost }).map(({ id, name }) => ({ id, name: name ?? "" })) : [],
	});
}

/** To connected subscribers and absent ones; who subscribes later is given the present state out of the ledger. */
async function publishTemperatures({ ledger, publish }: AnnounceDeps, states: Map<string, string>): Promise<void> {
	for (const { sensor } of ledger.read.coldChain.list()) {
		const key: LedgerTopicKey = { kind: "cold-chain", key: sensor.id };
		const payload = ledgerPayload(ledger, key) ?? "";
		if (states.get(sensor.id) === payload) continue;
		await publish({ topic: ledgerTopic(key), payload, qos: 1, retain: true });
		states.set(sensor.id, payload);
	}
}
