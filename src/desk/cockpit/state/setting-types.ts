/** What the gateway says of its settings, and takes as a change of them. */
export interface SettingField {
	path: string;
	kind: "text" | "number" | "boolean" | "choice" | "fixed" | "yaml";
	description: string;
	value?: string | number | boolean | null;
	usual?: string | number | boolean | null;
	choices?: (string | number)[];
	isNeeded?: true;
	isHidden?: true;
}

export interface SettingSection {
	name: string;
	description: string;
	fields: SettingField[];
	entries?: { path: string; name: string; fields: SettingField[] }[];
	count?: number;
}

export interface Fault {
	path: string;
	message: string;
}

export interface Settings {
	file: string | null;
	revision: string;
	whyNot: string | null;
	text: string;
	faults: Fault[];
	sections: SettingSection[];
	restart: string[];
	version: SettingVersion | null;
}

export interface SettingVersion {
	n: number;
	at: string;
	by: string;
	what: string;
	isCurrent: boolean;
}

export interface Draft {
	diff: { kind: "same" | "removed" | "added"; line: number; text: string }[];
	faults: Fault[];
	restart: string[];
}

export type Edit =
	| { path: string; value: string | number | boolean }
	| { path: string; yaml: string }
	/** A further entry of the list at the path. */
	| { path: string; add: string }
	| { path: string; remove: true };
export type Change = { edits: Edit[] } | { text: string };
export interface Saved {
	revision: string;
	version: number;
	restart: string[];
}
