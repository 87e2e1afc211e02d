/**
 * The content of a diagnostics bundle, as an allow-list: a field that a newer build adds is left out until it is named here. Names,
 * addresses, articles, prices, people and secrets of a store are never in it.
 */
import { createHash } from "node:crypto";
import type { Alarm, DeviceStatus } from "../../words/alarm.ts";
import type { Check } from "./check.ts";

export interface Part {
	name: string;
	text: string;
}

export interface Manifest {
	madeAt: string;
	files: { name: string; bytes: number; sha256: string; holds: string }[];
	/** Parts that a bundle may have and this one lacks, with the reason. */
	leftOut: { name: string; why: string }[];
}

const contents: Readonly<Record<string, string>> = {
	"box.json": "build, runtime, system, processor, memory, age of the start",
	"doctor.json": "what the doctor found, by area, without names and addresses",
	"configuration.json": "which settings are used: numbers, switches and kinds; every other text is hidden",
	"status.json": "counts of labels, devices, alarms and facts, and whether head office is connected",
	"devices.json": "family, protocol and state of each device, numbered instead of named",
	"alarms.json": "code, level and age of each alarm",
	"metrics.txt": "the gateway's numbers, as Prometheus reads them",
	"ledger.json": "how many events wait and how many letters are dead",
	"log.jsonl": "time, level, sentence and code of the newest 2,000 log lines",
};

const json = (value: unknown): string => `${JSON.stringify(value, null, "\t")}\n`;

/** Texts of a configuration that are Gondola's own keywords. */
const openKeys = new Set(["family", "protocol", "profile", "locale", "timeZone", "unit", "confirm", "model", "variableMeasure"]);

/** Keeps the structure, numbers and switches of a configuration. A text is kept only where it is one of Gondola's own keywords. */
function redactedConfiguration(value: unknown, key = ""): unknown {
	if (Array.isArray(value)) return value.map((item) => redactedConfiguration(item, key));
	if (typeof value === "object" && value !== null) {
		// The keys of epos.printers are names that a store chose.
		const isNamed = key === "printers";
		return Object.fromEntries(
			Object.entries(value).map(([name, item], at) => [isNamed ? `name-${at + 1}` : name, redactedConfiguration(item, name)]),
		);
	}
	if (typeof value !== "string") return value;
	return openKeys.has(key) && /^[\w/+-]{1,40}$/.test(value) ? value : "(hidden)";
}

/** A check that repeats an alarm: the alarm is in alarms.json, and only its presence is noted here. */
export const doctorPart = (checks: readonly Check[]): string =>
	json(checks.map(({ area, state, level, about }) => ({ area, state, level, ...(namesOfOurs.has(about) && { about }) })));

const namesOfOurs = new Set([
	...["DNS", "TCP", "TLS", "MQTT", "welcome", "clock", "line", "NTP", "RTC", "date", "space", "inodes", "memory", "voltage", "daemon"],
	...["desk.port", "broker.port", "broker.tls.port", "broker.websocket.port", "hq.caFile", "hq.certFile", "broker.tls.certFile"],
	...["desk", "desk.tls.certFile", "gateway", "head office", "brltty"],
]);

export const alarmsPart = (alarms: readonly Alarm[]): string =>
	json(alarms.map(({ code, level, since, count, acknowledgedAt }) => ({ code, level, since, count, acknowledgedAt })));

export const devicesPart = (devices: readonly DeviceStatus[]): string =>
	json(
		devices.map(({ family, protocol, state, since, lastHeardAt, trouble }, at) => ({
			number: at + 1,
			...{ family, protocol, state, since, lastHeardAt },
			trouble: trouble !== null && /^[a-z][a-z0-9-]{0,60}$/.test(trouble) ? trouble : trouble === null ? null : "(hidden)",
		})),
	);

const statusKeys: Readonly<Record<string, readonly string[]>> = {
	hq: ["configured", "connected", "lastContact", "factsWaiting", "notesWaiting", "oldestSeconds", "offlineDaysLeft"],
	labels: ["total", "shown", "pending", "failed", "stale"],
	devices: ["total", "well", "troubled", "offline", "starting"],
	alarms: ["red", "yellow", "blue"],
	ledger: ["bytes", "freeBytes"],
};

export function statusPart(status: Record<string, unknown>): string {
	const kept = Object.entries(statusKeys).map(([group, keys]) => {
		const read = (status[group] ?? {}) as Record<string, unknown>;
		return [group, Object.fromEntries(keys.map((key) => [key, read[key] ?? null]))];
	});
	return json({ version: status["version"], now: status["now"], ...Object.fromEntries(kept) });
}

/** Metrics whose labels are only Gondola's own keywords. */
export const metricsPart = (text: string): string =>
	text
		.split("\n")
		.filter((line) => /^(# (HELP|TYPE) )?(gondola|process|nodejs)_/.test(line) && onlyOurLabels(line))
		.map((line) => `${line}\n`)
		.join("");

const ourLabels = new Set([
	"reason",
	"family",
	"state",
	"level",
	"le",
	"quantile",
	"kind",
	"type",
	"stream",
	"class",
	"code",
	"version",
	"space",
	"major",
	"minor",
	"patch",
]);
const onlyOurLabels = (line: string): boolean =>
	[...line.matchAll(/([a-zA-Z_]\w*)="/g)].every(([, label]) => line.startsWith("#") || ourLabels.has(label!));

/** One JSON line of the log each; other lines are left out. */
export const logPart = (text: string): string =>
	text
		.split("\n")
		.flatMap((line) => {
			try {
				const { time, level, msg, code, reason } = JSON.parse(line) as Record<string, unknown>;
				const word = (value: unknown): string | undefined =>
					typeof value === "string" && /^[a-z][a-z0-9-]{0,60}$/.test(value) ? value : undefined;
				return [`${JSON.stringify({ time, level, msg: sentenceOf(msg), code: word(code), reason: word(reason) })}\n`];
			} catch {
				return [];
			}
		})
		.join("");

/**
 * Messages of the log are fixed sentences; variable parts are in other fields. Digits, addresses and quoted names are masked
 * nevertheless.
 */
const sentenceOf = (msg: unknown): string | undefined =>
	typeof msg === "string" ? msg.replace(/"[^"]*"|'[^']*'|\S*[\d@/\\]\S*/g, "…").slice(0, 200) : undefined;

export const boxPart = (facts: Record<string, string | number>): string => json(facts);
export const ledgerPart = (facts: {
	events: number;
	factsWaiting: number;
	deadLetters: { stream: string; code: string; count: number }[];
}): string =>
	json({
		events: facts.events,
		factsWaiting: facts.factsWaiting,
		deadLetters: facts.deadLetters.map(({ stream, code, count }) => ({ stream, code, count })),
	});
export const configurationPart = (config: unknown): string => json(redactedConfiguration(config));

export function manifestOf(parts: readonly Part[], leftOut: Manifest["leftOut"], madeAt: string): Manifest {
	const files = parts.map(({ name, text }) => ({
		name,
		bytes: Buffer.byteLength(text),
		sha256: createHash("sha256").update(text).digest("hex"),
		holds: contents[name]!,
	}));
	return { madeAt, files, leftOut };
}
