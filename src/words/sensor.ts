/** Quantities that a device's sensors measure, as profiles of firmwares know them. */
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
	/** The sensor's name within the device, such as `HX711` or `cooler-door/contact`. */
	sensor: string;
	quantity: Quantity;
	/** g, °C, %, dBm, V; null where the quantity has no unit or the device named none. */
	unit: string | null;
	/** Null: announced, and not measured yet; or `refused`. */
	value: number | string | null;
	/** Time by the device's own clock; null: the time of arrival counts. */
	at: Instant | null;
	/** The device reported that it has no value: "nan", null, an empty text. */
	refused?: true;
}
