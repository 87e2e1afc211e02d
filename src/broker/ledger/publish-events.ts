/** Publishes events to topics, from a position of its own: each event in its order, then the retained topics that it changed. */
import type { StoreEvent } from "../../words/event.ts";
import type { BrokerLedger } from "../routing/facts.ts";
import { type Affected, type AlarmWords, changedBy, ledgerPayload, ledgerTopic } from "./retained-from-ledger.ts";

export interface EventPublisher {
	/** Resolves when the loop has ended. */
	stopped: Promise<void>;
	position(): number;
}

export interface EventPublisherDeps {
	ledger: Pick<BrokerLedger, "read" | "bells" | "now">;
	alarmWords: AlarmWords | undefined;
	/** After this event. */
	from: number;
	signal: AbortSignal;
	/** Resolves when absent clients' copies are on disk; `queued` says whether there were any. */
	publish(message: { topic: string; payload: string; qos: 1; retain: boolean }): Promise<{ queued: boolean }>;
	/** Whether any client, connected or absent, may subscribe to the store's topics at all. */
	isHeard(): boolean;
	/** Absent clients have received everything up to this event. */
	savePosition(seq: number): void;
	onTrouble(error: Error): void;
}

const page = 200;
const lookAgainMs = 1_000;
/** At most so many events that no client listened to are published again to absent clients after a power cut. */
const unheardStep = 1_000;

export function publishEvents(deps: EventPublisherDeps): EventPublisher {
	const { ledger, signal } = deps;
	let position = deps.from;
	let savedAt = position;
	const save = (): void => {
		savedAt = position;
		deps.savePosition(position);
	};

	const publishPage = async (events: StoreEvent[]): Promise<boolean> => {
		const sent = await Promise.all(
			events.map((event) => deps.publish({ topic: "gondola/1/store/event", payload: JSON.stringify(event), qos: 1, retain: false })),
		);
		const changed = new Map<string, () => string | null>();
		const affected: Affected = {
			labelsOf: (sku) => ledger.read.labels.forSku(sku).map((label) => label.id),
			recalledBy(recall) {
				const gtin = ledger.read.stopSales.get(recall)?.gtin;
				return gtin === undefined ? undefined : ledger.read.articles.find(gtin)?.sku;
			},
		};
		for (const event of events) {
			for (const key of changedBy(event, affected)) {
				changed.set(ledgerTopic(key), () => ledgerPayload(ledger, key, deps.alarmWords));
			}
		}
		const kept = await Promise.all(
			[...changed].map(([topic, payload]) => deps.publish({ topic, payload: payload() ?? "", qos: 1, retain: true })),
		);
		return [...sent, ...kept].some((one) => one.queued);
	};

	const run = async (): Promise<void> => {
		while (!signal.aborted) {
			// Asked for before reading, so that a commit during publishing still wakes the loop.
			const nextEvent = ledger.bells.wait("event", lookAgainMs, signal);
			if (!deps.isHeard()) {
				position = ledger.read.events.last();
				if (position - savedAt >= unheardStep) save();
				await nextEvent;
				continue;
			}
			const events = ledger.read.events.after(position, page);
			const last = events.at(-1);
			if (last) {
				try {
					const queued = await publishPage(events);
					position = last.seq;
					if (queued) save();
					if (events.length === page) await new Promise((resolve) => setImmediate(resolve));
					continue;
				} catch (error) {
					// The disk refused an absent client's copy; the same page again when it has healed.
					deps.onTrouble(error as Error);
				}
			}
			await nextEvent;
		}
	};
	return { stopped: run(), position: () => position };
}
