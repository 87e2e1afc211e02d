/** Weaknesses of the page of settings (weaknesses.ts). */
import type { Weakness } from "./weaknesses.ts";

const test = "test/desk/settings.test.ts";

export const settingsWeaknesses: Weakness[] = [
	{
		name: "whoever may read the settings may change them",
		file: "src/desk/routes/settings/settings.ts",
		in: "changing",
		find: `method: "PUT",
			url,
			room,
			right: "settings.write",`,
		replace: `method: "PUT",
			url,
			room,
			right: "settings.read",`,
		test,
		attack: "changed by a technician only",
	},
	{
		name: "the second of two people overwrites the first",
		file: "src/config/editing/edit.ts",
		in: "current",
		find: "if (revision !== undefined && revisionOf(before) !== revision) throw new SettingsMoved();",
		replace: 'if (revision === "" && revisionOf(before) !== revision) throw new SettingsMoved();',
		test,
		attack: "not overwritten by a second person",
	},
	{
		name: "the page shows secrets that stand in the file",
		file: "src/config/editing/hidden.ts",
		in: "hideSecrets",
		find: "text.replace(inAddress, `$1${hiddenMark}`).replace(named, `$1$2${hiddenMark}`)",
		replace: "text.replace(inAddress, `$1${hiddenMark}`).replace(named, `$&`)",
		test,
		attack: "show no secret",
	},
];
