import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/hq/database/database.ts";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import { until } from "../../support/until.ts";

const wide = "x".repeat(700);
const rowCount = 12_000;
/** Some 9 MB: more than head office reads in memory. `of`: the cells after the name, by row. */
const list = (of: (row: number) => string): string =>
	`sku,name,brand,gtin,amount,currency\n${Array.from({ length: rowCount }, (_, i) => `S${i},Article ${i},"${wide}",${of(i)}\n`).join("")}`;
const priced = (cents: number) => (i: number) => `,${((i % 90) + 1).toFixed(0)}.${cents},EUR`;

const send = async (url: string, path: string, body?: string) => {
	const given = body === undefined ? {} : { method: "POST", headers: { "content-type": "text/csv" }, body };
	const answer = await fetch(url + path, given);
	return { status: answer.status, body: (await answer.json()) as Record<string, any> };
};

describe("a price list that is larger than the memory should hold", () => {
	let hq: Hq;
	const directory = mkdtempSync(join(tmpdir(), "gondola-large-"));
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test", currency: "EUR", directory });
		for (const id of ["l1", "l2"]) await hq.repositories.enroll(id);
	}, 120_000);
	afterAll(async () => {
		await hq.stop();
		rmSync(directory, { recursive: true, force: true });
	});

	it("is previewed, refused whole, taken with its refused rows named, and taken once", async () => {
		const file = list((i) => (i === 700 ? ",oops,EUR" : priced(50)(i)));
		const preview = await send(hq.url, "/api/v1/pushes?dryRun=true&id=w1", file);
		expect(preview).toMatchObject({ status: 200, body: { accepted: rowCount - 1, stores: 2, changesCount: rowCount - 1, held: [] } });
		expect(preview.body["changes"]).toHaveLength(10_000);
		expect(preview.body["rejected"]).toMatchObject([{ line: 702, column: "amount" }]);
		const refused = await send(hq.url, "/api/v1/pushes?allOrNothing=true&id=w1", file);
		expect(refused).toMatchObject({ status: 422, body: { code: "rows-refused" } });
		expect(await send(hq.url, "/api/v1/pushes/w1")).toMatchObject({ status: 404 });

		const taken = await send(hq.url, "/api/v1/pushes?id=w1", file);
		expect(taken).toMatchObject({ status: 202, body: { accepted: rowCount - 1, held: [], rejected: [{ line: 702 }] } });
		expect(await send(hq.url, "/api/v1/pushes?id=w1", file)).toEqual(taken);
		expect(await send(hq.url, "/api/v1/pushes?id=w1", list(priced(60)))).toMatchObject({ status: 409, body: { code: "push-differs" } });
		expect(await send(hq.url, "/api/v1/pushes/w1/progress")).toMatchObject({ body: { stage: "taken", percent: 100 } });
		expect(await send(hq.url, "/api/v1/pushes/w1")).toMatchObject({ body: { changes: rowCount - 1, file: { isKept: true } } });
		expect(readdirSync(join(directory, "intake"))).toEqual([]);
		const kept = await fetch(`${hq.url}/api/v1/pushes/w1/file`);
		expect(await kept.text()).toBe(file);
	}, 300_000);

	it("reaches every store whole: each article once, under numbers without a gap", async () => {
		for (const store of ["l1", "l2"]) {
			const skus = new Set<string>();
			for (let after = 0; ; ) {
				const records = await hq.repositories.link.downAfter(store, "catalog", after, 1_000);
				for (const { record } of records as { record: any }[]) if (record.type === "price") skus.add(record.price.sku);
				if (records.length === 0) break;
				expect(records[0]!.seq).toBe(after + 1);
				after = records.at(-1)!.seq;
			}
			expect(skus.size).toBe(rowCount - 1);
		}
		const numbers = new Set<number>();
		for (let after = 0; ; ) {
			const { body } = await send(hq.url, `/api/v1/pushes/w1/changes?limit=1000&after=${after}`);
			for (const { n } of body["items"]) numbers.add(n);
			if (body["next"] === undefined) break;
			after = body["next"];
		}
		expect([numbers.size, Math.min(...numbers), Math.max(...numbers)]).toEqual([rowCount - 1, 1, rowCount - 1]);
	}, 300_000);

	it("holds what guard rails object to, wherever it stands, and lets it go by a second person", async () => {
		// A barcode of two articles that stand far apart, and a price that rises tenfold.
		const file = list((i) =>
			i === 5 || i === 11_000 ? `4006381333931,${(i % 90) + 1}.50,EUR` : i === 9_000 ? ",950.50,EUR" : priced(50)(i),
		);
		const ana = { kind: "user" as const, name: "ana" };
		const answer = await send(hq.url, "/api/v1/pushes?id=w2", file);
		expect(answer).toMatchObject({ status: 202, body: { accepted: rowCount - 3, rejected: [] } });
		expect(answer.body["held"].map(({ sku, code }: { sku: string; code: string }) => `${sku} ${code}`).sort()).toEqual([
			"S11000 barcode",
			"S5 barcode",
			"S9000 rise",
		]);
		expect(await send(hq.url, "/api/v1/pushes?id=w2", file)).toMatchObject({ body: { held: answer.body["held"] } });
		expect((await hq.repositories.releasePush("w2", ana)).changes).toBe(3);
		expect(await send(hq.url, "/api/v1/pushes/w2")).toMatchObject({ body: { changes: rowCount, held: 0 } });
	}, 300_000);

	it("says how far it is while it is taken in", async () => {
		const answer = send(hq.url, "/api/v1/pushes?id=w3", list(priced(70)));
		let isOver = false;
		const over = answer.finally(() => (isOver = true));
		const stages = new Set<string>();
		while (!isOver) {
			const { status, body } = await send(hq.url, "/api/v1/pushes/w3/progress");
			if (status === 200) stages.add(body["stage"]);
		}
		expect((await over).status).toBe(202);
		expect([...stages].some((stage) => stage !== "taken")).toBe(true);
	}, 300_000);
});

