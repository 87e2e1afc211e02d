import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hq, startHq } from "../../../src/hq/service.ts";
import { eventually } from "../../support/until.ts";
import { storeWriter } from "../open-book.ts";

interface Wave {
	state: string;
	stores: number;
	by: string | null;
	halt?: { code: string; what: string; do: string };
}

describe("waves of a push, asked over HTTP", () => {
	const dataDir = mkdtempSync(join(tmpdir(), "gondola-waves-"));
	const tokens: Record<string, string> = {};
	let hq: Hq;
	const start = () => startHq({ port: 0, tenant: "test", dataDir, people: { isDemo: true } });
	beforeAll(async () => {
		hq = await start();
		for (const role of ["viewer", "pricer", "operator"])
			tokens[role] = String((await send("POST", "/api/v1/tokens", { name: role, role })).body["token"]);
		for (const id of ["w1", "w2", "w3"]) await send("POST", "/api/v1/stores", { id });
		await send("PUT", "/api/v1/stores/w1/groups", { groups: ["pilot"] });
	}, 120_000);
	afterAll(async () => {
		await hq.stop();
		rmSync(dataDir, { recursive: true, force: true });
	});

	async function send(method: string, path: string, body?: unknown, by?: string, headers: Record<string, string> = {}) {
		const isText = typeof body === "string";
		const answer = await fetch(hq.url + path, {
			method,
			headers: {
				...(body !== undefined && { "content-type": isText ? "text/csv" : "application/json" }),
				...(by && { authorization: `Bearer ${tokens[by]}` }),
				...headers,
			},
			...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
		});
		return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
	}
	const wavesOf = async (id: string, headers = {}) =>
		(await send("GET", `/api/v1/pushes/${id}`, undefined, undefined, headers)).body["waves"] as Wave[];
	const push = (id: string, more: object) =>
		send("POST", "/api/v1/pushes", { id, stores: "all", changes: [{ sku: "1", amountMinor: 99, currency: "EUR", name: "Tea" }], ...more });

	it("are refused where they cannot be meant, and nothing is pushed", async () => {
		for (const waves of [[], [{ group: "pilot" }], [{ all: true }, { percent: 10 }], [{ group: "pilot", percent: 5 }, { all: true }], [{}]])
			expect(await push("no", { waves }), JSON.stringify(waves)).toMatchObject({ status: 400, body: { code: "bad-field" } });
		for (const odd of [{ percent: 0 }, { percent: 101 }, { percent: "ten" }, { group: "A b" }, { percent: 10, waitMinutes: 0 }])
			expect(await push("no", { waves: [odd, { all: true }] }), JSON.stringify(odd)).toMatchObject({ status: 400 });
		expect(await push("no", { waves: [{ percent: 10, limits: { shownPercent: 101 } }, { all: true }] })).toMatchObject({ status: 400 });
		expect(await push("no", { waves: [{ group: "pilto" }, { all: true }] })).toMatchObject({ status: 422, body: { code: "group-empty" } });
		const file = "sku,name,amount,currency\n1,Tea,0.99,EUR\n";
		expect((await send("POST", "/api/v1/pushes?id=no&waves=pilot", file)).body).toMatchObject({ code: "bad-field" });
		expect((await send("POST", "/api/v1/pushes?id=no&waveWaitMinutes=5", file)).body).toMatchObject({ code: "bad-field" });
		expect((await send("GET", "/api/v1/pushes/no")).status).toBe(404);
	});

	it("halt by themselves in the running head office, say why in the reader's language, and are resumed by who may", async () => {
		const file = "sku,name,amount,currency\n1,Tea,0.99,EUR\n";
		expect((await send("POST", "/api/v1/pushes?id=week&waves=pilot,50%25,all", file)).status).toBe(202);
		expect((await wavesOf("week")).map(({ state, stores }) => [state, stores])).toEqual([
			["open", 1],
			["waiting", 2],
			["waiting", 0],
		]);
		const matrix = (await send("GET", "/api/v1/matrix?push=week")).body["items"] as {
			store: string;
			wave: number;
			waits: boolean;
			sent: number;
		}[];
		expect(matrix.map(({ store, waits, sent }) => [store, waits, sent])).toEqual([
			["w1", false, 0],
			["w2", true, 0],
			["w3", true, 0],
		]);
		const records = await hq.repositories.link.downAfter("w1", "catalog", 0, 100);
		const { price } = records.map((row) => row.record as { price?: { version: number } }).find((record) => record.price)! as {
			price: { version: number };
		};
		const { says } = await storeWriter(hq.repositories, "w1");
		const of = { sku: "1", version: price.version };
		await says(
			{ type: "label.bound", label: "l1", sku: "1", face: null },
			{ type: "price.activated", ...of, kind: "regular", amountMinor: 99, currency: "EUR", push: "week", labels: 1 },
			{ type: "label.failed", label: "l1", ...of, upToVersion: price.version, why: "timed out" },
		);
		await eventually(async () => expect((await wavesOf("week"))[0]!.state).toBe("halted"));
		expect((await wavesOf("week"))[0]!.halt).toMatchObject({
			code: "wave-labels-failed",
			what: expect.stringContaining("cannot show their price: 1 (stores: 1)"),
		});
		expect((await wavesOf("week", { "accept-language": "zh" }))[0]!.halt!.what).toContain("价签");
		expect((await send("GET", "/api/v1/alarms")).body["items"]).toMatchObject([{ code: "wave-labels-failed" }]);

		await hq.stop();
		hq = await start();
		expect((await wavesOf("week"))[0]!.state).toBe("halted");
		expect((await send("POST", "/api/v1/pushes/week/resume", {}, "viewer")).status).toBe(403);
		expect((await send("POST", "/api/v1/pushes/week/resume", {}, "operator")).body).toMatchObject({
			state: expect.not.stringMatching("halted"),
		});
		expect((await wavesOf("week")).map(({ state, by }) => [state, by])).toEqual([
			["passed", "token:operator"],
			["open", null],
			["waiting", null],
		]);
		expect((await send("GET", "/api/v1/alarms")).body["items"]).toEqual([]);
		const audit = (await send("GET", "/api/v1/audit?limit=1000")).body["items"] as { what: string; name: string; outcome: string }[];
		expect(audit.filter(({ what }) => what.endsWith("/resume")).map(({ name, outcome }) => [name, outcome])).toContainEqual([
			"operator",
			"200",
		]);
	}, 180_000);
});
