/** The configuration as the desk shows and changes it (desk/routes/settings/settings-port.ts). */
import { parseDocument } from "yaml";
import { realConfig, revisionOf, textOfConfig, whyNotWritable } from "../config/editing/config-file.ts";
import { diffLines } from "../config/editing/diff.ts";
import {
	changeConfig,
	type Kept,
	newFaults,
	refuseFaults,
	SettingRefused,
	SettingsMoved,
	undoConfig,
	withSettings,
} from "../config/editing/edit.ts";
import { pathOfEntry, settingSections } from "../config/editing/fields.ts";
import { hiddenMark, hideSecrets } from "../config/editing/hidden.ts";
import { settingFaults, valueAt } from "../config/editing/path.ts";
import { readVersions, type Version, type Versions, VersionsDamaged } from "../config/editing/versions.ts";
import { parseConfig, type SettingFault } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { type SettingsDesk, SettingsNotTaken } from "../desk/routes/settings/settings-port.ts";
import type { SettingFaultView, SettingsChange, SettingsDraft, SettingsSaved, SettingVersion } from "../words/settings/setting.ts";

/** Where the configuration comes from: a file, or the text of one that somebody else makes (the demo). */
export type ConfigSource = { file: string } | { text: string };

/** `running`: the configuration with which the gateway was started. */
export function deskSettings(source: ConfigSource, running: Config): SettingsDesk {
	const text = (): string => ("text" in source ? source.text : textOfConfig(fileOf(source)));
	const restartFor = (wanted: string): string[] => changedSections(running, wanted);
	const draftOf = (before: string, after: string): SettingsDraft => ({
		diff: diffLines(hideSecrets(before), hideSecrets(after)),
		faults: namedFaults(after, newFaults(before, after)),
		restart: restartFor(after),
	});
	const saved = async (work: (file: string) => Promise<Kept & { what: string }>): Promise<SettingsSaved> => {
		const whyNot = whyNotSaved(source);
		if (whyNot !== null || "text" in source) throw new SettingsNotTaken("not-writable", `${whyNot}.`);
		const { text: now, version, what, isChanged } = await asNotTaken(() => work(source.file));
		return { revision: revisionOf(now), version, what: hideSecrets(what), restart: restartFor(now), isChanged };
	};
	return {
		read() {
			const now = text();
			return {
				file: "text" in source ? null : fileOf(source),
				revision: revisionOf(now),
				whyNot: whyNotSaved(source),
				text: hideSecrets(now),
				faults: namedFaults(now, settingFaults(now)),
				sections: settingSections(now),
				restart: restartFor(now),
				version: "text" in source ? null : (versionsOf(source, now)?.find(({ isCurrent }) => isCurrent) ?? null),
			};
		},
		check: (change) => {
			const before = text();
			try {
				return draftOf(before, madeOf(change)(before).text);
			} catch (error) {
				throw notTaken(error);
			}
		},
		save: (change, by) =>
			saved((file) => {
				const made = madeOf(change);
				const checked = (before: string): { text: string; what: string } => {
					const wanted = made(before);
					const faults = namedFaults(wanted.text, newFaults(before, wanted.text));
					refuseFaults(faults.map(({ path, message }) => ({ path, sentence: message })));
					return wanted;
				};
				return changeConfig(file, checked, by);
			}),
		versions: () => ("text" in source ? [] : (versionsOf(source, text()) ?? []).toReversed()),
		goingBack(n) {
			const now = text();
			const to = "text" in source ? undefined : kept(source, now)?.versions.find((each) => each.n === n);
			return to && draftOf(now, to.text);
		},
		undo: (n, by) =>
			saved(async (file) => {
				const kept = await undoConfig(file, n === undefined ? undefined : String(n), by);
				return { ...kept, what: `back at version ${kept.to.n} (${kept.to.what})` };
			}),
	};
}

const fileOf = ({ file }: { file: string }): string => realConfig(file) ?? file;

function whyNotSaved(source: ConfigSource): string | null {
	if ("text" in source)
		return "The demo makes its configuration itself at each start; to keep settings, write a file and use gondola run --config FILE";
	return whyNotWritable(fileOf(source)) ?? null;
}

