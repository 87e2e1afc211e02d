/** Devices of the configuration that speak MQTT: whether they are there, and how long their silence is usual. */
import type { StoreLedger } from "../../flows/flows.ts";
import { defined } from "../../words/defined.ts";
import type { Log } from "../tender.ts";
import { type Pace, patienceOf, startPace, withReport } from "./pace.ts";

export interface MqttDevice {
	id: string;
	family: "scale" | "scanner";
	protocol: "mqtt";
	topic?: string | undefined;
	/** Silence of a scale after which somebody is called; left out: by its own pace. */
	silentAfterMinutes?: number | undefined;
}

export interface MqttDevices {
	/** The device said something; `paused`: after a silence that is not its habit. Devices that nobody configured are ignored. */
	heard(id: string, detail: Record<string, number>): { paused: boolean };
	/** It came, or its last will says that it went. Undefined for a device that nobody configured; else resolves when that is on disk. */
	presence(id: string, isOnline: boolean): Promise<unknown> | undefined;
	stop(): void;
}

type At = "starting" | "well" | "mqtt-device-offline" | "mqtt-device-silent";

interface Known {
	device: MqttDevice;
	at: At;
	pace: Pace;
	notedAtMs: number;
}

/** A weight a second must not wear out the disk. */
const noteEveryMs = 10_000;
const lookEveryMs = 15_000;

export function watchMqttDevices(
	ledger: StoreLedger,
	devices: readonly MqttDevice[],
	log: Log,
	nowMs: () => number = () => performance.now(),
): MqttDevices {
	const known = new Map<string, Known>(
		devices.map((device) => [device.id, { device, at: "starting", pace: { ...startPace(), lastMs: nowMs() }, notedAtMs: -noteEveryMs }]),
	);

	const note = (it: Known, at: At, more: { heardAt?: string; detail?: Record<string, number> } = {}): Promise<unknown> => {
		const { id, family, topic } = it.device;
		it.at = at;
		const state = at === "starting" || at === "well" ? at : at === "mqtt-device-offline" ? "offline" : "troubled";
		const isTrouble = state === "offline" || state === "troubled";
		const address = topic ?? `gondola/1/d/${id}`;
		const minutes = Math.round((nowMs() - (it.pace.lastMs ?? 0)) / 60_000);
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
			if (nowMs() - (it.pace.lastMs ?? 0) > patienceMs) void note(it, "mqtt-device-silent").catch(() => {});
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
			return { paused: next.paused };
		},
		presence(id, isOnline) {
			const it = known.get(id);
			return it && note(it, isOnline ? "well" : "mqtt-device-offline");
		},
		stop: () => clearInterval(look),
	};
}
