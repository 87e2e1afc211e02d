/**
 * Temperatures of perishable goods: what a watched sensor measured becomes a minute of its record, in the transaction before the
 * message is acknowledged; each minute without a temperature is explained when it is over.
 */
import type { Book } from "../../ledger/ledger.ts";
import type { ColdRecord } from "../../words/cold-chain/kept.ts";
import { elapsedMs, lookAtLimits, type Stepped, stampOf, stepLimits } from "../../words/cold-chain/limits.ts";
import { minuteMs, minuteOf } from "../../words/cold-chain/record.ts";
import { type ColdSensor, dueWithinMs, humidityOf, silentAfterMs, temperatureOf } from "../../words/cold-chain/sensor.ts";
import type { SensorReading } from "../../words/sensor.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";
import { closeMinutes } from "./close-minutes.ts";

/** A device's clock may be ahead by this much; a reading from later than that is dated by its arrival. */
const aheadMs = 60_000;
/** Older readings that a sensor kept are not taken up. */
const oldestMs = 7 * 86_400_000;

/** At the start: the sensors of the configuration. Those that left it keep their record, and their alarms end. */
export function keepColdSensors(book: Book, { sensors }: { sensors: ColdSensor[] }, now: Moment): void {
	const wanted = new Map(sensors.map((sensor) => [sensor.id, sensor]));
	const known = book.coldChain.list();
	const minute = minuteOf(now.wall);
	closeMinutes(book, now);
	for (const row of known) {
		const sensor = wanted.get(row.sensor.id);
		wanted.delete(row.sensor.id);
		const kept = book.coldChain.get(row.sensor.id)!;
		if (sensor) {
			if (row.isRemoved && now.quality !== "guess" && minute - 1 > kept.closed) {
				book.coldChain.explain(row.n, kept.closed + 1, minute - 1, "not-configured");
				kept.closed = minute - 1;
			}
			book.coldChain.put({ ...kept, sensor, isRemoved: false });
			continue;
		}
		if (row.isRemoved) continue;
		book.coldChain.put({ ...kept, isRemoved: true, state: { ...kept.state, limits: { at: "within" }, isSilent: false } });
		for (const code of ["cold-chain-warm", "cold-chain-cold", "cold-chain-silent"]) clear(book, code, row.sensor.id, now);
	}
	for (const sensor of wanted.values()) {
		const state = { limits: { at: "within" as const }, last: null, humidity: null, refused: null, isSilent: false };
		book.coldChain.put({ sensor, n: book.coldChain.nextN(), first: minute, closed: minute - 1, isRemoved: false, state });
	}
}

/** Readings of a device. Of sensors that nobody watches nothing is kept. */
export function recordTemperatures(book: Book, { device, readings }: { device: string; readings: SensorReading[] }, now: Moment): void {
	for (const row of book.coldChain.list()) {
		if (row.isRemoved || row.sensor.device !== device) continue;
		for (const reading of readings) {
			if (reading.sensor === row.sensor.sensor && reading.quantity === "temperature") takeTemperature(book, row, reading, now);
			if (reading.sensor === row.sensor.humiditySensor && reading.quantity === "humidity") takeHumidity(book, row, reading, now);
		}
	}
}

/** The minute that a reading belongs to, and whether it is a reading of the present. */
function dated(row: ColdRecord, { at }: SensorReading, now: Moment): { minute: number; unsure: 0 | 1; isOld: boolean } {
	const arrived = Date.parse(now.wall);
	const measured = at === null ? arrived : Date.parse(at);
	if (now.quality === "guess") return { minute: minuteOf(now.wall), unsure: 1, isOld: false };
	const isOld = Number.isFinite(measured) && measured < arrived - dueWithinMs(row.sensor) && measured <= arrived + aheadMs;
	return { minute: isOld ? Math.floor(measured / minuteMs) : minuteOf(now.wall), unsure: isOld ? 1 : 0, isOld };
}

