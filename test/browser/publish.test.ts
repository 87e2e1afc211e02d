import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPage } from "../../src/desk/cockpit/build.ts";
import { axe, closeAll, drop, faultsOf, keep, type Office, open, press, startOffice, text, type } from "./office-chain.ts";

let office: Office;
beforeAll(async () => {
	await buildPage("office");
	office = await startOffice(30);
}, 180_000);
afterAll(closeAll);

const get = async <T>(path: string): Promise<T> => (await (await fetch(`${office.url}/api/v1/${path}`)).json()) as T;
const list = (rows: number): string =>
	`sku,name,amount,currency\n${Array.from({ length: rows }, (_, n) => `9${n},Article ${n},${1 + (n % 90)}.99,EUR`).join("\n")}\n`;
const isPublishable = `[...document.querySelectorAll("button")].some((one) => one.textContent === "Publish" && !one.disabled)`;
/** Seen on the page at any moment from now on: words, and the widths of the bar. */
const watch = `(() => { window.seen = []; new MutationObserver(() => {
	const bar = document.querySelector(".upload progress"); if (bar) window.seen.push(document.querySelector(".how-far").innerText); })
	.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true }); })()`;

describe("a price list on head office's page", () => {
	it("shows how far head office is, and goes on after the page was loaded again, to the preview and to the push", async () => {
		const page = await open(`${office.url}/#/new`);
		await page.until(`document.querySelector(".drop")`);
		await page.value(watch);
		await page.value(drop("large.csv", list(30_000)));
		await page.until(`document.querySelector(".upload progress")`, 60_000);
		await keep(page, "upload-bar");
		await page.until(
			`sessionStorage.getItem("gondola-upload") !== null && window.seen.some((said) => /^(Read|Checked)/.test(said))`,
			60_000,
		);
		await page.go(`${office.url}/#/new`);
		await page.value("location.reload()");
		await page.until(`${text}.includes("The preview of large.csv")`, 120_000);
		expect(await page.value<string>(text)).toContain("Would be taken: 30,000");
		await keep(page, "upload-preview-again");
		expect(await page.value<string | null>(`sessionStorage.getItem("gondola-upload")`)).toBe(null);

		await page.value(drop("large.csv", list(30_000)));
		await page.until(isPublishable, 120_000);
		const id = await page.value<string>(`document.querySelector(".options input").value`);
		await page.value(watch);
		await page.value(press("Publish"));
		await page.until(`window.seen.some((said) => /^(Read|Checked|Written)/.test(said)) || location.hash.startsWith("#/pushes/")`, 60_000);
		await page.value("location.reload()");
		await page.until(`location.hash === "#/pushes/${id}"`, 120_000);
		expect(await get<object>(`pushes/${id}`)).toMatchObject({ changes: 30_000 });
		expect(page.errors).toEqual([]);
	}, 300_000);

	it("says that nothing was taken where head office knows nothing of an upload, and why a list was refused", async () => {
		const page = await open(`${office.url}/#/new`);
		await page.value(`sessionStorage.setItem("gondola-upload", JSON.stringify({ id: "gone", name: "cut.csv", isDryRun: false }))`);
		await page.value("location.reload()");
		await page.until(`${text}.includes("Head office has nothing of cut.csv")`, 60_000);
		await page.value(drop("few.csv", "sku,name,amount,currency\n1,Tea,1.99,EUR\n2,Salt,abc,EUR\n"));
		await page.until(isPublishable, 60_000);
		await page.value(`[...document.querySelectorAll(".options > .tick input")].at(-1).click()`);
		await page.value(press("Preview"));
		await page.until(isPublishable, 60_000);
		await page.value(press("Publish"));
		await page.until(`document.querySelector(".new-push [role=alert]")?.innerText.includes("1 rows cannot be taken")`, 60_000);
	}, 120_000);
});

