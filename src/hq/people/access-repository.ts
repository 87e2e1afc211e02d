import { type AccessRecords, type AccessRepository, accessRecords } from "../../access/records.ts";
import type { Db, Queries } from "../database/database.ts";

/** Users, tokens and sessions in head office's database, so that all its processes know the same people at once. */
export function accessInDatabase(db: Db): AccessRepository {
	return {
		async version() {
			const [row] = await db.query<{ version: number }>("SELECT version FROM access");
			return String(row!.version);
		},
		load: () => load(db),
		update: (edit) =>
			db.transaction(async (tx) => {
				await tx.query("SELECT 1 FROM access FOR UPDATE");
				const records = await load(tx);
				const result = edit(records);
				await tx.query("UPDATE access SET version = version + 1, records = $1", [JSON.stringify(records)]);
				return result;
			}),
	};
}

async function load(db: Queries): Promise<AccessRecords> {
	const [row] = await db.query<{ records: string }>("SELECT records FROM access");
	return accessRecords.parse(JSON.parse(row!.records));
}
