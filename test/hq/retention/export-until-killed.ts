import { openDatabase } from "../../../src/hq/database/database.ts";
import { exportNext } from "../../../src/hq/retention/export-rows.ts";

/**
 * Exports kind after kind until nothing is due, and tells each file. With a third argument it kills itself where the clock is asked for the
 * second time for an export: the file is written, and its rows have not left.
 */
const [database, folder, dies] = process.argv.slice(2) as [string, string, string | undefined];
const db = await openDatabase(database.startsWith("postgres:") ? { url: database } : { dataDir: database });
for (const kind of ["audit", "push-files"]) {
	for (let isDone = false; !isDone; ) {
		let asked = 0;
		const clock = (): string => {
			asked += 1;
			if (dies !== undefined && asked === 2) process.kill(process.pid, "SIGKILL");
			return "2027-01-01T00:00:00.000Z";
		};
		const made = await exportNext(db, { kind, days: 30 }, folder, clock);
		if (made) process.send?.(made.file);
		isDone = made === undefined;
	}
}
await db.close();
process.disconnect?.();
