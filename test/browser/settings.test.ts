import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../../src/desk/cockpit/build.ts";
import { openPage, type Page } from "../support/chrome.ts";
import { type LookDesk, startLookDesk } from "./look-desk.ts";

/** The page of settings on a real gondola.yaml. GONDOLA_SHOTS keeps what was seen. */
const shots = process.env["GONDOLA_SHOTS"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const text = "document.body.innerText";
const folder = mkdtempSync(join(tmpdir(), "gondola-settings-page-"));
const file = join(folder, "gondola.yaml");
const pages: Page[] = [];
let desk: LookDesk;

beforeAll(async () => {
	if (shots) mkdirSync(shots, { recursive: true });
	await buildPage();
	desk = await startLookDesk(60, "usual", folder);
});
afterAll(async () => {
	await Promise.all(pages.map((page) => page.close()));
	desk?.child.kill("SIGKILL");
	rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const open = async (window: Parameters<typeof openPage>[0]): Promise<Page> => {
	const page = await openPage(window);
	pages.push(page);
	await page.go(`${desk.url}/#settings`);
	await page.until(`document.querySelector(".setting input")`, 60_000);
	return page;
};
const keep = (page: Page, name: string): Promise<void> => (shots ? page.screenshot(join(shots, `${name}.png`)) : Promise.resolve());
const press = (within: string, wording: string): string =>
	`[...document.querySelectorAll(${JSON.stringify(`${within} button`)})].find((each) => each.textContent.trim().startsWith(${JSON.stringify(wording)})).click()`;
/** Types into the field of a setting, found by what its label says. */
const type = (setting: string, value: string, kind = "HTMLInputElement"): string =>
	`(() => { const label = [...document.querySelectorAll(".setting > label")].find((each) => each.childNodes[0].textContent.trim() === ${JSON.stringify(setting)});
	const box = document.getElementById(label.htmlFor);
	Object.getOwnPropertyDescriptor(${kind}.prototype, "value").set.call(box, ${JSON.stringify(value)});
	box.dispatchEvent(new Event(${kind === "HTMLSelectElement" ? '"change"' : '"input"'}, { bubbles: true })); })()`;
const review = async (page: Page): Promise<void> => {
	await page.value(press(".changes-bar", "Look at the changes"));
	await page.until(`document.querySelector("dialog.review[open] .diff")`);
};
const save = async (page: Page): Promise<void> => {
	await review(page);
	await page.value(press("dialog.review", "Save"));
	await page.until(
		`document.querySelector(".notice.well")?.innerText.startsWith("Saved as version") && !document.querySelector("dialog.review")`,
	);
};

describe("the page of settings", () => {
	it("shows what stands in the file with its defaults, and what a change does before it is saved", async () => {
		const page = await open({ width: 1_280, height: 900 });
		expect(await page.value<string>(text)).toContain("The store's number or name, as HQ writes it.");
		await keep(page, "settings-en");
		await page.value(press(".sections nav", "Cockpit and API"));
		await page.until(`document.querySelector(".section h3").innerText.includes("Cockpit")`);
		await page.value(type("port", "8091"));
		await review(page);
		const diff = await page.value<string>(`document.querySelector("dialog.review").innerText`);
		expect(diff).toMatch(/port: 8080[^]*port: 8091/);
		expect(diff).toContain("Counts from the gateway's next start: Cockpit and API");
		await keep(page, "settings-review");
		expect(readFileSync(file, "utf8")).toContain("port: 8080");
		await page.value(press("dialog.review", "Save"));
		await page.until(`document.querySelector(".notice.well")?.innerText === "Saved as version 2."`);
		await page.until(`${text}.includes("The gateway still runs without these changes: Cockpit and API")`);
		const now = readFileSync(file, "utf8");
		expect(now).toContain("  port: 8091\n");
		expect(now).toContain("# Store 0204, Ilica 12.");
		expect(now).toContain("  names: [till-office.local]\n");
		expect(now).toContain("  - id: scale-deli # the big one\n");
		await keep(page, "settings-saved");
		expect(page.errors).toEqual([]);
	});

	it("names the field that is wrong, and saves nothing of it", async () => {
		const page = pages[0]!;
		const before = readFileSync(file, "utf8");
		await page.value(press(".sections nav", "Limits"));
		await page.until(`document.querySelector(".section h3").innerText.includes("Limits")`);
		await page.value(type("ledgerMegabytes", "3"));
		await review(page);
		await page.until(`document.querySelector("dialog.review .refused")?.innerText.includes("limits.ledgerMegabytes must be at least 64")`);
		expect(
			await page.value<boolean>(
				`[...document.querySelectorAll("dialog.review button")].find((each) => each.innerText === "Save").disabled`,
			),
		).toBe(true);
		await page.value(press("dialog.review", "Go on editing"));
		await page.until(`document.querySelector(".setting.wrong .refused")?.innerText.includes("at least 64")`);
		await keep(page, "settings-wrong");
		expect(readFileSync(file, "utf8")).toBe(before);
		await page.value(press(".changes-bar", "Discard"));
		await page.until(`!document.querySelector(".changes-bar")`);
	});

	it("changes a device, adds one and removes one at once, whatever their order in the list", async () => {
		const page = pages[0]!;
		await page.value(press(".sections nav", "Devices"));
		await page.until(`document.querySelectorAll("details.entry-of-list").length === 3`);
		await page.value(`document.querySelectorAll("details.entry-of-list").forEach((each) => (each.open = true))`);
		await page.value(`document.querySelectorAll("details.entry-of-list")[0].querySelector("button").click()`);
		await page.until(`document.querySelector("details.entry-of-list.gone")`);
		await page.value(type("baudRate", "9600", "HTMLSelectElement"));
		await page.value(
			`(() => { const box = document.querySelectorAll("details.entry-of-list")[2].querySelector(".setting input");
			Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, "receipt-till-9");
			box.dispatchEvent(new Event("input", { bubbles: true })); })()`,
		);
		await page.value(press(".section", "Add one"));
		await page.until(`document.querySelector(".entry-of-list.added textarea")?.value.includes("family: scanner")`);
		await keep(page, "settings-devices");
		await save(page);
		const now = readFileSync(file, "utf8");
		expect(now).not.toContain("scanner-till-1");
		expect(now).toMatch(/id: scale-deli # the big one\n {4}family: scale\n {4}protocol: mt-sics\n {4}port: \S+\n {4}baudRate: 9600\n/);
		expect(now).toMatch(/id: receipt-till-9, family: printer, host: 10.17.0.31[^]*id: scanner-1\n/);
	});

	it("does not overwrite what somebody else saved meanwhile, and keeps what was typed", async () => {
		const page = pages[0]!;
		await page.value(press(".sections nav", "Alarms"));
		await page.until(`document.querySelector(".section h3").innerText.includes("Alarms")`);
		await page.value(type("labelPendingMinutes", "45"));
		await review(page);
		writeFileSync(file, readFileSync(file, "utf8").replace("locale: hr", "locale: de"));
		await page.value(press("dialog.review", "Save"));
		await page.until(
			`document.querySelector("dialog.review .refused")?.innerText.includes("changed by somebody else") || document.querySelector("dialog.review .refused")?.innerText.includes("not the one that you read")`,
		);
		await keep(page, "settings-moved");
		await page.value(press("dialog.review", "Read them again"));
		await page.until(`[...document.querySelectorAll("dialog.review button")].some((each) => each.innerText === "Save" && !each.disabled)`);
		await page.value(press("dialog.review", "Save"));
		await page.until(`!document.querySelector("dialog.review")`);
		const now = readFileSync(file, "utf8");
		expect(now).toContain("labelPendingMinutes: 45");
		expect(now).toContain("locale: de");
		await page.until(`document.querySelector(".notice.well")?.innerText.startsWith("Saved as version")`);
	});

	it("edits the file as text, and goes back to a version after showing what that changes", async () => {
		const page = pages[0]!;
		await page.value(press(".settings .chips", "As text"));
		await page.until(`document.querySelector("textarea.whole")?.value.includes("labelPendingMinutes: 45")`);
		await page.value(`(() => { const box = document.querySelector("textarea.whole");
			Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, box.value + "limits: { ledgerMegabytes: 9000 } # a large disk\\n");
			box.dispatchEvent(new Event("input", { bubbles: true })); })()`);
		await page.until(`document.querySelector(".changes-bar")`);
		await save(page);
		expect(readFileSync(file, "utf8")).toContain("limits: { ledgerMegabytes: 9000 } # a large disk\n");
		expect(readFileSync(file, "utf8")).toContain("labelPendingMinutes: 45");
		await keep(page, "settings-text");
		await page.value(press(".settings .chips", "Versions"));
		await page.until(`document.querySelectorAll(".versions > li").length >= 5`);
		await page.value(`[...document.querySelectorAll(".versions > li > details")].at(-1).open = true`);
		await page.until(`[...document.querySelectorAll(".versions > li")].at(-1).querySelector(".diff")`);
		await keep(page, "settings-versions");
		await page.value(`[...document.querySelectorAll(".versions > li")].at(-1).querySelector("button").click()`);
		await page.until(`document.querySelector(".notice.well")?.innerText === "Saved as version 1."`);
		expect(readFileSync(file, "utf8")).toContain("port: 8080");
		expect(readFileSync(file, "utf8")).toContain("scanner-till-1");
		expect(page.errors).toEqual([]);
	});

	it.each([
		["en", { width: 1_280, height: 900 }, true],
		["zh-CN", { width: 360, height: 800 }, false],
		["de", { width: 360, height: 800 }, true],
		["hr", { width: 820, height: 1_000 }, false],
	] as const)("in %s has no fault that axe finds, and fits its screen", async (language, size, dark) => {
		const page = await open({ ...size, dark, language });
		await page.value(`${axe}; 0`);
		for (const step of [
			"0",
			`document.querySelectorAll(".sections nav button")[7].click()`,
			`document.querySelectorAll("details.entry-of-list").forEach((each) => (each.open = true))`,
			`document.querySelectorAll(".settings .chips button")[1].click()`,
			`document.querySelectorAll(".settings .chips button")[2].click()`,
		]) {
			await page.value(`(${step}, 0)`);
			await page.until(`!document.querySelector(".settings .loading")`);
			await page.until(`document.documentElement.scrollWidth <= ${size.width}`);
			const faults = await page.value<string[]>(
				`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")))`,
			);
			expect(faults, step).toEqual([]);
			if (step.includes("open = true")) await keep(page, `settings-${language}-${size.width}`);
		}
		expect(page.errors).toEqual([]);
	});
});
