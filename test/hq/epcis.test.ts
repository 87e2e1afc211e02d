import { existsSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Hq, startHq } from "../../src/hq/service.ts";
import { genesis } from "../../src/words/basics/chain.ts";
import type { EventBody, StoreEvent } from "../../src/words/event.ts";
import type { MovementReason } from "../../src/words/stock.ts";

const schemaFile = new URL("../../../shared/data/epcis/EPCIS-JSON-Schema.json", import.meta.url);
const epoch = "cd".repeat(8);
const json = { "content-type": "application/json" };
const at = "2026-07-01T10:00:00.000Z";

interface Document {
	epcisBody: { eventList: Record<string, unknown>[] };
}

describe("head office's EPCIS documents", () => {
	let hq: Hq;
	let seq = 0;

	async function tell(...bodies: EventBody[]): Promise<void> {
		const from = seq + 1;
		const records = bodies.map((body) => {
			seq += 1;
			return { seq, hash: genesis, record: { id: `zagreb-${seq}`, seq, at, quality: "synced", ...body } as StoreEvent };
		});
		await hq.repositories.link.acceptUp("zagreb", { inc: 1, stream: "facts", epoch, from, upTo: seq, hash: genesis, records });
	}
	const moved = (reason: MovementReason, quantity: number, sku = "1001", reference?: string): EventBody => ({
		type: "stock.moved",
		movement: {
			...{ id: `m-${reason}-${sku}-${quantity}`, sku, quantity, reason, occurredAt: at, origin: "store" },
			...(reference !== undefined && { reference }),
		},
	});
	const ask = async (query = ""): Promise<{ document: Document; link: string; type: string }> => {
		const answer = await fetch(`${hq.url}/api/v1/epcis${query}`);
		return {
			document: (await answer.json()) as Document,
			link: answer.headers.get("link") ?? "",
			type: answer.headers.get("content-type") ?? "",
		};
	};

	beforeAll(async () => {
		hq = await startHq({ tenant: "t", port: 0, report: () => {} });
		await hq.repositories.enroll("zagreb");
		await hq.repositories.link.openUpEpoch("zagreb", "facts", epoch, { position: 0, hash: genesis });
		const changes = [
			{ sku: "1001", gtin: "4006381333931", name: "Pen", amountMinor: 199, currency: "EUR", kind: "regular" },
			{ sku: "2001", name: "Apples", unit: "kg", amountMinor: 249, currency: "EUR", kind: "regular" },
		];
		const answer = await fetch(`${hq.url}/api/v1/pushes`, {
			method: "POST",
			headers: json,
			body: JSON.stringify({ id: "p1", stores: "all", changes }),
		});
		expect(answer.status).toBe(202);
		await tell(
			moved("receive", 24, "1001", "delivery 7"),
			moved("sale", -2),
			moved("sale", -1_250_000, "2001"),
			moved("waste", -1),
			moved("transfer", -3),
			moved("transfer", 4),
			moved("correction", 1),
			moved("count", 20),
			{ type: "label.bound", label: "00000219B7E00001", sku: "1001", face: null },
			{ type: "label.unbound", label: "00000219B7E00001", sku: "1001" },
		);
	});
	afterAll(() => hq.stop());

	it("say what came, was sold, was thrown away and was counted, and which label hangs where", async () => {
		const { document, type } = await ask();
		expect(type).toBe("application/ld+json; charset=utf-8");
		const events = document.epcisBody.eventList;
		expect(events.map(({ type, bizStep, action }) => `${type} ${bizStep} ${action}`)).toEqual([
			"ObjectEvent receiving OBSERVE",
			"ObjectEvent retail_selling OBSERVE",
			"ObjectEvent retail_selling OBSERVE",
			"ObjectEvent destroying DELETE",
			"ObjectEvent shipping OBSERVE",
			"ObjectEvent receiving OBSERVE",
			"ObjectEvent cycle_counting OBSERVE",
			"AssociationEvent installing ADD",
			"AssociationEvent removing DELETE",
		]);
		expect(events[0]).toMatchObject({
			quantityList: [{ epcClass: "https://id.gs1.org/01/04006381333931", quantity: 24 }],
			bizTransactionList: [{ bizTransaction: "urn:gondola:t:reference:zagreb:delivery%207" }],
		});
		expect(events[2]).toMatchObject({ quantityList: [{ epcClass: "urn:gondola:t:article:zagreb:2001", quantity: 1.25, uom: "KGM" }] });
	});

	it("have the same event once in each reading, page by page", async () => {
		const all = (await ask()).document.epcisBody.eventList.map(({ eventID }) => eventID);
		expect(new Set(all).size).toBe(all.length);
		const paged: unknown[] = [];
		for (let path = "?limit=3"; ; ) {
			const { document, link } = await ask(path);
			paged.push(...document.epcisBody.eventList.map(({ eventID }) => eventID));
			const next = /epcis(\?[^>]*)/.exec(link)![1]!;
			if (next === path) break;
			if (paged.length > all.length) break;
			if (new URLSearchParams(next).get("after") === new URLSearchParams(path).get("after")) break;
			path = next;
		}
		expect(paged).toEqual(all);
	});

	it("refuse what is no place in the feed", async () => {
		const answer = await fetch(`${hq.url}/api/v1/epcis?after=nobody`);
		expect(answer.status).toBe(400);
		expect(await answer.json()).toMatchObject({ code: "bad-field" });
		expect((await fetch(`${hq.url}/api/v1/epcis?types=sale`)).status).toBe(400);
	});

	it("are valid by the official JSON Schema", async (context) => {
		if (!existsSync(schemaFile)) return context.skip("the schema of GS1 is not beside this checkout");
		const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
		addFormats.default(ajv);
		const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, "utf8")) as object);
		const { document } = await ask();
		expect(document.epcisBody.eventList.length).toBeGreaterThan(8);
		expect(validate(document) ? [] : validate.errors).toEqual([]);
		const empty = (await ask("?after=999999")).document;
		expect(validate(empty) ? [] : validate.errors).toEqual([]);
		const broken = structuredClone(document);
		broken.epcisBody.eventList[0]!["bizStep"] = "selling it somehow";
		expect(validate(broken)).toBe(false);
	});
});
