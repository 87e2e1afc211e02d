import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { problem as problemShape } from "../../src/desk/schemas.ts";
import { buildDesk } from "../../src/desk/server.ts";
import { emptyLabel, fakeLedger } from "./fake-ledger.ts";
import { deskOptions } from "./options.ts";

const ledger = fakeLedger();
const png = Buffer.from("89504e470d0a1a0a", "hex");
const base = {
	...deskOptions(),
	status: () => ({ connected: false, lastContact: "2026-03-01T07:00:00.000Z", offlineDaysLeft: 41.5, refused: { rollback: 2 } }),
	pictures: { png: (label: string, which: string) => (label === "L1" && which !== "confirmed" ? png : undefined) },
	actions: { testDevice: async () => ({ ok: true, what: "It beeped." }), restartDevice: async () => {} },
};
let desk: Awaited<ReturnType<typeof buildDesk>>;

beforeAll(async () => {
	ledger.articles.set("A1", { sku: "A1", gtin: "03850334043641", name: "Buddy Mini 300 g", version: 1 });
	ledger.articles.set("A2", { sku: "A2", name: "Loose apples", weighed: true, version: 1 });
	ledger.prices.push(
		{
			sku: "A1",
			version: 1,
			kind: "regular",
			amountMinor: 99,
			currency: "EUR",
			from: "2026-01-01T00:00:00.000Z",
			unitPrice: { amountMinor: 330, per: "kg" },
		},
		{
			sku: "A1",
			version: 2,
			kind: "promotion",
			amountMinor: 79,
			currency: "EUR",
			priorAmountMinor: 95,
			from: "2026-03-01T10:00:00.000Z",
			until: "2026-03-02T10:00:00.000Z",
		},
	);
	for (const id of ["L1", "L2", "L3"]) {
		const step = { version: 3, at: "2026-03-01T07:00:00.000Z" };
		ledger.labels.set(id, {
			...emptyLabel(id),
			sku: "A1",
			name: "Buddy",
			desired: step,
			sent: step,
			state: id === "L2" ? "SHOWN" : "PENDING",
		});
	}
	const since = "2026-03-01T07:30:00.000Z";
	ledger.devices.set("scale-1", {
		id: "scale-1",
		family: "scale",
		protocol: "sics",
		address: "/dev/ttyUSB0",
		state: "troubled",
		trouble: "scale-silent",
		since,
		lastHeardAt: since,
		detail: { sku: "A2" },
	});
	for (const [level, code] of [
		["BLUE", "label-battery-low"],
		["RED", "scale-silent"],
	] as const) {
		const id = `${code}:scale-1`;
		const alarm = {
			id,
			level,
			code,
			subject: "scale-1",
			what: "It is silent.",
			do: "Switch it off and on.",
			healsByItself: true,
			since,
			count: 1,
		};
		ledger.alarms.set(id, { ...alarm, acknowledgedAt: null });
	}
	ledger.waiting = { facts: 12, notes: 30, oldestAt: "2026-03-01T07:50:00.000Z" };
	desk = await buildDesk({
		...base,
		ledger,
		explain: (alarm, locale) => (locale === "zh-CN" ? { what: `没有应答 ${alarm.code}`, do: "请关闭再打开" } : undefined),
	});
});
afterAll(() => desk.stop());

/** Asks, and holds every answer against the shape that /openapi.json promises for it. */
async function ask(method: "GET" | "POST" | "PUT", url: string, body?: object, headers: Record<string, string> = {}) {
	const asked: InjectOptions = { method, url, headers, ...(body ? { payload: body } : {}) };
	const answer = await desk.app.inject(asked);
	const isAsked = (pattern: string): boolean => new RegExp(`^${pattern.replace(/\{\w+\}/g, "[^/?]+")}(\\?|$)`).test(url);
	const route = desk.routes.find((each) => each.method === method && isAsked(each.url));
	const type = String(answer.headers["content-type"]);
	const shape = type.startsWith("application/problem+json") ? problemShape : route?.answers[answer.statusCode];
	if (shape instanceof z.ZodType) shape.parse(answer.json());
	return { status: answer.statusCode, type, headers: answer.headers, json: () => answer.json(), text: answer.payload };
}

