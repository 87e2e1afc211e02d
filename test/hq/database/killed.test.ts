import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/hq/database/database.ts";

describe("the embedded database of head office", () => {
	const home = mkdtempSync(join(tmpdir(), "gondola-hq-"));
	afterAll(() => rmSync(home, { recursive: true, force: true }));

	it("has every told commit after its process was killed, and belongs to one process at a time", async () => {
		const dataDir = join(home, "database");
		const child = fork(join(import.meta.dirname, "commit-and-tell.ts"), [dataDir], { execArgv: [] });
		let told = 0;
		const enough = new Promise<void>((resolve) =>
			child.on("message", (n: number) => {
				told = n;
				if (n === 50) resolve();
			}),
		);
		await enough;
		await expect(openDatabase({ dataDir })).rejects.toThrow(/already runs/);
		child.kill("SIGKILL");
		await once(child, "exit");
		const db = await openDatabase({ dataDir });
		const [row] = await db.query<{ n: number }>("SELECT count(*)::integer AS n FROM told");
		expect(row!.n).toBeGreaterThanOrEqual(told);
		await db.close();
	}, 120_000);
});
