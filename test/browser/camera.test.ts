import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type Filmed, writeFilm } from "../hand/film.ts";
import { openWire, type Wire } from "../hand/wire.ts";
import { openPage, type Page } from "../support/chrome.ts";
import { get, type RunningDemo, startDemo } from "../support/demo.ts";
import { patienceMs } from "../support/until.ts";

/** The handheld page with a camera, which a film stands in for. Set GONDOLA_SHOTS to a directory to keep what was seen. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const folder = mkdtempSync(join(tmpdir(), "gondola-camera-test-"));
const shots = process.env["GONDOLA_SHOTS"];
const allowed = ["--use-fake-ui-for-media-stream"] as const;
let demo: RunningDemo;
let wire: Wire;
let gtin: string;
const pages: Page[] = [];

beforeAll(async () => {
	if (shots) mkdirSync(shots, { recursive: true });
	demo = await startDemo(join(folder, "demo"));
	wire = await openWire(demo.cockpit);
	({ gtin } = await get<{ gtin: string }>(demo.cockpit, "/api/v1/prices/1025"));
});
afterEach(async () => {
	wire.mend();
	await Promise.all(pages.splice(0).map((page) => page.close()));
});
afterAll(async () => {
	wire?.close();
	await demo?.stop();
	rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The page before a camera that sees these codes. */
async function before(codes: readonly Filmed[], flags: readonly string[] = allowed, language = "en"): Promise<Page> {
	const film = join(folder, `film-${pages.length}.y4m`);
	await writeFilm(film, codes);
	const fake = ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`];
	const page = await openPage({ width: 360, height: 740, language, flags: [...fake, ...flags] });
	pages.push(page);
	await page.go(`${wire.url}/hand`);
	await page.until(`document.querySelector(".tiles button")`, patienceMs);
	return page;
}
const openCamera = (page: Page): Promise<void> => page.value(`void document.querySelector("button.lens").click()`);
const keep = (page: Page, name: string): Promise<void> => (shots ? page.screenshot(join(shots, `${name}.png`)) : Promise.resolve());
const ean = (more: Partial<Filmed> = {}): Filmed => ({ text: gtin.slice(1), format: "EAN13", moduleWidth: 4, at: 0.5, ...more });
const isArticle = `document.querySelector(".article .code")?.innerText.startsWith("1025")`;

describe("a clerk with a camera", () => {
	it("sees the article whose bar code the camera sees; the camera is closed after it", async () => {
		const page = await before([ean()]);
		await openCamera(page);
		await page.until(isArticle, patienceMs);
		await page.until(`/€\\d/.test(document.querySelector(".article .big").innerText)`, patienceMs);
		expect(await page.value(`document.querySelector(".camera")`)).toBe(null);
		expect(page.errors).toEqual([]);
	});

	it("sees it by the GTIN in a Data Matrix of GS1, too", async () => {
		const page = await before([{ text: `01${gtin}10LOT7\u001d17270131`, format: "DataMatrix", moduleWidth: 10, at: 0.5 }]);
		await openCamera(page);
		await page.until(isArticle, patienceMs);
	});

	it("is asked to move closer where two codes are in the picture, and nothing is scanned", async () => {
		const page = await before([ean({ moduleWidth: 3, at: 0.27 }), ean({ text: "4006381333931", moduleWidth: 3, at: 0.74 })]);
		await openCamera(page);
		await page.until(`/Several codes/.test(document.querySelector(".camera").innerText)`, patienceMs);
		await keep(page, "hand-camera-several");
		expect(await page.value(isArticle)).toBeFalsy();
		await page.value(`void [...document.querySelectorAll(".camera button")].at(-1).click()`);
		await page.until(`!document.querySelector(".camera")`, patienceMs);
	});

	it("scans without a network what the page has kept, once the reader came with the first visit", async () => {
		const page = await before([ean()]);
		await page.until(
			`caches.open("gondola-hand").then((cache) => cache.keys()).then((kept) => kept.some(({ url }) => url.endsWith(".wasm")))`,
			patienceMs,
		);
		await page.until(
			`new Promise((resolve) => {
				const asked = indexedDB.open("gondola-hand");
				asked.onsuccess = () => {
					const kept = asked.result.transaction("heard").objectStore("heard").get("articles");
					kept.onsuccess = () => resolve(kept.result !== undefined);
				};
			})`,
			patienceMs,
		);
		wire.cut();
		await page.until(`document.querySelector(".amber")`, patienceMs);
		await openCamera(page);
		await page.until(isArticle, patienceMs);
		expect(page.errors.filter((each) => !/ERR_|Failed to load/.test(each))).toEqual([]);
	});

	it("is told what to do where the browser does not give the camera", async () => {
		const page = await before([ean()], ["--deny-permission-prompts"], "zh-CN");
		await openCamera(page);
		await page.until(`/未获准使用摄像头/.test(document.querySelector(".camera [role=alert]")?.innerText)`, patienceMs);
		await keep(page, "hand-camera-refused");
	});
});