describe("the price a till asks for", () => {
	it("is the one in force now, by SKU and by any form of the barcode", async () => {
		for (const key of ["A1", "3850334043641", "03850334043641"]) {
			const { status, json } = await ask("GET", `/api/v1/prices/${key}`);
			expect(status).toBe(200);
			expect(json()).toMatchObject({
				sku: "A1",
				amountMinor: 99,
				currency: "EUR",
				kind: "regular",
				version: 1,
				until: null,
				priorPrice: null,
			});
		}
	});

	it("is the one in force at another time, whatever offset that time is written in", async () => {
		const { json } = await ask("GET", "/api/v1/prices/A1?at=2026-03-01T11:30:00+01:00");
		expect(json()).toMatchObject({ amountMinor: 79, kind: "promotion", priorPrice: { amountMinor: 95 } });
		expect((await ask("GET", "/api/v1/prices/A1?at=2026-03-01T11:30:00%2B01:00")).json().amountMinor).toBe(79);
	});

	it("says which is missing, the article or its price", async () => {
		expect((await ask("GET", "/api/v1/prices/9999")).json()).toMatchObject({ status: 404, code: "article-unknown" });
		const none = await ask("GET", "/api/v1/prices/A2");
		expect([none.type, none.json().code]).toEqual(["application/problem+json", "price-unknown"]);
	});

	it("is refused for a time nobody can read", async () => {
		const { json } = await ask("GET", "/api/v1/prices/A1?at=tomorrow");
		expect(json()).toMatchObject({ code: "bad-field", errors: [{ path: "query.at" }] });
	});

	it("refuses half a character, which could not be a fact", async () => {
		const movement = {
			id: "m-1",
			sku: "A1",
			quantity: 1,
			reason: "receive",
			occurredAt: "2026-03-01T08:00:00.000Z",
			reference: "half \ud800",
		};
		const { status, json } = await ask("POST", "/api/v1/stock/movements", movement);
		expect(status).toBe(400);
		expect(json()).toMatchObject({ code: "bad-field", errors: [{ path: "reference" }] });
	});
});

describe("a movement", () => {
	const delivery = { id: "m-1", sku: "A1", quantity: 24, reason: "receive", occurredAt: "2026-03-01T07:00:00+01:00" };

	it("is recorded once: 201 first, 200 again, one event", async () => {
		const before = ledger.read.events.last();
		const first = await ask("POST", "/api/v1/stock/movements", delivery);
		expect([first.status, first.json().duplicate, first.json().stock.onHand]).toEqual([201, false, 24]);
		expect(first.json().movement.occurredAt).toBe("2026-03-01T06:00:00.000Z");
		const again = await ask("POST", "/api/v1/stock/movements", delivery);
		expect([again.status, again.json().duplicate, again.json().stock.onHand]).toEqual([200, true, 24]);
		expect(ledger.read.events.last()).toBe(before + 1);
	});

	it("is seen in the stock with the movement behind it", async () => {
		const { json } = await ask("GET", "/api/v1/stock/3850334043641");
		expect(json()).toMatchObject({ sku: "A1", onHand: 24, granted: 2, available: 22, unit: "piece", movements: [{ id: "m-1" }] });
		expect((await ask("GET", "/api/v1/stock/A2")).json()).toMatchObject({ onHand: 0, unit: "milligram", movements: [] });
		expect((await ask("GET", "/api/v1/stock/9999")).json().code).toBe("article-unknown");
	});

	it("is refused with the path of a field nobody knows, and changes nothing", async () => {
		const before = ledger.movements.size;
		const { status, json } = await ask("POST", "/api/v1/stock/movements", { ...delivery, id: "m-2", quantitiy: 3 });
		expect([status, json().code]).toEqual([400, "unknown-field"]);
		expect(json().errors).toEqual([{ path: "quantitiy", message: "unknown field" }]);
		expect(ledger.movements.size).toBe(before);
	});

	it("takes whole numbers only, known reasons, and no negative count", async () => {
		const refused = async (change: object) => {
			const { json } = await ask("POST", "/api/v1/stock/movements", { ...delivery, id: "m-3", ...change });
			return json().errors[0].path;
		};
		expect(await refused({ quantity: 1.5 })).toBe("quantity");
		expect(await refused({ quantity: "3" })).toBe("quantity");
		expect(await refused({ reason: "gift" })).toBe("reason");
		expect(await refused({ reason: "count", quantity: -1 })).toBe("quantity");
		expect(await refused({ occurredAt: "yesterday" })).toBe("occurredAt");
	});

	it("of an unknown article is the flow's to refuse, with the flow's code", async () => {
		const { status, json } = await ask("POST", "/api/v1/stock/movements", { ...delivery, id: "m-4", sku: "NONE" });
		expect([status, json().code]).toEqual([404, "article-unknown"]);
	});
});

