/** A temperature that is watched for perishable goods: where it is measured, between which limits, and which values are believed. */
import type { SensorReading } from "../sensor.ts";

/** As `coldChain` of the configuration names it. */
export interface ColdSensor {
	/** Name of its record. */
	id: string;
	/** The device that measures, and the name of its thermometer there. */
	device: string;
	sensor: string;
	/** Name of its hygrometer there; left out: humidity is not kept. */
	humiditySensor?: string;
	/** For people: "Dairy cooler, aisle 4". */
	place: string;
	/** Thousandths of a degree Celsius: -18000 is -18 °C. */
	minMillidegrees: number;
	maxMillidegrees: number;
	/** An alarm ends when the temperature is back within the limits by so much. */
	hysteresisMillidegrees: number;
	/** How long the temperature may be outside its limits before the alarm. */
	alarmAfterMinutes: number;
	/** Longest usual time between two reports. */
	expectedEverySeconds: number;
}

/** Why a value is not believed. */
export type RefusedWhy = "not-a-number" | "power-on-value" | "out-of-range" | "too-old";

/** No food is colder or hotter than this; DS18B20 thermometers say -127 °C when they are cut off. */
const coldestMillidegrees = -100_000;
const hottestMillidegrees = 150_000;
/** The value that DS18B20 thermometers report after power-on, before they have measured. */
const powerOnMillidegrees = 85_000;

/** A temperature in thousandths of a degree Celsius, or why the value is not believed. */
export function temperatureOf(
	{ value, refused }: Pick<SensorReading, "value" | "refused">,
	maxMillidegrees: number,
): number | { why: RefusedWhy } {
	if (refused !== undefined || typeof value !== "number" || !Number.isFinite(value)) return { why: "not-a-number" };
	const milli = Math.round(value * 1_000);
	if (milli < coldestMillidegrees || milli > hottestMillidegrees) return { why: "out-of-range" };
	// 85 °C is a DS18B20's value at power-on. Where temperatures near it are allowed, it may be a true reading.
	if (milli === powerOnMillidegrees && maxMillidegrees < powerOnMillidegrees - 5_000) return { why: "power-on-value" };
	return milli;
}

/** Relative humidity in thousandths; undefined: the value is not believed. */
export function humidityOf({ value }: Pick<SensorReading, "value">): number | undefined {
	if (typeof value !== "number" || !(value >= 0 && value <= 100)) return undefined;
	return Math.round(value * 10);
}

/** Silence after which a reading was due and did not come: a report may be half an interval late, and at least half a minute. */
export const dueWithinMs = ({ expectedEverySeconds }: ColdSensor): number =>
	expectedEverySeconds * 1_000 + Math.max(30_000, expectedEverySeconds * 500);

/** Silence after which a person is called: three intervals, five minutes at least. */
export const silentAfterMs = ({ expectedEverySeconds }: ColdSensor): number => Math.max(300_000, expectedEverySeconds * 3_000);
