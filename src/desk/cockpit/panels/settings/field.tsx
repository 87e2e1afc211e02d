import { useId } from "preact/hooks";
import type { SettingField } from "../../../../words/settings/setting.ts";
import { type SaySettings, useSettingsWords } from "../../language/settings-words.ts";
import { RefusalText } from "../../shared/refusal-text.tsx";
import type { Edit } from "../../state/settings.ts";
import { edit, useEditing } from "../../state/settings.ts";

/** One setting: what it is, its value or default, and a field to change it. */
export function Field({ field, readOnly, within = "" }: { field: SettingField; readOnly: boolean; within?: string }) {
	const words = useSettingsWords();
	const made = useEditing((all) => all.edits.get(field.path));
	const fault = useEditing((all) => all.faults.find(({ path }) => path === field.path)?.message);
	const id = useId();
	const name = within !== "" && field.path.startsWith(`${within}.`) ? field.path.slice(within.length + 1) : field.path;
	return (
		<div class={`setting ${made ? "changed" : ""} ${fault === undefined ? "" : "wrong"}`}>
			<label for={id} class="code">
				{name}
				{field.isNeeded && field.value === undefined && <small>{words("needed")}</small>}
				{made && <small class="mark-changed">{words("changedMark")}</small>}
			</label>
			<p class="about" id={`${id}-about`}>
				{field.description}
				{field.isHidden && <strong> {words("hidden")}</strong>}
			</p>
			<span class="entry">
				<Input id={id} field={field} made={made} readOnly={readOnly} isWrong={fault !== undefined} />
				{!readOnly && <Ways field={field} made={made} />}
			</span>
			<RefusalText said={fault ?? ""} />
		</div>
	);
}

/** Taking a change back, or the setting out of the file. */
function Ways({ field, made }: { field: SettingField; made: Edit | undefined }) {
	const words = useSettingsWords();
	if (made)
		return (
			<button type="button" class="ghost" onClick={() => edit(field.path, null)}>
				{words("takeBack")}
			</button>
		);
	if (field.value === undefined || field.isNeeded || field.kind === "fixed") return null;
	return (
		<button type="button" class="ghost" onClick={() => edit(field.path, { path: field.path, remove: true })}>
			{words(field.usual === undefined ? "takeOut" : "toUsual")}
		</button>
	);
}

interface InputOf {
	id: string;
	field: SettingField;
	made: Edit | undefined;
	readOnly: boolean;
	isWrong: boolean;
}

function Input({ id, field, made, readOnly, isWrong }: InputOf) {
	const words = useSettingsWords();
	const { path, kind } = field;
	const said = { id, disabled: readOnly || kind === "fixed", "aria-describedby": `${id}-about`, "aria-invalid": isWrong };
	const shown = made === undefined ? field.value : "value" in made ? made.value : "yaml" in made ? made.yaml : undefined;
	const text = shown === undefined || shown === null ? "" : String(shown);
	const usual = usualText(words, field);
	/** Keeps the edit; a value that is the same as the file's is no change. */
	const put = (next: Edit): void => {
		const value = "value" in next ? next.value : "yaml" in next ? next.yaml : undefined;
		edit(path, value === field.value ? null : next);
	};
	if (kind === "boolean" || kind === "choice") {
		const choices = kind === "boolean" ? ["true", "false"] : (field.choices ?? []).map(String);
		const choose = (chosen: string): void => {
			if (chosen === "") return put({ path, remove: true });
			const typed = field.choices?.find((each) => String(each) === chosen) ?? chosen;
			put({ path, value: kind === "boolean" ? chosen === "true" : typed });
		};
		const wordOf = (choice: string): string => (choice === "true" ? words("yes") : choice === "false" ? words("no") : choice);
		return (
			<select {...said} value={text} onChange={(event) => choose(event.currentTarget.value)}>
				<option value="">{usual}</option>
				{choices.map((choice) => (
					<option key={choice} value={choice}>
						{kind === "boolean" ? wordOf(choice) : choice}
					</option>
				))}
			</select>
		);
	}
	if (kind === "yaml") {
		const rows = Math.min(12, Math.max(2, text.split("\n").length));
		const type = (value: string): void => put(value.trim() === "" ? { path, remove: true } : { path, yaml: value });
		return (
			<textarea
				{...said}
				class="code"
				rows={rows}
				spellcheck={false}
				value={text}
				placeholder={usual}
				onInput={(event) => type(event.currentTarget.value)}
			/>
		);
	}
	const type = (value: string): void => {
		const number = Number(value.replace(",", "."));
		if (value.trim() === "") return put({ path, remove: true });
		put({ path, value: kind === "number" && Number.isFinite(number) ? number : value });
	};
	return (
		<input
			{...said}
			{...(kind === "number" && { inputMode: "decimal" as const, class: "number" })}
			spellcheck={false}
			autocapitalize="none"
			autocomplete="off"
			value={text}
			placeholder={usual}
			onInput={(event) => type(event.currentTarget.value)}
		/>
	);
}

function usualText(words: SaySettings, { usual, kind }: SettingField): string {
	if (usual === undefined || usual === null || usual === "")
		return kind === "yaml" || usual === undefined ? words("notSet") : words("usualPlain");
	return words("usual", usual === true ? words("yes") : usual === false ? words("no") : usual);
}