describe("labels", () => {
	it("come in pages whose next is the value for after", async () => {
		const first = (await ask("GET", "/api/v1/labels?limit=2")).json();
		expect(first.items.map((each: { id: string }) => each.id)).toEqual(["L1", "L2"]);
		expect(first.next).toBe("L2");
		const rest = (await ask("GET", `/api/v1/labels?limit=2&after=${first.next}`)).json();
		expect([rest.items.length, rest.next]).toEqual([1, undefined]);
	});

	it("can be asked for by state, by number and by article", async () => {
		expect((await ask("GET", "/api/v1/labels?state=SHOWN")).json().items).toMatchObject([
			{ id: "L2", desired: { version: 3 }, confirmed: null },
		]);
		expect((await ask("GET", "/api/v1/labels?ids=L3,L1,nope")).json().items.map((each: { id: string }) => each.id)).toEqual(["L1", "L3"]);
		expect((await ask("GET", "/api/v1/labels?sku=A1")).json().items).toHaveLength(3);
		expect((await ask("GET", "/api/v1/labels?colour=red")).json().errors).toEqual([{ path: "query.colour", message: "unknown field" }]);
	});

	it("show the picture of the very bytes, cacheable once the version is named", async () => {
		const plain = await ask("GET", "/api/v1/labels/L1/preview.png");
		expect([plain.status, plain.type, plain.headers["cache-control"]]).toEqual([200, "image/png", "no-cache"]);
		expect((await ask("GET", "/api/v1/labels/L1/preview.png?v=3")).headers["cache-control"]).toContain("immutable");
		expect((await ask("GET", "/api/v1/labels/L1/preview.png?v=2")).headers["cache-control"]).toBe("no-cache");
		const again = await ask("GET", "/api/v1/labels/L1/preview.png", undefined, { "if-none-match": String(plain.headers["etag"]) });
		expect(again.status).toBe(304);
	});

	it("that were never drawn say so, and others do not exist", async () => {
		expect((await ask("GET", "/api/v1/labels/L3/preview.png")).json()).toMatchObject({ status: 404, code: "label-not-drawn" });
		expect((await ask("GET", "/api/v1/labels/L1/preview.png?of=confirmed")).json().code).toBe("label-not-drawn");
		expect((await ask("GET", "/api/v1/labels/nope/preview.png")).json().code).toBe("label-unknown");
		expect((await ask("GET", "/api/v1/labels/nope")).json().code).toBe("label-unknown");
	});

	it("are bound to an article, and not to one nobody sells", async () => {
		expect((await ask("PUT", "/api/v1/labels/L9", { sku: "A2", face: "shelf" })).json()).toMatchObject({
			id: "L9",
			sku: "A2",
			face: "shelf",
			state: "PENDING",
		});
		expect((await ask("PUT", "/api/v1/labels/L9", { sku: null })).json()).toMatchObject({ sku: null, state: "UNBOUND" });
		expect((await ask("PUT", "/api/v1/labels/L9", { sku: "NONE" })).json()).toMatchObject({ status: 404, code: "article-unknown" });
		expect((await ask("PUT", "/api/v1/labels/L9", {})).json().errors[0].path).toBe("sku");
	});
});

