/**
 * Combines the profiles of the configured devices with the rules for single topics: who may send which topic, and what a message
 * means.
 */
import { defined } from "../../words/defined.ts";
import type { SensorReading } from "../../words/sensor.ts";
import { matches } from "../routing/filter.ts";
import type { Mapping } from "../routing/mapping.ts";
import type { Meaning } from "../topics.ts";
import { discovery } from "./discovery.ts";
import { baseOf, type ProfiledDevice, type ProfileName } from "./names.ts";
import type { Profile, Reported } from "./profile.ts";
import { gtinOfEpc } from "./sgtin.ts";
import { shelly } from "./shelly.ts";
import { sparkplug } from "./sparkplug.ts";
import { tasmota } from "./tasmota.ts";
import { zebra } from "./zebra.ts";
import { zigbee2mqtt } from "./zigbee2mqtt.ts";

const profiles: Readonly<Record<ProfileName, (base: string, nowMs: () => number) => Profile>> = {
	tasmota,
	esphome: (base) => discovery(base, true),
	zigbee2mqtt,
	shelly,
	"ha-discovery": (base) => discovery(base, false),
	"zebra-rfid": zebra,
	sparkplug,
};

/** A profile's own reader, as tests and `compileProfiles` use it. */
export function openProfile(
	device: Pick<ProfiledDevice, "id" | "profile" | "base">,
	nowMs: () => number = () => performance.now(),
): Profile {
	const open = profiles[device.profile];
	const base = baseOf(device);
	// Device names here have no underscores, which owners of these boards like.
	const isEither = device.base === undefined && base.includes("-") && (device.profile === "tasmota" || device.profile === "esphome");
	return isEither ? both(open(base, nowMs), open(base.replaceAll("-", "_"), nowMs)) : open(base, nowMs);
}

function both(one: Profile, other: Profile): Profile {
	return {
		publish: [...new Set([...one.publish, ...other.publish])],
		subscribe: [...new Set([...one.subscribe, ...other.subscribe])],
		read: (topic, payload) => [...one.read(topic, payload), ...other.read(topic, payload)],
	};
}

/** Topics whose devices are remembered. */
const topicsRemembered = 2_000;
/** Names of scales on one board, of which one must be named in the configuration. */
const massesKept = 100;

interface Open {
	device: ProfiledDevice;
	profile: Profile;
	masses: Set<string>;
}

/** The mapping with these devices. `learn`: reads what was retained before a start, for its announcements only. */
export function withProfiles(
	mapping: Mapping,
	devices: readonly ProfiledDevice[],
): Mapping & { learn(topic: string, payload: Buffer): Meaning[] } {
	const open: Open[] = devices.map((device) => ({ device, profile: openProfile(device), masses: new Set() }));
	const byTopic = new Map<string, Open[]>();
	const find = (topic: string): Open[] => {
		const known = byTopic.get(topic);
		if (known) return known;
		const found = open.filter(({ profile }) => profile.publish.some((filter) => matches(filter, topic)));
		if (byTopic.size >= topicsRemembered) byTopic.clear();
		byTopic.set(topic, found);
		return found;
	};
	const read = (topic: string, payload: Buffer): Meaning[] | null => {
		const found = find(topic);
		return found.length === 0 ? null : found.flatMap((one) => meaningsOf(one, one.profile.read(topic, payload)));
	};
	return {
		filters: [...mapping.filters, ...open.flatMap(({ profile }) => profile.publish)],
		devicesOf: (topic) => [...mapping.devicesOf(topic), ...find(topic).map(({ device }) => device.id)],
		subscribeOf: (account) => open.filter(({ device }) => device.id === account).flatMap(({ profile }) => profile.subscribe),
		read(topic, payload) {
			const ofRules = mapping.read(topic, payload);
			const ofProfiles = open.length === 0 ? null : read(topic, payload);
			return ofRules || ofProfiles ? [...(ofRules ?? []), ...(ofProfiles ?? [])] : null;
		},
		learn: (topic, payload) =>
			(open.length === 0 ? [] : (read(topic, payload) ?? [])).flatMap((meaning) => {
				if (meaning.kind !== "sensor") return [];
				// It is not known when it was measured.
				return { ...meaning, readings: meaning.readings.map(({ refused: _, ...reading }) => ({ ...reading, value: null, at: null })) };
			}),
	};
}

function meaningsOf({ device, masses }: Open, reported: readonly Reported[]): Meaning[] {
	const meanings: Meaning[] = [];
	const readings: SensorReading[] = [];
	const gone: string[] = [];
	for (const one of reported) {
		if (one.kind === "presence") meanings.push({ kind: "state", device: device.id, online: one.isOnline });
		else if (one.kind === "gone") gone.push(one.sensor);
		else if (one.kind === "malformed" || one.kind === "ask") meanings.push(one);
		else {
			const { kind: _, id, ...reading } = one;
			readings.push(reading);
			if (reading.quantity === "mass" && masses.size < massesKept) masses.add(reading.sensor);
			if (reading.value !== null) meanings.push(...effectOf(device, masses, reading, id));
		}
	}
	if (readings.length + gone.length > 0) meanings.push({ kind: "sensor", device: device.id, readings, gone });
	return meanings;
}

/** The meaning of a reading for the scale or scanner that the device is in the configuration. */
function effectOf(device: ProfiledDevice, masses: ReadonlySet<string>, reading: SensorReading, id: string | undefined): Meaning[] {
	const { family, sensor } = device;
	if (sensor !== undefined && sensor !== reading.sensor) return [];
	if (family === "scale" && reading.quantity === "mass") {
		if (sensor === undefined && masses.size > 1) return [{ kind: "malformed", reason: "profile-which-sensor" }];
		const milligrams = Math.round(Number(reading.value) * 1_000);
		return [{ kind: "weight", device: device.id, milligrams, settled: undefined }];
	}
	if (family !== "scanner") return [];
	const code =
		reading.quantity === "tag" ? gtinOfEpc(String(reading.value)) : reading.quantity === "barcode" ? String(reading.value) : undefined;
	if (code === undefined) return [];
	return [{ kind: "scan", device: device.id, scan: { code, ...defined({ id }) } }];
}
