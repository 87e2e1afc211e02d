/**
 * Reads Home Assistant's discovery topics, from any device that announces itself by them and from ESPHome boards.
 *
 *   homeassistant/{component}/[{node}/]{object}/config   one sensor       an empty message takes it away
 *   homeassistant/device/{object}/config                 all of a device
 *
 * A device announces only topics below its own base. Templates beyond simple paths are reported and not guessed.
 */
import type { Quantity } from "../../words/sensor.ts";
import { follow, parsePath } from "../routing/mapping.ts";
import { type Fields, isFields, jsonOf, malformed, type Profile, presence, presenceOf, type Reported, sensorsKept } from "./profile.ts";
import { measured, quantityOfClass, quantityOfUnit } from "./quantities.ts";

interface Announced {
	sensor: string;
	/** The config topic of the announcement. */
	by: string;
	quantity: Quantity;
	unit: string | undefined;
	/** Steps into the JSON; null: the payload itself is the value. */
	path: (string | number)[] | null;
	/** The payload that means on, for a binary sensor. */
	on: string;
	off: string;
}

/** Short names of keys, with the long ones behind them. */
const longNames: Readonly<Record<string, string>> = {
	...{ stat_t: "state_topic", avty_t: "availability_topic", avty: "availability", val_tpl: "value_template" },
	...{ unit_of_meas: "unit_of_measurement", dev_cla: "device_class", uniq_id: "unique_id", pl_on: "payload_on", pl_off: "payload_off" },
	...{ pl_avail: "payload_available", pl_not_avail: "payload_not_available", cmps: "components", p: "platform", t: "topic" },
};

const long = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).map(([key, value]) => [longNames[key] ?? key, value]));
const textIn = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** `{{ value_json.a['b c'][0] | float | round(1) }}` as steps; null: the whole payload; undefined: more than we read. */
function templateSteps(template: string | undefined): (string | number)[] | null | undefined {
	if (template === undefined) return null;
	const inner = /^\{\{-?([^{}]*)\}\}$/.exec(template.trim())?.[1];
	if (inner === undefined) return undefined;
	const [value = "", ...filters] = inner
		.replace(/-$/, "")
		.split("|")
		.map((part) => part.trim());
	if (!filters.every((filter) => /^(float|int|is_defined|round)(\([\d., ]*\))?$/.test(filter))) return undefined;
	if (value === "value") return null;
	const steps = value.startsWith("value_json") ? parsePath(value.slice("value_json".length).replaceAll("'", '"')) : null;
	return steps && steps.length > 0 ? steps : undefined;
}

