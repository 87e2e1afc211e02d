/** Configured devices that speak MQTT: whether they are online, and after how much silence an alarm is raised. */
import type { StoreLedger } from "../../flows/flows.ts";
import { defined } from "../../words/defined.ts";
import type { Log } from "../tender.ts";
import { type Pace, patienceOf, startPace, usualGapOf, withReport } from "./pace.ts";

export interface MqttDevice {
	id: string;
	/** A sensor is a board or bridge that is neither. */
	family: "scale" | "scanner" | "sensor";
	protocol: "mqtt";
	topic?: string | undefined;
	/** The profile of the device's firmware, where that is known as a whole; `topic` is then the firmware's base topic. */
	profile?: string | undefined;
	/** Silence of a scale after which an alarm is raised; left out: three times its longest gap between reports. */
	silentAfterMinutes?: number | undefined;
}

export interface MqttDevices {
	/**
	 * The device reported. `paused`: after a silence much longer than usual for it. `usualGapMs`: its usual time between two reports, once
	 * there were two. A device that is not configured is ignored.
	 */
	heard(id: string, detail: Record<string, number>): { paused: boolean; usualGapMs?: number };
	/** The device came, or its last will says that it went. Resolves when that is on disk; undefined for one that is not configured. */
	presence(id: string, isOnline: boolean): Promise<unknown> | undefined;
	stop(): void;
}

type At = "starting" | "well" | "mqtt-device-offline" | "mqtt-device-silent";

interface Known {
	device: MqttDevice;
	at: At;
	pace: Pace;
	/** Silence is counted from here until the first report. */
	startedMs: number;
	notedAtMs: number;
}

/** A device is noted as heard at most this often: a write for each weight would wear out the disk. */
const noteEveryMs = 10_000;
const lookEveryMs = 15_000;

/** As it is recorded: a sensor has no family of the others. */
export const familyOf = ({ family }: Pick<MqttDevice, "family">): "scale" | "scanner" | "mqtt" => (family === "sensor" ? "mqtt" : family);

/** Where it is found on the broker. */
export function addressOf({ id, topic, profile }: MqttDevice): string {
	return profile === undefined ? (topic ?? `gondola/1/d/${id}`) : `${profile} ${topic ?? id}`;
}

export function watchMqttDevices(
	ledger: StoreLedger,
	devices: readonly MqttDevice[],
	log: Log,
	nowMs: () => number = () => performance.now(),
): MqttDevices {
	const known = new Map<string, Known>(
		devices.map((device) => [device.id, { device, at: "starting", pace: startPace(), startedMs: nowMs(), notedAtMs: -noteEveryMs }]),
	);

	const silentMs = ({ pace, startedMs }: Known): number => nowMs() - (pace.lastMs ?? startedMs);
	const note = (it: Known, at: At, more: { heardAt?: string; detail?: Record<string, number> } = {}): Promise<unknown> => {
		const { id } = it.device;
		const family = familyOf(it.device);
		it.at = at;
		const state = at === "starting" || at === "well" ? at : at === "mqtt-device-offline" ? "offline" : "troubled";
		const isTrouble = state === "offline" || state === "troubled";
		const address = addressOf(it.device);
		const minutes = Math.round(silentMs(it) / 60_000);
		const trouble = isTrouble ? { trouble: at, facts: { device: id, topic: address, minutes } } : {};
		const written = ledger.do("recordDevice", { id, family, protocol: "mqtt", address, state, ...trouble, ...more });
		written.catch((error: Error) => log.error({ device: id, error: error.message }, "the device's state could not be recorded"));
		return written;
	};

	const look = setInterval(() => {
		for (const it of known.values()) {
			if (it.device.family !== "scale" || it.at === "mqtt-device-silent" || it.at === "mqtt-device-offline") continue;
			const { silentAfterMinutes } = it.device;
			const patienceMs = silentAfterMinutes === undefined ? patienceOf(it.pace) : silentAfterMinutes * 60_000;
			if (silentMs(it) > patienceMs) void note(it, "mqtt-device-silent").catch(() => {});
		}
	}, lookEveryMs);
	look.unref();

	return {
		heard(id, detail) {
			const it = known.get(id);
			if (!it) return { paused: false };
			const next = withReport(it.pace, nowMs());
			it.pace = next.pace;
			if (it.at !== "well" || nowMs() - it.notedAtMs >= noteEveryMs) {
				it.notedAtMs = nowMs();
				note(it, "well", defined({ heardAt: ledger.now().wall, detail })).catch(() => {});
			}
			return { paused: next.paused, ...defined({ usualGapMs: usualGapOf(next.pace) }) };
		},
		presence(id, isOnline) {
			const it = known.get(id);
			return it && note(it, isOnline ? "well" : "mqtt-device-offline");
		},
		stop: () => clearInterval(look),
	};
}
