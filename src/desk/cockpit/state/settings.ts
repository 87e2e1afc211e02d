/** The settings as the page read them, and what somebody wants to change in them. Kept when another page is looked at. */

import type { SettingFaultView, SettingsChange, SettingsView } from "../../../words/settings/setting.ts";
import { Refused } from "../shared/ask.ts";
import { watched } from "../shared/watched.ts";
import { api } from "./state.ts";

export type Edit =
	| { path: string; value: string | number | boolean }
	| { path: string; yaml: string }
	/** A further entry of the list at the path. */
	| { path: string; add: string }
	| { path: string; remove: true };

interface Editing {
	/** Null until it is read. */
	read: SettingsView | null;
	/** Why it could not be read. */
	refused: Refused | null;
	/** By path, new entries of a list by `list+number`; in the order in which they were made. */
	edits: ReadonlyMap<string, Edit>;
	/** The revision of the file that the changes were made from. */
	base: string | null;
	/** The whole file as somebody edits it; null: nobody does. */
	text: string | null;
	/** Of the last check or attempt to save. */
	faults: SettingFaultView[];
	/** A sentence about what was done. */
	said: { word: "saved"; version: number } | null;
}

const editing = watched<Editing>({ read: null, refused: null, edits: new Map(), base: null, text: null, faults: [], said: null });
export const useEditing = editing.use;

export async function readSettings(): Promise<void> {
	try {
		editing.change({ read: await api.settings(), refused: null });
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		editing.change({ refused: error });
	}
}

/** The first change is made from the file as it was read then; what somebody else saves later makes the gateway refuse it. */
function baseNow(): string | null {
	const { edits, text, base, read } = editing.read();
	return edits.size > 0 || text !== null ? base : (read?.revision ?? null);
}

/** `key`: the path, or `list+number` for a new entry. Null takes the change back. */
export function edit(key: string, made: Edit | null): void {
	const base = baseNow();
	const edits = new Map(editing.read().edits);
	if (made === null) edits.delete(key);
	else edits.set(key, made);
	editing.change({ edits, base, said: null, faults: editing.read().faults.filter((fault) => fault.path !== key) });
}

export const editText = (text: string | null): void => editing.change({ base: baseNow(), text, said: null });
export const discardEdits = (): void => editing.change({ edits: new Map(), text: null, faults: [] });

/** Reads the file anew and makes the changes from it: what they do to it has to be looked at again. */
export async function readAgain(): Promise<void> {
	await readSettings();
	editing.change({ base: editing.read().read?.revision ?? null });
}
export const showFaults = (faults: SettingFaultView[]): void => editing.change({ faults });

/**
 * The change for the gateway, in an order in which each path still leads where it did: an entry gets its new id after everything else of
 * it was changed, and entries are removed last, those without an id from the end.
 */
export function changeOf({ edits, text, read }: Pick<Editing, "edits" | "text" | "read">): SettingsChange {
	if (text !== null) return { text };
	const entries = new Set(read?.sections.flatMap((section) => section.entries?.map(({ path }) => path) ?? []));
	const entryOf = (made: Edit): number => Number(/\[(\d+)\]$/.exec(made.path)?.[1] ?? -1);
	const rank = (made: Edit): number => (entries.has(made.path) && "remove" in made ? 2 : made.path.endsWith(".id") ? 1 : 0);
	return { edits: [...edits.values()].sort((a, b) => rank(a) - rank(b) || (rank(a) === 2 ? entryOf(b) - entryOf(a) : 0)) };
}

/** Saves what somebody changed, and reads the settings anew. Rejects with Refused. */
export async function saveEdits(): Promise<void> {
	const { base, ...made } = editing.read();
	const { version } = await api.saveSettings({ revision: base!, ...changeOf(made) });
	editing.change({ edits: new Map(), text: null, faults: [], said: { word: "saved", version } });
	await readSettings();
}

/** Goes back to a version. Rejects with Refused. */
export async function goBackTo(n: number): Promise<void> {
	const { version } = await api.undoSettings(editing.read().read!.revision, n);
	editing.change({ edits: new Map(), text: null, faults: [], said: { word: "saved", version } });
	await readSettings();
}
