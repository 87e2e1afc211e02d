/**
 * Sessions of a clerk with a handheld that are cut: the network, an answer, the page, the browser, the gateway's process. Every act has
 * a quantity that no other act of its article has, so that each can be found again in the store's ledger and at head office.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPage, type Page } from "../support/chrome.ts";
import { get, type RunningDemo } from "../support/demo.ts";
import { until } from "../support/until.ts";
import { openWire, type Wire } from "./wire.ts";

export const cuts = ["network", "answer", "reload", "browser", "gateway"] as const;
type Cut = (typeof cuts)[number];

/** Mistakes that are planted in the page: each act is sent under another id each time, or the device forgets what it kept. */
export const mistakes = {
	"other-id": `const asked = window.fetch;
		window.fetch = (path, more) => {
			if (typeof more?.body !== "string" || !more.body.includes('"hand-')) return asked(path, more);
			return asked(path, { ...more, body: more.body.replace(/"hand-[^"]+"/, JSON.stringify("hand-" + crypto.randomUUID())) });
		};`,
	forgets: `const mine = indexedDB.open("gondola-hand");
		mine.onupgradeneeded = () => mine.transaction.abort();
		mine.onsuccess = () => {
			mine.result.transaction("acts", "readwrite").objectStore("acts").clear();
			mine.result.close();
		};`,
} as const;

export interface CutRun {
	sessions: number;
	seed: number;
	/** A mistake that the run must notice. */
	planted?: keyof typeof mistakes;
	say?(line: string): void;
}

export interface CutsCounted {
	sessions: number;
	cuts: Record<Cut, number>;
	/** The clerk read that the act is kept. */
	kept: number;
	/** The cut came before the clerk read that. */
	unsure: number;
	lost: string[];
	doubled: string[];
	/** Acts at head office that are not in the store's ledger, or the other way round. */
	different: string[];
	refused: number;
}

interface Intent {
	key: string;
	isKept: boolean;
}

type Dice = () => number;

