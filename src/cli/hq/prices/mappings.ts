import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { SavedMapping } from "../../../words/answers/head-office/price-lists.ts";
import { json, table } from "../../verb/output.ts";
import { fail, say } from "../../verb/verb.ts";
import type { AskOffice } from "../office.ts";

/** `gondola hq mappings`: the mappings of price lists that are saved at head office, by name. */
export async function hqMappings(ask: AskOffice, [act = "list", name, file]: string[], asJson: boolean, usage: string): Promise<number> {
	if (act === "list") return listMappings(ask, asJson);
	if (name === undefined) return fail(2, usage);
	const path = `/api/v1/mappings/${encodeURIComponent(name)}`;
	switch (act) {
		case "show": {
			const saved = await ask<SavedMapping & { versions: { version: number; at: string; by: string }[] }>(path);
			if (asJson) return json(saved);
			const { name: _, ...mapping } = saved.mapping;
			say(
				table(
					["version", "at", "by"],
					saved.versions.map(({ version, at, by }) => [String(version), at, by]),
				),
			);
			say(JSON.stringify(mapping, null, "\t"));
			return 0;
		}
		case "save": {
			if (file === undefined) return fail(2, usage);
			let body: unknown;
			try {
				body = parse(readFileSync(file, "utf8"), { maxAliasCount: 0 });
			} catch (error) {
				return fail(1, `${file}: ${(error as Error).message.split("\n")[0]}`);
			}
			const saved = await ask<SavedMapping>(path, { method: "PUT", body: (body ?? {}) as object });
			if (asJson) return json(saved);
			say(`mapping ${saved.name}, version ${saved.version}. Push with it: gondola hq push FILE --mapping ${saved.name}`);
			return 0;
		}
		case "remove":
			await ask(path, { method: "DELETE" });
			if (asJson) return json({ name, removed: true });
			say(`mapping ${name} is removed; what was pushed with it stays`);
			return 0;
		default:
			return fail(2, usage);
	}
}

async function listMappings(ask: AskOffice, asJson: boolean): Promise<number> {
	const items: SavedMapping[] = [];
	for (let after: string | undefined = ""; after !== undefined; ) {
		const page: { items: SavedMapping[]; next?: string } = await ask(`/api/v1/mappings?limit=1000&after=${encodeURIComponent(after)}`);
		items.push(...page.items);
		after = page.next;
	}
	if (asJson) return json({ items });
	const row = ({ name, version, at, by, mapping }: SavedMapping): string[] => [
		name,
		String(version),
		at,
		by,
		Object.keys(mapping.columns).join(", "),
	];
	say(items.length === 0 ? "no mapping is saved" : table(["name", "version", "at", "by", "columns"], items.map(row)));
	return 0;
}
