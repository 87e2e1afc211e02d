import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { playCuts } from "../hand/cuts.ts";
import { openWire, type Wire } from "../hand/wire.ts";
import { openPage, type Page } from "../support/chrome.ts";
import { get, post, type RunningDemo, startDemo } from "../support/demo.ts";
import { eventually, patienceMs } from "../support/until.ts";

/** The handheld page in a real browser, at 360 px, before a living store. Set GONDOLA_SHOTS to a directory to keep what was seen. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const data = mkdtempSync(join(tmpdir(), "gondola-hand-test-"));
const shots = process.env["GONDOLA_SHOTS"];
const text = "document.body.innerText";
const password = "a long enough phrase";
let demo: RunningDemo;
let wire: Wire;
const pages: Page[] = [];

beforeAll(async () => {
	if (shots) mkdirSync(shots, { recursive: true });
	demo = await startDemo(data, [], true);
	wire = await openWire(demo.cockpit);
});
afterAll(async () => {
	await Promise.all(pages.map((page) => page.close()));
	wire?.close();
	await demo?.stop();
	rmSync(data, { recursive: true, force: true, maxRetries: 5 });
});

afterEach(() => wire.mend());

const open = async (more: Partial<Parameters<typeof openPage>[0]> = {}): Promise<Page> => {
	const page = await openPage({ width: 360, height: 740, ...more });
	pages.push(page);
	await page.go(`${wire.url}/hand`);
	await page.until(`document.querySelector(".tiles button")`, patienceMs);
	return page;
};
const keep = (page: Page, name: string): Promise<void> => (shots ? page.screenshot(join(shots, `${name}.png`)) : Promise.resolve());
const scan = (page: Page, code: string): Promise<void> =>
	page.value(
		`void [...${JSON.stringify(code)}, "Enter"].forEach((key) => dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true })))`,
	);
const press = async (page: Page, name: string): Promise<void> => {
	await page.until(
		`(() => {
			const name = ${JSON.stringify(name)};
			const button = [...document.querySelectorAll("button")].find((each) => !each.disabled && (each.innerText === name || each.ariaLabel === name));
			button?.click();
			return button !== undefined;
		})()`,
		patienceMs,
	);
};
const type = (page: Page, value: string): Promise<void> =>
	page.value(`(() => {
		const field = document.querySelector(".stepper input");
		field.value = ${JSON.stringify(value)};
		field.dispatchEvent(new Event("input", { bubbles: true }));
	})()`);
const newest = (page: Page, pattern: RegExp): Promise<void> =>
	page.until(`${pattern}.test(document.querySelector(".newest")?.innerText ?? "")`, patienceMs);
const onHand = async (sku: string): Promise<number> => (await get<{ onHand: number }>(demo.cockpit, `/api/v1/stock/${sku}`)).onHand;
const task = async (page: Page, name: string): Promise<void> => {
	await page.value(`void document.querySelector(".back")?.click()`);
	await page.until(`document.querySelectorAll(".tiles button").length > 7`, patienceMs);
	await press(page, name);
	await page.until(`document.querySelector("header h1").innerText === ${JSON.stringify(name)}`, patienceMs);
};
const movements = async (sku: string): Promise<{ id: string; quantity: number; reason: string }[]> =>
	(
		await get<{ movements: { id: string; quantity: number; reason: string }[] }>(demo.cockpit, `/api/v1/stock/${sku}?movements=200`)
	).movements.filter(({ id }) => id.startsWith("hand-"));

/** Puts a count or a delivery into the outbox, as an earlier visit of the page left it. */
const keepAct = (page: Page, { by, id, sku, quantity }: { by: string; id: string; sku: string; quantity: number }): Promise<void> =>
	page.value(`new Promise((resolve) => {
		const asked = indexedDB.open("gondola-hand");
		asked.onsuccess = () => {
			const body = { id: "${id}", sku: "${sku}", quantity: ${quantity}, reason: "${sku === "GHOST" ? "count" : "receive"}", occurredAt: new Date().toISOString() };
			const about = { did: body.reason, name: "${sku}", quantity: ${quantity} };
			const act = { id: body.id, by: "${by}", at: body.occurredAt, about, method: "POST", path: "/api/v1/stock/movements", body, state: "waiting" };
			const written = asked.result.transaction("acts", "readwrite");
			written.objectStore("acts").add(act);
			written.oncomplete = () => resolve(asked.result.close());
		};
	})`);

