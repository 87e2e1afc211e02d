/** What a device's sensors measure, as profiles of firmwares know it. */
import type { Instant } from "./time.ts";

export type Quantity =
	| "mass"
	| "temperature"
	| "humidity"
	| "battery"
	| "door"
	| "button"
	| "tag"
	| "barcode"
	| "signal"
	| "voltage"
	| "presence"
	| "other";

export interface SensorReading {
	/** Its name within the device, such as `HX711` or `cooler-door/contact`. */
	sensor: string;
	quantity: Quantity;
	/** g, °C, %, dBm, V; null where the quantity has none, or nobody said. */
	unit: string | null;
	/** Null: announced, and nothing measured yet. */
	value: number | string | null;
	/** By the device's own clock; null: when it arrived. */
	at: Instant | null;
}
