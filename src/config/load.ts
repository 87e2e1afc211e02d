import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { isFilter, overlap } from "../broker/routing/filter.ts";
import { parsePath } from "../broker/routing/mapping.ts";
import { coldChainFaults } from "./cold-chain.ts";
import { fiscalFaults } from "./devices/fiscal.ts";
import { openDisplayFaults } from "./devices/labels.ts";
import { listenerFaults, sharedPortFaults } from "./listeners.ts";
import { type MachineProbes, machineFaults } from "./machine.ts";
import { nearest } from "./nearest.ts";
import { profileFaults } from "./profile-faults.ts";
import { type Config, configSchema } from "./schema.ts";

/** A fault by the setting that it is in, such as `devices[0].port`; "" where it is the file as a whole. */
export interface SettingFault {
	path: string;
	/** Without the line in the file. */
	sentence: string;
}

/** Thrown for a wrong configuration: sentences, each with the place of one fault. */
export class ConfigWrong extends Error {
	override name = "ConfigWrong";
	readonly sentences: string[];
	readonly faults: SettingFault[];
	constructor(sentences: string[], faults: SettingFault[] = sentences.map((sentence) => ({ path: "", sentence }))) {
		super(sentences.join("\n"));
		this.sentences = sentences;
		this.faults = faults;
	}
}

/** Reads and checks a file. Throws ConfigWrong. */
export function loadConfig(file: string): Config {
	return parseConfig(textOf(file), file);
}

function textOf(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		throw new ConfigWrong([
			`${file} cannot be read: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (error as Error).message}.`,
		]);
	}
}

export function parseConfig(text: string, file = "config"): Config {
	const { config, at, wrong } = parseWithLines(text, file);
	if (wrong.length > 0) throw wrongAt(at, wrong);
	return config;
}

/** The setting's place in the file, for a sentence about it: `gondola.yaml, line 7`. */
export type PlaceOf = (path: readonly PropertyKey[]) => string;

const wrongAt = (at: PlaceOf, faults: readonly Fault[]): ConfigWrong =>
	new ConfigWrong(
		faults.map(({ path, sentence }) => `${at(path)}: ${sentence}`),
		faults.map(({ path, sentence }) => ({ path: pathText(path), sentence })),
	);

/** Throws ConfigWrong for what the schema refuses; `wrong` is what settings contradict in one another. */
function parseWithLines(text: string, file: string): { config: Config; at: PlaceOf; wrong: Fault[] } {
	const lines = new LineCounter();
	const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
	if (document.errors.length > 0)
		throw new ConfigWrong(
			document.errors.map((error) => `${file}, line ${lines.linePos(error.pos[0]).line}: ${error.message}.`),
			document.errors.map((error) => ({ path: "", sentence: `line ${lines.linePos(error.pos[0]).line}: ${error.message}.` })),
		);
	const read = configSchema.safeParse(document.toJS() ?? {});
	// A missing setting has no line: the line of the section in which it is missing is named.
	const at: PlaceOf = (path) => {
		const node = document.getIn(path as (string | number)[], true) as { range?: [number, number, number] } | undefined;
		if (node?.range) return `${file}, line ${lines.linePos(node.range[0]).line}`;
		return path.length > 1 ? at(path.slice(0, -1)) : file;
	};
	if (!read.success) {
		throw wrongAt(
			at,
			read.error.issues.flatMap((issue) => faultsIn(issue, document.getIn(issue.path as (string | number)[]))),
		);
	}
	const config = read.data;
	return { config, at, wrong: crossChecks(config) };
}

/** As loadConfig, and opens what the configuration names on this machine. Throws ConfigWrong with everything that is wrong. */
export function checkConfig(file: string, probes: MachineProbes = {}): Config {
	const { config, at, wrong } = parseWithLines(textOf(file), file);
	wrong.push(...machineFaults(config, probes));
	if (wrong.length > 0) throw wrongAt(at, wrong);
	return config;
}