describe("a clerk with a scanner that types", () => {
	it("reads price and stock of what is scanned, and receives it with two touches", async () => {
		const page = await open();
		await keep(page, "hand-home");
		await scan(page, "1025");
		await page.until(`/€\\d/.test(document.querySelector(".article .big")?.innerText)`, patienceMs);
		await keep(page, "hand-article");
		const before = await onHand("1025");
		await press(page, "Receive");
		await page.until(`document.querySelector(".stepper")`, patienceMs);
		await keep(page, "hand-receive");
		await press(page, "Receive 1");
		await newest(page, /Receive 1 ×.*accepted/);
		await eventually(async () => expect(await onHand("1025")).toBe(before + 1));
		expect(page.errors).toEqual([]);
	});

	it("does not take a bar code for a quantity", async () => {
		const page = pages[0]!;
		await task(page, "Count");
		await scan(page, "1026");
		await page.until(`document.querySelector(".stepper input")`, patienceMs);
		await type(page, "12");
		// As a scanner types into the field that has the cursor.
		await page.value(`(() => {
			const field = document.querySelector(".stepper input");
			field.focus();
			for (const key of [..."1027", "Enter"]) {
				const goesOn = field.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
				if (goesOn && key !== "Enter") {
					field.value += key;
					field.dispatchEvent(new Event("input", { bubbles: true }));
				}
			}
		})()`);
		await page.until(`document.querySelector(".article .code")?.innerText.startsWith("1027")`, patienceMs);
		expect(await page.value(`document.querySelector(".stepper input").value`)).toBe("");
		await type(page, "7");
		await press(page, "There are 7");
		await newest(page, /Count .*: 7 · accepted/);
		expect(await onHand("1027")).toBe(7);
		expect(await movements("1026")).toEqual([]);
	});

	it("binds a label, and says of a shelf that it shows another price", async () => {
		const page = pages[0]!;
		const { items } = await get<{ items: { id: string; sku: string; desired: { version: number } }[] }>(
			demo.cockpit,
			"/api/v1/labels?limit=1",
		);
		const [label] = items;
		await task(page, "Bind label");
		await scan(page, label!.id);
		await page.until(`${text}.includes("shows ")`, patienceMs);
		await scan(page, "1028");
		await keep(page, "hand-bind");
		await press(page, "Bind");
		await newest(page, /Bind .*accepted/);
		expect((await get<{ sku: string }>(demo.cockpit, `/api/v1/labels/${label!.id}`)).sku).toBe("1028");
		await task(page, "Check shelf");
		await scan(page, "1028");
		await page.until(`${text}.includes("The label should show €")`, patienceMs);
		await keep(page, "hand-audit");
		await press(page, "It shows another");
		await newest(page, /shows another price · accepted/);
	});

	it("picks an online order piece by piece and makes it ready; what was cancelled goes back to its shelf", async () => {
		const page = pages[0]!;
		const order = { id: "hand-order-1", store: "demo", kind: "pickup", lines: [{ sku: "1004", quantity: 2 }] };
		expect((await post(demo.hq, "/api/v1/orders", order)).status).toBe(201);
		const state = async (): Promise<string> => (await get<{ state: string }>(demo.cockpit, `/api/v1/orders/${order.id}`)).state;
		await eventually(async () => expect(await state()).toBe("placed"));
		await task(page, "Pick orders");
		await page.until(`[...document.querySelectorAll("button.card")].some((each) => each.innerText.includes("hand-order-1"))`, patienceMs);
		await keep(page, "hand-orders");
		await page.value(`void [...document.querySelectorAll("button.card")].find((each) => each.innerText.includes("hand-order-1")).click()`);
		await press(page, "Accept");
		await newest(page, /Accept order hand-order-1 · accepted/);
		await page.until(`document.querySelector(".scan")`, patienceMs);
		await scan(page, "1004");
		await page.until(`document.querySelector(".lines strong")?.innerText === "1"`, patienceMs);
		await keep(page, "hand-pick");
		await scan(page, "1004");
		await page.until(`document.querySelector(".lines .done")`, patienceMs);
		await press(page, "Ready");
		await newest(page, /hand-order-1 is ready · accepted/);
		expect(await state()).toBe("ready");
		await post(demo.hq, `/api/v1/orders/${order.id}/cancel`, { why: "changed my mind" });
		await eventually(async () => expect(await state()).toBe("cancelled"));
		await task(page, "Back to shelf");
		// The order's name stands in what was done before, too: its pieces are what has to be there.
		await page.until(`document.querySelector("section.card .lines")?.innerText.includes("1004")`, patienceMs);
		for (const left of ["returning", "returned-to-shelf"]) {
			await scan(page, "1004");
			await eventually(async () => expect(await state()).toBe(left));
		}
		expect(page.errors).toEqual([]);
	});
});

