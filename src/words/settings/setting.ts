/** The settings of gondola.yaml one by one, and what a change of them is: for configuration, desk and cockpit. */

export interface SettingField {
	/** As `gondola config set` takes it: `desk.port`, `devices.scale-1.baudRate`, `shelfPlan[4].sku`. */
	path: string;
	/** `fixed`: the schema allows one value. `yaml`: lists and groups, written as YAML. */
	kind: "text" | "number" | "boolean" | "choice" | "fixed" | "yaml";
	description: string;
	/** In the file; for `yaml` as YAML text. Left out where the file does not have it. */
	value?: string | number | boolean | null;
	/** The value that counts where the file does not have it. */
	usual?: string | number | boolean | null;
	/** The values of a `choice`. */
	choices?: (string | number)[];
	/** Has to be in the file. */
	isNeeded?: true;
	/** A part of it is a secret and not shown. */
	isHidden?: true;
}

export interface SettingEntry {
	path: string;
	/** The entry's id, or its place in the list. */
	name: string;
	fields: SettingField[];
}

/** One top-level setting, or a group of them. */
export interface SettingSection {
	name: string;
	description: string;
	fields: SettingField[];
	/** Of a list of groups: each of them. Left out of other settings, and of lists that are too long for a form. */
	entries?: SettingEntry[];
	/** How many a list of groups has. */
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
	/** The change, in words. */
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
	sections: SettingSection[];
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
	/** The change, in words. */
	what: string;
	restart: string[];
	/** False: the file said so already. */
	isChanged: boolean;
}
