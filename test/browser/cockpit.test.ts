import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPage, type Page } from "../support/chrome.ts";
import { get, post, type RunningDemo, startDemo } from "../support/demo.ts";

/** A real browser before a living store. Set GONDOLA_SHOTS to a directory to keep what was seen. */
const data = mkdtempSync(join(tmpdir(), "gondola-browser-"));
const shots = process.env["GONDOLA_SHOTS"];
let demo: RunningDemo;
const pages: Page[] = [];
const open = async (window: Parameters<typeof openPage>[0]): Promise<Page> => {
	const page = await openPage(window);
	pages.push(page);
	return page;
};
beforeAll(async () => {
	if (shots) mkdirSync(shots, { recursive: true });
	demo = await startDemo(data, ["--speed", "10"]);
});
afterAll(async () => {
	await Promise.all(pages.map((page) => page.close()));
	await demo?.stop();
	rmSync(data, { recursive: true, force: true, maxRetries: 5 });
});
const keep = (page: Page, name: string): Promise<void> => (shots ? page.screenshot(join(shots, `${name}.png`)) : Promise.resolve());
const text = "document.body.innerText";

describe("the cockpit in a browser", () => {
	it("shows the store live: labels as pictures, scans, shelves, receipts, the line to head office", async () => {
		const page = await open({ width: 1440, height: 1100 });
		await page.go(`${demo.cockpit}/#store`);
		await page.until(`${text}.includes("Head office connected")`);
		await page.until(`[...document.images].filter((image) => image.complete && image.naturalWidth >= 296).length >= 6`);
		await page.until(`${text}.includes("Mlijeko")`);
		await page.until(`/on paper/i.test(${text})`);
		await keep(page, "cockpit");
		expect(page.errors).toEqual([]);
	});

	it("redraws a label a moment after head office changed its price, without a reload", async () => {
		const page = pages[0]!;
		const before = await page.value<string>(`document.images[0].currentSrc`);
		const { items } = await get<{ items: { id: string; sku: string }[] }>(demo.cockpit, "/api/v1/labels?limit=1");
		const { amountMinor } = await get<{ amountMinor: number }>(demo.cockpit, `/api/v1/prices/${items[0]!.sku}`);
		await post(demo.hq, "/api/v1/pushes", {
			id: "browser-1",
			stores: "all",
			changes: [{ sku: items[0]!.sku, amountMinor: amountMinor + 7, currency: "EUR", kind: "regular" }],
		});
		await page.until(`document.images[0].currentSrc !== ${JSON.stringify(before)}`);
		expect(page.errors).toEqual([]);
	});

	it("answers what the till would charge", async () => {
		const page = pages[0]!;
		await page.value(`(() => {
			const box = [...document.querySelectorAll("input")].find((input) => /gtin|sku/i.test(input.placeholder) && !/label/i.test(input.placeholder));
			Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, "1004");
			box.dispatchEvent(new Event("input", { bubbles: true }));
			box.form.requestSubmit();
		})()`);
		await page.until(`${text}.includes("2.99")`);
	});

	it("speaks Chinese to who reads Chinese, in the dark too, and fits a phone", async () => {
		const dark = await open({ width: 1440, height: 1000, dark: true, language: "zh-CN" });
		await dark.go(`${demo.cockpit}/#store`);
		await dark.until(`${text}.includes("总部已连接")`);
		await keep(dark, "cockpit-zh-dark");
		const phone = await open({ width: 390, height: 844 });
		await phone.go(`${demo.cockpit}/#store`);
		await phone.until(`${text}.includes("Head office")`);
		await phone.until(`document.documentElement.scrollWidth <= 391`);
		await keep(phone, "cockpit-phone");
		expect([...dark.errors, ...phone.errors]).toEqual([]);
	});

	it("changes every word with the language, also of what a person may do for herself", async () => {
		const page = await open({
			width: 1440,
			height: 900,
			// Signed in as a person: the user of the demo is not offered passkeys.
			before: `const asked = window.fetch;
				window.fetch = (address, more) => String(address).endsWith("/sessions/current")
					? Promise.resolve(new Response(JSON.stringify({ kind: "user", name: "ana", roles: [], rights: [] }), { headers: { "content-type": "application/json" } }))
					: asked(address, more);`,
		});
		await page.go(demo.cockpit.replace("127.0.0.1", "localhost"));
		await page.until(`${text}.includes("Add a passkey")`);
		await page.value(`(() => {
			const choice = document.querySelector("select.language");
			choice.value = "zh-CN";
			choice.dispatchEvent(new Event("change", { bubbles: true }));
		})()`);
		await page.until(`${text}.includes("添加通行密钥") && !${text}.includes("Add a passkey")`);
	});
});

describe("head office's page beside it", () => {
	it("makes a store's code, also as a picture for a phone", async () => {
		const page = await open({ width: 1200, height: 900 });
		await page.go(demo.hq);
		await page.until(`${text}.includes("1 of 1 store connected")`);
		await page.value(`[...document.querySelectorAll("main button")].find((each) => each.textContent === "Enrol a store").click()`);
		await page.until(`document.querySelector("dialog[open] input")`);
		await page.value(`(() => {
			const box = document.querySelector("dialog input");
			Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, "0555");
			box.dispatchEvent(new Event("input", { bubbles: true }));
		})()`);
		await page.until(`!document.querySelector("dialog form button").disabled`);
		await page.value(`document.querySelector("dialog form").requestSubmit()`);
		await page.until(`/^gondola enroll GE1\\./.test(document.querySelector("dialog pre")?.innerText)`);
		await page.until(`document.querySelector("dialog img")?.naturalWidth > 100`);
		await keep(page, "office-enrol");
		expect(page.errors).toEqual([]);
	});
});
