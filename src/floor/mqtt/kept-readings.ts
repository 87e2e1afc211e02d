/** Readings of MQTT sensors that are kept: watched temperatures, doors, buttons, tags. Others are listed only. */
import { createHash } from "node:crypto";
import type { StoreLedger } from "../../flows/flows.ts";
import type { ColdSensor } from "../../words/cold-chain/sensor.ts";
import type { SensorReading } from "../../words/sensor.ts";
import type { Log } from "../tender.ts";
import type { MqttDevice } from "./devices.ts";

/** The message that readings came in. */
export interface SensorMessage {
	payload: Uint8Array;
	/** The sender marks the reading as perhaps delivered before, or as one that is kept for later subscribers. */
	mayBeRepeated: boolean;
}

export interface KeptReadings {
	/** Resolves when what is to be kept is on disk; undefined: nothing is. */
	keep(device: string, readings: readonly SensorReading[], message: SensorMessage): Promise<unknown> | undefined;
	stop(): void;
}

const tendEveryMs = 30_000;
/** A tag that stays before its reader is reported many times a second: it is noted again after it was away for so long. */
const tagAwayMs = 600_000;
/** Tags in view of one reader that are remembered; beyond it the ledger alone tells which were noted. */
const tagsKept = 20_000;

export function keepReadings(
	ledger: StoreLedger,
	coldChain: readonly ColdSensor[],
	devices: readonly Pick<MqttDevice, "id" | "family">[],
	log: Log,
	nowMs: () => number = () => performance.now(),
): KeptReadings {
	const complain = (error: Error): void => log.error({ error: error.message }, "the record of temperatures could not be tended");
	const begin = (): Promise<unknown> => ledger.do("keepColdSensors", { sensors: [...coldChain] });
	let begun = begin();
	// While the disk refuses, the records do not know their sensors, and no reading is acknowledged.
	const tend = (): void =>
		void begun
			.then(
				() => ledger.do("tendColdChain", {}),
				() => (begun = begin()),
			)
			.catch(complain);
	begun.catch(complain);
	const timer = coldChain.length === 0 ? undefined : setInterval(tend, tendEveryMs).unref();
	const watched = new Set(
		coldChain.flatMap(({ device, sensor, humiditySensor }) => [sensor, humiditySensor].map((name) => JSON.stringify([device, name]))),
	);
	// A reader in the configuration's list of scanners makes scans of its tags.
	const scanners = new Set(devices.filter(({ family }) => family === "scanner").map(({ id }) => id));
	const inView = new Map<string, Map<string, number>>();
	const isNews = (device: string, { quantity, value }: SensorReading): boolean => {
		if (typeof value !== "string" || quantity === "barcode") return false;
		if (quantity !== "tag") return quantity === "door" || quantity === "button";
		if (scanners.has(device)) return false;
		const seenMs = inView.get(device)?.get(value);
		if (seenMs === undefined || nowMs() - seenMs >= tagAwayMs) return true;
		noteTag(inView, device, value, nowMs());
		return false;
	};
	return {
		keep(device, readings, { payload, mayBeRepeated }) {
			const temperatures = readings.filter(({ sensor }) => watched.has(JSON.stringify([device, sensor])));
			const news = readings.filter((reading) => isNews(device, reading));
			const work: Promise<unknown>[] = [];
			if (temperatures.length > 0) work.push(begun.then(() => ledger.do("recordTemperatures", { device, readings: temperatures })));
			if (news.length > 0) {
				const message = createHash("sha256").update(payload).digest("hex").slice(0, 32);
				const kept = ledger.do("recordSensorFacts", { device, readings: news, message, mayBeRepeated });
				work.push(
					kept.then(() => {
						for (const { quantity, value } of news) if (quantity === "tag") noteTag(inView, device, String(value), nowMs());
					}),
				);
			}
			return work.length === 0 ? undefined : Promise.all(work);
		},
		stop: () => clearInterval(timer),
	};
}

/** The tags that were seen last stay; the others leave. */
function noteTag(inView: Map<string, Map<string, number>>, device: string, epc: string, atMs: number): void {
	let tags = inView.get(device);
	if (!tags) inView.set(device, (tags = new Map()));
	tags.delete(epc);
	tags.set(epc, atMs);
	if (tags.size > tagsKept) tags.delete(tags.keys().next().value!);
}