describe("groups of stores on head office's page", () => {
	it("are made, named for a push and for its waves with their wait and limits, and left again", async () => {
		const page = await open(`${office.url}/#/groups`);
		await page.until(`document.querySelector(".join")`);
		const [first, second, third] = (await get<{ items: { id: string }[] }>("stores?limit=3")).items.map(({ id }) => id);
		await page.value(type(".join label:first-child input", "pilot"));
		await page.value(type(".join .wide input", `${first}, ${second} ${third}`));
		await page.value(press("Add to the group"));
		await page.until(`${text}.includes("Stores changed: 3.")`, 60_000);
		await page.until(`document.querySelectorAll(".members li").length === 3`, 60_000);
		await keep(page, "groups");
		expect((await get<{ items: object[] }>("groups")).items).toContainEqual({ group: "pilot", stores: [first, second, third] });
		await page.until(`document.querySelector('[aria-label="Take ${third} out of pilot"]')`, 60_000);
		await page.value(`document.querySelector('[aria-label="Take ${third} out of pilot"]').click()`);
		await page.until(`document.querySelector("[role=alertdialog]")`);
		await page.value(press(`Take ${third} out of pilot`, "[role=alertdialog]"));
		await page.until(`document.querySelectorAll(".members li").length === 2`, 60_000);

		await page.value(`location.hash = "#/new"`);
		await page.until(`document.querySelector(".drop")`);
		await page.value(drop("waves.csv", "sku,name,amount,currency\n4001,Milk,2.39,EUR\n"));
		await page.until(isPublishable, 60_000);
		// The groups come a moment later than the form.
		await page.until(`[...document.querySelectorAll(".waves-asked .chips button")].some((one) => one.textContent === "+ pilot")`, 60_000);
		await page.value(`[...document.querySelectorAll(".waves-asked .chips button")].find((one) => one.textContent === "+ pilot").click()`);
		await page.until(`document.querySelector(".waves-asked .limits")`);
		await page.value(type(".waves-asked .limits label:nth-child(1) input", "45"));
		await page.value(type(".waves-asked .limits label:nth-child(2) input", "98"));
		await keep(page, "waves-asked");
		await page.value(press("Preview"));
		await page.until(isPublishable, 60_000);
		const id = await page.value<string>(`document.querySelector(".options input").value`);
		await page.value(press("Publish"));
		await page.until(`location.hash === "#/pushes/${id}"`, 60_000);
		expect(await get<object>(`pushes/${id}`)).toMatchObject({
			waves: [
				{ group: "pilot", stores: 2, waitMinutes: 45, limits: { shownPercent: 98, failedLabels: 0, redAlarms: 0 } },
				{ waitMinutes: 45 },
			],
		});

		await page.value(`location.hash = "#/new"`);
		await page.until(`document.querySelector(".drop")`);
		await page.value(drop("group.csv", "sku,name,amount,currency\n4002,Oat,1.39,EUR\n"));
		await page.until(isPublishable, 60_000);
		await page.until(`document.querySelectorAll("input[name=stores]").length === 3`, 60_000);
		await page.value(`[...document.querySelectorAll("input[name=stores]")].at(-1).click()`);
		await page.value(press("Preview"));
		await page.until(`${isPublishable} && ${text}.includes("stores: 2,")`, 60_000);
		expect(page.errors).toEqual([]);
	}, 180_000);

	it.each([
		["en", false],
		["zh-CN", true],
		["de", false],
		["hr", true],
	] as const)(
		"fit a phone and have no fault that axe knows, in %s",
		async (language, dark) => {
			const page = await open(`${office.url}/#/groups`, { width: 360, height: 780, dark, language });
			await page.value(axe);
			await page.until(`document.querySelector(".members li")`, 60_000);
			await page.until(`document.documentElement.scrollWidth <= 360`);
			expect(await faultsOf(page)).toEqual([]);
			await keep(page, `groups-${language}-360`);
			await page.value(`location.hash = "#/new"`);
			await page.until(`document.querySelector(".drop")`);
			await page.value(drop("phone.csv", "sku,name,amount,currency\n4003,Rye,1.49,EUR\n"));
			await page.until(`document.querySelector(".waves-asked .chips button")`, 60_000);
			await page.value(`document.querySelector(".waves-asked .chips button").click()`);
			await page.until(`document.querySelector(".waves-asked .limits")`);
			await page.until(`document.documentElement.scrollWidth <= 360`);
			expect(await faultsOf(page)).toEqual([]);
			await page.value(`document.querySelector(".waves-asked").scrollIntoView()`);
			await keep(page, `waves-asked-${language}-360`);
		},
		120_000,
	);
});

describe("a label's picture on head office's page", () => {
	it.each([
		["en", false],
		["zh-CN", true],
		["de", false],
		["hr", true],
	] as const)(
		"opens from the store's list of labels, fits a phone, in %s",
		async (language, dark) => {
			const [store] = (await get<{ items: { id: string }[] }>("stores?limit=1")).items;
			const page = await open(`${office.url}/#/stores/${store!.id}`, { width: 360, height: 780, dark, language });
			await page.value(axe);
			await page.until(`document.querySelector(".row.label button.link")`, 60_000);
			await page.value(`document.querySelector(".row.label button.link").click()`);
			await page.until(`document.querySelector(".label-pictures img")?.naturalWidth > 100`, 60_000);
			await page.value(`document.querySelector(".label-pictures").scrollIntoView()`);
			await page.until(`document.documentElement.scrollWidth <= 360`);
			expect(await faultsOf(page)).toEqual([]);
			await keep(page, `label-${language}-360`);
			expect(page.errors).toEqual([]);
		},
		120_000,
	);
});
