/** Where a setting stands in the file: `desk.port`, `devices[0].baudRate`, or by its name `devices.scale-1.baudRate`. */
import { type Document, isMap, isSeq, parse } from "yaml";
import { ConfigWrong, parseConfig, type SettingFault } from "../load.ts";
import { machineFaults } from "../machine.ts";

export type SettingPath = (string | number)[];

/** Undefined for a text that is no path of a setting. */
export function readPath(text: string): SettingPath | undefined {
	if (!/^[\w-]+((\.[\w-]+)|(\[\d{1,4}\]))*$/.test(text) || text.length > 200) return undefined;
	return text.split(/\.|(?=\[)/).map((part) => (/^\[\d+\]$/.test(part) ? Number(part.slice(1, -1)) : part));
}

export const pathText = (path: SettingPath): string =>
	path.reduce<string>((text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`), "");

/** Replaces a name within a list (`devices.scale-1`) by the index of the entry with that id. */
export function placeOf(document: Document, path: SettingPath): SettingPath {
	const place: SettingPath = [];
	for (const part of path) {
		const node = place.length === 0 ? document.contents : document.getIn(place, true);
		const at = isSeq(node) && typeof part === "string" ? node.items.findIndex((item) => isMap(item) && item.get("id") === part) : -1;
		place.push(at >= 0 ? at : part);
	}
	return place;
}

/** The value in a configuration as an object; undefined where there is none. */
export function valueAt(config: unknown, path: SettingPath): unknown {
	let value = config;
	for (const part of path) {
		if (typeof value !== "object" || value === null) return undefined;
		const list = Array.isArray(value) ? (value as unknown[]) : undefined;
		if (list && typeof part === "string") value = list.find((item) => (item as { id?: unknown } | null)?.id === part);
		else value = (value as Record<string | number, unknown>)[part];
	}
	return value;
}

/**
 * Possible meanings of a typed value, the likeliest first: as YAML reads it, and as it was typed. A store called 0310 is a text, although
 * YAML reads a number; the schema decides.
 */
export function meaningsOf(typed: string): unknown[] {
	try {
		const read = parse(typed) as unknown;
		return read === typed || read === null ? [typed] : [read, typed];
	} catch {
		return [typed];
	}
}

/** Faults in a configuration's text and in the files it names. */
export function settingFaults(text: string): SettingFault[] {
	try {
		return machineFaults(parseConfig(text)).map(({ path, sentence }) => ({ path: pathText(path as SettingPath), sentence }));
	} catch (error) {
		if (!(error instanceof ConfigWrong)) throw error;
		return error.faults;
	}
}

/** The faults of a file as sentences, without line numbers. */
export const faultsOf = (text: string): string[] => settingFaults(text).map(({ sentence }) => sentence);
