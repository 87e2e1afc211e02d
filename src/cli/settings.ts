/** `gondola config set`, `get`, `unset`, `history`, `undo`: edit the configuration file in place and keep its comments. */
import { parseDocument } from "yaml";
import { noteAct } from "../access/box/act-notes.ts";
import { textOfConfig } from "../config/editing/config-file.ts";
import {
	changeConfig,
	existing,
	isSet,
	type Kept,
	newFaults,
	refuseFaults,
	type SettingEdit,
	SettingRefused,
	settingPath,
	undoConfig,
	withSetting,
	withSettings,
} from "../config/editing/edit.ts";
import { faultsOf, meaningsOf, pathText, type SettingPath, valueAt } from "../config/editing/path.ts";
import { readVersions } from "../config/editing/versions.ts";
import { loadConfig, type SettingFault } from "../config/load.ts";
import { nearest } from "../config/nearest.ts";
import { runningGateway } from "./doctor/box.ts";
import { ago, json, table } from "./verb/output.ts";
import { fail, say } from "./verb/verb.ts";

/** Exit code 0 where the value was accepted; otherwise 1 with a sentence. */
async function orSentence(act: () => number | Promise<number>): Promise<number> {
	try {
		return await act();
	} catch (error) {
		if (error instanceof SettingRefused) return fail(1, error.message);
		throw error;
	}
}

/** Runs an act that writes the file; its refusal says that the file is unchanged. */
const orUnchanged = (act: () => Promise<number>): Promise<number> =>
	orSentence(async () => {
		try {
			return await act();
		} catch (error) {
			if (!(error instanceof SettingRefused)) throw error;
			const { message, faults } = error;
			const ends = faults.length > 0 ? "\n" : /[.;]$/.test(message) ? " " : "; ";
			throw new SettingRefused(`${message}${ends}${ends === "; " ? "nothing was changed." : "Nothing was changed."}`);
		}
	});

const shown = (value: unknown): string => (value === undefined ? "not set" : typeof value === "string" ? value : JSON.stringify(value));

/** Prints what counts: the value in the file, or the default. */
export function get(file: string, typed: string | undefined, asJson: boolean): Promise<number> {
	return orSentence(() => {
		const config = loadConfig(file);
		const path = typed === undefined ? [] : settingPath(typed);
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
	orUnchanged(async () => {
		const path = settingPath(typed);
		return answered(file, await changeConfig(file, (before) => meant(before, path, meaningsOf(value))), "config-set", asJson, path);
	});

/** The first of a value's meanings that the schema accepts. */
function meant(before: string, path: SettingPath, meanings: unknown[]): { text: string; what: string } {
	let faults: SettingFault[] = [];
	for (const meaning of meanings) {
		const text = withSetting(before, path, meaning);
		const found = newFaults(before, text);
		if (found.length === 0) return { text, what: `${pathText(path)} = ${shown(meaning)}` };
		if (faults.length === 0) faults = found;
	}
	refuseFaults(faults);
	return { text: before, what: "" };
}

export const unset = (file: string, typed: string, asJson: boolean): Promise<number> =>
	orUnchanged(async () => {
		const path = settingPath(typed);
		const kept = await changeConfig(file, (before) => {
			if (!isSet(before, path)) throw new SettingRefused(`${typed} is not in the file`);
			const text = withSetting(before, path, undefined);
			refuseFaults(newFaults(before, text));
			return { text, what: `${pathText(path)} taken out` };
		});
		return answered(file, kept, "config-set", asJson, path);
	});

/** Writes several settings as one version; undefined removes one. Nothing is written when one of them is wrong. */
export const setSeveral = (file: string, edits: readonly SettingEdit[], what: string, asJson: boolean): Promise<number> =>
	orUnchanged(async () => {
		const kept = await changeConfig(file, (before) => {
			const text = withSettings(before, edits);
			refuseFaults(newFaults(before, text));
			return { text, what };
		});
		return answered(file, kept, "config-set", asJson);
	});

function answered(
	file: string,
	{ isChanged, what, before, text, version, data }: Kept & { what: string },
	act: "config-set" | "config-undo",
	asJson: boolean,
	path?: SettingPath,
): number {
	if (!isChanged && act === "config-set") {
		if (asJson) return json({ file, changed: false });
		say("It is so already; nothing was changed.");
		return 0;
	}
	noteAct(data, { act, subject: act === "config-set" ? what.slice(0, 300) : `version ${version}` });
	const isRunning = runningGateway(data) !== undefined;
	const [old, value] = [before, text].map((text) => (path ? valueAt(parseDocument(text).toJS(), path) : undefined));
	if (asJson) return json({ file, changed: true, what, version, old, value, needsRestart: isRunning });
	say(path ? `${what} (before: ${shown(old)})` : what);
	say(isRunning ? "The gateway runs with the old settings until: systemctl restart gondola" : "It counts from the next start.");
	const left = faultsOf(text);
	if (left.length > 0) say(`Still wrong in ${file}:\n  ${left.join("\n  ")}`);
	return 0;
}

export const history = (file: string, asJson: boolean): Promise<number> =>
	orSentence(() => {
		const real = existing(file);
		const { versions, current } = readVersions(real, textOfConfig(real));
		if (asJson) return json({ items: versions.map(({ text: _, ...version }) => ({ ...version, isCurrent: version.n === current })) });
		const rows = [...versions].reverse().map(({ n, at, by, what }) => [n === current ? `${n} *` : String(n), ago(at), by, what]);
		say(table(["version", "since", "by", "what"], rows));
		return 0;
	});

/** Restores the version from which the current one was made, or the one that is named. */
export const undo = (file: string, named: string | undefined, asJson: boolean): Promise<number> =>
	orUnchanged(async () => {
		const kept = await undoConfig(file, named);
		return answered(file, { ...kept, what: `back at version ${kept.to.n} (${kept.to.what})` }, "config-undo", asJson);
	});
