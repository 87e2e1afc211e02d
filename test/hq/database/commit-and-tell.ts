import { openDatabase } from "../../../src/hq/database/database.ts";

/** Commits row after row, and tells each number once its commit is on disk. Runs until it is killed. */
const db = await openDatabase({ dataDir: process.argv[2]! });
await db.transaction((tx) => tx.query("CREATE TABLE told (n integer PRIMARY KEY)"));
for (let n = 1; ; n += 1) {
	await db.transaction((tx) => tx.query("INSERT INTO told VALUES ($1)", [n]));
	process.send!(n);
}
