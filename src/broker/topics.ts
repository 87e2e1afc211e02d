/** Every topic of the store's LAN: its payload, who may publish and subscribe to it, and what it does. */
import { z } from "zod";
import { utf8Of } from "../words/basics/json-text.ts";
import type { TillSale } from "../words/sale.ts";
import { longestCode } from "../words/scan.ts";
import type { SensorReading } from "../words/sensor.ts";
import { instant, messageId, parsePayload, readPayload, text } from "./routing/payload.ts";
import { readSaleMessage, type SaleRefusal } from "./routing/sale-message.ts";

/** Names of devices and tills in topics. */
export const namePattern = /^[a-z0-9-]{1,64}$/;

export type Role = "device" | "till" | "viewer" | "service" | "local" | "gateway";

export interface TopicRow {
	/** `{device}` and `{till}` are the account's own name; `{…}` elsewhere is any one level, a last `#` any number. */
	topic: string;
	publish: readonly Role[];
	subscribe: readonly Role[];
	retained: boolean;
	does: "state" | "scan" | "weight" | "command" | "answer" | "sale" | "sale-ack" | "basket" | "basket-ack" | "event" | "derived" | "plain";
	payload: string;
}

export const topicTable: readonly TopicRow[] = [
	{
		topic: "gondola/1/d/{device}/state",
		payload: "online | offline",
		publish: ["device", "local"],
		subscribe: ["local"],
		retained: true,
		does: "state",
	},
	{
		topic: "gondola/1/d/{device}/e/scan",
		payload: "{id?, code, aim?, at?}; the code as text, or as a whole number of at most 15 digits",
		publish: ["device", "local"],
		subscribe: ["local"],
		retained: false,
		does: "scan",
	},
	{
		topic: "gondola/1/d/{device}/t/weight",
		payload: "{grams, stable?, at?, id?} or a bare number",
		publish: ["device", "local"],
		subscribe: ["local"],
		retained: false,
		does: "weight",
	},
	{
		topic: "gondola/1/d/{device}/cmd/{name}",
		payload: "{id, …}",
		publish: ["gateway", "local"],
		subscribe: ["device", "local"],
		retained: false,
		does: "command",
	},
	{
		topic: "gondola/1/d/{device}/rsp/{name}",
		payload: "{id, …}",
		publish: ["device", "local"],
		subscribe: ["local"],
		retained: false,
		does: "answer",
	},
	{
		topic: "gondola/1/d/{device}/#",
		payload: "the device's own",
		publish: ["device", "local"],
		subscribe: ["local"],
		retained: false,
		does: "plain",
	},
	{
		topic: "gondola/1/till/{till}/sale",
		payload: "{id, at, lines: [{sku or code, quantity or milligrams or grams, amountMinor}], receipt?}",
		publish: ["till", "local"],
		subscribe: ["local"],
		retained: false,
		does: "sale",
	},
	{
		topic: "gondola/1/till/{till}/sale/ack",
		payload: "{id, duplicate, event, job, unknown, ignored?, receipt?} or {id, refused: {code, why}}",
		publish: ["gateway"],
		subscribe: ["till", "local"],
		retained: false,
		does: "sale-ack",
	},
	{
		topic: "gondola/1/till/{till}/basket/{act}",
		payload: "{id, basket, …} as of routing/till-requests.ts; not passed on to anybody",
		publish: ["till", "local"],
		subscribe: [],
		retained: false,
		does: "basket",
	},
	{
		topic: "gondola/1/till/{till}/basket/{act}/ack",
		payload: "{id, done: {…}} or {id, refused: {code, why}}",
		publish: ["gateway"],
		subscribe: ["till", "local"],
		retained: false,
		does: "basket-ack",
	},
	{
		topic: "gondola/1/till/{till}/rsp/{name}",
		payload: "the same, where a till of MQTT 5 names this as its response topic",
		publish: ["gateway"],
		subscribe: ["till", "local"],
		retained: false,
		does: "basket-ack",
	},
	{
		topic: "gondola/1/store/event",
		payload: "StoreEvent",
		publish: ["gateway"],
		subscribe: ["till", "viewer", "local"],
		retained: false,
		does: "event",
	},
	{
		topic: "gondola/1/store/price/{sku}",
		payload: "EffectivePrice, with recalls: [{id, lot?, reason}] where something of the article is not for sale",
		publish: ["gateway"],
		subscribe: ["till", "viewer", "local"],
		retained: true,
		does: "derived",
	},
	{
		topic: "gondola/1/store/stock/{sku}",
		payload: "OnHand",
		publish: ["gateway"],
		subscribe: ["till", "viewer", "local"],
		retained: true,
		does: "derived",
	},
	{
		topic: "gondola/1/store/label/{label}",
		payload: "LabelStatus",
		publish: ["gateway"],
		subscribe: ["till", "viewer", "local"],
		retained: true,
		does: "derived",
	},
	{
		topic: "gondola/1/store/cold-chain/{id}",
		payload: "{place, millidegrees, humidityPermille, at, minMillidegrees, maxMillidegrees, state}",
		publish: ["gateway"],
		subscribe: ["till", "viewer", "local"],
		retained: true,
		does: "derived",
	},
	{
		topic: "gondola/1/store/door/{door}",
		payload: "{device, sensor, isOpen, since}",
		publish: ["gateway"],
		subscribe: ["till", "viewer", "local"],
		retained: true,
		does: "derived",
	},
	{
		topic: "gondola/1/home-assistant/{what}",
		payload: "of gateway {state: online or offline}; of alarms {red, yellow, blue, standing}; where `homeAssistant` is configured",
		publish: ["gateway"],
		subscribe: ["local"],
		retained: true,
		does: "plain",
	},
	{
		topic: "gondola/1/store/alarm/{alarm}",
		payload: "Alarm",
		publish: ["gateway"],
		subscribe: ["till", "viewer", "local"],
		retained: true,
		does: "derived",
	},
];

