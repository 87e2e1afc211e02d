import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { keepFile, packFile } from "../../../src/hq/catalog/kept/push-file.ts";
import { openDatabase } from "../../../src/hq/database/database.ts";

const pushes = 8;
const auditRows = 12;

const home = mkdtempSync(join(tmpdir(), "gondola-killed-exports-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const postgres = process.env["GONDOLA_PG_URL"];
const kinds = [{ kind: "embedded", database: join(home, "database") }, ...(postgres ? [{ kind: "postgres", database: postgres }] : [])];

describe.each(kinds)("exports of a head office that is killed ($kind)", ({ kind, database }) => {
	const folder = join(home, `exports-${kind}`);
	const open = () => openDatabase(database === postgres ? { url: database } : { dataDir: database });

	/** `dies`: between the file and the removal; `kills`: when it told so many files. */
	async function exportUntilKilled({ dies = false, kills = Number.POSITIVE_INFINITY }): Promise<void> {
		const child = fork(join(import.meta.dirname, "export-until-killed.ts"), [database, folder, ...(dies ? ["dies"] : [])], {
			execArgv: [],
		});
		let told = 0;
		child.on("message", () => {
			told += 1;
			if (told === kills) child.kill("SIGKILL");
		});
		await once(child, "exit");
	}

	it("has every row in the database or in exactly one file, and no file that nobody knows of", async () => {
		if (database === postgres) {
			const before = await open();
			await before.query("DROP SCHEMA public CASCADE");
			await before.query("CREATE SCHEMA public");
			await before.close();
		}
		const made = await open();
		const at = "2026-01-01T00:00:00.000Z";
		for (let n = 0; n < pushes; n += 1)
			await made.transaction(async (tx) => {
				await tx.query("INSERT INTO push (id, at, changes, rejected) VALUES ($1, $2, 0, '[]')", [`p${n}`, at]);
				await keepFile(tx, `p${n}`, await packFile(Buffer.from(`sku\n${n}\n`), "text/csv"), at);
			});
		for (let n = 0; n < auditRows; n += 1)
			await made.transaction((tx) =>
				tx.query("INSERT INTO audit (at, kind, name, what, outcome) VALUES ($1, 'user', 'ana', $2, '200')", [at, `act ${n}`]),
			);
		await made.close();

		await exportUntilKilled({ dies: true });
		const [orphan] = readdirSync(folder);
		expect(readdirSync(folder)).toHaveLength(1);
		await exportUntilKilled({ dies: true });
		// The second one wrote the same rows under the same name.
		expect(readdirSync(folder)).toEqual([orphan]);
		for (const kills of [1, 2, 3]) await exportUntilKilled({ kills });
		await exportUntilKilled({});

		const db = await open();
		const entered = await db.query<{ file: string }>("SELECT file FROM retention_export WHERE place IS NOT NULL ORDER BY file");
		expect(readdirSync(folder).sort()).toEqual(entered.map(({ file }) => file));
		const rows = entered.flatMap(({ file }) =>
			gunzipSync(readFileSync(join(folder, file)))
				.toString("utf8")
				.trimEnd()
				.split("\n")
				.slice(1, -1)
				.map((line) => JSON.parse(line)),
		) as { table: string; row: { push?: string; what?: string } }[];
		expect(rows.map(({ row }) => row.push ?? row.what).sort()).toEqual(
			[
				...Array.from({ length: pushes }, (_, n) => `p${n}`),
				// The newest stays.
				...Array.from({ length: auditRows - 1 }, (_, n) => `act ${n}`),
			].sort(),
		);
		expect(await db.query("SELECT what FROM audit")).toEqual([{ what: `act ${auditRows - 1}` }]);
		expect(await db.query("SELECT 1 FROM push_file_part")).toEqual([]);
		await db.close();
	}, 240_000);
});
