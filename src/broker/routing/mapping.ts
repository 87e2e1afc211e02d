/**
 * Firmware with its own topics (Tasmota, ESPHome, Zigbee2MQTT), mapped by configuration: the topic, the path in the payload, the
 * unit.
 */
import { z } from "zod";
import { utf8Of } from "../../words/basics/json-text.ts";
import { longestCode } from "../../words/scan.ts";
import { plainName, presenceOf } from "../profiles/profile.ts";
import type { Meaning } from "../topics.ts";
import { isFilter, matchFilter } from "./filter.ts";
import { parsePayload } from "./payload.ts";

/** Units in which firmware reports a weight. */
export const weightUnits = ["g", "kg", "mg", "lb", "oz"] as const;

export const mappingRule = z
	.object({
		topic: z
			.string()
			.max(256)
			.refine(isFilter, "is not an MQTT topic filter")
			.meta({ description: "The firmware's topic; + is one level, # the rest. Tasmota: tele/+/SENSOR" }),
		path: z
			.string()
			.max(256)
			.optional()
			.refine((path) => path === undefined || parsePath(path) !== null, "is not a path like HX711.Weight or readings[0].grams")
			.meta({ description: "Where the value is in the JSON payload. Left out: the whole payload is the value, as ESPHome sends it." }),
		settled: z
			.string()
			.max(256)
			.optional()
			.refine((path) => path === undefined || parsePath(path) !== null, "is not a path like HX711.Stable")
			.meta({ description: "Where a weight says that it has settled: true, 1, on, yes. Left out: the shelf finds out by itself." }),
		unit: z.enum(weightUnits).default("g").meta({ description: "Unit of a weight." }),
		device: z.string().min(1).max(128).meta({ description: "Name of the device here. {1} is what the topic's first wildcard stands for." }),
		as: z.enum(["weight", "scan", "state"]).meta({ description: "What the value is. A state is online or offline." }),
	})
	.strict();

export type MappingRule = z.output<typeof mappingRule>;

type Step = string | number;

/** `HX711.Weight`, `$.readings[0].grams`, `["a name"].x`: steps into a value, or null when it is no such path. */
export function parsePath(path: string): Step[] | null {
	const steps: Step[] = [];
	let rest = path.replace(/^\$(?=[.[]|$)/, "");
	if (rest !== "" && !/^[.[]/.test(rest)) rest = `.${rest}`;
	while (rest !== "") {
		const step = /^(?:\.([^.[\]"]+)|\[(\d{1,4})\]|\["([^"\\]+)"\])/.exec(rest);
		if (!step) return null;
		steps.push(step[2] === undefined ? (step[1] ?? step[3]!) : Number(step[2]));
		if (steps.length > 16) return null;
		rest = rest.slice(step[0].length);
	}
	return steps;
}

/** Own properties only, so that no path reaches what every object inherits. */
export function follow(value: unknown, steps: readonly Step[]): unknown {
	let at = value;
	for (const step of steps) {
		if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
		at = (at as Record<Step, unknown>)[step];
	}
	return at;
}

export interface Mapping {
	/** The meaning of a message for each device on its topic (a board may have several cells); null: no rule is about this topic. */
	read(topic: string, payload: Buffer): Meaning[] | null;
	/** The devices for which this topic speaks, so that an account may speak only for its own device. */
	devicesOf(topic: string): string[];
	/** Topics that this account's device receives besides its commands. */
	subscribeOf(account: string): readonly string[];
	filters: readonly string[];
	/** Home Assistant's prefix, where the store is announced to it: screens may read what is below. */
	announcedBelow?: string;
}

interface Rule extends MappingRule {
	steps: Step[];
	settledSteps: Step[];
}

export function compileMapping(rules: readonly MappingRule[]): Mapping {
	const compiled: Rule[] = rules.map((rule) => ({
		...rule,
		steps: parsePath(rule.path ?? "") ?? [],
		settledSteps: parsePath(rule.settled ?? "") ?? [],
	}));
	/** The first filter that matches, and every rule that has it. */
	const find = (topic: string): { rule: Rule; device: string }[] => {
		for (const { topic: filter } of compiled) {
			const caught = matchFilter(filter, topic);
			if (!caught) continue;
			return compiled.filter((rule) => rule.topic === filter).map((rule) => ({ rule, device: deviceName(rule.device, caught) }));
		}
		return [];
	};
	return {
		filters: rules.map((rule) => rule.topic),
		devicesOf: (topic) => find(topic).map(({ device }) => device),
		subscribeOf: () => [],
		read(topic, payload) {
			const found = find(topic);
			if (found.length === 0) return null;
			const text = utf8Of(payload)?.trim();
			if (text === undefined) return [{ kind: "malformed", reason: "mapping-text" }];
			return found.map(({ rule, device }) => readBy(rule, device, text));
		},
	};
}

function readBy(rule: Rule, device: string, text: string): Meaning {
	if (device === "") return { kind: "malformed", reason: "mapping-device" };
	let value: unknown = text;
	let settled: boolean | undefined;
	if (rule.path !== undefined || rule.settled !== undefined) {
		const whole = parsePayload(text);
		if (whole === undefined) return { kind: "malformed", reason: "mapping-json" };
		value = follow(whole, rule.steps);
		if (rule.settled !== undefined) settled = isYes(follow(whole, rule.settledSteps));
		// One sensor topic carries several readings; a message may lack the configured one.
		if (value === undefined || value === null) return { kind: "plain" };
	}
	switch (rule.as) {
		case "weight": {
			const milligrams = toMilligrams(value, rule.unit);
			if (milligrams === null) return { kind: "malformed", reason: "mapping-weight" };
			return { kind: "weight", device, milligrams, settled };
		}
		case "scan":
			// Of a longer number digits are lost, and it would be another code.
			if (Number.isSafeInteger(value) && (value as number) >= 0) value = String(value);
			if (typeof value !== "string" || value.length > longestCode) return { kind: "malformed", reason: "mapping-scan" };
			// A text sensor that becomes empty after a scan has not scanned again.
			return value === "" ? { kind: "plain" } : { kind: "scan", device, scan: { code: value } };
		case "state":
			return readPresence(device, value);
	}
}

/** By whatever words the firmware uses; nothing at all clears what was retained. */
function readPresence(device: string, value: unknown): Meaning {
	const text = typeof value === "string" ? value : JSON.stringify(value);
	if (text === "") return { kind: "plain" };
	const online = presenceOf(text);
	return online === undefined ? { kind: "malformed", reason: "mapping-state" } : { kind: "state", device, online };
}

/** Firmware says yes in several ways; whatever else it says, or nothing, is no. */
function isYes(value: unknown): boolean {
	return value === true || value === 1 || (typeof value === "string" && /^(true|1|on|yes|stable)$/i.test(value));
}

const perUnit: Record<(typeof weightUnits)[number], number> = { mg: 1, g: 1_000, kg: 1_000_000, lb: 453_592.37, oz: 28_349.523125 };
const heaviestMilligrams = 10_000_000_000;

function toMilligrams(value: unknown, unit: MappingRule["unit"]): number | null {
	const isNumber = typeof value === "number" || (typeof value === "string" && /^[+-]?\d{1,12}(\.\d{1,12})?$/.test(value));
	const number = isNumber ? Number(value) : Number.NaN;
	const milligrams = Math.round(number * perUnit[unit]);
	return Math.abs(milligrams) <= heaviestMilligrams ? milligrams : null;
}

const deviceName = (template: string, caught: readonly string[]): string =>
	plainName(template.replace(/\{(\d)\}/g, (_, n: string) => caught[Number(n) - 1] ?? ""));
