import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../../src/desk/cockpit/build.ts";
import { axe, closeAll, drop, faultsOf, keep, type Office, open, press, startOffice, text } from "./office-chain.ts";

let office: Office;
beforeAll(async () => {
	await buildPage("office");
	office = await startOffice(30);
}, 180_000);
afterAll(closeAll);

const choose = (selector: string, value: string): string =>
	`(() => { const box = document.querySelector(${JSON.stringify(selector)}); box.value = ${JSON.stringify(value)};
	box.dispatchEvent(new Event("change", { bubbles: true })); })()`;
const meaningOf = (column: string): string => `select[aria-label="What the column ${column} means"]`;
const written = (selector: string, value: string): string =>
	`(() => { const box = document.querySelector(${JSON.stringify(selector)}); box.value = ${JSON.stringify(value)};
	for (const kind of ["input", "change"]) box.dispatchEvent(new Event(kind, { bubbles: true })); })()`;
const isQuiet = `document.querySelector(".price-list[aria-busy=false]")`;
const strange = [
	"Preisliste Herbst;;;;;",
	"Art;Text;Einkauf;Laden;Stand;Code",
	"A-10;Sofa, blau;820,00;1,299;01.11.2026;4006381333931",
	"A-11;Bett;1.020,00;2,450;01.11.2026;",
].join("\n");

describe("the wizard for a price list of unknown shape", () => {
	it("opens where head office cannot read the file, asks what is doubtful, saves the mapping, and the push is read by it", async () => {
		const page = await open(`${office.url}/#/new`);
		await page.until(`document.querySelector(".drop")`);
		await page.value(drop("Möbel.csv", strange));
		await page.until(`${isQuiet} && document.querySelectorAll(".file-columns li").length === 6`, 60_000);
		await page.until(`${text}.includes("Which column is the price that customers pay?")`);
		expect(
			await page.value<boolean>(`[...document.querySelectorAll("button")].find((one) => one.textContent === "Save and preview").disabled`),
		).toBe(true);
		await keep(page, "price-list-asks");
		await page.value(choose(meaningOf("Laden"), "amount"));
		await page.until(`${isQuiet} && ${text}.includes("What is 1,299?")`, 60_000);
		// Nothing is read otherwise than the file says: 1,299 is refused, or thousands, by a person's word.
		await page.value(
			`[...document.querySelectorAll(".question label")].find((one) => one.innerText.includes("1299")).querySelector("input").click()`,
		);
		await page.until(`${isQuiet} && document.querySelector(".raw-and-read").innerText.includes("€1,299.00")`, 60_000);
		const said = await page.value<string>(text);
		for (const each of ["Nobody reads: Einkauf, Stand", "Sofa, blau", "perhaps: Price", "perhaps: From", "encoding utf-8"])
			expect(said).toContain(each);
		await keep(page, "price-list-read");
		await page.value(written(".save-mapping input", "moebel"));
		await page.value(press("Save and preview"));
		await page.until(`${text}.includes("It was read by the mapping moebel, version 1.") && ${text}.includes("Would be taken: 2")`, 60_000);
		await keep(page, "price-list-preview");
		await page.until(`[...document.querySelectorAll("button")].some((one) => one.textContent === "Publish" && !one.disabled)`, 60_000);
		await page.value(press("Publish"));
		await page.until(`location.hash.startsWith("#/pushes/")`, 60_000);
		const id = await page.value<string>(`decodeURIComponent(location.hash.slice("#/pushes/".length))`);
		const { items } = (await (await fetch(`${office.url}/api/v1/pushes/${id}/changes`)).json()) as { items: object[] };
		expect(items).toMatchObject([
			{ sku: "A-10", amountMinor: 129_900, currency: "EUR" },
			{ sku: "A-11", amountMinor: 245_000 },
		]);
		expect(page.errors.filter((error) => !error.includes("400"))).toEqual([]);
	});

	it("offers the saved mapping for the next file, and says a column that this one lacks", async () => {
		const page = await open(`${office.url}/#/new`);
		await page.until(`document.querySelector(".drop")`);
		await page.value(drop("next.csv", strange.replace("Text", "Bezeichnung").replace("1,299", "1,199")));
		await page.until(`${isQuiet} && [...document.querySelectorAll(".by-mapping option")].some((one) => one.value === "moebel")`, 60_000);
		await page.value(choose(".by-mapping select", "moebel"));
		await page.until(`${text}.includes("The mapping names the column “Text”, which the file does not have.")`, 60_000);
		await keep(page, "price-list-absent");
		await page.value(choose(meaningOf("Bezeichnung"), "name"));
		await page.until(`${isQuiet} && document.querySelector(".raw-and-read").innerText.includes("€1,199.00")`, 60_000);
		await page.value(press("Preview without saving"));
		await page.until(`${text}.includes("Would be taken: 2")`, 60_000);
	});

	it("shows how a file is read that head office knows, too", async () => {
		const page = await open(`${office.url}/#/new`);
		await page.until(`document.querySelector(".drop")`);
		await page.value(drop("known.csv", "sku,name,amount,currency\n4001,Milk,2.29,EUR\n"));
		await page.until(`${text}.includes("Would be taken: 1")`, 60_000);
		await page.value(press("How it is read…"));
		await page.until(`document.querySelector(".raw-and-read")?.innerText.includes("€2.29")`, 60_000);
		await page.value(press("Close", ".price-list"));
		await page.until(`!document.querySelector(".price-list") && ${text}.includes("Would be taken: 1")`);
		expect(page.errors).toEqual([]);
	});

	it.each([
		["en", false],
		["zh-CN", true],
		["de", true],
		["hr", false],
	] as const)("fits a phone and has no fault that axe knows, in %s", async (language, dark) => {
		const page = await open(`${office.url}/#/new`, { width: 360, height: 780, dark, language });
		await page.value(axe);
		await page.until(`document.querySelector(".drop")`);
		await page.value(drop("Möbel.csv", strange));
		await page.until(`${isQuiet} && document.querySelector(".questions")`, 60_000);
		await page.until(`document.documentElement.scrollWidth <= 360`);
		expect(await faultsOf(page)).toEqual([]);
		await page.value(`document.querySelector(".price-list").scrollIntoView()`);
		await keep(page, `price-list-${language}-360`);
		await page.value(choose(".question select", "Laden"));
		await page.until(`${isQuiet} && document.querySelector(".question input[type=radio]")`, 60_000);
		await page.value(`document.querySelector(".question input[type=radio]").click()`);
		await page.until(`${isQuiet} && /1[.,]?299/.test(document.querySelector(".as-read").innerText)`, 60_000);
		await page.until(`document.documentElement.scrollWidth <= 360`);
		expect(await faultsOf(page)).toEqual([]);
		await page.value(`document.querySelector(".raw-and-read").scrollIntoView()`);
		await keep(page, `price-list-rows-${language}-360`);
	});
});
