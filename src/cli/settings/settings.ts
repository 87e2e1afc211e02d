/** `gondola config set`, `get`, `unset`, `history`, `undo`: edit the configuration file in place and keep its comments. */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { type Document, isMap, parseDocument } from "yaml";
import { noteAct } from "../../access/box/act-notes.ts";
import { withFileLock } from "../../access/secret-file.ts";
import { loadConfig, parseConfig } from "../../config/load.ts";
import { nearest } from "../../config/nearest.ts";
import { runningGateway } from "../doctor/box.ts";
import { replaceConfig } from "../enrolment/box-files.ts";
import { ago, json, table } from "../verb/output.ts";
import { fail, say } from "../verb/verb.ts";
import { faultsOf, meaningsOf, pathText, placeOf, readPath, type SettingPath, valueAt } from "./path.ts";
import { keepVersions, readVersions, withVersion } from "./versions.ts";

class SettingRefused extends Error {}

/** Exit code 0 where the value was accepted; otherwise 1 with a sentence. */
async function orSentence(act: () => number | Promise<number>): Promise<number> {
	try {
		return await act();
	} catch (error) {
		if (error instanceof SettingRefused) return fail(1, error.message);
		throw error;
	}
}

function pathOf(text: string): SettingPath {
	const path = readPath(text);
	if (path === undefined)
		throw new SettingRefused(`"${text}" is no setting; it looks like desk.port, devices[0].baudRate or devices.scale-1.port.`);
	return path;
}

const shown = (value: unknown): string => (value === undefined ? "not set" : typeof value === "string" ? value : JSON.stringify(value));

/** Prints what counts: the value in the file, or the default. */
export function get(file: string, typed: string | undefined, asJson: boolean): Promise<number> {
	return orSentence(() => {
		const config = loadConfig(file);
		const path = typed === undefined ? [] : pathOf(typed);
		const value = valueAt(config, path);
		if (value === undefined) {
			const siblings = valueAt(config, path.slice(0, -1));
			const near = nearest(String(path.at(-1)), Object.keys(siblings ?? {}));
			throw new SettingRefused(`${typed} is not set, and has no default${near === undefined ? "." : `; did you mean "${near}"?`}`);
		}
		if (asJson) return json({ path: pathText(path), value });
		say(typeof value === "object" ? JSON.stringify(value, null, 2) : String(value));
		return 0;
	});
}

export const set = (file: string, typed: string, value: string, asJson: boolean): Promise<number> =>
	orSentence(() => {
		const path = pathOf(typed);
		return change(file, path, meaningsOf(value), (document, place, meaning) => document.setIn(place, meaning), asJson);
	});

export const unset = (file: string, typed: string, asJson: boolean): Promise<number> =>
	orSentence(() => {
		const path = pathOf(typed);
		return change(file, path, [undefined], (document, place) => remove(document, place, typed), asJson);
	});

/** Writes several settings as one version; undefined removes one. Nothing is written when one of them is wrong. */
export const setSeveral = (
	file: string,
	edits: readonly { path: string; value: unknown }[],
	what: string,
	asJson: boolean,
): Promise<number> =>
	orSentence(() => {
		const real = realOf(file);
		return withFileLock(real, () => {
			const before = readFileSync(real, "utf8");
			const old = new Set(faultsOf(before));
			const document = parseDocument(before);
			for (const { path, value } of edits) {
				const place = placeOf(document, pathOf(path));
				if (value !== undefined) document.setIn(place, value);
				else if (document.hasIn(place)) document.deleteIn(place);
			}
			const text = document.toString({ lineWidth: 0 });
			const faults = faultsOf(text).filter((fault) => !old.has(fault));
			if (faults.length > 0) throw new SettingRefused(`${faults.join("\n  ")}\nNothing was changed.`);
			return commit({ file, real, before, text, what, asJson });
		});
	});

/** A section that becomes empty is removed with its last setting. */
function remove(document: Document, place: SettingPath, typed: string): void {
	if (!document.hasIn(place)) throw new SettingRefused(`${typed} is not in the file; nothing was changed.`);
	document.deleteIn(place);
	const above = place.slice(0, -1);
	const section = above.length > 0 ? document.getIn(above, true) : undefined;
	if (isMap(section) && section.items.length === 0) document.deleteIn(above);
}

type Edit = (document: Document, place: SettingPath, meaning: unknown) => void;

