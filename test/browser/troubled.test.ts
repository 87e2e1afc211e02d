import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../../src/desk/cockpit/build.ts";
import { openPage, type Page } from "../support/chrome.ts";

/** An invented store on a bad day, in a process of its own so that it can be stopped dead. GONDOLA_SHOTS keeps what was seen. */
const shots = process.env["GONDOLA_SHOTS"];
const root = resolve(import.meta.dirname, "../..");
let desk: ChildProcess;
let url: string;
const pages: Page[] = [];
const text = "document.body.innerText";
const open = async (window: Parameters<typeof openPage>[0]): Promise<Page> => {
	const page = await openPage(window);
	pages.push(page);
	await page.go(`${url}/#store`);
	await page.until(`document.querySelectorAll(".shelves li").length > 0`, 60_000);
	return page;
};
const keep = (page: Page, name: string): Promise<void> => (shots ? page.screenshot(join(shots, `${name}.png`)) : Promise.resolve());
/** Presses the button of this wording inside what the selector finds. */
const press = (within: string, wording: string): string =>
	`[...document.querySelectorAll(${JSON.stringify(`${within} button`)})].find((each) => each.textContent.trim() === ${JSON.stringify(wording)}).click()`;
const type = (selector: string, value: string): string =>
	`(() => { const box = document.querySelector(${JSON.stringify(selector)});
	Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, ${JSON.stringify(value)});
	box.dispatchEvent(new Event("input", { bubbles: true })); })()`;

beforeAll(async () => {
	if (shots) mkdirSync(shots, { recursive: true });
	await buildPage();
	desk = spawn(process.execPath, ["test/desk/look.ts", "0", "60", "troubled"], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
	url = await new Promise<string>((found, failed) => {
		let said = "";
		desk.stdout!.on("data", (piece: Buffer) => {
			said += piece.toString();
			const address = /^http:\S+$/m.exec(said)?.[0];
			if (address) found(address);
		});
		desk.once("exit", () => failed(new Error("the invented store did not open")));
	});
});
afterAll(async () => {
	await Promise.all(pages.map((page) => page.close()));
	desk?.kill("SIGKILL");
});

describe("the cockpit of a store in trouble", () => {
	it("shows six cables as one cause, a scale that is away, and fits every screen (case P13), (case P24)", async () => {
		const page = await open({ width: 1440, height: 1100 });
		await page.until(`document.querySelector(".alarm.group")?.innerText.includes("USB hub")`);
		await page.until(`document.querySelector(".shelves li.unmeasured")?.innerText.includes("not measured for")`);
		await keep(page, "troubled-en-light");
		const morning = await open({ width: 1440, height: 1_700 });
		await morning.value(`location.hash = "#morning"`);
		await morning.until(
			`document.querySelector(".decide .alarm.group")?.innerText.includes("USB hub") && document.querySelector(".aisles li")`,
		);
		await keep(morning, "troubled-morning");
		const phone = await open({ width: 360, height: 800, dark: true, language: "zh-CN" });
		await phone.until(`document.documentElement.scrollWidth <= 360`);
		await keep(phone, "troubled-zh-dark-360");
		for (const [language, word] of [
			["de", "Preisauskunft"],
			["hr", "Provjera cijene"],
		] as const) {
			const other = await open({ width: 360, height: 800, language });
			await other.until(`${text}.includes(${JSON.stringify(word)})`);
			await other.until(`document.documentElement.scrollWidth <= 360`);
			await keep(other, `troubled-${language}-360`);
		}
		expect(pages.flatMap(({ errors }) => errors)).toEqual([]);
	});

	it("settles a receipt in doubt in its alarm, with sum, till and slip, though sixty are newer (case P10)", async () => {
		const page = pages[0]!;
		await page.until(`${text}.includes("€12.40 · till-1 · receipt-till-1")`);
		await page.value(press(".alarm", "Show the slip"));
		await page.until(`document.querySelector(".alarm .slip")?.innerText.includes("TOTAL")`);
		await page.value(press(".alarm", "Print again"));
		await page.until(`document.querySelector(".alarm .acts")?.innerText.includes("✓")`);
	});

	it("takes the count in the alarm that asks for it, once (case P11)", async () => {
		const page = pages[0]!;
		await page.value(press(".alarm-list", "2 more")).catch(() => {});
		await page.value(
			`[...document.querySelectorAll(".alarm-list > .more")].filter((each) => each.getAttribute("aria-expanded") === "false").forEach((each) => each.click())`,
		);
		await page.until(`document.querySelector(".alarm form input")`);
		await page.value(type(".alarm form input", "17"));
		await page.value(press(".alarm form", "Enter the count"));
		await page.until(`[...document.querySelectorAll(".alarm form")].some((each) => each.innerText.includes("✓"))`);
		await page.until(`[...document.querySelectorAll(".shelves .count")].some((each) => /^1[5-9]$/.test(each.innerText))`);
	});

	it("asks before it unbinds a label, says what it goes on showing, and takes it back (case P14)", async () => {
		const page = pages[0]!;
		await page.value(`[...document.querySelectorAll(".tile.shown")][0].click()`);
		await page.until(`document.querySelector("dialog[open] .bind")`);
		const sku = await page.value<string>(`document.querySelector("dialog .bind input").value`);
		await page.value(press("dialog .bind", "Unbind"));
		await page.until(`document.querySelector("dialog .asking")?.innerText.includes("goes on showing the price")`);
		await page.value(press("dialog .asking", "Unbind"));
		await page.until(`document.querySelector("dialog .asking")?.innerText.includes("still shows its price")`);
		await page.value(press("dialog .asking", "Undo"));
		await page.until(
			`document.querySelector("dialog .bind input").value === ${JSON.stringify(sku)} && !document.querySelector("dialog .asking")`,
		);
		await page.value(press("dialog", "Close"));
		expect(page.errors).toEqual([]);
	});

	it("says that the gateway is frozen, and that it is back (case P12)", async () => {
		const page = pages[0]!;
		desk.kill("SIGSTOP");
		await page.until(`document.querySelector(".lost")?.innerText.includes("does not answer")`);
		await keep(page, "frozen");
		desk.kill("SIGCONT");
		await page.until(`!document.querySelector(".lost")`, 60_000);
	});
});
