import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../../src/desk/cockpit/build.ts";
import { openPage, type Page } from "../support/chrome.ts";
import { type LookDesk, startLookDesk } from "./look-desk.ts";

/** The first page of the cockpit over invented stores: a usual day with 2,000 labels, and a quiet one. GONDOLA_SHOTS keeps what was seen. */
const shots = process.env["GONDOLA_SHOTS"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const text = "document.body.innerText";
const pages: Page[] = [];
let usual: LookDesk;
let quiet: LookDesk;

beforeAll(async () => {
	if (shots) mkdirSync(shots, { recursive: true });
	await buildPage();
	[usual, quiet] = await Promise.all([startLookDesk(2_000, "usual"), startLookDesk(120, "quiet")]);
});
afterAll(async () => {
	await Promise.all(pages.map((page) => page.close()));
	for (const desk of [usual, quiet]) desk?.child.kill("SIGKILL");
});

const open = async (url: string, window: Parameters<typeof openPage>[0]): Promise<Page> => {
	const page = await openPage(window);
	pages.push(page);
	await page.go(url);
	await page.until(`document.querySelector(".verdict:not(.loading)")`, 60_000);
	return page;
};
const keep = (page: Page, name: string): Promise<void> => (shots ? page.screenshot(join(shots, `${name}.png`)) : Promise.resolve());
const press = (within: string, wording: string): string =>
	`[...document.querySelectorAll(${JSON.stringify(`${within} button`)})].find((each) => each.textContent.trim().startsWith(${JSON.stringify(wording)})).click()`;

describe("the morning page", () => {
	it("is the first page, and says what waits for a person: by aisle, late labels, changes, shelves, batteries", async () => {
		const page = await open(usual.url, { width: 1440, height: 2_400 });
		await page.until(`document.querySelectorAll(".aisles li").length === 9`);
		await page.until(`/of 2,000 labels|of 1,999 labels/.test(${text})`);
		const said = await page.value<string>(text);
		for (const part of ["This waits for you:", "Are my prices right?", "Not shown yet", "waits since", "Empty, or nearly", "bring 9"])
			expect(said).toContain(part);
		expect(said).toMatch(/Changed overnight\s+since .*18:00/);
		expect(said).toContain("Nothing left in the store");
		expect(said).toContain("too large a cut");
		expect(await page.value<string>(`document.querySelector(".alarm-count").innerText`)).toMatch(/^Alarms: \d$/);
		await keep(page, "morning-en-light");
		expect(page.errors).toEqual([]);
	});

	it("leads from the sentence to each list, and from a late label to the label", async () => {
		const page = pages[0]!;
		await page.value(press(".verdict", "labels without their price"));
		await page.until(`document.activeElement?.id === "prices-title"`);
		await page.value(`document.querySelector(".prices .rows .row").click()`);
		await page.until(`document.querySelector("dialog[open] .steps")`);
		await page.value(press("dialog", "Close"));
	});

	it("tests the device in its alarm, and takes the filling of a shelf", async () => {
		const page = pages[0]!;
		await page.value(press(".alarm .acts", "Test again"));
		await page.until(`document.querySelector(".alarm .acts")?.innerText.includes("answered in 14 ms")`);
	});

	it("says in one sentence that all is well", async () => {
		const page = await open(quiet.url, { width: 1440, height: 1_000 });
		await page.until(`${text}.includes("All is well: each of 120 labels shows its price, and nothing waits for you.")`);
		await page.until(`!document.querySelector(".alarm-count")`);
		await keep(page, "morning-quiet");
		expect(page.errors).toEqual([]);
	});

	it.each([
		["en", "Are my prices right?", { width: 1440, height: 900 }, false],
		["zh-CN", "价格正确吗？", { width: 360, height: 800 }, true],
		["de", "Stimmen meine Preise?", { width: 360, height: 800 }, false],
		["hr", "Jesu li cijene točne?", { width: 820, height: 1_100 }, true],
	] as const)("in %s has no fault that axe finds, and fits its screen", async (language, title, size, dark) => {
		const page = await open(usual.url, { ...size, dark, language });
		await page.until(`${text}.includes(${JSON.stringify(title)}) && document.querySelectorAll(".aisles li").length > 3`);
		await page.until(`document.documentElement.scrollWidth <= ${size.width}`);
		await page.value(`${axe}; 0`);
		const faults = await page.value<string[]>(
			`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")))`,
		);
		await keep(page, `morning-${language}-${size.width}`);
		expect(faults).toEqual([]);
		expect(page.errors).toEqual([]);
	});
});
