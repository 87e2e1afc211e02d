/** Changes of gondola.yaml that keep its comments: the one way for `gondola config`, `devices learn` and the page of settings. */
import { type Document, isMap, isSeq, parseDocument } from "yaml";
import { withFileLock } from "../../access/secret-file.ts";
import { parseConfig, type SettingFault } from "../load.ts";
import { realConfig, replaceConfig, revisionOf, textOfConfig } from "./config-file.ts";
import { withOriginalLines } from "./diff.ts";
import { pathText, placeOf, readPath, type SettingPath, settingFaults } from "./path.ts";
import { keepVersions, readVersions, type Version, withVersion } from "./versions.ts";

/** The change is not made, and why, for a person. */
export class SettingRefused extends Error {
	override name = "SettingRefused";
	/** By setting, where the reasons are known by setting. */
	readonly faults: readonly SettingFault[];
	constructor(sentence: string, faults: readonly SettingFault[] = []) {
		super(sentence);
		this.faults = faults;
	}
}

/** The file is another one than the change was made for. */
export class SettingsMoved extends Error {
	override name = "SettingsMoved";
}

export interface SettingEdit {
	/** Such as `desk.port` or `devices.scale-1.port`. */
	path: string;
	/** Undefined: taken out. */
	value?: unknown;
	/** The value is a further entry of the list at the path. */
	isAdded?: boolean;
}

export interface Kept {
	/** False: the file says so already, and nothing was written. */
	isChanged: boolean;
	version: number;
	before: string;
	text: string;
	/** The ledger's directory. */
	data: string;
}

export function settingPath(text: string): SettingPath {
	const path = readPath(text);
	if (path === undefined)
		throw new SettingRefused(`"${text}" is no setting; it looks like desk.port, devices[0].baudRate or devices.scale-1.port.`);
	return path;
}

/** The text with one setting changed; undefined takes it out, with a section that becomes empty. */
export function withSetting(before: string, path: SettingPath, value: unknown): string {
	const document = readable(before);
	const place = placeOf(document, path);
	try {
		if (value !== undefined) document.setIn(place, value);
		else remove(document, place);
	} catch {
		throw new SettingRefused(`${pathText(path)} cannot stand there; the part before it holds no settings.`, [
			{ path: pathText(path), sentence: `${pathText(path)} cannot stand there.` },
		]);
	}
	return nearTo(before, textOf(document, before));
}

/** The text with several settings changed, in their order. */
export const withSettings = (before: string, edits: readonly SettingEdit[]): string =>
	edits.reduce((text, { path, value, isAdded = false }) => {
		const place = isAdded ? [...settingPath(path), lengthAt(text, settingPath(path))] : settingPath(path);
		return value === undefined && !isSet(text, place) ? text : withSetting(text, place, value);
	}, before);

/** How many entries the list at a path has. */
function lengthAt(text: string, path: SettingPath): number {
	const list = readable(text).getIn(path, true);
	return isSeq(list) ? list.items.length : 0;
}

export function isSet(text: string, path: SettingPath): boolean {
	const document = readable(text);
	return document.hasIn(placeOf(document, path));
}

function readable(text: string): Document {
	const document = parseDocument(text);
	if (document.errors.length > 0) throw new SettingRefused(document.errors[0]!.message);
	return document;
}

