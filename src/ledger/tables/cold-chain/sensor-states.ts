import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

/** Doors as they were said to be last, in the order of their names. */
export function readSensorStates(db: Connection) {
	const doors = db.prepare<[], { device: string; sensor: string; value: string; at: Instant }>(
		"SELECT device, sensor, value, at FROM sensor_state WHERE value IN ('open', 'closed') ORDER BY device, sensor LIMIT 1000",
	);
	return { doors: () => doors.all() };
}

/** The last state of doors and buttons, and when a tag was noted last: what makes a repeated message no second fact. */
export function writeSensorStates(db: Connection) {
	const get = db.prepare<[string, string], { value: string; at: string }>(
		"SELECT value, at FROM sensor_state WHERE device = ? AND sensor = ?",
	);
	const put = db.prepare("INSERT OR REPLACE INTO sensor_state (device, sensor, value, at) VALUES (?, ?, ?, ?)");
	const tag = db.prepare<[string, string], { at: string }>("SELECT at FROM tag_seen WHERE device = ? AND epc = ?");
	const putTag = db.prepare("INSERT OR REPLACE INTO tag_seen (device, epc, at) VALUES (?, ?, ?)");
	return {
		get: (device: string, sensor: string) => get.get(device, sensor),
		put: (device: string, sensor: string, value: string, at: Instant): void => void put.run(device, sensor, value, at),
		tagNotedAt: (device: string, epc: string): Instant | undefined => tag.get(device, epc)?.at,
		noteTag: (device: string, epc: string, at: Instant): void => void putTag.run(device, epc, at),
	};
}
