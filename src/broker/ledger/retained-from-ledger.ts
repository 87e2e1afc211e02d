/**
 * Retained topics made from the ledger: the current state of a price, a stock, a label, an alarm, a temperature, a door. No retained
 * message is stored for them.
 */
import type { AlarmRow } from "../../ledger/ledger.ts";
import type { Alarm } from "../../words/alarm.ts";
import { standingOf } from "../../words/cold-chain/kept.ts";
import { defined } from "../../words/defined.ts";
import type { StoreEvent } from "../../words/event.ts";
import { priceInstantOf } from "../../words/time.ts";
import type { BrokerLedger } from "../routing/facts.ts";
import { matches } from "../routing/filter.ts";
import { keyOfTopic, topicKey } from "../topics.ts";

const ledgerKinds = ["price", "stock", "label", "alarm", "cold-chain", "door"] as const;
export type LedgerKind = (typeof ledgerKinds)[number];

type Reading = Pick<BrokerLedger, "read" | "now">;

export interface LedgerTopicKey {
	kind: LedgerKind;
	key: string;
}

/** Adds an alarm's sentences; this folder does not know the tables of troubles. */
export type AlarmWords = (row: AlarmRow) => Alarm;

const prefix = "gondola/1/store/";
/** Recalls come and go with their alarm. */
const recallAlarm = "article-recalled:";
const page = 200;

export function isFromLedger(topic: string): boolean {
	return topic.startsWith(prefix);
}

export function ledgerTopic({ kind, key }: LedgerTopicKey): string {
	return `${prefix}${kind}/${topicKey(key)}`;
}

/** The current payload; null when there is none: then the retained message is cleared. */
export function ledgerPayload(ledger: Reading, { kind, key }: LedgerTopicKey, alarmWords?: AlarmWords): string | null {
	const { read } = ledger;
	const value = ((): unknown => {
		switch (kind) {
			case "price":
				return withRecalls(read, key, read.prices.charged(key, priceInstantOf(ledger.now(), read)));
			case "stock":
				return read.stock.onHand(key);
			case "label":
				return read.labels.get(key);
			case "alarm": {
				const alarm = read.alarms.get(key);
				return alarm && alarm.clearedAt === null ? (alarmWords?.(alarm) ?? alarm) : undefined;
			}
			case "cold-chain":
				return temperatureOf(read.coldChain.get(key));
			case "door": {
				const door = read.sensorStates.doors().find(({ device, sensor }) => `${device}/${sensor}` === key);
				return door && { device: door.device, sensor: door.sensor, isOpen: door.value === "open", since: door.at };
			}
		}
	})();
	return value === undefined || value === null ? null : JSON.stringify(value);
}

/** `recalls`: what of the article is not for sale, left out where everything is; without a `lot` nothing of it is for sale. */
function withRecalls<P extends object>(read: Reading["read"], sku: string, price: P | undefined) {
	if (!price || !read.stopSales.any()) return price;
	const recalls = read.stopSales.of(read.articles.find(sku)).map(({ id, lot, reason }) => ({ id, ...defined({ lot }), reason }));
	return recalls.length > 0 ? { ...price, recalls } : price;
}

function temperatureOf(row: ReturnType<Reading["read"]["coldChain"]["get"]>) {
	if (!row || row.isRemoved) return undefined;
	const { sensor, state } = row;
	const { place, minMillidegrees, maxMillidegrees } = sensor;
	const { last, humidity } = state;
	const now = { millidegrees: last?.millidegrees ?? null, humidityPermille: humidity, at: last?.at.wall ?? null };
	return { place, ...now, minMillidegrees, maxMillidegrees, state: standingOf(row) };
}

/** The questions of `changedBy` to the ledger. */
export interface Affected {
	labelsOf(sku: string): string[];
	/** The article that a recall names, where this store has it. */
	recalledBy(recall: string): string | undefined;
}

