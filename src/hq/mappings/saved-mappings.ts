import { type Actor, actorText } from "../../words/actor.ts";
import type { SavedMapping } from "../../words/answers/head-office/price-lists.ts";
import type { CsvMapping } from "../../words/prices/csv-mapping.ts";
import type { Instant } from "../../words/time.ts";
import { isBuiltInName, mappingSchema } from "../csv/mapping.ts";
import type { Db, Queries } from "../database/database.ts";
import { HqRefusal } from "../refusal.ts";

export interface MappingVersion {
	version: number;
	at: Instant;
	by: string;
	/** Null: this version removed the name. */
	mapping: CsvMapping | null;
}

interface Row {
	name: string;
	version: number;
	body: string | null;
	at: Instant;
	by: string;
}

const mappingOf = ({ name, body }: Row): CsvMapping => ({ ...mappingSchema.parse(JSON.parse(body!)), name });

async function newest(db: Queries, name: string): Promise<Row | undefined> {
	const [row] = await db.query<Row>(
		"SELECT name, version, body, at, by_whom AS by FROM price_mapping WHERE name = $1 ORDER BY version DESC LIMIT 1",
		[name],
	);
	return row;
}

const shown = (row: Row): SavedMapping => ({ name: row.name, version: row.version, at: row.at, by: row.by, mapping: mappingOf(row) });

const unknown = (name: string): HqRefusal => new HqRefusal("mapping-unknown", `No mapping is saved under the name ${name.slice(0, 64)}.`);

/** An arbitrary number: writers of mappings take turns, so that two of them never make one version. */
const mappingLock = 0x60d032;

/** Mappings for price lists that people saved, each with all its versions. */
export function savedMappings(db: Db, clock: () => Instant) {
	const write = (name: string, by: Actor, body: string | null): Promise<{ row: Row; isNew: boolean }> =>
		db.transaction(async (tx) => {
			await tx.query("SELECT pg_advisory_xact_lock($1)", [mappingLock]);
			const before = await newest(tx, name);
			if (before?.body === body) return { row: before, isNew: false };
			if (body === null && before === undefined) throw unknown(name);
			const row: Row = {
				...{ name, body, version: (before?.version ?? 0) + 1, at: clock() },
				by: actorText({ kind: by.kind, name: by.name }),
			};
			await tx.query("INSERT INTO price_mapping (name, version, body, at, by_whom) VALUES ($1, $2, $3, $4, $5)", [
				...[row.name, row.version, row.body, row.at, row.by],
			]);
			return { row, isNew: true };
		});
	return {
		/** By name, the newest version of each. */
		async mappings(after: string, limit: number): Promise<SavedMapping[]> {
			const rows = await db.query<Row>(
				`SELECT * FROM (SELECT DISTINCT ON (name) name, version, body, at, by_whom AS by FROM price_mapping
				 WHERE name > $1 ORDER BY name, version DESC) AS last WHERE body IS NOT NULL ORDER BY name LIMIT $2`,
				[after, limit],
			);
			return rows.map(shown);
		},
		/** Undefined where no mapping is saved under this text, which may be a mapping itself. */
		async mappingNamed(text: string): Promise<SavedMapping | undefined> {
			const name = text.trim();
			if (!/^[\w.-]{1,48}$/.test(name) || isBuiltInName(name)) return undefined;
			const row = await newest(db, name);
			return row && row.body !== null ? shown(row) : undefined;
		},
		/** With its versions, the newest first. Throws mapping-unknown. */
		async mapping(name: string): Promise<SavedMapping & { versions: MappingVersion[] }> {
			const rows = await db.query<Row>(
				"SELECT name, version, body, at, by_whom AS by FROM price_mapping WHERE name = $1 ORDER BY version DESC LIMIT 100",
				[name],
			);
			const [row] = rows;
			if (!row || row.body === null) throw unknown(name);
			const versions = rows.map((each) => ({
				...{ version: each.version, at: each.at, by: each.by },
				mapping: each.body === null ? null : mappingOf(each),
			}));
			return { ...shown(row), versions };
		},
		/** The same mapping again makes no new version. */
		async saveMapping(name: string, mapping: CsvMapping, by: Actor): Promise<{ saved: SavedMapping; isNew: boolean }> {
			if (isBuiltInName(name)) throw new HqRefusal("mapping-built-in", `Save it under another name than ${name}.`);
			const { name: _, ...rest } = mapping;
			const { row, isNew } = await write(name, by, JSON.stringify(rest));
			return { saved: shown(row), isNew };
		},
		/** Throws mapping-unknown. Its versions stay readable in the database. */
		async removeMapping(name: string, by: Actor): Promise<void> {
			const { isNew } = await write(name, by, null);
			if (!isNew) throw unknown(name);
		},
	};
}
