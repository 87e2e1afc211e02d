import { join } from "node:path";
import { maskCards } from "../../../drivers/scanner/payment-card.ts";
import { accountsFileName } from "../../broker/access/accounts-file.ts";
import { type Broker, type BrokerOptions, startBroker } from "../../broker/broker.ts";
import type { ProfiledDevice } from "../../broker/profiles/names.ts";
import type { MappingRule } from "../../broker/routing/mapping.ts";
import type { Config } from "../../config/schema.ts";
import type { Floor } from "../../floor/floor.ts";
import { maskSignedCodes } from "../../words/codes/signed-code.ts";
import { defined } from "../../words/defined.ts";
import { alarmInWords } from "../alarm-words.ts";
import { inspectScan } from "../scan-inspection.ts";
import { openPart } from "../start/start-failed.ts";
import type { Opening } from "./opening.ts";

export async function openBroker(opening: Opening, floor: Floor, tls: BrokerOptions["tls"]): Promise<Broker> {
	const { config, ledger, locale, log, parts } = opening;
	const { host, port, websocket, plain, limits, anonymousLoopback, accountsFile } = config.broker;
	const broker = await openPart({ path: "broker", host, port }, () =>
		startBroker({
			ledger,
			host,
			port,
			anonymousLoopback,
			accounts: { file: accountsFile ?? join(config.data, accountsFileName) },
			plain,
			limits: { ...limits, payloadBytes: payloadBytesOf(config) },
			...defined({ tls, ws: websocket && { port: websocket.port, names: config.desk.names, secure: !plain } }),
			mapping: mappingOf(config),
			profiles: profilesOf(config),
			storeName: config.store,
			...defined({ homeAssistant: config.homeAssistant && { ...config.homeAssistant, shelves: config.shelves } }),
			...toFloor(floor),
			tills: { returnDays: config.returns.days, ...defined({ country: config.country }) },
			inspectScan,
			maskSample: (text) => maskSignedCodes(maskCards(text)),
			alarmWords: (alarm) => ({ ...alarm, ...alarmInWords(alarm, locale) }),
			log,
		}),
	);
	parts.add(() => broker.stop());
	return broker;
}

/** Reports of devices over MQTT go to the same shelves and device records as reports from a cable. */
function toFloor({ mqtt, sensors, keptReadings, shelves }: Floor): Pick<BrokerOptions, "onWeight" | "onScan" | "onPresence" | "onSensors"> {
	return {
		onSensors(device, readings, gone, message) {
			sensors.note(device, readings, gone);
			if (readings.some(({ value }) => value !== null)) mqtt.heard(device, {});
			return message && keptReadings.keep(device, readings, message);
		},
		onWeight(device, milligrams, settled, sourceId) {
			const { paused, usualGapMs } = mqtt.heard(device, { grams: Math.round(milligrams / 1_000) });
			if (paused) shelves.resume(device);
			return shelves.report(device, milligrams, settled, usualGapMs, sourceId);
		},
		onScan: (device) => void mqtt.heard(device, {}),
		onPresence(device, isOnline) {
			shelves.resume(device);
			return mqtt.presence(device, isOnline);
		},
	};
}

/**
 * A zigbee2mqtt bridge leaves one message about all its devices, 3.5 kB each. If that were above the limit, the bridge would be cut
 * off and come back again and again.
 */
function payloadBytesOf({ broker, devices }: Config): number {
	const hasBridge = devices.some((device) => device.protocol === "mqtt" && device.profile === "zigbee2mqtt");
	return hasBridge ? Math.max(broker.limits.payloadBytes, bridgePayloadBytes) : broker.limits.payloadBytes;
}
const bridgePayloadBytes = 1_048_576;

/** Devices whose firmware is known as a whole (`devices[].profile`). */
function profilesOf(config: Config): ProfiledDevice[] {
	return config.devices.flatMap((device): ProfiledDevice[] => {
		if (device.protocol !== "mqtt" || device.profile === undefined) return [];
		const { id, family, profile, topic } = device;
		return [{ id, family, profile, ...defined({ base: topic, sensor: "sensor" in device ? device.sensor : undefined }) }];
	});
}

/** Rules for topics of firmware that does not use Gondola's topics (`devices[].topic`, `.presence`). */
function mappingOf(config: Config): MappingRule[] {
	return config.devices.flatMap((device): MappingRule[] => {
		if (device.protocol !== "mqtt" || device.family === "sensor" || device.profile !== undefined) return [];
		const rules: MappingRule[] = [];
		const unit = "unit" in device ? device.unit : "g";
		if (device.topic !== undefined)
			rules.push({
				topic: device.topic,
				device: device.id,
				as: device.family === "scale" ? "weight" : "scan",
				unit,
				...defined({ path: device.path, settled: "settled" in device ? device.settled : undefined }),
			});
		if (device.presence !== undefined) rules.push({ topic: device.presence, device: device.id, as: "state", unit });
		return rules;
	});
}