describe("a print job", () => {
	it("is queued once for an id and read back", async () => {
		const job = { id: "r-1", document: "Milk | 0.99" };
		expect((await ask("POST", "/api/v1/print-jobs", job)).status).toBe(201);
		expect((await ask("POST", "/api/v1/print-jobs", job)).status).toBe(200);
		expect((await ask("GET", "/api/v1/print-jobs/r-1")).json()).toMatchObject({ state: "queued", printer: "till-1", copy: 1 });
		expect((await ask("GET", "/api/v1/print-jobs/r-2")).json().code).toBe("print-job-unknown");
		expect((await ask("GET", "/api/v1/print-jobs")).json().items).toHaveLength(1);
	});

	it("in doubt is settled by a person, others are not", async () => {
		expect((await ask("POST", "/api/v1/print-jobs/r-1/settle", { as: "printed" })).json()).toMatchObject({
			status: 409,
			code: "print-job-not-in-doubt",
		});
		ledger.jobs.set("r-1", { ...ledger.jobs.get("r-1")!, state: "in-doubt" });
		expect((await ask("POST", "/api/v1/print-jobs/r-1/settle", { as: "again" })).json()).toMatchObject({ state: "queued", copy: 2 });
		ledger.jobs.set("r-1", { ...ledger.jobs.get("r-1")!, state: "in-doubt" });
		expect((await ask("POST", "/api/v1/print-jobs/r-1/settle", { as: "printed" })).json()).toMatchObject({ state: "printed" });
	});
});

describe("devices and alarms", () => {
	it("say what is wrong and what to do, the worst first", async () => {
		const { items } = (await ask("GET", "/api/v1/alarms")).json();
		expect(items.map((each: { level: string }) => each.level)).toEqual(["RED", "BLUE"]);
		const device = (await ask("GET", "/api/v1/devices/scale-1")).json();
		expect(device).toMatchObject({ state: "troubled", remedy: { what: "It is silent.", do: "Switch it off and on." } });
		expect((await ask("GET", "/api/v1/devices/till-9")).json().code).toBe("device-unknown");
	});

	it("speak the language of the reader's browser", async () => {
		const { items } = (await ask("GET", "/api/v1/alarms", undefined, { "accept-language": "zh-CN,en;q=0.5" })).json();
		expect(items[0]).toMatchObject({ what: "没有应答 scale-silent", do: "请关闭再打开" });
	});

	it("are acknowledged, with or without a name", async () => {
		const id = encodeURIComponent("scale-silent:scale-1");
		expect((await ask("POST", `/api/v1/alarms/${id}/acknowledge`, { by: "Ana" })).json().acknowledgedAt).not.toBeNull();
		expect((await ask("POST", `/api/v1/alarms/${id}/acknowledge`, undefined, { "content-type": "application/json" })).status).toBe(200);
		expect((await ask("POST", "/api/v1/alarms/none/acknowledge")).json().code).toBe("alarm-unknown");
	});

	it("are tested and restarted one at a time", async () => {
		expect((await ask("POST", "/api/v1/devices/scale-1/test")).json()).toEqual({ ok: true, what: "It beeped." });
		expect((await ask("POST", "/api/v1/devices/scale-1/restart")).json().id).toBe("scale-1");
		expect((await ask("POST", "/api/v1/devices/scale-1/restart", { hard: true })).json().code).toBe("unknown-field");
	});
});

