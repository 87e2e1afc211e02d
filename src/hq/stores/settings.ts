import { setting as settingSchema } from "../../link/protocol/nouns.ts";
import { canonicalText } from "../../words/basics/canonical-text.ts";
import { wrongSetting } from "../../words/settings/from-head-office.ts";
import { groupsSetting, railsApprovedSetting, railsSetting, type Setting, type SettingValue } from "../../words/streams/setting.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";
import { appendDown, keepRecords, takeNumbers } from "../streams/down.ts";
import { holdStore } from "./stores.ts";

/** Sends one setting to one store, which applies it at its next start; `null` takes it back. */
export async function setSetting(db: Db, store: string, name: string, value: SettingValue): Promise<Setting> {
	if (name === railsSetting || name === railsApprovedSetting)
		throw new HqRefusal(
			"bad-field",
			"Guard rails take two persons: propose them with PUT /api/v1/guard-rails, another person approves them.",
		);
	if (name === groupsSetting) throw new HqRefusal("bad-field", `The groups of a store are set with PUT /api/v1/stores/${store}/groups.`);
	const wrong = wrongSetting(name, value);
	if (wrong !== undefined) throw new HqRefusal("bad-field", wrong);
	return db.transaction(async (tx) => {
		await holdStore(tx, store);
		return putSetting(tx, store, name, value);
	});
}

/** `approval`: an approver's signature, for the store to check. */
export async function putSetting(tx: Queries, store: string, name: string, value: SettingValue, approval?: object): Promise<Setting> {
	const version = await takeNumbers(tx, 1);
	const checked = settingSchema.safeParse({ name, version, value });
	if (!checked.success)
		throw new HqRefusal("bad-field", `"${name}" cannot be a setting: ${checked.error.issues[0]?.message ?? "unreadable"}.`);
	const records = [
		{ n: version, text: canonicalText({ type: "setting", setting: { name, version, value }, ...(approval && { approval }) }) },
	];
	await keepRecords(tx, records);
	await appendDown(tx, store, "config", records);
	return { name, version, value };
}
