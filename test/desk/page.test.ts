import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../../src/desk/cockpit/build.ts";
import { sentence } from "../../src/desk/cockpit/language/event-words.ts";
import { formats } from "../../src/desk/cockpit/language/format.ts";
import { buildDesk } from "../../src/desk/server.ts";
import { openDesk } from "./access.ts";
import { fakeLedger } from "./fake-ledger.ts";

const built = resolve(import.meta.dirname, "../../dist/cockpit");
const ledger = fakeLedger();
let desk: Awaited<ReturnType<typeof buildDesk>>;

beforeAll(async () => {
	await buildPage();
	desk = await buildDesk({
		...openDesk(),
		ledger,
		port: 0,
		version: "0.1.0",
		locale: "en",
		pageDir: built,
		log: { info() {}, warn() {}, error() {} },
		status: () => ({ connected: true, lastContact: null, offlineDaysLeft: null }),
		pictures: { png: () => undefined },
		actions: { testDevice: async () => ({ ok: true, what: "" }), restartDevice: async () => {} },
	});
});
afterAll(() => desk.stop());

describe("the cockpit page", () => {
	it("is built once and left alone while no source changes", async () => {
		expect(await buildPage()).toBe("unchanged");
	});

	it.each(["/", "/till"])("is served at %s with its files, which a browser may keep for ever", async (address) => {
		const page = await desk.app.inject({ url: address });
		expect(page.headers["content-type"]).toContain("text/html");
		expect(page.headers["cache-control"]).toBe("no-cache");
		const files = [...page.payload.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file!);
		expect(files.length).toBeGreaterThanOrEqual(2);
		for (const url of files) {
			const file = await desk.app.inject({ url });
			expect([url, file.statusCode, file.headers["cache-control"]]).toEqual([url, 200, "public, max-age=31536000, immutable"]);
		}
		expect((await desk.app.inject({ url: "/api/v1/nothing" })).json().code).toBe("not-found");
	});

	it.each([
		["the cockpit", "index.html", 180_000],
		["the till", "till.html", 60_000],
	])("%s asks nobody outside the store and stays small enough for a slow handheld", (_, page, most) => {
		const html = readFileSync(join(built, page), "utf8");
		const files = [page, ...[...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file!)];
		expect(files.length).toBeGreaterThanOrEqual(3);
		const text = files.map((name) => readFileSync(join(built, name), "utf8")).join("\n");
		// XML namespaces are names, not addresses.
		expect([...text.matchAll(/https?:\/\/(?!www\.w3\.org\/)[\w.-]+\.\w+/g)].map(([url]) => url)).toEqual([]);
		expect(text).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|\bstyle="/);
		expect(text.length).toBeLessThan(most);
	});
});

describe("what the page says", () => {
	const scan = ledger.happen({
		type: "article.scanned",
		device: "scanner-1",
		code: "3850334043641",
		symbology: "ean13",
		symbologySource: "aim",
		gtin: null,
		sku: "A1",
		name: "Milk",
		amountMinor: 99,
		currency: "EUR",
	});
	const pick = ledger.happen({
		type: "shelf.changed",
		shelf: "shelf-12",
		sku: "A1",
		because: "pick",
		pieces: -1,
		milligrams: -508_000,
		movement: null,
	});

	it("is English or Chinese throughout", () => {
		expect(sentence(scan, "en", formats("en"))).toBe("scanner-1 read 3850334043641, Milk");
		expect(sentence(pick, "en", formats("en"))).toBe("shelf-12: −1 taken");
		expect(sentence(pick, "zh-CN", formats("zh-CN"))).toBe("shelf-12：取走 −1");
	});

	it("names an event it does not know yet by its type", () => {
		expect(sentence({ ...scan, type: "robot.passed" } as never, "en", formats("en"))).toBe("robot.passed");
	});

	it("writes money by the currency's own minor unit", () => {
		const { money } = formats("en");
		expect([money(99, "EUR"), money(1_250, "JPY"), money(123_456, "EUR")]).toEqual(["€0.99", "¥1,250", "€1,234.56"]);
	});

	it("rounds how long ago down to one unit", () => {
		const { span } = formats("en");
		expect([span(0), span(59.9), span(61), span(7_300), span(86_400 * 9)]).toEqual(["0s", "59s", "1m", "2h", "9d"]);
	});
});