const aimPattern = /^\][A-Za-z][0-9A-Za-z]$/;

/** Digits as a number, where none of them can be lost: a float keeps fifteen for certain. */
const isDigits = (code: unknown): code is number => typeof code === "number" && Number.isSafeInteger(code) && code >= 0;

export const scanPayload = z.object({
	/** Left out, each message is a scan of its own. */
	id: messageId.optional(),
	code: z.union([text(longestCode), z.number().refine(isDigits).transform(String)]),
	aim: z.string().regex(aimPattern).optional(),
	at: instant.optional(),
});

/** A shelf carries at most a pallet; a greater weight is noise. */
const grams = z.number().min(-10_000_000).max(10_000_000);
const weightPayload = z.union([
	grams.transform((value) => ({ grams: value, stable: undefined, at: undefined, id: undefined })),
	// A board that names another unit does not mean grams.
	z.object({ grams, unit: z.literal("g").optional(), stable: z.boolean().optional(), at: instant.optional(), id: messageId.optional() }),
]);

const answerPayload = z.looseObject({ id: messageId });

export type ScanMessage = z.output<typeof scanPayload>;

/** The meaning of a message to the store. `plain`: none; it is only passed on. */
export type Meaning =
	| { kind: "plain" }
	| { kind: "malformed"; reason: string }
	| { kind: "state"; device: string; online: boolean }
	| { kind: "scan"; device: string; scan: ScanMessage }
	| { kind: "weight"; device: string; milligrams: number; settled: boolean | undefined; sourceId?: string | undefined }
	/** Sensors of the device: announced, measured, or gone. */
	| { kind: "sensor"; device: string; readings: SensorReading[]; gone: string[] }
	/** A message to send to a device, which asks for what it left out. */
	| { kind: "ask"; topic: string; payload: Uint8Array }
	| { kind: "answer"; device: string; name: string; id: string; payload: unknown }
	| { kind: "sale"; till: string; id: string | number; sale: TillSale; ignored?: string[] }
	/** An act on a basket; read and answered by routing/till-requests.ts. */
	| { kind: "basket"; till: string; act: string; payload: Buffer }
	/** A message that is no sale, from a till: answered all the same. */
	| { kind: "sale-refused"; till: string; id: string | number | null; refused: SaleRefusal };

/** How messages of one topic are read; the topic itself is looked at once. */
export type MeaningReader = (payload: Buffer) => Meaning;

const plain: Meaning = { kind: "plain" };

