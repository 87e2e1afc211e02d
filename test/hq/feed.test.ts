import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isNear, refusedUrl } from "../../src/hq/feed/addresses.ts";
import { type Hq, startHq } from "../../src/hq/service.ts";
import { genesis } from "../../src/words/basics/chain.ts";
import type { StoreEvent } from "../../src/words/event.ts";
import { eventually } from "../support/until.ts";

interface Heard {
	headers: Record<string, string | string[] | undefined>;
	body: string;
}
interface CloudEvent {
	id: string;
	source: string;
	type: string;
	sequence: string;
	data: { movement?: { id: string } };
}

describe("the feed of head office, and webhooks", () => {
	let hq: Hq;
	let other: Server;
	let url: string;
	let answers: number[] = [];
	const heard: Heard[] = [];
	const seqs = new Map<string, number>();

	async function tell(store: string, ...quantities: number[]): Promise<void> {
		const from = (seqs.get(store) ?? 0) + 1;
		if (from === 1) await hq.repositories.link.openUpEpoch(store, "facts", "ab".repeat(8), { position: 0, hash: genesis });
		const records = quantities.map((quantity, i) => {
			const seq = from + i;
			const movement = { id: `m${seq}`, sku: "1", quantity, reason: "correction", occurredAt: "2026-03-01T00:00:00.000Z", origin: "store" };
			const record = { id: `${store}-${seq}`, seq, at: "2026-03-01T00:00:00.000Z", quality: "synced", type: "stock.moved", movement };
			return { seq, hash: genesis, record: record as StoreEvent };
		});
		const upTo = from + records.length - 1;
		seqs.set(store, upTo);
		await hq.repositories.link.acceptUp(store, { inc: 1, stream: "facts", epoch: "ab".repeat(8), from, upTo, hash: genesis, records });
	}
	const feed = async (query = ""): Promise<{ events: CloudEvent[]; link: string; type: string }> => {
		const answer = await fetch(`${hq.url}/api/v1/feed${query}`);
		return {
			events: (await answer.json()) as CloudEvent[],
			link: answer.headers.get("link") ?? "",
			type: answer.headers.get("content-type") ?? "",
		};
	};
	const send = async (method: string, path: string, body?: object) => {
		const said = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
		const answer = await fetch(hq.url + path, { method, ...said });
		const text = await answer.text();
		return { status: answer.status, body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown> };
	};

	beforeAll(async () => {
		other = createServer((request, answer) => {
			let body = "";
			request.on("data", (part: Buffer) => (body += part.toString()));
			request.on("end", () => {
				const status = answers.shift() ?? 204;
				if (status < 300) heard.push({ headers: request.headers, body });
				answer.writeHead(status, status === 302 ? { location: `${hq.url}/healthz` } : {}).end();
			});
		});
		await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
		url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/facts`;
		hq = await startHq({ port: 0, tenant: "t", webhooksTo: ["127.0.0.1"] });
		for (const id of ["s1", "s2"]) await hq.repositories.enroll(id);
	}, 120_000);
	afterAll(async () => {
		await hq.stop();
		other.close();
	});

	it("and every list refuse a store or type that there is not: the answer would be that of a quiet store", async () => {
		const code = async (path: string) => (await send("GET", path)).body["code"];
		for (const list of ["feed", "epcis", "orders", "transfers", "returns", "availability", "stock-differences"])
			expect([list, await code(`/api/v1/${list}?store=nope`)]).toEqual([list, "store-unknown"]);
		expect(await code("/api/v1/feed?store=s1,nope")).toBe("store-unknown");
		expect(await code("/api/v1/orders?store=N%20O")).toBe("bad-field");
		for (const query of ["feed?type=stock.move", "feed?type=gateway.started", "stores/s1/facts?type=stock"])
			expect([query, await code(`/api/v1/${query}`)]).toEqual([query, "bad-field"]);
		expect((await send("GET", "/api/v1/feed?type=gateway.started&notes=true")).status).toBe(200);
		const hook = (more: object) => send("POST", "/api/v1/webhooks", { id: "w9", url, ...more });
		expect((await hook({ types: ["stock.move"] })).body).toMatchObject({ code: "bad-field" });
		expect((await hook({ types: ["gateway.started"] })).body).toMatchObject({ code: "bad-field" });
		expect((await hook({ stores: ["nope"] })).body).toMatchObject({ code: "store-unknown" });
	});

	it("has every fact once, page by page, in CloudEvents", async () => {
		await tell("s1", 1, 2, 3);
		await tell("s2", 4);
		const first = await feed("?limit=3");
		expect(first.type).toContain("application/cloudevents-batch+json");
		expect(first.events.map(({ id, source, type }) => [id, source, type])).toEqual([
			["s1-1", "/gondola/t/stores/s1", "gondola.stock.moved"],
			["s1-2", "/gondola/t/stores/s1", "gondola.stock.moved"],
			["s1-3", "/gondola/t/stores/s1", "gondola.stock.moved"],
		]);
		expect(first.link).toContain(`after=${first.events[2]!.sequence}`);
		expect((await feed(`?after=${first.events[2]!.sequence}`)).events.map(({ id }) => id)).toEqual(["s2-1"]);
		expect((await feed("?after=s1-2")).events.map(({ id }) => id)).toEqual(["s1-3", "s2-1"]);
		expect((await feed("?store=s2&type=stock.moved")).events.map(({ id }) => id)).toEqual(["s2-1"]);
		expect((await feed("?type=sale.recorded")).events).toEqual([]);
		expect((await send("GET", "/api/v1/feed?after=nobody")).body).toMatchObject({ code: "bad-field" });
		expect((await send("GET", "/api/v1/feed?since=1")).body).toMatchObject({ code: "unknown-field" });
	});

	it("calls a webhook with what comes, signed, in order, and again until it is taken", async () => {
		const made = await send("POST", "/api/v1/webhooks", { id: "erp", url, stores: ["s1"] });
		expect(made).toMatchObject({ status: 201, body: { id: "erp", state: "well", secret: expect.stringMatching(/^whsec_/) } });
		expect(await send("POST", "/api/v1/webhooks", { id: "erp", url, stores: ["s1"] })).toMatchObject({ status: 200 });
		expect((await send("POST", "/api/v1/webhooks", { id: "erp", url })).body).toMatchObject({ code: "webhook-differs" });
		answers = [500, 302];
		await tell("s1", 5, 6);
		await tell("s2", 7);
		await tell("s1", 8);
		const idsHeard = (): string[] => heard.flatMap(({ body }) => (JSON.parse(body) as CloudEvent[]).map(({ id }) => id));
		await eventually(() => expect(idsHeard()).toEqual(["s1-4", "s1-5", "s1-6"]));
		const { headers, body } = heard[0]!;
		const key = Buffer.from(String(made.body["secret"]).slice("whsec_".length), "base64");
		const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
		expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
		const listed = await send("GET", "/api/v1/webhooks");
		expect(JSON.stringify(listed.body)).not.toContain("whsec_");
		expect(listed.body).toMatchObject({ items: [{ id: "erp", state: "well", failingSince: null }] });
	}, 60_000);

	it("stops for a program that wants no more, and for a person", async () => {
		answers = [410];
		await tell("s1", 9);
		await eventually(async () => expect((await send("GET", "/api/v1/webhooks")).body).toMatchObject({ items: [{ state: "ended" }] }));
		expect(await send("DELETE", "/api/v1/webhooks/erp")).toMatchObject({ status: 204 });
		expect((await send("DELETE", "/api/v1/webhooks/erp")).body).toMatchObject({ code: "webhook-unknown" });
	});
});

describe("an address that a webhook may not have", () => {
	const none = new Set<string>();
	it("is on head office's own machine or cable, however it is written", () => {
		for (const host of [
			...["localhost", "a.localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "169.254.169.254"],
			...["[::1]", "[::]", "[::ffff:127.0.0.1]", "[fe80::1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::7f00:1]", "127.0.0.1."],
		])
			expect(refusedUrl(`http://${host}/x`, none), host).toBeDefined();
		for (const url of ["ftp://erp.example/x", "file:///etc/passwd", "erp.example", "https://user:word@erp.example/"])
			expect(refusedUrl(url, none), url).toBeDefined();
		expect(isNear("10.1.2.3")).toBe(false);
	});

	it("is any other, or one that the configuration names", () => {
		for (const url of ["https://erp.example/facts", "http://10.1.2.3:8080/", "https://[2001:db8::1]/"])
			expect(refusedUrl(url, none)).toBeUndefined();
		expect(refusedUrl("http://127.0.0.1:9000/", new Set(["127.0.0.1"]))).toBeUndefined();
	});
});