describe("a head office that is killed while it takes a large price list in", () => {
	const home = mkdtempSync(join(tmpdir(), "gondola-large-"));
	const dataDir = join(home, "database");
	afterAll(() => rmSync(home, { recursive: true, force: true }));

	it("has nothing half of it afterwards, and takes it whole when it is sent again", async () => {
		const child = fork(join(import.meta.dirname, "large-push-office.ts"), [home], { execArgv: [] });
		const [url] = (await once(child, "message")) as [string];
		const file = list(priced(50));
		const lost = send(url, "/api/v1/pushes?id=k1", file).catch(() => "lost");
		await until(async () => {
			const { body } = await send(url, "/api/v1/pushes/k1/progress");
			return body["stage"] === "writing" || body["stage"] === "judging";
		}, "the push is written");
		child.kill("SIGKILL");
		await once(child, "exit");
		await lost;

		const hq = await startHq({ port: 0, tenant: "test", dataDir, directory: home });
		try {
			expect(existsSync(join(home, "intake")) ? readdirSync(join(home, "intake")) : []).toEqual([]);
			// On a fast machine it may have been committed before the kill: whole, then.
			const counts = async (table: string) => (await hq.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]!.n;
			const pushes = await counts("push");
			expect([await counts("push_change"), await counts("article")]).toEqual([pushes * rowCount, pushes * rowCount]);
			expect(await send(hq.url, "/api/v1/pushes?id=k1", file)).toMatchObject({ status: 202, body: { accepted: rowCount } });
		} finally {
			await hq.stop();
		}
		const db = await openDatabase({ dataDir });
		expect(await db.query("SELECT count(*)::int AS n FROM push_change")).toEqual([{ n: rowCount }]);
		await db.close();
	}, 300_000);
});