describe("the store at a glance", () => {
	it("has every number of the contract", async () => {
		const { json } = await ask("GET", "/api/v1/status");
		expect(json()).toMatchObject({
			store: "0204",
			version: "0.1.0",
			hq: {
				connected: false,
				lastContact: "2026-03-01T07:00:00.000Z",
				factsWaiting: 12,
				refused: { rollback: 2 },
				withheld: 0,
				offlineDaysLeft: 41.5,
			},
			labels: { shown: 1, failed: 0 },
			devices: { total: 1, well: 0, troubled: 1 },
			alarms: { red: 1, yellow: 0, blue: 1 },
			ledger: { bytes: 48_300_032 },
		});
	});

	it("is numbers for Prometheus too, without one series per article", async () => {
		ledger.happenMany([
			{ type: "price.activated", sku: "A1", version: 2, kind: "promotion", amountMinor: 79, currency: "EUR", push: null, labels: 1 },
			{
				type: "label.shown",
				label: "L1",
				sku: "A1",
				version: 4,
				priceVersion: 2,
				upToVersion: 2,
				amountMinor: 79,
				currency: "EUR",
				picture: "0",
				downloadedAt: null,
			},
		]);
		const { text, type } = await ask("GET", "/metrics");
		expect(type).toContain("text/plain");
		for (const line of [
			"gondola_facts_waiting 12",
			"gondola_facts_oldest_seconds 600",
			"gondola_hq_connected 0",
			'gondola_labels{state="shown"} 1',
			'gondola_alarms{level="RED"} 1',
			'gondola_devices{family="scale",state="troubled"} 1',
			'gondola_events_total{type="label.shown"} 1',
			"gondola_price_to_shelf_seconds_count 1",
			"gondola_ledger_bytes 48300032",
			'gondola_prints_total{state="printed"} 1',
		])
			expect(text).toContain(line);
		expect(text).not.toContain("A1");
	});

	it("is well while the ledger answers, whatever HQ does", async () => {
		expect((await ask("GET", "/healthz")).json()).toEqual({ ok: true, ledger: true });
		expect((await ask("GET", "/readyz")).status).toBe(200);
		ledger.broken = true;
		expect((await ask("GET", "/healthz")).status).toBe(503);
		expect((await ask("GET", "/readyz")).json().waitingFor).toEqual(["ledger"]);
		ledger.broken = false;
	});
});

describe("the door itself", () => {
	const post = (headers: Record<string, string>) => ask("POST", "/api/v1/devices/scale-1/test", undefined, headers);

	it("knows its own names only, so that no foreign page can rebind to it", async () => {
		expect((await post({ host: "evil.example" })).json()).toMatchObject({ status: 403, code: "host-unknown" });
		expect((await post({ host: "192.168.1.5:8080" })).status).toBe(200);
		expect((await post({ host: "localhost:8080" })).status).toBe(200);
	});

	it("lets no other site act through a browser in the store", async () => {
		expect((await post({ origin: "https://evil.example" })).json().code).toBe("origin-foreign");
		expect((await post({ origin: "null" })).json().code).toBe("origin-foreign");
		expect((await post({ host: "127.0.0.1:80", origin: "http://127.0.0.1:80" })).status).toBe(200);
		expect((await ask("GET", "/api/v1/status", undefined, { origin: "https://evil.example" })).headers).not.toHaveProperty(
			"access-control-allow-origin",
		);
	});

	it("answers with problems a program can tell apart", async () => {
		expect((await ask("GET", "/api/v1/nothing")).json()).toMatchObject({
			status: 404,
			code: "not-found",
			type: "urn:gondola:problem:not-found",
		});
		expect((await desk.app.inject({ method: "DELETE", url: "/api/v1/labels/L1" })).json().code).toBe("method-not-allowed");
		const send = (payload: string, type: string) =>
			desk.app.inject({ method: "POST", url: "/api/v1/print-jobs", payload, headers: { "content-type": type } });
		expect((await send("{", "application/json")).json().code).toBe("bad-request");
		expect((await send("id=1", "application/x-www-form-urlencoded")).json().code).toBe("media-type");
		expect((await send(JSON.stringify({ id: "r-9", document: "x".repeat(300_000) }), "application/json")).json().code).toBe(
			"body-too-large",
		);
		expect((await ask("GET", "/")).headers["content-security-policy"]).toContain("default-src 'self'");
	});

	it("says in a sentence that its page was not built", async () => {
		expect((await ask("GET", "/")).text).toContain("npm run page");
	});
});
