/** Doors, buttons and tags that devices with a profile report become facts; the same message again makes no second one. */
import type { Book } from "../../ledger/ledger.ts";
import type { SensorReading } from "../../words/sensor.ts";
import type { Moment } from "../../words/time.ts";

/** A tag that was noted less long ago is the same sighting. */
const tagAwayMs = 600_000;
/** A press that is reported later than this is history: what a bridge or broker kept. */
const pressLateMs = 300_000;
/** A repeated message comes with the next connection of its sender, which may take this long. */
const repeatedWithinMs = 86_400_000;

export interface SensorNews {
	device: string;
	readings: SensorReading[];
	/** Digest of the message. */
	message: string;
	/** The sender marks the reading as perhaps delivered before (DUP), or as kept (RETAIN). */
	mayBeRepeated: boolean;
}

export function recordSensorFacts(book: Book, { device, readings, message, mayBeRepeated }: SensorNews, taken: Moment): void {
	const now: Moment = { ...taken, actor: { kind: "device", name: device } };
	for (const reading of readings) {
		const { sensor, quantity, value } = reading;
		if (typeof value !== "string") continue;
		if (quantity === "door") recordDoor(book, device, sensor, value, now);
		if (quantity === "tag") recordTag(book, device, sensor, value, now);
		if (quantity === "button") recordPress(book, device, reading, { message, mayBeRepeated }, now);
	}
}

/** A door that says the same twice has one state. */
function recordDoor(book: Book, device: string, sensor: string, value: string, now: Moment): void {
	if (book.sensorStates.get(device, sensor)?.value === value) return;
	book.sensorStates.put(device, sensor, value, now.wall);
	book.events.append({ type: "door.changed", device, sensor, isOpen: value === "open" }, now);
}

function recordTag(book: Book, device: string, sensor: string, epc: string, now: Moment): void {
	const before = book.sensorStates.tagNotedAt(device, epc);
	const agoMs = before === undefined ? Number.POSITIVE_INFINITY : Date.parse(now.wall) - Date.parse(before);
	// After the clock was set back the last fact is in the future: then the tag is noted anew.
	if (agoMs >= 0 && agoMs < tagAwayMs) return;
	book.sensorStates.noteTag(device, epc, now.wall);
	book.events.append({ type: "tag.seen", device, sensor, epc }, now);
}

function recordPress(
	book: Book,
	device: string,
	{ sensor, value, at }: SensorReading,
	{ message, mayBeRepeated }: Pick<SensorNews, "message" | "mayBeRepeated">,
	now: Moment,
): void {
	if (at !== null && Date.parse(now.wall) - Date.parse(at) > pressLateMs) return;
	const last = book.sensorStates.get(device, sensor);
	const isLast = last?.value === message && Math.abs(Date.parse(now.wall) - Date.parse(last.at)) < repeatedWithinMs;
	if (mayBeRepeated && isLast) return;
	book.sensorStates.put(device, sensor, message, now.wall);
	book.events.append({ type: "button.pressed", device, sensor, action: String(value).slice(0, 200) }, now);
}