/** The new text for the old one, and the change in words. Throws SettingRefused. */
function madeOf(change: SettingsChange): (before: string) => { text: string; what: string } {
	if ("text" in change) {
		if (change.text.includes(hiddenMark))
			throw new SettingsNotTaken(
				"wrong",
				`A secret that is not shown (${hiddenMark}) would be overwritten; move it into a file of its own first.`,
			);
		return (before) => ({ text: change.text, what: whatOf(before, change.text) });
	}
	const edits = change.edits.map(({ path, value, yaml, add }) => {
		const written = add ?? yaml;
		return { path, value: written === undefined ? value : valueOf(path, written), isAdded: add !== undefined };
	});
	const what = change.edits
		.map(({ path, value, yaml, add }) => (add === undefined ? said(path, yaml ?? value) : `${path}: one more`))
		.join(", ");
	return (before) => ({ text: withSettings(before, edits), what });
}

function said(path: string, value: unknown): string {
	if (value === undefined) return `${path} taken out`;
	return typeof value === "string" && (value.includes("\n") || value.length > 60) ? path : `${path} = ${String(value)}`;
}

/** The sections in which two texts differ. */
function whatOf(before: string, after: string): string {
	const [old, now] = [before, after].map((text) => (parseDocument(text).toJS() ?? {}) as Record<string, unknown>) as [
		Record<string, unknown>,
		Record<string, unknown>,
	];
	const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter(
		(name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]),
	);
	return names.length === 0 ? "edited as text" : `edited as text: ${names.join(", ")}`;
}

/** The node of a YAML text, with its comments. */
function valueOf(path: string, yaml: string): unknown {
	const document = parseDocument(yaml);
	const [error] = document.errors;
	if (error) throw new SettingRefused(`${path}: ${error.message}`, [{ path, sentence: `${path}: ${error.message}` }]);
	if (document.contents === null) throw new SettingRefused(`${path} is empty`, [{ path, sentence: `${path} is empty.` }]);
	return document.contents;
}

/** The sections of the wanted configuration that are others than the running ones. Empty for one that is wrong: it never runs. */
function changedSections(running: Config, wanted: string): string[] {
	try {
		const next = parseConfig(wanted) as Record<string, unknown>;
		const now = running as Record<string, unknown>;
		return [...new Set([...Object.keys(now), ...Object.keys(next)])].filter(
			(name) => JSON.stringify(now[name]) !== JSON.stringify(next[name]),
		);
	} catch {
		return [];
	}
}

/** Undefined where the file of versions cannot be read. */
function kept(source: { file: string }, text: string): Versions | undefined {
	try {
		return readVersions(fileOf(source), text);
	} catch {
		return undefined;
	}
}

function versionsOf(source: { file: string }, text: string): SettingVersion[] | undefined {
	const found = kept(source, text);
	return found?.versions.map(({ n, at, by, what }: Version) => ({ n, at, by, what: hideSecrets(what), isCurrent: n === found.current }));
}

/** Faults with the entries of lists by their ids, as the form has them. */
function namedFaults(text: string, faults: readonly SettingFault[]): SettingFaultView[] {
	const read = faults.length === 0 ? {} : (parseDocument(text).toJS() as unknown);
	return faults.map((fault) => {
		const [, list, at, rest] = /^(\w+)\[(\d+)\](.*)$/.exec(fault.path) ?? [];
		const entries = list === undefined ? undefined : valueAt(read, [list]);
		const path = Array.isArray(entries) ? `${pathOfEntry(list!, entries as unknown[], Number(at))}${rest}` : fault.path;
		return faultView({ ...fault, path });
	});
}

const faultView = ({ path, sentence }: SettingFault): SettingFaultView => ({ path, message: hideSecrets(sentence) });

const diskSaysNo = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "EIO"]);

function notTaken(error: unknown): unknown {
	if (error instanceof SettingsMoved) return new SettingsNotTaken("moved", "The file is not the one that you read.");
	if (error instanceof VersionsDamaged) return new SettingsNotTaken("not-writable", error.message);
	if (diskSaysNo.has((error as NodeJS.ErrnoException).code ?? ""))
		return new SettingsNotTaken("not-writable", `The disk of this box refuses the change: ${(error as Error).message}.`);
	if (!(error instanceof SettingRefused)) return error;
	const why = /^there is no /.test(error.message) ? "no-version" : "wrong";
	// A sentence about a setting begins with its path, as it is written in the file.
	const begins = error.faults.length > 0 ? error.message : `${error.message.slice(0, 1).toUpperCase()}${error.message.slice(1)}`;
	const sentence = /[.?]$/.test(begins) ? begins : `${begins}.`;
	return new SettingsNotTaken(why, hideSecrets(sentence), error.faults.map(faultView));
}

async function asNotTaken<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw notTaken(error);
	}
}
