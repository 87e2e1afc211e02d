import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPage, type Page } from "../support/chrome.ts";
import { get, post, type RunningDemo, startDemo } from "../support/demo.ts";
import { eventually, patienceMs } from "../support/until.ts";

/** The page of a till before a living store, with real keys. GONDOLA_SHOTS keeps what was seen. */
const data = mkdtempSync(join(tmpdir(), "gondola-till-page-"));
const shots = process.env["GONDOLA_SHOTS"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const text = "document.body.innerText";
let demo: RunningDemo;
const pages: Page[] = [];
const open = async (window: Parameters<typeof openPage>[0], till: string): Promise<Page> => {
	const page = await openPage(window);
	pages.push(page);
	await page.go(`${demo.cockpit}/till?till=${till}`);
	await page.until(`document.activeElement?.id === "scan-box"`, 60_000);
	return page;
};
const keep = (page: Page, name: string): Promise<void> => (shots ? page.screenshot(join(shots, `${name}.png`)) : Promise.resolve());
const scan = (page: Page, code: string) => page.press(...code, "Enter");
const faults = (page: Page) =>
	page
		.value<string[]>(`${axe}; 0`)
		.then(() =>
			page.value<string[]>(
				`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")))`,
			),
		);

beforeAll(async () => {
	if (shots) mkdirSync(shots, { recursive: true });
	demo = await startDemo(data, []);
	const coupon = { id: "till-1-off", code: "WELCOME", name: "Welcome", what: "amount", amountMinor: 100, total: 50 };
	const made = await post(demo.hq, "/api/v1/coupons", { ...coupon, from: "2020-01-01T00:00:00Z", until: "2099-01-01T00:00:00Z" });
	expect(made.status).toBeLessThan(300);
	const multiBuy = { quantity: 3, amountMinor: 350 };
	const change = { sku: "1035", amountMinor: 199, currency: "EUR", kind: "regular", multiBuy };
	expect((await post(demo.hq, "/api/v1/pushes", { id: "till-multi", stores: "all", changes: [change] })).status).toBe(202);
	await eventually(async () => expect(await get(demo.cockpit, "/api/v1/prices/1035")).toMatchObject({ multiBuy }));
	await eventually(async () => expect(await get(demo.cockpit, "/api/v1/prices/1049")).toMatchObject({ minimumAge: 18 }));
}, 240_000);
afterAll(async () => {
	await Promise.all(pages.map((page) => page.close()));
	await demo?.stop();
	rmSync(data, { recursive: true, force: true, maxRetries: 5 });
});

describe("the page of a till", () => {
	it("is worked by keys alone: goods, offer, coupon, age, pay, slip", async () => {
		const page = await open({ width: 1280, height: 860 }, "front-1");
		await scan(page, "3*1035");
		await page.until(`${text}.includes("3 together cost less")`);
		await scan(page, "0.350*1009");
		await page.until(`${text}.includes("0.350 kg")`);
		await scan(page, "9520000010492");
		await page.until(`${text}.includes("Is the customer 18 years old or older?")`);
		expect(await page.value(`document.querySelector("button.pay").disabled`)).toBe(true);
		await keep(page, "till-age");
		expect(await faults(page)).toEqual([]);
		// From the box back to the question, past the buttons of three lines, and what is typed on a button goes into the box.
		await page.until(`(document.querySelector(".question button").focus(), document.activeElement.textContent.startsWith("Yes"))`);
		await page.press("Enter");
		await page.until(`${text}.includes("Age 18 confirmed by demo")`);
		await scan(page, "WELCOME");
		// A coupon that head office made a moment ago is lent to the store within its time.
		await eventually(
			async () => {
				if (await page.value<boolean>(`document.querySelector(".coupons li") !== null`)) return;
				if (!(await page.value<string>(text)).includes("Welcome\n")) await scan(page, "WELCOME");
				throw new Error("the coupon does not lie in the basket");
			},
			patienceMs,
			2_000,
		);
		await scan(page, "nothing-of-that-name");
		await page.until(`document.querySelector("[role=alert]").innerText.includes("nothing-of-that-name")`);
		await keep(page, "till-basket");
		const total = await page.value<string>(`document.querySelector(".total").innerText`);
		await page.press("F2");
		await page.until(`document.querySelector(".slip h2")?.innerText.includes(${JSON.stringify(total)})`);
		await page.until(`/Receipt: on paper/.test(${text})`, 60_000);
		await keep(page, "till-paid");
		expect(await faults(page)).toEqual([]);
		const { items } = await get<{ items: { till: string; age?: object; coupons?: object[]; lines: object[] }[] }>(
			demo.cockpit,
			"/api/v1/events?type=sale.recorded&newest=20",
		);
		expect(items.filter(({ till }) => till === "front-1")).toMatchObject([
			{ age: { minimumAge: 18, by: "user:demo" }, coupons: [{ coupon: "till-1-off", amountMinor: 100 }], lines: [{}, {}, {}] },
		]);
		await page.press("F4");
		await page.until(`${text}.includes("Nothing scanned yet.")`);
		expect(page.errors).toEqual([]);
	}, 240_000);

	it("goes on with its basket after a reload, and takes lines out", async () => {
		const page = pages[0]!;
		await scan(page, "1001");
		await scan(page, "1002");
		await page.until(`document.querySelectorAll(".lines li").length === 2`);
		await page.go(`${demo.cockpit}/till`);
		await page.until(`document.querySelectorAll(".lines li").length === 2`);
		await page.press("F8");
		await page.until(`document.querySelectorAll(".lines li").length === 1`);
		await page.until(`document.querySelector("h1").innerText.includes("front-1")`);
	}, 120_000);

	it("says that the gateway does not answer, keeps what is scanned, and counts it once when it does", async () => {
		const page = await openPage({
			width: 900,
			height: 700,
			// A line that loses the answer of every first request: the act was done, and the page does not know it.
			before: `const asked = window.fetch; window.isCut = false; window.lost = 0;
				window.fetch = async (address, more) => {
					if (!window.isCut) return asked(address, more);
					if (window.lost++ === 0) await asked(address, more);
					throw new TypeError("cut");
				};`,
		});
		pages.push(page);
		await page.go(`${demo.cockpit}/till?till=front-2`);
		await page.until(`document.activeElement?.id === "scan-box"`, 60_000);
		await scan(page, "1001");
		await page.until(`document.querySelectorAll(".lines li").length === 1`);
		await page.value(`window.isCut = true`);
		await scan(page, "1001");
		await scan(page, "1002");
		await page.until(`/does not answer.*2 waiting/.test(${text})`);
		await keep(page, "till-lost");
		await page.value(`window.isCut = false`);
		await page.until(`!/does not answer/.test(${text}) && document.querySelectorAll(".lines li").length === 2`);
		expect(await page.value(`[...document.querySelectorAll(".lines .count")].map((each) => each.innerText).join(",")`)).toBe("2 ×,1 ×");
		expect(page.errors).toEqual([]);
	}, 120_000);

	it.each([
		["zh-CN", "扫描或输入条码", { width: 360, height: 740 }, false],
		["de", "Code scannen oder eintippen", { width: 360, height: 740 }, true],
		["hr", "Skenirajte ili upišite kod", { width: 768, height: 1_024 }, false],
	] as const)(
		"in %s fits its screen and has no fault that axe finds",
		async (language, word, size, dark) => {
			const page = await open({ ...size, language, dark }, `front-${language.toLowerCase()}`);
			await page.until(`${text}.includes(${JSON.stringify(word)})`);
			await scan(page, "1015");
			await scan(page, "1049");
			await page.until(`document.querySelectorAll(".lines li").length === 2`);
			await page.until(`document.documentElement.scrollWidth <= innerWidth`);
			await keep(page, `till-${language}`);
			expect(await faults(page)).toEqual([]);
			expect(page.errors).toEqual([]);
		},
		120_000,
	);
});
