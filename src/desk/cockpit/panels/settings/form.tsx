import { useState } from "preact/hooks";
import type { SettingSection } from "../../../../words/settings/setting.ts";
import { useSpeech } from "../../language/language.ts";
import { sectionTitle, useSettingsWords } from "../../language/settings-words.ts";
import { RefusalText } from "../../shared/refusal-text.tsx";
import { edit, useEditing } from "../../state/settings.ts";
import { Field } from "./field.tsx";

/** The settings section by section. */
export function Form({ sections, readOnly }: { sections: SettingSection[]; readOnly: boolean }) {
	const words = useSettingsWords();
	const { f } = useSpeech();
	const edits = useEditing((all) => all.edits);
	const faults = useEditing((all) => all.faults);
	const [chosen, setChosen] = useState(sections[0]!.name);
	const section = sections.find(({ name }) => name === chosen) ?? sections[0]!;
	const isOf = (path: string, { name, fields }: SettingSection): boolean =>
		new RegExp(`^${name}([.[+]|$)`).test(path) || fields.some((field) => field.path === path);
	return (
		<div class="sections">
			<nav aria-label={words("section")}>
				{sections.map((each) => {
					const many = [...edits.keys()].filter((path) => isOf(path, each)).length;
					const wrong = faults.some(({ path }) => isOf(path, each));
					return (
						<button
							key={each.name}
							type="button"
							class={`ghost ${wrong ? "wrong" : ""}`}
							aria-pressed={each.name === section.name}
							onClick={() => setChosen(each.name)}
						>
							{sectionTitle(words, each.name)}
							{each.count !== undefined && each.count > 0 && <span class="quiet"> {f.number(each.count)}</span>}
							{many > 0 && <b> ●</b>}
						</button>
					);
				})}
			</nav>
			<div class="section" key={section.name}>
				<h3>
					{sectionTitle(words, section.name)} {section.name !== "general" && <small class="code">{section.name}</small>}
				</h3>
				{section.description !== "" && <p class="hint">{section.description}</p>}
				{section.fields.map((field) => (
					<Field key={field.path} field={field} readOnly={readOnly} within={section.name} />
				))}
				{section.count !== undefined && <List section={section} readOnly={readOnly} />}
			</div>
		</div>
	);
}

/** A list of groups, such as devices: each can be opened, changed and removed, and one can be added. */
function List({ section, readOnly }: { section: SettingSection; readOnly: boolean }) {
	const words = useSettingsWords();
	const { f } = useSpeech();
	const edits = useEditing((all) => all.edits);
	const { name, entries, count = 0 } = section;
	if (entries === undefined) return <p class="empty">{words("tooMany", f.number(count))}</p>;
	const added = [...edits].flatMap(([key, made]) => ("add" in made && made.path === name ? [{ key, yaml: made.add }] : []));
	const next = `${name}+${1 + Math.max(0, ...added.map(({ key }) => Number(key.split("+")[1])))}`;
	return (
		<>
			{entries.length === 0 && added.length === 0 && <p class="empty">{words("noneYet")}</p>}
			{entries.map((entry) => (
				<Entry key={entry.path} entry={entry} readOnly={readOnly} />
			))}
			{added.map(({ key, yaml }) => (
				<Added key={key} id={key} list={name} yaml={yaml} />
			))}
			{!readOnly && (
				<button type="button" class="add" onClick={() => edit(next, { path: name, add: templates[name] ?? "id: " })}>
					{words("add")}
				</button>
			)}
		</>
	);
}

/** A new entry begins with this text. */
const templates: Readonly<Record<string, string>> = {
	devices: "id: scanner-1\nfamily: scanner\nprotocol: serial\nport: /dev/ttyACM0\n",
	shelves: "id: shelf-1\nscale: scale-1\nsku: \n",
	shelfPlan: "place: A1-1\nsku: \ncapacity: 12\nminimum: 3\n",
};

function Entry({ entry, readOnly }: { entry: NonNullable<SettingSection["entries"]>[number]; readOnly: boolean }) {
	const words = useSettingsWords();
	const isGone = useEditing((all) => all.edits.has(entry.path));
	const faults = useEditing((all) => all.faults);
	const wrong = faults.filter(({ path }) => path === entry.path || path.startsWith(`${entry.path}.`));
	const said = entry.fields.filter(({ path, value }) => /\.(family|protocol|sku|capacity)$/.test(path) && value !== undefined);
	const own = wrong.filter(({ path }) => path === entry.path);
	return (
		<details class={`entry-of-list ${isGone ? "gone" : ""} ${wrong.length > 0 ? "wrong" : ""}`} open={wrong.length > 0}>
			<summary>
				<b>{entry.name}</b> <span class="quiet">{said.map(({ value }) => String(value)).join(" · ")}</span>
				{isGone && <small class="mark-changed"> {words("removed")}</small>}
			</summary>
			{own.map(({ message }) => (
				<RefusalText key={message} said={message} />
			))}
			{!readOnly && (
				<button
					type="button"
					class="ghost"
					onClick={() => edit(entry.path, isGone ? null : { path: entry.path, remove: true })}
					aria-label={`${words(isGone ? "takeBack" : "remove")}: ${entry.name}`}
				>
					{words(isGone ? "takeBack" : "remove")}
				</button>
			)}
			{!isGone && entry.fields.map((field) => <Field key={field.path} field={field} readOnly={readOnly} within={entry.path} />)}
		</details>
	);
}

/** A new entry, written as YAML. `id`: the key of its change. */
function Added({ id, list, yaml }: { id: string; list: string; yaml: string }) {
	const words = useSettingsWords();
	const faults = useEditing((all) => all.faults);
	const named = /^\s*(?:- )?id:\s*["']?([\w-]+)/m.exec(yaml)?.[1];
	const wrong = faults.filter(({ path }) => path === list || (named !== undefined && `${path}.`.startsWith(`${list}.${named}.`)));
	return (
		<div class="entry-of-list added">
			<p>
				<b>{words("added")}</b> <span class="quiet">{words("addAs")}</span>
			</p>
			<textarea
				class="code"
				rows={Math.max(4, yaml.split("\n").length)}
				spellcheck={false}
				aria-label={`${words("added")}: ${named ?? list}`}
				value={yaml}
				onInput={(event) => edit(id, { path: list, add: event.currentTarget.value })}
			/>
			<button type="button" class="ghost" onClick={() => edit(id, null)}>
				{words("takeBack")}
			</button>
			{wrong.map(({ message }) => (
				<RefusalText key={message} said={message} />
			))}
		</div>
	);
}