export function meaningReader(topic: string): MeaningReader {
	const levels = topic.split("/");
	const isPlain = (): Meaning => plain;
	const isMalformed = (reason: string) => (): Meaning => ({ kind: "malformed", reason });
	if (levels[0] !== "gondola") return isPlain;
	if (levels[1] !== "1") return isMalformed("topic-version");
	const [, , room, name = "", what, last] = levels;
	if (room !== "d" && room !== "till") return isPlain;
	if (!namePattern.test(name)) return isMalformed("name");
	if (room === "till") {
		if (levels.length === 5 && what === "sale") return (payload) => readSale(name, payload);
		return levels.length === 6 && what === "basket" ? (payload) => ({ kind: "basket", till: name, act: last!, payload }) : isPlain;
	}

	const path = levels.slice(4).join("/");
	if (path === "state") return (payload) => readState(name, payload.toString("utf8"));
	if (path === "e/scan") {
		return (payload) => {
			const scan = readScan(payload);
			return scan ? { kind: "scan", device: name, scan } : { kind: "malformed", reason: "scan-payload" };
		};
	}
	if (path === "t/weight") return (payload) => readWeight(name, payload);
	if (what === "rsp" && last && levels.length === 6) {
		return (payload) => {
			const answer = readPayload(payload, answerPayload);
			if (!answer) return { kind: "malformed", reason: "answer-payload" };
			return { kind: "answer", device: name, name: last, id: answer.id, payload: answer };
		};
	}
	return isPlain;
}

function readWeight(device: string, payload: Buffer): Meaning {
	const weight = readPayload(payload, weightPayload);
	if (!weight) return { kind: "malformed", reason: "weight-payload" };
	// Unknown for a sensor that does not report whether the weight has settled: then the shelf engine decides.
	const milligrams = Math.round(weight.grams * 1_000);
	return { kind: "weight", device, milligrams, settled: weight.stable, sourceId: weight.id };
}

const isText = (value: unknown, longest: number): value is string =>
	typeof value === "string" && value.length > 0 && value.length <= longest && value.isWellFormed();

/** `scanPayload` by hand, because scans come by the thousand a second and it costs a third; a test holds the two equal. */
export function readScan(payload: Buffer): ScanMessage | null {
	const value = parsePayload(utf8Of(payload));
	if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
	const { id, code: given, aim, at } = value as Record<string, unknown>;
	const code = isDigits(given) ? String(given) : given;
	const isCounted = typeof id === "number" && Number.isSafeInteger(id) && id >= 0;
	if (!(id === undefined || isCounted || isText(id, 128)) || !isText(code, longestCode)) return null;
	const scan: ScanMessage = id === undefined ? { code } : { id: String(id), code };
	if (aim !== undefined) {
		if (typeof aim !== "string" || !aimPattern.test(aim)) return null;
		scan.aim = aim;
	}
	if (at !== undefined) {
		const read = isOurInstant(at) ? at : instant.safeParse(at).data;
		if (read === undefined) return null;
		scan.at = read;
	}
	return scan;
}

/** Exactly what Date writes is an instant for certain; every other spelling is left to the schema. */
function isOurInstant(at: unknown): at is string {
	if (typeof at !== "string" || at.length !== 24) return false;
	const ms = Date.parse(at);
	return Number.isFinite(ms) && new Date(ms).toISOString() === at;
}

function readState(device: string, text: string): Meaning {
	const said = text.toLowerCase();
	// An empty message clears what was retained; it says nothing about the device's state.
	if (said === "") return { kind: "plain" };
	if (said !== "online" && said !== "offline") return { kind: "malformed", reason: "state-payload" };
	return { kind: "state", device, online: said === "online" };
}

function readSale(till: string, payload: Buffer): Meaning {
	const read = readSaleMessage(payload);
	return "sale" in read ? { kind: "sale", till, ...read, id: read.id! } : { kind: "sale-refused", till, ...read };
}

/** A row's filter for one account. */
export function filterFor(row: TopicRow, own: { device?: string; till?: string }): string {
	return row.topic.replace(/\{(\w+)\}/g, (_, level: string) => (level in own ? own[level as "device"] : undefined) ?? "+");
}

/** Keys come from HQ and may hold any character; a topic level may not hold these. */
export function topicKey(key: string): string {
	return key.replace(/[%/+#\0]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

export function keyOfTopic(level: string): string {
	return level.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
