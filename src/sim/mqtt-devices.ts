import mqtt, { type MqttClient } from "mqtt";
import type { Seeded } from "./seeded.ts";
import type { Plate } from "./serial/plate.ts";
import type { Timeline } from "./timeline.ts";

/**
 * Devices that need no cable: they speak MQTT to the store's broker.
 *
 *   scanner   gondola/1/d/{id}/e/scan      {id, code, at}
 *   weight    gondola/1/d/{id}/t/weight    {grams, stable, at}
 *   cooler    tele/{id}/SENSOR             {Time, DS18B20: {Id, Temperature}, TempUnit}: a Tasmota thermometer in a refrigerated cabinet
 *   tasmota   tele/{id}/SENSOR             {Time, HX711: {Weight, WeightRaw, AbsRaw}}: kilograms, Weight never below zero
 *
 * Scanner and weight keep a retained state with a last will; Tasmota has its own, tele/{id}/LWT.
 */
export interface MqttDevice {
	connect(broker: string): void;
	scan?(code: string): void;
	stop(): Promise<void>;
}

const sendEveryMs = 500;
/** A load cell reports a change of at least this at once, and otherwise now and then. */
const worthTellingGrams = 4;
const sendAnywayEveryMs = 10_000;

export function buildMqttScanner(id: string, runId: string): MqttDevice {
	const connection = keepConnected(id, { topic: `gondola/1/d/${id}/state`, online: "online", offline: "offline" });
	let scans = 0;
	return {
		...connection,
		scan(code) {
			scans += 1;
			const scan = { id: `${id}-${runId}-${scans}`, code, at: new Date().toISOString() };
			connection.client()?.publish(`gondola/1/d/${id}/e/scan`, JSON.stringify(scan), { qos: 1 });
		},
	};
}

export function buildMqttWeight(id: string, kind: "weight" | "tasmota", plate: Plate, timeline: Timeline): MqttDevice {
	const presence =
		kind === "weight"
			? { topic: `gondola/1/d/${id}/state`, online: "online", offline: "offline" }
			: { topic: `tele/${id}/LWT`, online: "Online", offline: "Offline" };
	const connection = keepConnected(id, presence);
	let sentGrams = Number.NaN;
	let sentAtMs = -Infinity;

	const send = (): void => {
		timeline.after(sendEveryMs, send);
		const client = connection.client();
		if (!client?.connected) return;
		const now = timeline.now();
		const felt = plate.feel(now);
		const grams = Math.round(felt.milligrams / 100) / 10;
		const isNews = Number.isNaN(sentGrams) || Math.abs(grams - sentGrams) >= worthTellingGrams;
		if (!isNews && now - sentAtMs < sendAnywayEveryMs) return;
		[sentGrams, sentAtMs] = [grams, now];
		const at = new Date().toISOString();
		if (kind === "weight") {
			client.publish(`gondola/1/d/${id}/t/weight`, JSON.stringify({ grams, stable: felt.swingMilligrams < 1_000, at }), { qos: 0 });
		} else {
			const raw = Math.round(grams * 20);
			const HX711 = { Weight: Math.max(0, Math.round(grams) / 1_000), WeightRaw: raw, AbsRaw: raw + 84_000 };
			client.publish(`tele/${id}/SENSOR`, JSON.stringify({ Time: at.slice(0, 19), HX711 }), { qos: 0 });
		}
	};
	timeline.after(sendEveryMs, send);
	return connection;
}

const thermometerEveryMs = 10_000;
/** A compressor runs, stops, and the cabinet warms up again. */
const compressorPeriodMs = 20 * 60_000;
const swingCelsius = 0.9;

/** A thermometer in a cabinet that is cooled to about `celsius`. */
export function buildMqttCooler(id: string, celsius: number, luck: Seeded, timeline: Timeline): MqttDevice {
	const connection = keepConnected(id, { topic: `tele/${id}/LWT`, online: "Online", offline: "Offline" });
	const send = (): void => {
		timeline.after(thermometerEveryMs, send);
		const swing = Math.sin((timeline.now() / compressorPeriodMs) * 2 * Math.PI) * swingCelsius;
		// The sensor measures in steps of a sixteenth of a degree.
		const Temperature = Math.round(Math.round((celsius + swing + luck.bell() * 0.05) * 16) * 6.25) / 100;
		const said = { Time: new Date().toISOString().slice(0, 19), DS18B20: { Id: "0316A2795CFF", Temperature }, TempUnit: "C" };
		connection.client()?.publish(`tele/${id}/SENSOR`, JSON.stringify(said), { qos: 0 });
	};
	timeline.after(1_000, send);
	return connection;
}

function keepConnected(id: string, presence: { topic: string; online: string; offline: string }) {
	let client: MqttClient | undefined;
	return {
		client: () => client,
		connect(broker: string): void {
			client?.end(true);
			const next = mqtt.connect(broker, {
				clientId: id,
				clean: true,
				reconnectPeriod: 1_000,
				queueQoSZero: false,
				will: { topic: presence.topic, payload: Buffer.from(presence.offline), qos: 1, retain: true },
			});
			next.on("connect", () => next.publish(presence.topic, presence.online, { qos: 1, retain: true }));
			next.on("error", () => {}); // the broker is away; mqtt tries again by itself
			client = next;
		},
		async stop(): Promise<void> {
			await client?.endAsync(true).catch(() => {});
		},
	};
}