const pathText = (path: PropertyKey[]): string =>
	path.reduce<string>(
		(text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
		"",
	);

function faultsIn(issue: z.core.$ZodIssue, given: unknown): Fault[] {
	if (issue.code === "unrecognized_keys")
		return issue.keys.map((key) => {
			const path = [...issue.path, key];
			const near = nearest(key, knownKeys(issue.path));
			return { path, sentence: `${pathText(path)} is not a setting${near ? `; did you mean "${near}"?` : "."}` };
		});
	const path = pathText(issue.path) || "the file";
	const message = inWords(issue, given);
	// A message that is a whole sentence needs no verb before it.
	const sentence = `${path}${/^(must|needs|is) /.test(message) ? " " : ": "}${message}${message.endsWith("?") ? "" : "."}`;
	return [{ path: issue.path, sentence }];
}

/** The findings of the schema library in plain sentences; messages of our own stay as they are. */
function inWords(issue: z.core.$ZodIssue, given: unknown): string {
	if (issue.code === "invalid_type") {
		if (/received undefined$/.test(issue.message)) return "is missing";
		const said = /received (\w+)$/.exec(issue.message)?.[1];
		const kinds: Record<string, string> = {
			string: "text",
			int: "a whole number",
			number: "a number",
			boolean: "true or false",
			array: "a list",
			object: "a group of settings",
			null: "empty",
		};
		const quotes = issue.expected === "string" && (said === "number" || said === "boolean") ? "; put it in quotes" : "";
		return `must be ${kinds[issue.expected] ?? issue.expected}${said ? `, not ${kinds[said] ?? said}` : ""}${quotes}`;
	}
	if (issue.code === "invalid_value") {
		const near = typeof given === "string" ? nearest(given, issue.values.map(String)) : undefined;
		return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.join(", ")}${near ? `; did you mean "${near}"?` : ""}`;
	}
	if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
	if (issue.code === "too_small")
		return issue.origin === "string" ? "must not be empty" : `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
	if (issue.code === "invalid_format" && issue.format === "url") return "must be an address such as mqtts://hq.example:8883";
	return issue.message;
}

/** The names that are allowed at a place, by the schema. */
function knownKeys(path: PropertyKey[]): string[] {
	const names = new Set<string>();
	const collect = (schema: unknown, depth: number): void => {
		const def = (schema as { _zod?: { def?: Record<string, unknown> } })?._zod?.def;
		if (!def) return;
		if (def["type"] === "object") {
			const shape = def["shape"] as Record<string, unknown>;
			if (depth === path.length) for (const key of Object.keys(shape)) names.add(key);
			else if (typeof path[depth] === "string" && path[depth] in shape) collect(shape[path[depth] as string], depth + 1);
		} else if (def["type"] === "array") collect(def["element"], depth + 1);
		else for (const inner of ["innerType", "in", "out"]) if (def[inner]) collect(def[inner], depth);
	};
	collect(configSchema, 0);
	if (path[0] === "devices")
		for (const key of [
			"id",
			"family",
			"protocol",
			"port",
			"host",
			"baudRate",
			"suffix",
			"aim",
			"topic",
			"path",
			"unit",
			"askEveryMs",
			"columns",
			"model",
			"group",
			"peers",
			"getdataPort",
			"address",
			"silentAfterMs",
			"bind",
			"labels",
			"label",
			"keyFile",
			"soleClient",
			"tcpPort",
			"waitSeconds",
			"offlineHours",
		])
			names.add(key);
	return [...names];
}

/** A fault, and the setting that it is in. */
export interface Fault {
	path: PropertyKey[];
	sentence: string;
}

/** Checks over several fields: names that must exist, names that must be unique, doors that must not be open. */
function crossChecks(config: Config): Fault[] {
	const wrong: Fault[] = [];
	const say = (path: PropertyKey[], sentence: string) => void wrong.push({ path, sentence });
	const ids = new Set<string>();
	for (const [at, device] of config.devices.entries()) {
		if (ids.has(device.id)) say(["devices", at], `two devices are called ${device.id}; every device needs a name of its own.`);
		ids.add(device.id);
	}
	wrong.push(...mqttFaults(config.devices), ...openDisplayFaults(config.devices), ...fiscalFaults(config.devices));
	const scales = new Set(config.devices.filter((device) => device.family === "scale").map((device) => device.id));
	const shelves = new Set<string>();
	for (const [at, shelf] of config.shelves.entries()) {
		if (shelves.has(shelf.id)) say(["shelves", at], `two shelves are called ${shelf.id}; every shelf needs a name of its own.`);
		shelves.add(shelf.id);
		if (scales.has(shelf.scale)) continue;
		const near = nearest(shelf.scale, [...scales]);
		const hint = near ? `; did you mean "${near}"?` : ".";
		say(["shelves", at, "scale"], `shelf ${shelf.id} stands on ${shelf.scale}, but no scale has that name${hint}`);
	}
	wrong.push(...eposFaults(config), ...rawFaults(config), ...coldChainFaults(config));
	const isOpen = (host: string): boolean => !/^(127\.|localhost$|::1$)/.test(host);
	if (isOpen(config.broker.host) && config.broker.accountsFile === undefined)
		say(["broker", "host"], "broker.host lets other machines in: broker.accountsFile must name the device accounts.");
	if (!config.broker.plain && !config.broker.tls)
		say(
			["broker", "plain"],
			"broker.plain is false and there is no broker.tls: no device could connect; set up broker.tls, or leave plain out.",
		);
	return [...wrong, ...lineFaults(config.hq), ...listenerFaults(config), ...sharedPortFaults(config.devices)];
}

function eposFaults({ epos, devices }: Pick<Config, "epos" | "devices">): Fault[] {
	const printers = devices.filter(({ family, protocol }) => family === "printer" && protocol !== "zpl").map(({ id }) => id);
	return Object.entries(epos?.printers ?? {}).flatMap(([devid, printer]) => {
		if (printers.includes(printer)) return [];
		const near = nearest(printer, printers);
		const hint = near ? `; did you mean "${near}"?` : ".";
		return [{ path: ["epos", "printers", devid], sentence: `${devid} prints on ${printer}, but no printer has that name${hint}` }];
	});
}

function rawFaults({ raw, devices }: Pick<Config, "raw" | "devices">): Fault[] {
	const printers = devices.filter(({ family }) => family === "printer");
	const names = printers.map(({ id }) => id);
	return Object.keys(raw?.printers ?? {}).flatMap((id) => {
		const path = ["raw", "printers", id];
		const printer = printers.find((each) => each.id === id);
		const near = nearest(id, names);
		if (!printer) return [{ path, sentence: `no printer is called ${id}${near ? `; did you mean "${near}"?` : "."}` }];
		if (printer.protocol === "esc-pos") return [];
		return [{ path, sentence: `${id} speaks ${printer.protocol}; what tills send to port 9100 is esc-pos.` }];
	});
}

/** Checks that a device's topic, path and unit fit each other and those of other devices. */
function mqttFaults(devices: Config["devices"]): Fault[] {
	const wrong: Fault[] = [];
	const known: { id: string; topic: string; path: string }[] = [];
	for (const [at, device] of devices.entries()) {
		for (const { setting, sentence } of profileFaults(devices, at)) wrong.push({ path: ["devices", at, setting], sentence });
		if (device.protocol !== "mqtt" || device.family === "sensor" || device.profile !== undefined) continue;
		const { id, topic, path, presence } = device;
		const settled = "settled" in device ? device.settled : undefined;
		const unit = "unit" in device && device.unit !== "g" ? device.unit : undefined;
		const say = (setting: string, sentence: string) => void wrong.push({ path: ["devices", at, setting], sentence });
		for (const [setting, value] of Object.entries({ path, settled, unit }))
			if (value !== undefined && topic === undefined)
				say(
					setting,
					`${id} has a ${setting} but no topic; name the firmware's topic, or leave ${setting} out: gondola's own topic is in grams.`,
				);
		for (const [setting, value] of Object.entries({ path, settled }))
			if (value !== undefined && parsePath(value) === null)
				say(setting, `${id}: ${value} is no path such as HX711.Weight or readings[0].grams.`);
		for (const [setting, value] of Object.entries({ topic, presence }))
			if (value !== undefined && !isFilter(value))
				say(setting, `${id}: ${value} is no MQTT topic; + stands for a whole level, # for the rest.`);
		if (topic === undefined) continue;
		for (const other of known) {
			if (other.topic === topic && other.path !== (path ?? "")) continue;
			if (other.topic === topic) say("topic", `${id} and ${other.id} read the same value of ${topic}; give each a path of its own.`);
			else if (overlap(other.topic, topic))
				say("topic", `${id} reads ${topic}, which ${other.id} reads as ${other.topic} already; name topics that do not overlap.`);
		}
		known.push({ id, topic, path: path ?? "" });
	}
	return wrong;
}

/** A password must not be readable in transit: neither in an address, which logs show, nor on a plain connection. */
function lineFaults(hq: Config["hq"]): Fault[] {
	if (!hq) return [];
	const wrong: Fault[] = [];
	const say = (name: string, sentence: string) => void wrong.push({ path: ["hq", name], sentence });
	const { protocol, hostname, password } = new URL(hq.url);
	const isPlain = protocol === "mqtt:" || protocol === "ws:";
	const isNear = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
	if (password !== "")
		say("url", "hq.url carries a password, which logs and lists of processes show; put it into a file that hq.passwordFile names.");
	if (isPlain && !isNear && (hq.passwordFile !== undefined || password !== ""))
		say("url", `hq.url is ${protocol}//, which shows the password to everybody on the way; use ${protocol.replace(":", "s:")}//.`);
	if (hq.passwordFile !== undefined && hq.username === undefined) say("passwordFile", "hq.passwordFile needs hq.username.");
	if ((hq.certFile === undefined) !== (hq.keyFile === undefined))
		say(hq.certFile === undefined ? "keyFile" : "certFile", "hq.certFile and hq.keyFile belong together; one is missing.");
	if (isPlain && (hq.caFile ?? hq.certFile) !== undefined)
		say("url", `hq.caFile and hq.certFile need TLS; use ${protocol.replace(":", "s:")}//.`);
	return wrong;
}
