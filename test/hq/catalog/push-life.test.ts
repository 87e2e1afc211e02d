import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hq, startHq } from "../../../src/hq/service.ts";

const main = resolve(import.meta.dirname, "../../../src/cli/main.ts");

describe("a push", () => {
	let hq: Hq;
	const folder = mkdtempSync(join(tmpdir(), "push-"));
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test" });
		for (const id of ["h1", "h2"]) await post("/api/v1/stores", { id });
	}, 120_000);
	afterAll(async () => {
		await hq.stop();
		rmSync(folder, { recursive: true });
	});

	async function post(path: string, body: unknown) {
		const type = typeof body === "string" ? "text/csv" : "application/json";
		const answer = await fetch(hq.url + path, {
			method: "POST",
			headers: { "content-type": type },
			body: typeof body === "string" ? body : JSON.stringify(body),
		});
		return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
	}
	const change = (sku: string, amountMinor: number, more = {}) => ({ sku, amountMinor, currency: "EUR", name: `Article ${sku}`, ...more });
	const push = (id: string, changes: object[], stores: string[] | "all" = "all") => post("/api/v1/pushes", { id, stores, changes });
	const records = async (store: string): Promise<number> => (await hq.repositories.link.downAfter(store, "catalog", 0, 1_000)).length;
	const run = (...words: string[]) =>
		new Promise<{ code: number; out: string; err: string }>((done) =>
			execFile(process.execPath, [main, "hq", ...words, "--hq", hq.url], (error, out, err) =>
				done({ code: error ? Number(error.code) : 0, out, err }),
			),
		);
	const file = (name: string, text: string): string => {
		const path = join(folder, name);
		writeFileSync(path, text);
		return path;
	};

	it("with an id that had other changes, stores or time is refused, and nothing changes (case H5)", async () => {
		const first = [change("d1", 100), change("d2", 200)];
		expect(await push("differs", first, ["h1", "h2"])).toMatchObject({ status: 202, body: { accepted: 2 } });
		const before = await records("h1");
		expect(await push("differs", first, ["h2", "h1"])).toMatchObject({ status: 202, body: { accepted: 2 } });
		for (const other of [
			push("differs", [change("d1", 101), change("d2", 200)], ["h1", "h2"]),
			push("differs", [change("d1", 100)], ["h1", "h2"]),
			push("differs", first, ["h1"]),
			post("/api/v1/pushes", { id: "differs", stores: ["h1", "h2"], effectiveAt: "2030-01-01T00:00:00Z", changes: first }),
		])
			expect(await other).toMatchObject({ status: 409, body: { code: "push-differs" } });
		expect(await records("h1")).toBe(before);
	});

	it("that accepted nothing leaves its id to the mended file (case H5)", async () => {
		expect(await post("/api/v1/pushes?id=mended", "sku,name,amount,currency\nm1,M,wrong,EUR\n")).toMatchObject({
			status: 202,
			body: { accepted: 0, rejected: [{ line: 2 }] },
		});
		expect(await post("/api/v1/pushes?id=mended", "sku,name,amount,currency\nm1,M,1.00,EUR\n")).toMatchObject({
			status: 202,
			body: { accepted: 1, rejected: [] },
		});
	});

	it("can be looked at before: jumps, currency, names, refused rows; nothing is written (case P18), (case P19)", async () => {
		await push("base", [change("b1", 100)]);
		await push("base-h1", [change("b2", 100)], ["h1"]);
		await push("base-h2", [change("b2", 400)], ["h2"]);
		const before = await records("h1");
		const rows = ["b1,,2.01,EUR", "b2,,1.50,EUR", "9999,,5.00,EUR", "b3,New,1.00,USD", "b1,,x,EUR", "b4,Fresh,99.00,EUR"];
		const preview = await post("/api/v1/pushes?id=look&dryRun=true", ["sku,name,amount,currency", ...rows].join("\n"));
		expect(preview).toMatchObject({
			status: 200,
			body: {
				accepted: 2,
				stores: 2,
				labels: 0,
				rejected: [{ line: 6, column: "amount" }],
				held: [
					{ sku: "b1", code: "rise" },
					{ sku: "9999", code: "no-name" },
					{ sku: "b3", code: "currency" },
				],
				// b2 costs 1.00 in one store and 4.00 in the other: the larger change is shown.
				changes: [
					{ sku: "b1", old: 100, new: 201, percent: 101 },
					{ sku: "b2", old: 400, new: 150, percent: -62.5 },
					{ sku: "9999", old: null, new: 500, percent: null },
					{ sku: "b3", old: null, new: 100, percent: null },
					{ sku: "b4", old: null, new: 9_900, percent: null },
				],
			},
		});
		expect(await records("h1")).toBe(before);
		expect((await fetch(`${hq.url}/api/v1/pushes/look`)).status).toBe(404);
	});

	it("is compared with the price of its own kind, and only in the stores it goes to", async () => {
		await push("kinds", [change("k1", 100)], ["h1"]);
		await push("kinds-promotion", [change("k1", 40, { kind: "promotion", until: "2999-01-01T00:00:00Z" })], ["h1"]);
		const look = async (changes: object[], stores: string[]) =>
			(await post("/api/v1/pushes?dryRun=true", { id: "look", stores, changes })).body.changes;
		expect(await look([change("k1", 110)], ["h1"])).toMatchObject([{ old: 100, percent: 10 }]);
		expect(await look([change("k1", 50, { kind: "promotion" })], ["h1"])).toMatchObject([{ old: 40, percent: 25 }]);
		expect(await look([change("k1", 20, { kind: "clearance" })], ["h1"])).toMatchObject([{ old: 40, percent: -50 }]);
		expect(await look([change("k1", 110)], ["h2"])).toMatchObject([{ old: null }]);
	});

	it("takes all rows or none when that is asked (case P18)", async () => {
		const rows = "sku,name,amount,currency\na1,A,1.00,EUR\na2,B,wrong,EUR\n";
		const before = await records("h1");
		expect(await post("/api/v1/pushes?id=whole&allOrNothing=true", rows)).toMatchObject({
			status: 422,
			body: { code: "rows-refused", errors: [{ path: "line 3, amount" }] },
		});
		expect(await records("h1")).toBe(before);
		expect(await post("/api/v1/pushes?id=whole&allOrNothing=maybe", rows)).toMatchObject({ status: 400, body: { code: "bad-field" } });
	});

	it("by command line exits 3 when rows were refused, and shows why before anything is sent (case P18)", async () => {
		const half = file("half.csv", "sku,name,amount,currency\nc1,C,1.00,EUR\nc2,D,wrong,EUR\n");
		const before = await records("h1");
		const look = await run("push", half, "--dry-run");
		expect(look).toMatchObject({
			code: 3,
			err: expect.stringContaining("line 3, amount"),
			out: expect.stringContaining("Nothing was changed"),
		});
		expect(await run("push", half, "--all-or-nothing")).toMatchObject({ code: 3, err: expect.stringContaining("no row was taken") });
		expect(await records("h1")).toBe(before);
		expect(await run("push", half)).toMatchObject({ code: 3, out: expect.stringContaining("1 changes accepted, 1 rows refused") });
		const whole = file("whole.csv", "sku,name,amount,currency\nc3,C,1.00,EUR\n");
		expect(await run("push", whole, "--all-or-nothing")).toMatchObject({ code: 0 });
	}, 120_000);
});
