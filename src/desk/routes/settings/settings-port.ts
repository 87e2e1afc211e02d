/** The keeper of the configuration as the desk sees it. The rooms of the desk know no files and no schema of settings. */
import type {
	SettingFaultView,
	SettingsChange,
	SettingsDraft,
	SettingsSaved,
	SettingsView,
	SettingVersion,
} from "../../../words/settings/setting.ts";

export interface SettingsDesk {
	read(): SettingsView;
	check(change: SettingsChange): SettingsDraft;
	/** `by`: a person's or program's name. Rejects with SettingsNotTaken. */
	save(change: SettingsChange, by: { name: string; revision: string }): Promise<SettingsSaved>;
	/** The newest first. */
	versions(): SettingVersion[];
	/** The changes that going back to a version would make; undefined: there is no such version. */
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
