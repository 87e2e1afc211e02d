/** The effect of a message on the store: a flow, or a callback to the floor. */
import type { BasketFlow, CallFlow } from "../../flows/flows.ts";
import type { Bells, ReadBook } from "../../ledger/ledger.ts";
import type { Actor } from "../../words/actor.ts";
import { type DeviceScan, packScans } from "../../words/scan.ts";
import type { SensorReading } from "../../words/sensor.ts";
import type { Moment } from "../../words/time.ts";
import type { Counters } from "../counters.ts";
import { createScanBatches } from "../ledger/scan-batches.ts";
import type { BrokerOp } from "../ledger/session-log.ts";
import type { Meaning } from "../topics.ts";
import type { SaleRefusal } from "./sale-message.ts";
import { answerTill } from "./till-requests.ts";

/** The part of the ledger this room uses. */
export interface BrokerLedger {
	do: CallFlow<BasketFlow | "brokerApply" | "takeScans" | "recordSale" | "recordDevice" | "raiseAlarm" | "clearAlarm">;
	read: {
		events: Pick<ReadBook["events"], "after" | "last">;
		articles: Pick<ReadBook["articles"], "page" | "find">;
		stopSales: Pick<ReadBook["stopSales"], "get" | "of" | "any">;
		prices: Pick<ReadBook["prices"], "charged">;
		stock: Pick<ReadBook["stock"], "onHand">;
		labels: Pick<ReadBook["labels"], "get" | "list" | "forSku">;
		alarms: Pick<ReadBook["alarms"], "get" | "list">;
		devices: Pick<ReadBook["devices"], "get">;
		broker: Pick<ReadBook["broker"], "load">;
		link: Pick<ReadBook["link"], "clockFloor">;
		priceHolds: Pick<ReadBook["priceHolds"], "frozen">;
		coldChain: Pick<ReadBook["coldChain"], "get" | "list">;
		fiscal: Pick<ReadBook["fiscal"], "get" | "rules">;
		sensorStates: Pick<ReadBook["sensorStates"], "doors">;
	};
	bells: Pick<Bells, "wait">;
	now(): Moment;
}

/**
 * Passes weights to the floor, where the shelf engine is. `settled` is undefined for a sensor that does not report it. Resolves
 * when the result is on disk.
 */
export type OnWeight = (device: string, milligrams: number, settled: boolean | undefined, sourceId?: string) => void | Promise<void>;
/** A device's presence has changed. Returns a promise where the callee records it; undefined: it is recorded here. */
export type OnPresence = (device: string, isOnline: boolean) => Promise<unknown> | undefined;
/** A device's scan is on disk. */
export type OnScan = (device: string) => void;
/**
 * Readings of a device's sensors, from its profile; `gone`: sensors it no longer has. `message` is left out for what was announced before
 * the start. A promise resolves when what is kept of them is on disk.
 */
export type OnSensors = (
	device: string,
	readings: readonly SensorReading[],
	gone: readonly string[],
	message?: Pick<MessageFrom, "payload" | "mayBeRepeated">,
) => Promise<unknown> | undefined | void;
export type OnAnswer = (device: string, name: string, id: string, payload: unknown) => void;

export interface FactDoor {
	/**
	 * False: nothing to wait for. Otherwise `done` is called once, with an error only where the sender should send the message again.
	 * `ops` are committed together with the fact; only for scans.
	 */
	begin(meaning: Meaning, from: MessageFrom, done: (error: Error | null) => void, ops?: BrokerOp[]): boolean;
}

export interface MessageFrom {
	topic: string;
	client: string;
	address: string;
	payload: Buffer;
	/** The sender marks it as perhaps sent before (DUP), or as one to be kept (RETAIN): an event may come again with it. */
	mayBeRepeated: boolean;
	/** Whether this till's account is set to `milligrams`: an integer quantity of a weighed article is milligrams. */
	isOldForm?: boolean;
	/** Properties of a message of MQTT 5 that subscribers get, encoded. */
	props?: Uint8Array | undefined;
}

export interface FactDoorDeps {
	ledger: Pick<BrokerLedger, "do" | "read">;
	counters: Counters;
	onWeight: OnWeight;
	onScan?: OnScan | undefined;
	onPresence?: OnPresence | undefined;
	onSensors?: OnSensors | undefined;
	onAnswer: OnAnswer;
	/** `props`: properties for subscribers of MQTT 5, encoded. */
	publish(topic: string, payload: string | Uint8Array, props?: Uint8Array): Promise<void>;
	/** Of the store, where it is configured. */
	country?: string | undefined;
	/** Days within which goods are taken back in exchange. */
	returnDays?: number | undefined;
	onTrouble(error: Error): void;
}

/**
 * A flow's refusal is final, because the same message would be refused again: the message is acknowledged, counted and kept as a
 * sample.
 */
export function isRefusal(error: unknown): error is Error & { code: string } {
	return error instanceof Error && error.name === "LedgerRefusal" && "code" in error;
}

