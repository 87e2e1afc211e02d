/**
 * zigbee2mqtt: one bridge that speaks for many devices.
 *
 *   {base}/bridge/state     the bridge's will and birth
 *   {base}/bridge/devices   every device with what it exposes: one retained message, 3.5 kB a device
 *   {base}/{name}           a device's readings as JSON; {base}/{name}/availability whether it is there. A name may hold slashes.
 */
import type { Quantity } from "../../words/sensor.ts";
import {
	type Fields,
	instantIn,
	isFields,
	jsonOf,
	malformed,
	type Profile,
	plainName,
	presence,
	presenceOf,
	type Reported,
	sensorsKept,
} from "./profile.ts";
import { measured } from "./quantities.ts";

interface Exposed {
	quantity: Quantity;
	unit: string | undefined;
	/** Of a binary one: the value that means open. */
	openWhen: unknown;
}

/** Quantities of these properties, known also where the device list has not come yet. */
const known: Readonly<Record<string, Quantity>> = {
	...{ temperature: "temperature", humidity: "humidity", battery: "battery", contact: "door", action: "button", weight: "mass" },
};

export function zigbee2mqtt(base: string): Profile {
	const devices = new Map<string, Map<string, Exposed>>();
	const readDevices = (payload: Buffer): Reported[] => {
		const list = jsonOf(payload);
		if (!Array.isArray(list)) return malformed("profile-json");
		const before = [...devices].flatMap(([name, exposed]) => [...exposed.keys()].map((property) => sensorName(name, property)));
		devices.clear();
		const found: Reported[] = [];
		for (const device of list.filter(isFields).slice(0, sensorsKept)) {
			const name = device["friendly_name"];
			if (typeof name !== "string" || device["type"] === "Coordinator") continue;
			const exposed = new Map<string, Exposed>();
			const definition = isFields(device["definition"]) ? device["definition"] : {};
			for (const one of flatten(definition["exposes"])) noteExposed(exposed, one);
			devices.set(name, exposed);
			for (const [property, { quantity, unit }] of exposed) {
				const ours = measured("", quantity, 0, unit)?.unit ?? null;
				found.push({ kind: "reading", sensor: sensorName(name, property), quantity, unit: ours, value: null, at: null });
			}
		}
		const now = new Set(found.map((one) => "sensor" in one && one.sensor));
		return [...before.filter((sensor) => !now.has(sensor)).map((sensor) => ({ kind: "gone" as const, sensor })), ...found];
	};
	const readDevice = (name: string, payload: Buffer): Reported[] => {
		if (payload.length === 0) return [];
		const said = jsonOf(payload);
		if (!isFields(said)) return malformed("profile-json");
		const exposed = devices.get(name);
		const at = measuredAt(said["last_seen"]);
		return Object.entries(said).flatMap(([property, value]): Reported[] => {
			const one = exposed?.get(property) ?? (known[property] && { quantity: known[property], unit: unitOf[property], openWhen: false });
			return one ? readProperty(sensorName(name, property), one, value, at) : [];
		});
	};
	return {
		publish: [`${base}/#`, "homeassistant/#"],
		subscribe: [`${base}/#`, "homeassistant/status"],
		read(topic, payload) {
			const rest = topic.startsWith(`${base}/`) ? topic.slice(base.length + 1) : "";
			if (rest === "bridge/state") return presence(payload);
			if (rest === "bridge/devices") return readDevices(payload);
			if (rest === "" || rest.startsWith("bridge/") || /\/(set|get)(\/|$)/.test(rest)) return [];
			const name = rest.replace(/\/availability$/, "");
			if (name === rest) return readDevice(name, payload);
			const isOnline = presenceOf(payload.toString("utf8"));
			if (isOnline === undefined) return payload.length === 0 ? [] : malformed("profile-presence");
			const value = isOnline ? "online" : "offline";
			return [{ kind: "reading", sensor: sensorName(name, "presence"), quantity: "presence", unit: null, value, at: null }];
		},
	};
}

const unitOf: Readonly<Record<string, string>> = { temperature: "°C", humidity: "%", battery: "%" };

const sensorName = (device: string, property: string): string => `${plainName(device)}/${property}`;

/** Features within features: composites, and endpoints such as l1. */
function flatten(exposes: unknown, depth = 0): Fields[] {
	if (!Array.isArray(exposes) || depth > 4) return [];
	return exposes.filter(isFields).flatMap((one) => [one, ...flatten(one["features"], depth + 1)]);
}

function noteExposed(exposed: Map<string, Exposed>, one: Fields): void {
	const { property, unit, value_on: on } = one as { property?: unknown; unit?: unknown; value_on?: unknown };
	if (typeof property !== "string" || exposed.size >= 100) return;
	const quantity =
		known[property] ?? (one["name"] === "battery_low" ? undefined : one["name"] === "device_temperature" ? "temperature" : undefined);
	if (!quantity) return;
	// For a contact sensor "on" means open, so `true` (closed) is not on.
	exposed.set(property, {
		quantity,
		unit: typeof unit === "string" ? unit : unitOf[property],
		openWhen: property === "contact" ? (on ?? false) : undefined,
	});
}

/** When the bridge last heard the device: milliseconds since 1970 or ISO, by its setting. What it kept from before says so. */
function measuredAt(lastSeen: unknown): string | null {
	return instantIn(typeof lastSeen === "number" ? lastSeen / 1_000 : lastSeen);
}

function readProperty(sensor: string, { quantity, unit, openWhen }: Exposed, value: unknown, at: string | null): Reported[] {
	if (value === undefined || (value === null && quantity !== "temperature")) return [];
	if (quantity === "door") return [{ kind: "reading", sensor, quantity, unit: null, value: value === openWhen ? "open" : "closed", at }];
	// An empty action is sent after each press by old settings; it is no press.
	if (quantity === "button")
		return typeof value === "string" && value !== "" ? [{ kind: "reading", sensor, quantity, unit: null, value, at }] : [];
	const reading = measured(sensor, quantity, value, unit, at);
	return reading ? [{ kind: "reading", ...reading }] : [];
}
