/**
 * Sparkplug B: one edge node and its devices.
 *
 *   unknown ── NBIRTH ──▶ born ── NDATA, DBIRTH, DDATA, each with the next number ──▶ born
 *      ▲                   │ a number is missing, or an alias that no birth named: the node is asked for its birth again,
 *      └───────────────────┘ and nothing is read until it comes
 *   born ── NDEATH with the birth's bdSeq ──▶ unknown, offline
 *
 * Names, types and units are in the births only. Births are not retained, so after a restart of the gateway the first message makes
 * it ask for them.
 */
import { malformed, type Profile, plainName, type Reported, sensorsKept } from "./profile.ts";
import { fieldBytes, readFields } from "./protobuf.ts";
import { measured, quantityOfUnit } from "./quantities.ts";

interface Metric {
	name: string | undefined;
	alias: string | undefined;
	at: string | null;
	unit: string | undefined;
	value: number | string | undefined;
}

interface Named {
	name: string;
	unit: string | undefined;
}

const askEveryMs = 10_000;

export function sparkplug(base: string, nowMs: () => number): Profile {
	const [group = "+", edge = ""] = base.split("/");
	const own = (type: string): string => `spBv1.0/${group}/${type}/${edge}`;
	let isBorn = false;
	let bdSeq: number | undefined;
	let seq = -1;
	let askedAtMs = Number.NEGATIVE_INFINITY;
	/** Metrics that births named, by device and alias or name. */
	const named = new Map<string, Named>();

	const askForBirth = (topic: string): Reported[] => {
		isBorn = false;
		named.clear();
		if (nowMs() - askedAtMs < askEveryMs) return [];
		askedAtMs = nowMs();
		return [{ kind: "ask", topic: `spBv1.0/${topic.split("/")[1]}/NCMD/${edge}`, payload: rebirth(Date.now()) }];
	};
	const birth = (device: string, metrics: readonly Metric[]): Reported[] =>
		metrics.flatMap((metric) => {
			const { name, alias, unit } = metric;
			if (name === undefined || name === "bdSeq" || name.startsWith("Node Control/")) return [];
			if (named.size >= 2 * sensorsKept) return malformed("profile-too-many-sensors");
			named.set(`${device}\0${name}`, { name, unit });
			if (alias !== undefined) named.set(`${device}\0#${alias}`, { name, unit });
			return readingOf(device, { name, unit }, metric);
		});
	const data = (topic: string, device: string, metrics: readonly Metric[]): Reported[] => {
		const all = metrics.map((metric) => [named.get(`${device}\0${metric.name ?? `#${metric.alias}`}`), metric] as const);
		if (all.some(([known]) => !known)) return askForBirth(topic);
		return all.flatMap(([known, metric]) => readingOf(device, known!, metric));
	};
	const isNext = (number: number | undefined): boolean => {
		const next = (seq + 1) % 256;
		seq = number ?? next;
		return seq === next;
	};
	return {
		publish: ["NBIRTH", "NDEATH", "NDATA"].map(own).concat(["DBIRTH", "DDEATH", "DDATA"].map((type) => `${own(type)}/+`)),
		subscribe: [own("NCMD"), `${own("NCMD")}/#`, `${own("DCMD")}/#`, "spBv1.0/STATE/+", "STATE/+"],
		read(topic, bytes) {
			const [, , type, , device = ""] = topic.split("/");
			const payload = readPayload(bytes);
			if (!payload) return malformed("profile-sparkplug");
			const said = payload.metrics.find(({ name }) => name === "bdSeq")?.value;
			if (type === "NDEATH") {
				if (bdSeq !== undefined && said !== bdSeq) return [];
				isBorn = false;
				return [{ kind: "presence", isOnline: false }];
			}
			if (type === "NBIRTH") {
				named.clear();
				isBorn = true;
				bdSeq = typeof said === "number" ? said : undefined;
				seq = payload.seq ?? 0;
				return [{ kind: "presence", isOnline: true }, ...birth("", payload.metrics)];
			}
			if (!isBorn || !isNext(payload.seq)) return askForBirth(topic);
			if (type === "NDATA" || type === "DDATA") return data(topic, device, payload.metrics);
			const value = type === "DDEATH" ? "offline" : "online";
			const sensor = `${plainName(device)}/presence`;
			const presence: Reported = { kind: "reading", sensor, quantity: "presence", unit: null, value, at: payload.at };
			return type === "DBIRTH" ? [presence, ...birth(device, payload.metrics)] : [presence];
		},
	};
}

function readingOf(device: string, { name, unit }: Named, { value, at }: Metric): Reported[] {
	const sensor = device === "" ? name : `${plainName(device)}/${name}`;
	const quantity = quantityOfUnit(unit);
	const reading = measured(sensor, quantity, value, unit, at);
	if (reading) return [{ kind: "reading", ...reading }];
	return [{ kind: "reading", sensor, quantity, unit: null, value: typeof value === "string" ? value.slice(0, 200) : null, at }];
}

/** Payload: timestamp 1, metrics 2, seq 3. */
function readPayload(bytes: Buffer): { at: string | null; metrics: Metric[]; seq: number | undefined } | null {
	const fields = readFields(bytes);
	if (!fields) return null;
	const metrics: Metric[] = [];
	let at: string | null = null;
	let seq: number | undefined;
	for (const { number, value } of fields) {
		if (number === 1 && typeof value === "bigint") at = instantOf(value);
		if (number === 3 && typeof value === "bigint") seq = Number(value) & 0xff;
		if (number !== 2 || typeof value === "bigint") continue;
		const metric = readMetric(value);
		if (!metric) return null;
		metrics.push(metric);
	}
	return { at, metrics, seq };
}

function instantOf(ms: bigint): string | null {
	return ms > 0n && ms < 8_640_000_000_000_000n ? new Date(Number(ms)).toISOString() : null;
}

/** Metric: name 1, alias 2, timestamp 3, datatype 4, is_null 7, properties 9, values 10 to 15. */
function readMetric(bytes: Buffer): Metric | null {
	const fields = readFields(bytes);
	if (!fields) return null;
	const of = new Map(fields.map(({ number, value }) => [number, value]));
	const big = (number: number): bigint | undefined => {
		const value = of.get(number);
		return typeof value === "bigint" ? value : undefined;
	};
	const raw = (number: number): Buffer | undefined => {
		const value = of.get(number);
		return typeof value === "bigint" ? undefined : value;
	};
	const properties = raw(9);
	return {
		name: raw(1)?.toString("utf8"),
		alias: big(2)?.toString(),
		at: instantOf(big(3) ?? 0n),
		unit: properties && unitIn(properties),
		value: big(7) === 1n ? undefined : valueOf(Number(big(4) ?? 0n), big, raw),
	};
}

/** Types 1 to 8: Int8 to UInt64; 9 Float, 10 Double, 11 Boolean, 12 String. Negative ones are two's complement. */
function valueOf(
	type: number,
	big: (number: number) => bigint | undefined,
	raw: (number: number) => Buffer | undefined,
): number | string | undefined {
	const int = big(10);
	if (int !== undefined) return Number(type >= 1 && type <= 3 ? BigInt.asIntN(32, int) : int);
	const long = big(11);
	if (long !== undefined) return Number(type === 4 ? BigInt.asIntN(64, long) : long);
	const float = raw(12);
	if (float?.length === 4) return Math.fround(float.readFloatLE(0));
	const double = big(13);
	if (double !== undefined) return Buffer.from(BigUint64Array.of(double).buffer).readDoubleLE(0);
	const boolean = big(14);
	if (boolean !== undefined) return boolean === 1n ? "true" : "false";
	return raw(15)?.toString("utf8");
}

/** Of a property set (keys 1, values 2) the engineering unit; a string value is field 8. */
function unitIn(bytes: Buffer): string | undefined {
	const fields = readFields(bytes) ?? [];
	const keys = fields.filter(({ number }) => number === 1).map(({ value }) => String(value));
	const values = fields.filter(({ number }) => number === 2).map(({ value }) => value);
	const at = keys.findIndex((key) => /^(engUnit|unit)s?$/i.test(key));
	const value = at < 0 ? undefined : values[at];
	const text = Buffer.isBuffer(value) ? readFields(value)?.find(({ number }) => number === 8)?.value : undefined;
	return Buffer.isBuffer(text) ? text.toString("utf8") : undefined;
}

/** NCMD `Node Control/Rebirth` true. */
function rebirth(ms: number): Uint8Array {
	const metric = [...fieldBytes(1, Buffer.from("Node Control/Rebirth")), ...fieldBytes(4, 11n), ...fieldBytes(14, 1n)];
	return Uint8Array.from([...fieldBytes(1, BigInt(ms)), ...fieldBytes(2, Uint8Array.from(metric))]);
}