async function change(file: string, path: SettingPath, meanings: unknown[], edit: Edit, asJson: boolean): Promise<number> {
	const real = realOf(file);
	return withFileLock(real, () => {
		const before = readFileSync(real, "utf8");
		const old = new Set(faultsOf(before));
		let faults: string[] = [];
		for (const meaning of meanings) {
			const document = parseDocument(before);
			if (document.errors.length > 0) throw new SettingRefused(`${file}: ${document.errors[0]!.message}`);
			try {
				edit(document, placeOf(document, path), meaning);
			} catch (error) {
				if (error instanceof SettingRefused) throw error;
				throw new SettingRefused(`${pathText(path)} cannot stand there; the part before it holds no settings. Nothing was changed.`);
			}
			const text = document.toString({ lineWidth: 0 });
			// A file that was wrong already can be corrected one setting at a time.
			const found = faultsOf(text).filter((fault) => !old.has(fault));
			if (found.length === 0) {
				const what = meaning === undefined ? `${pathText(path)} taken out` : `${pathText(path)} = ${shown(meaning)}`;
				return commit({ file, real, before, text, what, path, asJson });
			}
			faults = faults.length === 0 ? found : faults;
		}
		throw new SettingRefused(`${faults.join("\n  ")}\nNothing was changed.`);
	});
}

function realOf(file: string): string {
	if (!existsSync(file)) throw new SettingRefused(`${file} does not exist; name the configuration with --config FILE.`);
	return realpathSync(file);
}

interface Change {
	file: string;
	real: string;
	before: string;
	text: string;
	what: string;
	path?: SettingPath;
	asJson: boolean;
}

/** Writes the versions first: after a power cut in between, the file is unchanged and one version too many is listed. */
function commit({ file, real, before, text, what, path, asJson }: Change): number {
	const versions = withVersion(readVersions(real, before), text, what);
	const data = dataOf(text);
	if (text === before) {
		if (asJson) return json({ file, changed: false });
		say("It is so already; nothing was changed.");
		return 0;
	}
	keepVersions(real, versions);
	replaceConfig(real, data, text);
	noteAct(data, { act: "config-set", subject: what.slice(0, 300) });
	return told({ file, what, path, before, text, version: versions.current, data, asJson });
}

function told(
	it: Pick<Change, "file" | "what" | "before" | "text" | "asJson"> & { path: SettingPath | undefined; version: number; data: string },
): number {
	const isRunning = runningGateway(it.data) !== undefined;
	const [old, value] = [it.before, it.text].map((text) => (it.path ? valueAt(parseDocument(text).toJS(), it.path) : undefined));
	if (it.asJson) return json({ file: it.file, changed: true, what: it.what, version: it.version, old, value, needsRestart: isRunning });
	say(it.path ? `${it.what} (before: ${shown(old)})` : it.what);
	say(isRunning ? "The gateway runs with the old settings until: systemctl restart gondola" : "It counts from the next start.");
	const left = faultsOf(it.text);
	if (left.length > 0) say(`Still wrong in ${it.file}:\n  ${left.join("\n  ")}`);
	return 0;
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

export const history = (file: string, asJson: boolean): Promise<number> =>
	orSentence(() => {
		const real = realOf(file);
		const { versions, current } = readVersions(real, readFileSync(real, "utf8"));
		if (asJson) return json({ items: versions.map(({ text: _, ...version }) => ({ ...version, isCurrent: version.n === current })) });
		const rows = [...versions].reverse().map(({ n, at, by, what }) => [n === current ? `${n} *` : String(n), ago(at), by, what]);
		say(table(["version", "since", "by", "what"], rows));
		return 0;
	});

/** Restores the version from which the current one was made, or the one that is named. */
export const undo = (file: string, named: string | undefined, asJson: boolean): Promise<number> =>
	orSentence(async () => {
		const real = realOf(file);
		return withFileLock(real, () => {
			const before = readFileSync(real, "utf8");
			const versions = readVersions(real, before);
			const from = versions.versions.find(({ n }) => n === versions.current)!;
			const wanted = named === undefined ? from.base : Number(named);
			const to = versions.versions.find(({ n }) => n === wanted);
			if (!to)
				throw new SettingRefused(
					named === undefined
						? "there is no earlier version; nothing was changed."
						: `there is no version ${named}; gondola config history lists them. Nothing was changed.`,
				);
			const old = new Set(faultsOf(before));
			const faults = faultsOf(to.text).filter((fault) => !old.has(fault));
			if (faults.length > 0)
				throw new SettingRefused(`version ${to.n} is wrong for this build:\n  ${faults.join("\n  ")}\nNothing was changed.`);
			const data = dataOf(to.text);
			keepVersions(real, { ...versions, current: to.n });
			replaceConfig(real, data, to.text);
			noteAct(data, { act: "config-undo", subject: `version ${to.n}` });
			const what = `back at version ${to.n} (${to.what})`;
			return told({ file, what, path: undefined, before, text: to.text, version: to.n, data, asJson });
		});
	});
