import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hq, startHq } from "../../src/hq/service.ts";
import { eventually } from "../support/until.ts";
import { ask } from "./ask.ts";

describe("a price list whose sender does not wait", () => {
	let hq: Hq;
	beforeAll(async () => {
		hq = await startHq({ port: 0, tenant: "test", currency: "EUR" });
		await ask(`${hq.url}/api/v1/stores`, "POST", { id: "l1" });
	}, 120_000);
	afterAll(() => hq.stop());

	const file = (...rows: string[]): string => `sku,name,amount,currency\n${rows.join("\n")}\n`;
	const send = (query: string, content: string) => ask(`${hq.url}/api/v1/pushes?later=true&${query}`, "POST", content, "text/csv");
	const outcome = async (id: string): Promise<Record<string, unknown>> =>
		eventually(async () => {
			const { status, body } = await ask(`${hq.url}/api/v1/pushes/${id}/progress`, "GET");
			expect(status).toBe(200);
			expect(["taken", "looked", "refused"]).toContain(body["stage"]);
			return body;
		});

	it("is answered once it came, and its progress has the answer that it would have had", async () => {
		const sent = await send("id=p1&dryRun=true", file("1,Tea,1.99,EUR", "2,Salt,abc,EUR"));
		expect(sent).toEqual({ status: 202, body: { id: "p1", later: true, progress: "/api/v1/pushes/p1/progress" } });
		expect(await outcome("p1")).toMatchObject({ stage: "looked", percent: 100, answer: { accepted: 1, rejected: [{ line: 3 }] } });
		expect((await ask(`${hq.url}/api/v1/pushes/p1`, "GET")).status).toBe(404);
		await send("id=p1", file("1,Tea,1.99,EUR"));
		expect(await outcome("p1")).toMatchObject({ stage: "taken", answer: { id: "p1", accepted: 1, rejected: [] } });
		expect((await ask(`${hq.url}/api/v1/pushes/p1`, "GET")).body).toMatchObject({ id: "p1", changes: 1 });
	});

	it("is refused there with the same problem: other content under its id, all or nothing, a file that cannot be read", async () => {
		await send("id=p1", file("1,Tea,2.99,EUR"));
		expect(await outcome("p1")).toMatchObject({ stage: "refused", problem: { code: "push-differs", status: 409 } });
		await send("id=p2&allOrNothing=true", file("1,Tea,1.99,EUR", "2,Salt,abc,EUR"));
		expect(await outcome("p2")).toMatchObject({
			stage: "refused",
			problem: { code: "rows-refused", errors: [{ path: "line 3, amount" }] },
		});
		await send("id=p3", "no;list\n1;2\n");
		expect(await outcome("p3")).toMatchObject({ stage: "refused", problem: { code: "bad-csv" } });
	});

	it("is refused at once where the request is wrong, and unknown where nothing came", async () => {
		expect((await send("id=p4&later=perhaps", file("1,Tea,1.99,EUR"))).status).toBe(400);
		expect(await ask(`${hq.url}/api/v1/pushes/p4/progress`, "GET")).toMatchObject({ status: 404, body: { code: "push-unknown" } });
	});
});