function takeTemperature(book: Book, row: ColdRecord, reading: SensorReading, now: Moment): void {
	const { n, sensor, state } = row;
	if (reading.value === null && reading.refused === undefined) return;
	const { minute, unsure, isOld } = dated(row, reading, now);
	const value = temperatureOf(reading, sensor.maxMillidegrees);
	const arrival = { n, minute: minuteOf(now.wall), unsure: now.quality === "guess" ? (1 as const) : (0 as const) };
	if (typeof value !== "number" || isOld) {
		const why = typeof value === "number" ? "too-old" : value.why;
		book.coldChain.refuse(arrival, why);
		if (typeof value === "number" && minute >= minuteOf(now.wall) - oldestMs / minuteMs)
			book.coldChain.addTemperature({ n, minute, unsure }, value);
		return keep(book, row, { ...state, refused: why });
	}
	book.coldChain.addTemperature({ n, minute, unsure }, value);
	const stamp = stampOf(now);
	const stepped = stepLimits(state.limits, value, sensor, stamp);
	if (state.isSilent) clear(book, "cold-chain-silent", sensor.id, now);
	keep(book, row, { ...state, limits: stepped.state, last: { millidegrees: value, at: stamp }, refused: null, isSilent: false });
	noteStep(book, row, stepped, value, now);
	book.ring("cold-chain");
}

function takeHumidity(book: Book, row: ColdRecord, reading: SensorReading, now: Moment): void {
	const value = humidityOf(reading);
	const { minute, unsure, isOld } = dated(row, reading, now);
	if (value === undefined) return;
	if (!isOld || minute >= minuteOf(now.wall) - oldestMs / minuteMs) book.coldChain.addHumidity({ n: row.n, minute, unsure }, value);
	if (!isOld) keep(book, row, { ...row.state, humidity: value });
}

/** The row's state; `row` goes on with it, for the next reading of the same message. */
function keep(book: Book, row: ColdRecord, state: ColdRecord["state"]): void {
	row.state = state;
	book.coldChain.put(row);
}

/** Facts and alarms of a step over the limits. */
function noteStep(book: Book, { sensor }: ColdRecord, { began, ended }: Stepped, value: number, now: Moment): void {
	if (ended) {
		const minutes = Math.round(elapsedMs(ended.since, stampOf(now)) / minuteMs);
		const { id, place } = sensor;
		const what = { side: ended.side, since: ended.since.wall, worstMillidegrees: ended.worst, minutes };
		book.events.append({ type: "temperature.returned", coldChain: id, place, ...what }, now);
		clear(book, codeOf(ended.side), id, now);
	}
	if (!began) return;
	const { id, place, device, minMillidegrees, maxMillidegrees, alarmAfterMinutes } = sensor;
	const limits = { minMillidegrees, maxMillidegrees };
	const what = { side: began.side, since: began.since.wall, worstMillidegrees: began.worst };
	book.events.append({ type: "temperature.left-limits", coldChain: id, place, device, ...limits, ...what }, now);
	const facts = {
		place,
		celsius: celsius(value),
		min: celsius(minMillidegrees),
		max: celsius(maxMillidegrees),
		minutes: alarmAfterMinutes,
	};
	raise(book, { code: codeOf(began.side), subject: id, facts: { device, ...facts } }, now);
}

const codeOf = (side: "warm" | "cold"): string => (side === "warm" ? "cold-chain-warm" : "cold-chain-cold");

/** "-18.4": tenths are enough for a sentence. */
const celsius = (millidegrees: number): string => (Math.round(millidegrees / 100) / 10).toFixed(1);

/** Every minute: explains the minutes that are over, and raises the alarms that only time brings. */
export function tendColdChain(book: Book, _: object, now: Moment): void {
	closeMinutes(book, now);
	const stamp = stampOf(now);
	for (const row of book.coldChain.list()) {
		if (row.isRemoved) continue;
		const { sensor, state } = row;
		const stepped = lookAtLimits(state.limits, sensor, stamp);
		// After a start the sensor has its time to report: silence is what this run did not hear.
		const silentMs = Math.min(state.last === null ? now.monoMs : elapsedMs(state.last.at, stamp), now.monoMs);
		const isSilent = state.isSilent || silentMs > silentAfterMs(sensor);
		if (stepped.state !== state.limits || isSilent !== state.isSilent) keep(book, row, { ...state, limits: stepped.state, isSilent });
		noteStep(book, row, stepped, state.last?.millidegrees ?? 0, now);
		if (!isSilent || (state.isSilent && book.alarms.get(`cold-chain-silent:${sensor.id}`)?.clearedAt === null)) continue;
		const facts = { place: sensor.place, device: sensor.device, sensor: sensor.sensor, minutes: Math.round(silentMs / minuteMs) };
		raise(book, { code: "cold-chain-silent", subject: sensor.id, facts: { ...facts, why: state.refused ?? "silent" } }, now);
	}
}
