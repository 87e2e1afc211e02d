/** What the desk needs of whoever keeps the configuration. The rooms of the desk know no files and no schema of settings. */

export interface SettingFieldView {
	path: string;
	kind: "text" | "number" | "boolean" | "choice" | "fixed" | "yaml";
	description: string;
	value?: string | number | boolean | null;
	usual?: string | number | boolean | null;
	choices?: (string | number)[];
	isNeeded?: true;
	isHidden?: true;
}

export interface SettingSectionView {
	name: string;
	description: string;
	fields: SettingFieldView[];
	entries?: { path: string; name: string; fields: SettingFieldView[] }[];
	count?: number;
}

/** A fault by setting; the path is "" where it is the whole file. */
export interface SettingFaultView {
	path: string;
	message: string;
}

export interface SettingVersion {
	n: number;
	at: string;
	/** Who made it: a user of the desk, or an account of the machine. */
	by: string;
	/** What was changed, in words. */
	what: string;
	isCurrent: boolean;
}

export interface SettingsView {
	/** Where the configuration is; null in the demo, which makes its own at each start. */
	file: string | null;
	/** Changes with every byte of the file. A change names the one it was made from. */
	revision: string;
	/** Why nothing can be saved here; null: it can. */
	whyNot: string | null;
	/** The whole file, secrets hidden. */
	text: string;
	faults: SettingFaultView[];
	sections: SettingSectionView[];
	/** Sections that are others than those with which the gateway runs: they count from its next start. */
	restart: string[];
	version: SettingVersion | null;
}

/**
 * Single settings, or the whole text. `yaml` is a value as YAML text, `add` that of a further entry of a list; a change without a value
 * takes the setting out.
 */
export type SettingsChange =
	| { edits: { path: string; value?: string | number | boolean; yaml?: string; add?: string }[] }
	/** Without hidden secrets: a text that holds the mark of one is refused. */
	| { text: string };

export interface SettingsDraft {
	diff: { kind: "same" | "removed" | "added"; line: number; text: string }[];
	/** New ones: with any of them the change is refused. */
	faults: SettingFaultView[];
	restart: string[];
}

export interface SettingsSaved {
	/** Of the file as it is after the change. */
	revision: string;
	version: number;
	/** What was changed, in words. */
	what: string;
	restart: string[];
	/** False: the file said so already. */
	isChanged: boolean;
}

export interface SettingsDesk {
	read(): SettingsView;
	check(change: SettingsChange): SettingsDraft;
	/** `by`: a person's or program's name. Rejects with SettingsNotTaken. */
	save(change: SettingsChange, by: { name: string; revision: string }): Promise<SettingsSaved>;
	/** The newest first. */
	versions(): SettingVersion[];
	/** What going back to a version would change; undefined: there is no such version. */
	goingBack(n: number): SettingsDraft | undefined;
	/** Without `n`: to the version from which the current one was made. */
	undo(n: number | undefined, by: { name: string; revision: string }): Promise<SettingsSaved>;
}

/** The change was not made; nothing is written. `moved`: the file is another one than the change was made for. */
export class SettingsNotTaken extends Error {
	override name = "SettingsNotTaken";
	readonly why: "moved" | "wrong" | "not-writable" | "no-version";
	readonly faults: readonly SettingFaultView[];
	constructor(why: SettingsNotTaken["why"], sentence: string, faults: readonly SettingFaultView[] = []) {
		super(sentence);
		this.why = why;
		this.faults = faults;
	}
}
