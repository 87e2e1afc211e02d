import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepFile, packFile } from "../../../src/hq/catalog/kept/push-file.ts";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import { ask } from "../ask.ts";

describe("what was pushed", () => {
	let hq: Hq;
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test", currency: "EUR" });
		await send("POST", "/api/v1/stores", { id: "k1" });
	}, 120_000);
	afterAll(() => hq.stop());

	const send = (method: string, path: string, body?: unknown, type?: string) => ask(hq.url + path, method, body, type);
	const pushBytes = (id: string, bytes: Uint8Array<ArrayBuffer>, type = "text/csv") =>
		fetch(`${hq.url}/api/v1/pushes?id=${id}`, { method: "POST", headers: { "content-type": type }, body: bytes });
	const fileOf = async (id: string) => {
		const answer = await fetch(`${hq.url}/api/v1/pushes/${id}/file`);
		return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
	};

	it("is given back byte for byte, in whatever encoding it came, packed or not", async () => {
		const chinese = Buffer.concat([
			Buffer.from("sku,name,amount,currency\r\n7,"),
			Buffer.from([0xb2, 0xe8, 0xd2, 0xb6]),
			Buffer.from(",9.90,CNY\r\n"),
		]);
		const large = Buffer.from(
			`sku,name,amount,currency\n${Array.from({ length: 9_000 }, (_, n) => `${n},"Čaj ${n * 7_919}",1.00,EUR`).join("\n")}`,
		);
		const files: [string, Buffer<ArrayBuffer>][] = [
			["gbk", chinese],
			["large", large],
			["packed", gzipSync(large)],
		];
		for (const [id, bytes] of files) {
			expect((await pushBytes(id, bytes, id === "packed" ? "application/gzip" : "text/csv; charset=x")).status, id).toBe(202);
			const { answer, bytes: back } = await fileOf(id);
			expect([answer.status, createHash("sha256").update(back).digest("hex")], id).toEqual([
				200,
				createHash("sha256").update(bytes).digest("hex"),
			]);
			expect(answer.headers.get("content-disposition")).toContain("attachment");
			expect((await send("GET", `/api/v1/pushes/${id}`)).body["file"]).toMatchObject({ bytes: bytes.length, isKept: true });
		}
	});

	it("is listed page by page: changes with what is held at the end, and refused rows", async () => {
		const rows = ["m1,Tea,1.00", "m2,,1.00", "m3,Salt,1.2.3.4", "m4,Rice,4.00", ...Array.from({ length: 30 }, (_, n) => `x${n},Bad,abc`)];
		await pushBytes("mixed", Buffer.from(`sku,name,amount,currency\n${rows.map((row) => `${row},EUR`).join("\n")}\n`));
		const first = (await send("GET", "/api/v1/pushes/mixed/changes?limit=1")).body as { items: object[]; next: number };
		expect(first).toMatchObject({ items: [{ sku: "m1", name: "Tea", amountMinor: 100, currency: "EUR", kind: "regular" }] });
		const seen: string[] = [];
		for (let after: number | undefined = 0; after !== undefined; ) {
			const page = (await send("GET", `/api/v1/pushes/mixed/changes?limit=1&after=${after}`)).body as {
				items: { sku: string; held?: object[] }[];
				next?: number;
			};
			seen.push(...page.items.map(({ sku, held }) => (held ? `${sku} held` : sku)));
			after = page.next;
		}
		expect(seen).toEqual(["m1", "m4", "m2 held"]);
		const refused = (await send("GET", "/api/v1/pushes/mixed/rejected?limit=20")).body as { items: { line: number }[]; next: number };
		expect([refused.items.length, refused.items[0]!.line, refused.next]).toEqual([20, 4, 20]);
		expect((await send("GET", "/api/v1/pushes/mixed/rejected?limit=20&after=20")).body).toMatchObject({ items: { length: 11 } });
		await send("POST", "/api/v1/pushes/mixed/withdraw", { skus: ["m4"] });
		expect((await send("GET", "/api/v1/pushes/mixed/changes")).body["items"]).toMatchObject([
			{ sku: "m1" },
			{ sku: "m4", endedAt: expect.any(String) },
			{},
		]);
	});

	it("is said not to be kept where it is no file, or too large, and unknown pushes are unknown", async () => {
		await send("POST", "/api/v1/pushes", {
			id: "json",
			stores: "all",
			changes: [{ sku: "1", amountMinor: 100, currency: "EUR", name: "Tea" }],
		});
		expect(await send("GET", "/api/v1/pushes/json/file")).toMatchObject({ status: 404, body: { code: "push-file-none" } });
		expect((await send("GET", "/api/v1/pushes/json")).body["file"]).toBe(null);
		const packed = await packFile(Buffer.from("sku,amount\n1,2\n"), "text/csv", 10);
		await hq.db.transaction((tx) => keepFile(tx, "json", packed, "2026-03-01T00:00:00.000Z"));
		expect((await send("GET", "/api/v1/pushes/json")).body["file"]).toMatchObject({ bytes: 15, isKept: false });
		expect(await send("GET", "/api/v1/pushes/json/file")).toMatchObject({
			status: 404,
			body: { detail: expect.stringContaining("15 bytes") },
		});
		for (const what of ["changes", "rejected"]) {
			expect(await send("GET", `/api/v1/pushes/nowhere/${what}`)).toMatchObject({ status: 404, body: { code: "push-unknown" } });
			for (const odd of ["after=-1", "after=x", "limit=0", "limit=1001", "more=1"])
				expect((await send("GET", `/api/v1/pushes/json/${what}?${odd}`)).status, odd).toBe(400);
		}
	});

	it("keeps no file of a dry run, nor a second one of a push that is sent again", async () => {
		const csv = "sku,name,amount,currency\n1,Tea,1.00,EUR\n";
		expect((await send("POST", "/api/v1/pushes?id=dry&dryRun=true", csv, "text/csv")).status).toBe(200);
		expect((await send("POST", "/api/v1/pushes?id=twice", csv, "text/csv")).status).toBe(202);
		expect((await send("POST", "/api/v1/pushes?id=twice", `${csv}\n`, "text/csv")).status).toBe(202);
		expect((await fileOf("twice")).bytes.toString()).toBe(csv);
		expect(await hq.db.query("SELECT push FROM push_file WHERE push IN ('dry', 'twice')")).toEqual([{ push: "twice" }]);
	});
});