/** The calls that messages of one broker make of the store. */
interface Door {
	deps: FactDoorDeps;
	ledger: FactDoorDeps["ledger"];
	counters: FactDoorDeps["counters"];
	scans: ReturnType<typeof createScanBatches>;
}

export function createFactDoor(deps: FactDoorDeps): FactDoor {
	const { ledger, counters } = deps;
	const door: Door = {
		deps,
		ledger,
		counters,
		scans: createScanBatches(ledger, (scan) => door.deps.onScan?.(scan.device)),
	};
	return {
		begin(meaning, from, done, ops) {
			const finish = (error: unknown): void => {
				if (error === null) return done(null);
				if (!isRefusal(error)) return done(error instanceof Error ? error : new Error(String(error)));
				door.counters.dead(`refused-${error.code}`, from.topic, from.client, from.payload);
				done(null);
			};
			const after = (work: Promise<unknown>): true => {
				work.then(() => finish(null), finish);
				return true;
			};
			switch (meaning.kind) {
				case "plain":
				case "malformed":
					return false;
				case "scan":
					if (ops) return after(recordScanWith(door, factOf(meaning, from), ops));
					door.scans.record(factOf(meaning, from), finish);
					return true;
				case "state":
					return after(
						door.deps.onPresence?.(meaning.device, meaning.online) ?? recordState(door, meaning.device, meaning.online, from.address),
					);
				case "weight": {
					const kept = door.deps.onWeight(meaning.device, meaning.milligrams, meaning.settled, meaning.sourceId);
					return kept instanceof Promise && after(kept);
				}
				case "sensor": {
					const kept = door.deps.onSensors?.(meaning.device, meaning.readings, meaning.gone, from);
					return kept instanceof Promise && after(kept);
				}
				case "ask":
					door.deps.publish(meaning.topic, meaning.payload).catch(door.deps.onTrouble);
					return false;
				case "answer":
					door.deps.onAnswer(meaning.device, meaning.name, meaning.id, meaning.payload);
					return false;
				case "sale":
					return after(recordSale(door, meaning, from));
				case "basket":
					return after(answerTill(door.deps, meaning, from));
				case "sale-refused":
					door.counters.dead(meaning.refused.code, from.topic, from.client, from.payload);
					return after(refuseSale(door, meaning.till, meaning.id, meaning.refused));
			}
		},
	};
}

async function recordScanWith(door: Door, scan: DeviceScan, ops: BrokerOp[]): Promise<void> {
	try {
		await door.ledger.do("takeScans", { packed: packScans([scan]), isStorm: false, ops });
		door.deps.onScan?.(scan.device);
	} catch (error) {
		if (isRefusal(error)) await door.ledger.do("brokerApply", { ops });
		throw error;
	}
}

function recordState(door: Door, device: string, isOnline: boolean, address: string): Promise<unknown> {
	// A scale of the config that happens to speak MQTT stays a scale.
	const { family = "mqtt" as const, protocol = "mqtt" } = door.ledger.read.devices.get(device) ?? {};
	return door.ledger.do("recordDevice", { id: device, family, protocol, address, state: isOnline ? "well" : "offline" });
}

function answerSale(door: Door, till: string, answer: object): Promise<void> {
	return door.deps.publish(`gondola/1/till/${till}/sale/ack`, JSON.stringify(answer));
}

/**
 * The till has taken money for a sale that is refused: the till is told, and an alarm is raised. The alarm comes first, because the till
 * may not ask again.
 */
async function refuseSale(door: Door, till: string, id: string | number | null, refused: SaleRefusal): Promise<void> {
	const code = refused.code === "sale-differs" ? refused.code : "sale-refused";
	const facts = { device: till, till, sale: id === null ? "?" : String(id).slice(0, 128), why: refused.why.slice(0, 300) };
	await door.ledger.do("raiseAlarm", { code, subject: till, facts });
	await answerSale(door, till, { id, refused });
}

async function recordSale(door: Door, { till, id, sale, ignored }: Extract<Meaning, { kind: "sale" }>, from: MessageFrom): Promise<void> {
	const actor: Actor = { kind: "device", name: till, address: from.address };
	try {
		const result = await door.ledger.do("recordSale", { ...sale, till, ...(from.isOldForm && { isOldForm: true }) }, { actor });
		await answerSale(door, till, { id, ...result, ...(ignored && { ignored }) });
	} catch (error) {
		// The refusal rolled back the flow's transaction, so the alarm needs one of its own.
		if (isRefusal(error)) await refuseSale(door, till, id, { code: error.code, why: error.message });
		throw error;
	}
}

function factOf({ device, scan }: Extract<Meaning, { kind: "scan" }>, { address }: MessageFrom): DeviceScan {
	const fact: DeviceScan = { device, code: scan.code, address };
	if (scan.aim) fact.aim = scan.aim;
	if (scan.id !== undefined) fact.sourceId = scan.id;
	return fact;
}
