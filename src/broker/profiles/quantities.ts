/** Converts units that firmware announces to grams, degrees Celsius and per cent. */
import type { Quantity, SensorReading } from "../../words/sensor.ts";
import { numberIn } from "./profile.ts";

const grams: Readonly<Record<string, number>> = { mg: 0.001, g: 1, kg: 1_000, lb: 453.59237, oz: 28.349523125 };

/** A measured value in the gateway's unit; null: the unit does not belong to the quantity. */
function inOurUnit(quantity: Quantity, value: number, unit: string | undefined): { value: number; unit: string | null } | null {
	switch (quantity) {
		case "mass": {
			const factor = grams[unit ?? ""];
			return factor === undefined ? null : { value: rounded(value * factor, 3), unit: "g" };
		}
		case "temperature":
			if (unit === undefined || /^°?C$/.test(unit)) return { value: rounded(value, 2), unit: "°C" };
			if (/^°?F$/.test(unit)) return { value: rounded(((value - 32) * 5) / 9, 2), unit: "°C" };
			return unit === "K" ? { value: rounded(value - 273.15, 2), unit: "°C" } : null;
		case "humidity":
		case "battery":
			return unit === undefined || unit === "%" ? { value, unit: "%" } : null;
		case "signal":
			return { value, unit: "dBm" };
		case "voltage":
			return { value: unit === "mV" ? value / 1_000 : value, unit: "V" };
		default:
			return { value, unit: unit ?? null };
	}
}

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;

/** Device classes of Home Assistant, which several firmwares announce. */
export function quantityOfClass(deviceClass: unknown): Quantity {
	switch (deviceClass) {
		case "weight":
			return "mass";
		case "temperature":
		case "humidity":
		case "battery":
		case "voltage":
			return deviceClass;
		case "signal_strength":
			return "signal";
		case "door":
		case "opening":
		case "window":
		case "garage_door":
			return "door";
		default:
			return "other";
	}
}

/** The quantity by unit, for a sensor whose class was not announced. */
export function quantityOfUnit(unit: string | undefined): Quantity {
	return unit !== undefined && unit in grams ? "mass" : unit !== undefined && /^°?[CF]$/.test(unit) ? "temperature" : "other";
}

/** Values that firmware reports for a thermometer that is broken or cut off. */
const isNoValue = (raw: unknown): boolean =>
	raw === null || (typeof raw === "number" && !Number.isFinite(raw)) || (typeof raw === "string" && numberIn(raw) === undefined);

/**
 * A reading of a numeric sensor; undefined: nothing was measured, or its unit says nothing to us. A temperature that the device could
 * not measure is a reading without a value: its record says so.
 */
export function measured(
	sensor: string,
	quantity: Quantity,
	raw: unknown,
	unit?: string,
	at: string | null = null,
): SensorReading | undefined {
	const number = numberIn(raw);
	if (quantity === "temperature" && isNoValue(raw)) return { sensor, quantity, unit: "°C", value: null, at, refused: true };
	const ours = number === undefined ? null : inOurUnit(quantity, number, unit);
	return ours === null ? undefined : { sensor, quantity, ...ours, at };
}