/** The retained topics that an event changed. */
export function changedBy(event: StoreEvent, { labelsOf, recalledBy }: Affected): LedgerTopicKey[] {
	const price = (key: string): LedgerTopicKey => ({ kind: "price", key });
	const stock = (key: string): LedgerTopicKey => ({ kind: "stock", key });
	const label = (key: string): LedgerTopicKey => ({ kind: "label", key });
	switch (event.type) {
		case "price.activated":
			return [price(event.sku), ...labelsOf(event.sku).map(label)];
		case "price.rise-waits":
		case "price.rise-ended":
			return [price(event.sku)];
		case "label.bound":
		case "label.unbound":
		case "label.shown":
		case "label.failed":
			return [label(event.label)];
		case "stock.moved":
			return [stock(event.movement.sku)];
		case "sale.recorded":
			return event.lines.map((line) => stock(line.sku));
		case "grant.given":
		case "stock.shortfall":
			return [stock(event.sku)];
		case "alarm.raised":
		case "alarm.cleared":
		case "alarm.acknowledged": {
			const recalled = event.alarm.startsWith(recallAlarm) ? recalledBy(event.alarm.slice(recallAlarm.length)) : undefined;
			return [{ kind: "alarm", key: event.alarm }, ...(recalled === undefined ? [] : [price(recalled)])];
		}
		case "door.changed":
			return [{ kind: "door", key: `${event.device}/${event.sensor}` }];
		default:
			return [];
	}
}

/** Retained messages for a new subscription, a page at a time: eleven thousand prices must not stop a scanner. */
export async function* ledgerMatching(ledger: Reading, filters: string[], alarmWords?: AlarmWords) {
	for (const filter of filters) {
		for (const kind of ledgerKinds) {
			const level = levelAsked(filter, kind);
			if (level === null) continue;
			if (level !== "+") {
				const key = keyOfTopic(level);
				const message = messageOf(ledger, { kind, key }, alarmWords);
				if (message) yield message;
				continue;
			}
			for await (const key of allKeys(ledger, kind)) {
				const message = messageOf(ledger, { kind, key }, alarmWords);
				if (message) yield message;
			}
		}
	}
}

/** The last level of a filter on a kind's topics: a key, "+" for all, null when the filter does not match them. */
function levelAsked(filter: string, kind: LedgerKind): string | null {
	const levels = filter.split("/");
	const last = levels[4];
	if (last !== undefined && last !== "+" && last !== "#" && matches(filter, `${prefix}${kind}/${last}`)) return last;
	return matches(filter, `${prefix}${kind}/\u{fffd}`) ? "+" : null;
}

function messageOf(ledger: Reading, key: LedgerTopicKey, alarmWords?: AlarmWords) {
	const payload = ledgerPayload(ledger, key, alarmWords);
	if (payload === null) return null;
	return { cmd: "publish" as const, topic: ledgerTopic(key), payload: Buffer.from(payload), qos: 1, retain: true };
}

async function* allKeys({ read }: Pick<BrokerLedger, "read">, kind: LedgerKind): AsyncGenerator<string> {
	if (kind === "alarm") {
		for (const alarm of read.alarms.list()) yield alarm.id;
		return;
	}
	if (kind === "cold-chain" || kind === "door") {
		yield* fewKeys(read, kind);
		return;
	}
	for (let after = ""; ; ) {
		const keys =
			kind === "label"
				? read.labels.list({ ...(after && { after }), limit: page }).map((label) => label.id)
				: read.articles.page(after, page).map((article) => article.sku);
		yield* keys;
		if (keys.length < page) return;
		after = keys.at(-1)!;
		await new Promise((resolve) => setImmediate(resolve));
	}
}

function fewKeys(read: Reading["read"], kind: "cold-chain" | "door"): string[] {
	if (kind === "door") return read.sensorStates.doors().map(({ device, sensor }) => `${device}/${sensor}`);
	return read.coldChain.list().map(({ sensor }) => sensor.id);
}