/** A small generator, so that a seed names a run (mulberry32). */
function diceOf(seed: number): Dice {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One act by hand: the task's tile, the scan, the number, the key. Resolves when the page says that the act is kept. */
const act = (task: "Receive" | "Count", sku: string, quantity: number): string => `(async () => {
	const soon = async (find) => {
		for (let looks = 0; looks < 400; looks += 1) {
			const found = find();
			if (found) return found;
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
		throw new Error("not there");
	};
	const title = () => document.querySelector("header h1")?.innerText;
	if (title() !== ${JSON.stringify(task)}) {
		document.querySelector(".back")?.click();
		(await soon(() => [...document.querySelectorAll(".tiles button")].find((each) => each.innerText === ${JSON.stringify(task)}))).click();
		await soon(() => title() === ${JSON.stringify(task)});
	}
	for (const key of [...${JSON.stringify(sku)}, "Enter"]) dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
	const field = await soon(() => document.querySelector(".article .code")?.innerText.startsWith(${JSON.stringify(sku)}) && document.querySelector(".stepper input"));
	field.value = ${JSON.stringify(String(quantity))};
	field.dispatchEvent(new Event("input", { bubbles: true }));
	const button = await soon(() => [...document.querySelectorAll(".quantity .act")].find((each) => !each.disabled && / ${quantity}$/.test(each.innerText)));
	button.click();
	await soon(() => /${task === "Receive" ? `Receive ${quantity} ×` : `Count .*: ${quantity} ·`}/.test(document.querySelector(".newest")?.innerText ?? ""));
	return true;
})()`;

/** The clerk's device: a browser with a profile that stays, behind a wire. */
async function openDevice(wire: Wire, planted: CutRun["planted"]) {
	const profile = mkdtempSync(join(tmpdir(), "gondola-hand-"));
	let page: Page | undefined;
	const opened = async (): Promise<Page> => {
		if (page) return page;
		page = await openPage({ width: 360, height: 740, profile, ...(planted && { before: mistakes[planted] }) });
		return page;
	};
	return {
		async show(): Promise<Page> {
			const shown = await opened();
			const isThere = await shown.value<boolean>(`document.querySelector(".newest") !== null`).catch(() => false);
			if (!isThere) {
				await shown.go(`${wire.url}/hand`);
				await shown.until(`document.querySelector(".newest") && document.querySelector(".tiles, .scan")`, 60_000);
			}
			return shown;
		},
		reload: async (): Promise<void> => void (await page?.value(`location.reload()`).catch(() => undefined)),
		async kill(): Promise<void> {
			await page?.close();
			page = undefined;
		},
		async end(): Promise<void> {
			await page?.close();
			rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

/** Plays the sessions, waits until the outbox is empty, and counts. */
export async function playCuts(demo: RunningDemo, { sessions, seed, planted, say = () => {} }: CutRun): Promise<CutsCounted> {
	const dice = diceOf(seed);
	const wire = await openWire(demo.cockpit);
	const device = await openDevice(wire, planted);
	const skus = await skusOf(demo);
	const used = new Set<string>();
	const intents: Intent[] = [];
	const done = Object.fromEntries(cuts.map((cut) => [cut, 0])) as Record<Cut, number>;
	const next = (): { task: "Receive" | "Count"; sku: string; quantity: number; key: string } => {
		for (;;) {
			const task = dice() < 0.8 ? "Receive" : "Count";
			const [sku, quantity] = [skus[Math.floor(dice() * skus.length)]!, 1 + Math.floor(dice() * 999)];
			const key = `${task.toLowerCase()} ${sku} ${quantity}`;
			if (used.has(key)) continue;
			used.add(key);
			return { task, sku, quantity, key };
		}
	};
	/** Mostly while there is no network: what waits is on the device only, and the page has to open again without one. */
	const apart = async (breakIt: () => Promise<void>): Promise<void> => {
		if (dice() < 0.7) wire.cut();
		await pause(dice() * 500);
		await breakIt();
		if (dice() < 0.5) await device.show();
		await pause(dice() * 400);
		wire.mend();
	};
	const breaks: Record<Cut, () => Promise<void>> = {
		async network() {
			wire.cut();
			await pause(dice() * 600);
			wire.mend();
		},
		async answer() {
			wire.loseAnswers();
			await pause(dice() * 600);
			wire.mend();
		},
		reload: () => apart(device.reload),
		browser: () => apart(device.kill),
		async gateway() {
			// The demo kills the process that it knows: one that is still being started again cannot be killed.
			await until(
				() =>
					fetch(`${demo.cockpit}/readyz`).then(
						({ ok }) => ok,
						() => false,
					),
				"the gateway to be up",
			);
			demo.killGateway();
			await until(
				() =>
					fetch(`${demo.cockpit}/healthz`).then(
						() => false,
						() => true,
					),
				"the gateway to be gone",
			);
			await pause(dice() * 300);
		},
	};
	try {
		await device.show();
		for (let at = 0; at < sessions; at += 1) {
			const throwOf = dice();
			const cut: Cut =
				throwOf < 0.35 ? "network" : throwOf < 0.65 ? "answer" : throwOf < 0.85 ? "reload" : throwOf < 0.95 ? "browser" : "gateway";
			done[cut] += 1;
			const page = await device.show();
			const cutting = pause(dice() * 500).then(breaks[cut]);
			// Awaited below; until then a failure must not end the process.
			cutting.catch(() => undefined);
			for (let acts = 1 + Math.floor(dice() * 3); acts > 0; acts -= 1) {
				const { task, sku, quantity, key } = next();
				const intent: Intent = { key, isKept: false };
				intents.push(intent);
				// A page or browser that is gone answers nothing: the clerk does not know.
				intent.isKept = await Promise.race([
					page.value<boolean>(act(task, sku, quantity)).catch(() => false),
					cutting.then(() => pause(4_500)).then(() => false),
				]);
				if (!intent.isKept) break;
			}
			await cutting;
			if ((at + 1) % 50 === 0) say(`${at + 1} sessions, ${intents.filter(({ isKept }) => isKept).length} acts kept`);
		}
		wire.mend();
		const page = await device.show();
		const left = `[...document.querySelectorAll(".chip")].every((each) => /Connected/.test(each.innerText))`;
		await page.until(left, 120_000).catch(() => say("the outbox did not become empty"));
		const refused = await page.value<number>(`document.querySelectorAll(".refusal").length`);
		return { sessions, cuts: done, ...(await counted(demo, intents)), refused };
	} finally {
		await device.end();
		wire.close();
	}
}

async function skusOf(demo: RunningDemo): Promise<string[]> {
	const { items } = await get<{ items: { sku: string; weighed?: boolean }[] }>(demo.cockpit, "/api/v1/articles?limit=200");
	return items.filter(({ weighed }) => !weighed).map(({ sku }) => sku);
}

interface Fact {
	type: string;
	movement?: { id: string; sku: string; quantity: number; reason: string };
}

/** The acts of handhelds in a list of facts, by what tells them apart; how often each is there. */
async function heldBy(read: (after: string) => Promise<{ items: Fact[]; next?: string | number }>): Promise<Map<string, number>> {
	const found = new Map<string, number>();
	for (let after = "0"; ; ) {
		const page = await read(after);
		for (const { type, movement } of page.items) {
			if (type !== "stock.moved" || !movement?.id.startsWith("hand-")) continue;
			const key = `${movement.reason} ${movement.sku} ${movement.quantity}`;
			found.set(key, (found.get(key) ?? 0) + 1);
		}
		if (page.next === undefined) return found;
		after = String(page.next);
	}
}

async function counted(demo: RunningDemo, intents: Intent[]): Promise<Omit<CutsCounted, "sessions" | "cuts" | "refused">> {
	const inStore = () => heldBy((after) => get(demo.cockpit, `/api/v1/events?after=${after}&limit=500`));
	const atHq = () => heldBy((after) => get(demo.hq, `/api/v1/stores/demo/facts?after=${after}&limit=500`));
	const sum = (held: Map<string, number>): number => [...held.values()].reduce((total, times) => total + times, 0);
	const store = await inStore();
	let office = await atHq();
	await until(async () => sum((office = await atHq())) >= sum(store), "head office to hear what the store holds", 120_000).catch(
		() => undefined,
	);
	const kept = intents.filter(({ isKept }) => isKept);
	return {
		kept: kept.length,
		unsure: intents.length - kept.length,
		lost: kept.filter(({ key }) => !store.has(key)).map(({ key }) => key),
		doubled: [...store].filter(([, times]) => times > 1).map(([key]) => key),
		different: [...new Set([...store.keys(), ...office.keys()])].filter((key) => store.get(key) !== office.get(key)),
	};
}
