/** The settings of a configuration one by one, with what the schema says of each: what a form shows. */
import { isSeq, parseDocument, stringify } from "yaml";
import { defined } from "../../words/defined.ts";
import type { SettingEntry, SettingField, SettingSection } from "../../words/settings/setting.ts";
import { type JsonSchema, jsonSchema } from "../reference.ts";
import { hideSecrets } from "./hidden.ts";
import { pathText, type SettingPath, valueAt } from "./path.ts";

/** A longer list is edited as text. */
const entriesMost = 200;

/** The settings that are no group, as one section under this name. */
const general = "general";

/** Sections in the schema's order, the single settings first. */
export function settingSections(text: string): SettingSection[] {
	const document = parseDocument(text);
	const read = document.toJS() as unknown;
	const schema = jsonSchema() as JsonSchema;
	const sections: SettingSection[] = [{ name: general, description: "", fields: [] }];
	for (const [name, field] of Object.entries(schema.properties ?? {})) {
		const description = field.description ?? "";
		const isNeeded = schema.required?.includes(name) && field.default === undefined;
		if (field.items && (field.items.properties || field.items.anyOf)) {
			const node = document.get(name, true);
			const list = isSeq(node) && Array.isArray(valueAt(read, [name])) ? (valueAt(read, [name]) as unknown[]) : [];
			const entries =
				list.length <= entriesMost ? { entries: list.map((entry, at) => entryOf(field.items!, entry, pathOfEntry(name, list, at))) } : {};
			sections.push({ name, description, fields: [], count: list.length, ...entries });
		} else if (field.properties) {
			sections.push({ name, description, fields: fieldsIn(field, [name], read) });
		} else sections[0]!.fields.push(fieldOf(field, [name], read, isNeeded));
	}
	return sections;
}

const idOf = (entry: unknown): unknown => (entry as { id?: unknown } | null)?.id;

/**
 * The path of a list's entry: by its id, which stays the same when somebody else adds or removes entries meanwhile; by its number where
 * it has no id of its own.
 */
export function pathOfEntry(list: string, entries: readonly unknown[], at: number): string {
	const id = idOf(entries[at]);
	const isOwn = typeof id === "string" && /^[\w-]+$/.test(id) && entries.filter((each) => idOf(each) === id).length === 1;
	return pathText(isOwn ? [list, id] : [list, at]);
}

function entryOf(items: JsonSchema, entry: unknown, path: string): SettingEntry {
	const { id, place } = (entry ?? {}) as { id?: unknown; place?: unknown };
	const named = [id, place].find((each) => typeof each === "string" && each !== "") as string | undefined;
	const schema = items.anyOf ? kindOf(items.anyOf, entry) : items;
	const fields = schema ? fieldsIn(schema, [], entry).map((field) => ({ ...field, path: `${path}.${field.path}` })) : [];
	return { path, name: named ?? path, fields };
}

/** The schema of an entry whose kinds are told apart by `family` and `protocol`. */
function kindOf(kinds: readonly JsonSchema[], entry: unknown): JsonSchema | undefined {
	const said = (entry ?? {}) as Record<string, unknown>;
	const fits = (schema: JsonSchema, name: string): boolean => {
		const field = schema.properties?.[name];
		const value = said[name] ?? field?.default;
		return field === undefined || field.const === value || (field.enum?.includes(value) ?? false);
	};
	return kinds.find((schema) => fits(schema, "family") && fits(schema, "protocol")) ?? kinds.find((schema) => fits(schema, "family"));
}

function fieldsIn(schema: JsonSchema, path: SettingPath, read: unknown): SettingField[] {
	return Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
		field.properties && !field.items
			? fieldsIn(field, [...path, name], read)
			: [fieldOf(field, [...path, name], read, schema.required?.includes(name) && field.default === undefined)],
	);
}

function fieldOf(field: JsonSchema, path: SettingPath, read: unknown, isNeeded = false): SettingField {
	const kind = kindOfField(field);
	const inFile = valueAt(read, path);
	const asText = kind === "yaml" && inFile !== undefined ? stringify(inFile, { lineWidth: 0 }).trimEnd() : (inFile as string | undefined);
	const value = typeof asText === "string" ? hideSecrets(asText) : asText;
	const usual = kind === "yaml" ? undefined : (field.default as string | undefined);
	return {
		path: pathText(path),
		kind,
		description: field.description ?? "",
		...defined({ value, usual }),
		...(kind === "choice" && { choices: (field.enum ?? []) as string[] }),
		...(isNeeded && { isNeeded: true as const }),
		...(value !== asText && { isHidden: true as const }),
	};
}

function kindOfField({ const: only, enum: values, type, anyOf }: JsonSchema): SettingField["kind"] {
	if (only !== undefined) return "fixed";
	if (values) return "choice";
	if (type === "string") return "text";
	if (type === "number" || type === "integer") return "number";
	if (type === "boolean") return "boolean";
	if (anyOf?.every((each) => each.type === "string" || each.type === "null")) return "text";
	return "yaml";
}