describe("without a network", () => {
	it("opens, goes on, survives a reload, and sends everything once and in order when the network is back", async () => {
		const page = await open();
		await page.until(`navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready.then(() => true)`, patienceMs);
		await scan(page, "1030");
		await page.until(`/\\d/.test(document.querySelector(".article .big")?.innerText)`, patienceMs);
		wire.cut();
		for (const quantity of ["31", "32", "33"]) {
			await task(page, "Receive");
			await scan(page, "1030");
			await page.until(`document.querySelector(".stepper")`, patienceMs);
			await type(page, quantity);
			await press(page, `Receive ${quantity}`);
			await newest(page, new RegExp(`Receive ${quantity} ×.*waiting`));
		}
		await page.until(`${text}.includes("3 waiting")`, patienceMs);
		await keep(page, "hand-offline");
		await page.value(`void location.reload()`);
		await page.until(`${text}.includes("3 waiting") && document.querySelector(".tiles")`, patienceMs);
		await scan(page, "1030");
		await page.until(`${text}.includes("no network")`, patienceMs);
		await keep(page, "hand-offline-figures");
		wire.mend();
		await page.until(`${text}.includes("Connected")`, patienceMs);
		// The newest movement is listed first.
		await eventually(async () => expect((await movements("1030")).map(({ quantity }) => quantity).toReversed()).toEqual([31, 32, 33]));
	});

	it("says what was refused and why until the clerk has read it, also after a reload", async () => {
		const page = pages.at(-1)!;
		await keepAct(page, { by: "demo", id: "hand-ghost", sku: "GHOST", quantity: 3 });
		for (let reload = 0; reload < 2; reload += 1) {
			await page.value(`void location.reload()`);
			await page.until(`/Count GHOST: 3[^]*GHOST[^]*Check the number/.test(document.querySelector(".refusal")?.innerText)`, patienceMs);
		}
		await keep(page, "hand-refused");
		await page.value(`void (window.before = document.querySelector(".refusal"))`);
		await press(page, "Try again");
		await page.until(`document.querySelector(".refusal") && document.querySelector(".refusal") !== window.before`, patienceMs);
		await press(page, "I have read it");
		await page.until(`!document.querySelector(".refusal") && !${text}.includes("GHOST")`, patienceMs);
	});
});