/** `isBoard`: an ESPHome board reports its presence on `{base}/status`, and its node name is its base. */
export function discovery(base: string, isBoard: boolean): Profile {
	const byTopic = new Map<string, Announced[]>();
	/** Availability topics, with the words they use. */
	const availability = new Map<string, { up: string | undefined; down: string | undefined }>();
	if (isBoard) availability.set(`${base}/status`, { up: undefined, down: undefined });
	const isOwn = (topic: string): boolean => topic.startsWith(`${base}/`);
	const take = (one: Announced & { topic: string }): Reported[] => {
		const known = (byTopic.get(one.topic) ?? []).filter(({ sensor }) => sensor !== one.sensor);
		if (known.length === 0 && byTopic.size >= sensorsKept) return malformed("profile-too-many-sensors");
		byTopic.set(one.topic, [...known.slice(-99), one]);
		return [{ kind: "reading", sensor: one.sensor, quantity: one.quantity, unit: ourUnit(one.quantity, one.unit), value: null, at: null }];
	};
	const withdraw = (by: string): Reported[] => {
		const gone: Reported[] = [];
		for (const [topic, all] of byTopic) {
			gone.push(...all.filter((one) => one.by === by).map(({ sensor }) => ({ kind: "gone" as const, sensor })));
			const left = all.filter((one) => one.by !== by);
			if (left.length > 0) byTopic.set(topic, left);
			else byTopic.delete(topic);
		}
		return gone;
	};
	const noteAvailability = (fields: Fields, expand: (topic: string) => string): void => {
		const listed = Array.isArray(fields["availability"]) ? fields["availability"].filter(isFields).map(long) : [];
		for (const one of [{ ...fields, topic: fields["availability_topic"] }, ...listed.map((item) => ({ ...fields, ...item }))]) {
			const topic = textIn(one["topic"]);
			if (topic === undefined || !isOwn(expand(topic)) || availability.size >= sensorsKept) continue;
			availability.set(expand(topic), { up: textIn(one["payload_available"]), down: textIn(one["payload_not_available"]) });
		}
	};
	const announce = (fields: Fields, name: string, platform: string, by: string, expand: (topic: string) => string): Reported[] => {
		noteAvailability(fields, expand);
		const topic = expand(textIn(fields["state_topic"]) ?? "");
		if (!isOwn(topic) || !["sensor", "binary_sensor"].includes(platform)) return [];
		const path = templateSteps(textIn(fields["value_template"]));
		if (path === undefined) return malformed("profile-template");
		const unit = textIn(fields["unit_of_measurement"]);
		const ofClass = quantityOfClass(fields["device_class"]);
		const quantity = ofClass === "other" ? quantityOfUnit(unit) : ofClass;
		const [on, off] = [textIn(fields["payload_on"]) ?? "ON", textIn(fields["payload_off"]) ?? "OFF"];
		return take({ topic, sensor: name, by, quantity, unit, path, on, off });
	};
	const readConfig = (topic: string, payload: Buffer): Reported[] => {
		if (payload.length === 0) return withdraw(topic);
		const said = jsonOf(payload);
		if (!isFields(said)) return malformed("profile-json");
		const levels = topic.split("/");
		const whole = long(said);
		const tilde = textIn(said["~"]) ?? "";
		const expand = (name: string): string => name.replace(/^~|~$/, tilde);
		if (levels[1] !== "device") return announce(whole, levels.at(-2)!, levels[1]!, topic, expand);
		const components = isFields(whole["components"]) ? whole["components"] : {};
		return Object.entries(components).flatMap(([key, value]) => {
			if (!isFields(value)) return [];
			const component = long(value);
			// A component with only its platform is removed.
			if (Object.keys(component).length <= 1) return withdrawOne(byTopic, key);
			return announce({ ...whole, ...component }, key, textIn(component["platform"]) ?? "", topic, expand);
		});
	};
	return {
		publish: [
			`${base}/#`,
			`homeassistant/+/${base.replaceAll("/", "-")}/#`,
			"homeassistant/+/+/config",
			"homeassistant/+/+/+/config",
			`esphome/discover/${base}`,
		],
		subscribe: [`${base}/#`, "homeassistant/status", "esphome/discover", `esphome/ping/${base}`],
		read(topic, payload) {
			if (topic.startsWith("homeassistant/") && topic.endsWith("/config")) return readConfig(topic, payload);
			const words = availability.get(topic);
			if (words) return presenceBy(words, payload);
			const all = byTopic.get(topic);
			if (all) return readState(all, payload);
			return isBoard ? readUnannounced(base, topic, payload) : [];
		},
	};
}

function withdrawOne(byTopic: Map<string, Announced[]>, sensor: string): Reported[] {
	for (const [topic, all] of byTopic)
		byTopic.set(
			topic,
			all.filter((one) => one.sensor !== sensor),
		);
	return [{ kind: "gone", sensor }];
}

const ourUnit = (quantity: Quantity, unit: string | undefined): string | null =>
	quantity === "mass" ? "g" : quantity === "temperature" ? "°C" : (unit ?? null);

function presenceBy({ up, down }: { up: string | undefined; down: string | undefined }, payload: Buffer): Reported[] {
	const said = payload.toString("utf8");
	if (said === up) return [{ kind: "presence", isOnline: true }];
	if (said === down) return [{ kind: "presence", isOnline: false }];
	return presence(payload);
}

function readState(all: readonly Announced[], payload: Buffer): Reported[] {
	const text = payload.toString("utf8").trim();
	const whole = all.some(({ path }) => path !== null) ? jsonOf(payload) : undefined;
	return all.flatMap(({ sensor, quantity, unit, path, on, off }): Reported[] => {
		const value = path === null ? text : follow(whole, path);
		if (quantity === "door") {
			const isOn = String(value) === on;
			if (!isOn && String(value) !== off) return [];
			return [{ kind: "reading", sensor, quantity, unit: null, value: isOn ? "open" : "closed", at: null }];
		}
		const reading = measured(sensor, quantity, value, unit);
		return reading ? [{ kind: "reading", ...reading }] : [];
	});
}

/** An ESPHome state whose announcement has not come: a binary sensor says ON or OFF, a number has no unit yet. */
function readUnannounced(base: string, topic: string, payload: Buffer): Reported[] {
	const [component, sensor, last] = topic.slice(base.length + 1).split("/");
	if (last !== "state" || sensor === undefined) return [];
	const text = payload.toString("utf8").trim();
	if (component === "binary_sensor" && /door|window|opening/.test(sensor)) {
		const isOn = presenceOf(text);
		return isOn === undefined ? [] : [{ kind: "reading", sensor, quantity: "door", unit: null, value: isOn ? "open" : "closed", at: null }];
	}
	const reading = component === "sensor" ? measured(sensor, "other", text) : undefined;
	return reading ? [{ kind: "reading", ...reading }] : [];
}
