/** The sensors of each device with a profile: as announced, with the last value. In memory: a restart reads the announcements anew. */
import type { SensorReading } from "../../words/sensor.ts";
import type { Instant } from "../../words/time.ts";

export interface Sensors {
	note(device: string, readings: readonly SensorReading[], gone: readonly string[]): void;
	/** By name. */
	of(device: string): SensorReading[];
}

const sensorsKept = 2_000;

export function createSensors(now: () => Instant): Sensors {
	const byDevice = new Map<string, Map<string, SensorReading>>();
	const sensorsOf = (device: string): Map<string, SensorReading> => {
		let mine = byDevice.get(device);
		if (!mine) byDevice.set(device, (mine = new Map()));
		return mine;
	};
	return {
		note(device, readings, gone) {
			const mine = sensorsOf(device);
			for (const sensor of gone) mine.delete(sensor);
			for (const { refused: _, ...reading } of readings) {
				const before = mine.get(reading.sensor);
				if (!before && mine.size >= sensorsKept) continue;
				// An announcement says what it is, and leaves the last value as it was.
				const last = reading.value === null ? { value: before?.value ?? null, at: before?.at ?? null } : { at: reading.at ?? now() };
				mine.set(reading.sensor, { ...reading, ...last });
			}
		},
		of: (device) => [...(byDevice.get(device)?.values() ?? [])].sort((a, b) => (a.sensor < b.sensor ? -1 : 1)),
	};
}