describe("whose act it is", () => {
	const as = (page: Page, name: string): Promise<number> =>
		page.value(
			`fetch("/api/v1/sessions", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name: "${name}", password: "${password}" }) }).then(({ status }) => status)`,
		);

	it("is sent under the name of whoever did it, and waits while somebody else is signed in", async () => {
		for (const [name, role] of [
			["ana", "clerk"],
			["ben", "clerk"],
			["vera", "viewer"],
		])
			expect((await post(demo.cockpit, "/api/v1/users", { name, role, password })).status).toBe(201);
		const page = await open();
		const signedIn = async (name: string): Promise<void> => {
			expect(await as(page, name)).toBe(201);
			await page.value(`void location.reload()`);
			await page.until(`document.querySelector(".tiles")`, patienceMs);
			await page.value(`void document.querySelector(".chip").click()`);
			await page.until(`${text}.includes("Sign out ${name}")`, patienceMs);
		};
		await signedIn("ben");
		await keepAct(page, { by: "ana", id: "hand-of-ana", sku: "1031", quantity: 41 });
		await keepAct(page, { by: "ben", id: "hand-of-ben", sku: "1031", quantity: 42 });
		await signedIn("ben");
		await page.until(`${text}.includes("waits until ana signs in")`, patienceMs);
		await keep(page, "hand-other-person");
		// Ben's act came after Ana's, and is sent all the same.
		await eventually(async () => expect((await movements("1031")).map(({ quantity }) => quantity)).toEqual([42]));
		await signedIn("ana");
		await eventually(async () => expect(await movements("1031")).toHaveLength(2));
		const facts = await get<{ items: { movement: { quantity: number }; actor?: { name: string } }[] }>(
			demo.cockpit,
			"/api/v1/events?newest=100&type=stock.moved&sku=1031",
		);
		const byWhom = facts.items.flatMap(({ movement, actor }) =>
			[41, 42].includes(movement.quantity) ? [[movement.quantity, actor?.name]] : [],
		);
		expect(Object.fromEntries(byWhom)).toEqual({ 41: "ana", 42: "ben" });
	}, 300_000);

	it("is refused by the gateway under another name, and nothing changes", async () => {
		const page = pages.at(-1)!;
		expect(await as(page, "ben")).toBe(201);
		const asked = await page.value<{ status: number; code: string }>(
			`fetch("/api/v1/stock/movements", { method: "POST", headers: { "content-type": "application/json", "gondola-actor": "ana" },
				body: JSON.stringify({ id: "hand-wrong-name", sku: "1032", quantity: 1, reason: "receive", occurredAt: new Date().toISOString() }) })
				.then(async (answer) => ({ status: answer.status, code: (await answer.json()).code }))`,
		);
		expect(asked).toEqual({ status: 409, code: "actor-differs" });
		expect(await movements("1032")).toEqual([]);
	});

	it("shows a viewer price and stock, and no acts", async () => {
		const page = pages.at(-1)!;
		expect(await as(page, "vera")).toBe(201);
		await page.value(`void location.reload()`);
		await page.until(`${text}.includes("vera may only look here")`, patienceMs);
		expect(await page.value(`document.querySelectorAll(".tiles button").length`)).toBe(1);
		await keep(page, "hand-viewer");
	});
});

describe("for everybody", () => {
	it.each([
		["en", "Receive", false],
		["zh-CN", "收货", true],
		["de", "Wareneingang", false],
		["hr", "Primka", true],
	] as const)(
		"in %s no screen has a fault that axe finds, and each fits 360 px",
		async (language, receive, dark) => {
			const page = await open({ language, dark });
			await page.until(`${text}.includes(${JSON.stringify(receive)})`, patienceMs);
			await page.value(`${axe}; 0`);
			const look = async (name: string): Promise<void> => {
				const found = await page.value<string[]>(
					`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")))`,
				);
				expect([name, found]).toEqual([name, []]);
				expect(await page.value(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(360);
				await keep(page, `hand-${language}-${name}`);
			};
			await look("home");
			for (let at = 0; at < 8; at += 1) {
				await page.value(`void document.querySelectorAll(".tiles button")[${at}].click()`);
				await page.until(`document.querySelector(".back")`, patienceMs);
				if (at < 5) await scan(page, "1001");
				if (at !== 3 && at < 5) await page.until(`/\\d/.test(document.querySelector(".article .big")?.innerText)`, patienceMs);
				await look(String(at));
				await page.value(`void document.querySelector(".back").click()`);
				await page.until(`!document.querySelector(".back")`, patienceMs);
			}
			await page.value(`void document.querySelector(".chip").click()`);
			await page.until(`document.querySelector("select.language")`, patienceMs);
			await look("outbox");
			expect(page.errors).toEqual([]);
		},
		120_000,
	);
});

describe("cut sessions", () => {
	it("lose and double no act, in the store's ledger and at head office (npm run handhelds plays a thousand)", async () => {
		const { kept, lost, doubled, different } = await playCuts(demo, { sessions: 8, seed: 11 });
		expect({ lost, doubled, different }).toEqual({ lost: [], doubled: [], different: [] });
		expect(kept).toBeGreaterThan(0);
	}, 400_000);
});
