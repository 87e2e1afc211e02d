import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../../src/desk/cockpit/build.ts";
import { openPage, type Page } from "../support/chrome.ts";
import { type LookDesk, startLookDesk } from "./look-desk.ts";

/** The page of selling over an invented store whose orders step by the real machine. GONDOLA_SHOTS keeps what was seen. */
const shots = process.env["GONDOLA_SHOTS"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const text = "document.body.innerText";
const pages: Page[] = [];
let desk: LookDesk;

beforeAll(async () => {
	if (shots) mkdirSync(shots, { recursive: true });
	await buildPage();
	desk = await startLookDesk(60, "usual");
});
afterAll(async () => {
	await Promise.all(pages.map((page) => page.close()));
	desk?.child.kill("SIGKILL");
});

const open = async (window: Parameters<typeof openPage>[0]): Promise<Page> => {
	const page = await openPage(window);
	pages.push(page);
	await page.go(`${desk.url}/#selling`);
	await page.until(`document.querySelectorAll(".orders .stacked").length >= 4`, 60_000);
	return page;
};
const keep = (page: Page, name: string): Promise<void> => (shots ? page.screenshot(join(shots, `${name}.png`)) : Promise.resolve());
const press = (wording: string): string =>
	`[...document.querySelectorAll(".selling button")].find((each) => each.textContent.trim() === ${JSON.stringify(wording)}).click()`;
const choose = (order: string): string =>
	`[...document.querySelectorAll(".orders .row")].find((each) => each.textContent.includes(${JSON.stringify(order)})).click()`;
const type = (label: string, value: string): string => `(() => {
	const box = [...document.querySelectorAll(".selling input")].find((each) => each.ariaLabel === ${JSON.stringify(label)});
	Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, ${JSON.stringify(value)});
	box.dispatchEvent(new Event("input", { bubbles: true }));
})()`;

describe("the page of selling", () => {
	it("lists open orders with what is late and what will be, coupons with what is lent and left, and points", async () => {
		const page = await open({ width: 1440, height: 1_400 });
		const rows = await page.value<string[]>(`[...document.querySelectorAll(".orders .row")].map((each) => each.innerText)`);
		expect(rows[0]).toMatch(/web-7003[^]*late since/);
		expect(rows[1]).toMatch(/web-7002[^]*will not be ready in time/);
		const said = await page.value<string>(text);
		for (const part of ["left: 39", "redeemed here: 21 · lent: 60", "ended early", "Lent for members who showed a code"])
			expect(said).toContain(part);
		await keep(page, "selling-en");
		expect(page.errors).toEqual([]);
	});

	it("accepts an order, picks by code, says the sentence of a refusal, and hands over by code", async () => {
		const page = pages[0]!;
		await page.value(choose("web-7001"));
		await page.until(`document.querySelector(".details .course")`);
		await page.value(press("Accept"));
		await page.until(`document.querySelector(".details input")?.ariaLabel === "Code of the picked piece"`);
		await page.value(type("Code of the picked piece", "4006381333931"));
		await page.value(press("Pick"));
		await page.until(`document.querySelector(".details .refused")?.innerText.includes("4006381333931")`);
		await page.value(press("Missing"));
		await page.until(`/missing: 2 \\(not on the shelf\\)/.test(${text})`);
		await keep(page, "selling-order-en");
		await page.value(choose("web-7004"));
		await page.until(`document.querySelector(".details input")?.ariaLabel.startsWith("Pick-up code")`);
		await page.value(type("Pick-up code of the customer or courier", "111111"));
		await page.value(press("Hand over"));
		await page.until(`document.querySelector(".details .refused")`);
		await page.value(type("Pick-up code of the customer or courier", "481516"));
		await page.value(press("Hand over"));
		await page.until(`!${text}.includes("web-7004")`);
		expect(page.errors).toEqual([]);
	});

	it.each([
		["en", true],
		["zh-CN", false],
		["de", false],
		["hr", true],
	] as const)("fits a phone and has no fault that axe knows, in %s", async (language, dark) => {
		const page = await open({ width: 360, height: 1_500, dark, language });
		await page.value(choose("web-7002"));
		await page.until(`document.querySelector(".details .course")`);
		await page.until(`document.documentElement.scrollWidth <= 360`);
		await page.value(axe);
		const faults = await page.value<string[]>(
			`axe.run(document.querySelector("main"), { runOnly: ["wcag2a", "wcag2aa"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))`,
		);
		expect(faults).toEqual([]);
		await keep(page, `selling-${language}-360`);
	});
});
