import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { startLineBroker } from "../../src/broker/line-broker.ts";
import { openPostgres } from "../../src/hq/database/database.ts";
import { buildHttp } from "../../src/hq/http/server.ts";
import { openRepositories } from "../../src/hq/repositories.ts";
import { type Hq, startHq } from "../../src/hq/service.ts";
import { eventually } from "../support/until.ts";

const main = resolve(import.meta.dirname, "../../src/cli/main.ts");
const root = mkdtempSync(join(tmpdir(), "gondola-ready-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const gondola = (...words: string[]) =>
	new Promise<{ code: number | string; out: string; err: string }>((done) =>
		execFile(
			process.execPath,
			[main, "hq", ...words],
			{ timeout: 40_000, killSignal: "SIGKILL", maxBuffer: 16 * 1024 * 1024 },
			(error, out, err) => done({ code: error ? (error.code ?? error.signal ?? "killed") : 0, out, err }),
		),
	);

/** A port that is taken, or free again after `free`. */
async function takenPort(): Promise<{ port: number; free(): Promise<void> }> {
	const server = createServer().listen(0, "127.0.0.1");
	await new Promise<void>((listening) => server.once("listening", () => listening()));
	return { port: (server.address() as AddressInfo).port, free: () => new Promise((freed) => server.close(() => freed())) };
}

describe("gondola hq run", { timeout: 90_000 }, () => {
	it.each(["port", "line-port"])("with a busy --%s exits 1 and says which option, in one sentence (case H23)", async (option) => {
		const busy = await takenPort();
		const ports = option === "port" ? ["--port", `${busy.port}`, "--line-port", "0"] : ["--port", "0", "--line-port", `${busy.port}`];
		const { code, out, err } = await gondola("run", "--data", join(root, option), ...ports);
		await busy.free();
		expect({ code, out }).toEqual({ code: 1, out: "" });
		expect(err.trim().split("\n")).toEqual([
			expect.stringMatching(new RegExp(`^gondola: another program listens on 127.0.0.1:${busy.port}.* --${option} another`)),
		]);
	});

	it("with a database that is away exits 1 and says so (case H23)", async () => {
		const { port, free } = await takenPort();
		await free();
		const at = join(root, "away");
		const { code, err } = await gondola(
			"run",
			"--data",
			at,
			"--database",
			`postgres://a@127.0.0.1:${port}/a`,
			"--port",
			"0",
			"--line-port",
			"0",
		);
		expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^gondola: the database of --database cannot be reached: .*\n$/) });
	});
});

describe("head office without what it needs", { timeout: 60_000 }, () => {
	let hq: Hq | undefined;
	afterEach(async () => {
		await hq?.stop();
		hq = undefined;
	});

	it("is alive but not ready while no broker carries its line, says why, and says when it is back (case H23)", async () => {
		const { port, free } = await takenPort();
		await free();
		const said: string[] = [];
		hq = await startHq({ port: 0, tenant: "test", brokerUrl: `mqtt://127.0.0.1:${port}`, notify: (sentence) => void said.push(sentence) });
		const { url } = hq;
		const ready = async () => {
			const answer = await fetch(`${url}/readyz`);
			return [answer.status, await answer.json()];
		};
		expect((await fetch(`${url}/healthz`)).status).toBe(200);
		await eventually(async () =>
			expect(await ready()).toEqual([503, { ready: false, database: "well", line: expect.stringMatching(/REFUSED/) }]),
		);
		await eventually(() => expect(said).toEqual([expect.stringMatching(/does not carry the line.*REFUSED/)]));
		const broker = await startLineBroker({ host: "127.0.0.1", port });
		try {
			await eventually(async () => expect(await ready()).toEqual([200, { ready: true, database: "well", line: "well" }]));
			await eventually(() => expect(said.at(-1)).toContain("carries the line to the stores again"));
		} finally {
			await hq.stop();
			hq = undefined;
			await broker.stop();
		}
	});

	it("answers 503 with the reason while its database is away, and does not call it a mistake (case H23)", async () => {
		const { port, free } = await takenPort();
		await free();
		const db = await openPostgres(`postgres://a@127.0.0.1:${port}/a`, {});
		const faults: unknown[] = [];
		const app = buildHttp({
			db,
			repositories: openRepositories(db, "test"),
			isConnected: () => false,
			report: (fault) => void faults.push(fault),
		});
		const headers = { host: "127.0.0.1" };
		const order = { id: "o1", store: "h1", lines: [{ sku: "a", quantity: 1 }] };
		for (const answer of [
			await app.inject({ url: "/api/v1/stores", headers }),
			await app.inject({ url: "/healthz", headers }),
			await app.inject({ method: "POST", url: "/api/v1/orders", headers, payload: order }),
		])
			expect([answer.statusCode, answer.json()]).toMatchObject([
				503,
				{ code: "database-away", detail: expect.stringContaining("same request") },
			]);
		const ready = await app.inject({ url: "/readyz", headers });
		expect([ready.statusCode, ready.json()]).toEqual([503, { ready: false, database: "ECONNREFUSED", line: "well" }]);
		expect(faults).toEqual([]);
		await app.close();
		await db.close();
	});
});

describe("head office that is well", { timeout: 60_000 }, () => {
	it("lists all its stores on the command line, however many (case H18); no answer may be framed, sniffed or kept", async () => {
		const hq = await startHq({ port: 0, tenant: "test" });
		try {
			await hq.repositories.enroll("a0");
			await hq.db.transaction((tx) =>
				tx.query(`INSERT INTO store SELECT (jsonb_populate_record(s, jsonb_build_object('id', 'b' || n))).*
					FROM store s, generate_series(1, 2300) n WHERE s.id = 'a0'`),
			);
			const { code, out } = await gondola("stores", "--json", "--hq", hq.url);
			expect([code, (JSON.parse(out) as { items: unknown[] }).items.length]).toEqual([0, 2301]);
			for (const path of ["/", "/healthz", "/nowhere", "/api/v1/stores?colour=red"]) {
				const { headers } = await fetch(hq.url + path);
				expect(Object.fromEntries(headers)).toMatchObject({
					"x-content-type-options": "nosniff",
					"referrer-policy": "no-referrer",
					"cache-control": "no-store",
					"content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
				});
			}
		} finally {
			await hq.stop();
		}
	});
});