/** Written as the file is: its indentation, and spaces inside brackets or none. Lines are never wrapped. */
function textOf(document: Document, like: string): string {
	const indent = /^( +)\S/m.exec(like)?.[1]?.length ?? 2;
	return document.toString({
		lineWidth: 0,
		indent: Math.min(8, Math.max(2, indent)),
		indentSeq: !/^[\w-]+:[^\n]*\n(?:#[^\n]*\n)*- /m.test(like),
		flowCollectionPadding: /[[{] /.test(like) || !/[[{]\S/.test(like),
	});
}

/** The new text with every line that did not change as somebody wrote it, its spaces and quotes too. */
function nearTo(before: string, after: string): string {
	const kept = withOriginalLines(before, textOf(readable(before), before), after);
	if (kept === undefined) return after;
	const read = parseDocument(kept);
	const isSame = read.errors.length === 0 && JSON.stringify(read.toJS()) === JSON.stringify(parseDocument(after).toJS());
	return isSame ? kept : after;
}

function remove(document: Document, place: SettingPath): void {
	document.deleteIn(place);
	const above = place.slice(0, -1);
	const section = above.length > 0 ? document.getIn(above, true) : undefined;
	if (isMap(section) && section.items.length === 0) document.deleteIn(above);
}

/** Faults that the text has and `before` had not: a file that was wrong already can be corrected one setting at a time. */
export function newFaults(before: string, text: string): SettingFault[] {
	const old = new Set(settingFaults(before).map(({ sentence }) => sentence));
	return settingFaults(text).filter(({ sentence }) => !old.has(sentence));
}

export function refuseFaults(faults: readonly SettingFault[]): void {
	if (faults.length > 0) throw new SettingRefused(faults.map(({ sentence }) => sentence).join("\n  "), faults);
}

/**
 * Changes the file while nobody else does. `made` gives the new text of the old one, or throws SettingRefused; then nothing is written.
 * With `revision` the file must still be that one, else SettingsMoved.
 */
export function changeConfig(
	file: string,
	made: (before: string) => { text: string; what: string },
	by?: { name: string; revision: string },
): Promise<Kept & { what: string }> {
	const real = existing(file);
	return withFileLock(real, () => {
		const before = current(real, by?.revision);
		const { text, what } = made(before);
		const data = dataOf(text);
		const versions = withVersion(readVersions(real, before), text, what, by?.name);
		if (text === before) return { isChanged: false, version: readVersions(real, before).current, before, text, data, what };
		// The versions first: after a power cut in between, the file is unchanged and one version too many is listed.
		keepVersions(real, versions, data);
		replaceConfig(real, data, text);
		return { isChanged: true, version: versions.current, before, text, data, what };
	});
}

/** Restores the version from which the current one was made, or the one that is named. */
export function undoConfig(file: string, named: string | undefined, by?: { revision: string }): Promise<Kept & { to: Version }> {
	const real = existing(file);
	return withFileLock(real, () => {
		const before = current(real, by?.revision);
		const versions = readVersions(real, before);
		const from = versions.versions.find(({ n }) => n === versions.current)!;
		const wanted = named === undefined ? from.base : Number(named);
		const to = versions.versions.find(({ n }) => n === wanted);
		if (!to)
			throw new SettingRefused(
				named === undefined ? "there is no earlier version" : `there is no version ${named}; gondola config history lists them`,
			);
		const faults = newFaults(before, to.text);
		if (faults.length > 0)
			throw new SettingRefused(
				`version ${to.n} is wrong for this build:\n  ${faults.map(({ sentence }) => sentence).join("\n  ")}`,
				faults,
			);
		const data = dataOf(to.text);
		keepVersions(real, { ...versions, current: to.n }, data);
		replaceConfig(real, data, to.text);
		return { isChanged: to.text !== before, version: to.n, before, text: to.text, data, to };
	});
}

function current(real: string, revision: string | undefined): string {
	const before = textOfConfig(real);
	if (revision !== undefined && revisionOf(before) !== revision) throw new SettingsMoved();
	return before;
}

/** Throws SettingRefused where there is no file. */
export function existing(file: string): string {
	const real = realConfig(file);
	if (real === undefined) throw new SettingRefused(`${file} does not exist; name the configuration with --config FILE.`);
	return real;
}

/** The ledger's directory in the text of a configuration, also where other parts of it are wrong. */
function dataOf(text: string): string {
	try {
		return parseConfig(text).data;
	} catch {
		const { data } = (parseDocument(text).toJS() ?? {}) as { data?: unknown };
		return typeof data === "string" ? data : "/var/lib/gondola";
	}
}
