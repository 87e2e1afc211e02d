import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { hqRetention } from "../../../src/cli/hq/upkeep/retention.ts";
import type { Ask } from "../../../src/cli/verb/ask.ts";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import { ask } from "../ask.ts";

describe("retention at head office's door", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-retention-"));
	const folder = join(root, "exports");
	let hq: Hq;
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test", retention: { folder } });
		for (let n = 0; n < 4; n += 1)
			await hq.db.transaction((tx) =>
				tx.query("INSERT INTO audit (at, kind, name, what, outcome) VALUES ('2020-01-01T00:00:00.000Z', 'user', 'ana', $1, '200')", [
					`act ${n}`,
				]),
			);
	}, 120_000);
	afterAll(async () => {
		await hq.stop();
		rmSync(root, { recursive: true, force: true });
	});

	const send = (method: string, path: string, body?: unknown) => ask(`${hq.url}/api/v1/retention${path}`, method, body);
	/** The command line, and what it printed. */
	async function cli(words: string[], asked: { json?: boolean; dryRun?: boolean } = {}): Promise<{ code: number; out: string }> {
		const printed: string[] = [];
		const console = vi.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0);
		const sent = async <T>(path: string, { method = "GET", body }: Ask = {}) => (await ask(hq.url + path, method, body)).body as T;
		try {
			const code = await hqRetention(sent as never, words, { json: false, dryRun: false, ...asked }, "usage");
			return { code, out: printed.join("") };
		} finally {
			console.mockRestore();
		}
	}

	it("keeps everything until somebody names a kind and days; a wrong one is told so with the nearest right name", async () => {
		const { items } = (await send("GET", "")).body as { items: { kind: string; days: number | null }[] };
		expect(items.map(({ days }) => days).every((days) => days === null)).toBe(true);
		expect(items.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["facts", "facts.stock", "notes", "audit", "orders"]));
		const wrong = await send("PUT", "/audits", { days: 90 });
		expect(wrong).toMatchObject({ status: 400, body: { code: "bad-field" } });
		expect(wrong.body["detail"]).toContain("audit");
		expect(await send("PUT", "/audit", { days: 5 })).toMatchObject({
			status: 400,
			body: { detail: "days: audit stay for 30 days at least." },
		});
		expect(await send("PUT", "/audit", { days: 90, keep: true })).toMatchObject({ status: 400, body: { code: "unknown-field" } });
		expect((await cli(["run"], { dryRun: true })).out).toContain("kept for ever");
	});

	it("counts before it removes, exports to the folder, lists the files, and verifies them without head office", async () => {
		expect((await cli(["set", "audit", "90"])).out).toMatch(/audit +90 days/);
		expect((await cli(["run"], { dryRun: true })).out).toBe("audit: 3 rows are due\n");
		expect(await hq.db.query("SELECT 1 FROM audit")).toHaveLength(4);
		expect((await cli(["run"])).out).toMatch(/^audit: 3 rows in gondola-audit-000001-[0-9a-f]{12}\.jsonl\.gz\n$/);
		expect((await cli(["run"])).out).toBe("nothing is due\n");
		await hq.db.transaction((tx) =>
			tx.query("INSERT INTO audit (at, kind, name, what, outcome) VALUES ('2020-01-01', 'user', 'a', 'b', '200')"),
		);
		await cli(["run"]);
		const page = (await send("GET", "/exports?limit=1")).body as { items: { place: number }[]; next: string };
		expect(page.items).toMatchObject([{ place: 2, rows: 1 }]);
		expect((await send("GET", `/exports?limit=1&after=${encodeURIComponent(page.next)}`)).body).toMatchObject({
			items: [{ place: 1, rows: 3 }],
		});
		expect(await cli(["verify", folder])).toEqual({ code: 0, out: "2 exports, 4 rows; 0 with a fault\n" });

		const [first, second] = readdirSync(folder).sort() as [string, string];
		const damaged = join(root, "damaged");
		cpSync(folder, damaged, { recursive: true });
		writeFileSync(join(damaged, first), "cut");
		const told = await cli(["verify", damaged], { json: true });
		expect(told.code).toBe(1);
		expect(JSON.parse(told.out)).toMatchObject({
			whole: false,
			files: [
				{ file: first, fault: expect.stringContaining("damaged") },
				{ file: second, fault: expect.stringContaining("place 1") },
			],
		});
		expect((await cli(["set", "audit", "keep"])).out).toMatch(/audit +for ever/);
	});

	it("says that it cannot write, and that it was started without a folder", async () => {
		await send("PUT", "/audit", { days: 90 });
		await hq.db.transaction((tx) =>
			tx.query("INSERT INTO audit (at, kind, name, what, outcome) VALUES ('2020-01-01', 'user', 'a', 'c', '200')"),
		);
		rmSync(folder, { recursive: true });
		writeFileSync(folder, "a file in the way");
		expect(await send("POST", "/run")).toMatchObject({ status: 503, body: { code: "export-failed" } });
		expect(await hq.db.query("SELECT 1 FROM audit")).toHaveLength(2);
		const without = await startHq({ port: 0, tenant: "test" });
		expect(await ask(`${without.url}/api/v1/retention/run`, "POST")).toMatchObject({ status: 409, body: { code: "exports-off" } });
		await without.stop();
	}, 120_000);
});
