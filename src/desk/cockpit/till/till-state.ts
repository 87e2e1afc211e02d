/**
 * The state of a till's page. Acts are sent one after the other; one that the gateway does not answer is sent again, under the same
 * id, until it does, so that nothing that was scanned is lost or counted twice.
 */
import type { PrintJob } from "../../../words/receipt.ts";
import type { BasketView, LineView } from "../../../words/tills/basket.ts";
import { ask, Refused } from "../shared/ask.ts";
import { type Language, rememberedLanguage, rememberLanguage } from "../shared/languages.ts";
import { watched } from "../shared/watched.ts";

export interface Paid extends BasketView {
	sale: string;
	job: string | null;
}

export interface TillState {
	/** `lost`: the gateway does not answer. `locked`: somebody must sign in. */
	line: "open" | "lost" | "locked";
	language: Language;
	till: string;
	/** Null: nothing was scanned yet. */
	basket: BasketView | null;
	/** The line that was scanned last. */
	newest: number | null;
	/** Acts that wait for their answer. */
	waiting: number;
	/** The gateway's refusal, in its own words. */
	refused: string;
	paid: Paid | null;
	receipt: PrintJob | null;
}

const randomId = (): string => Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");

function remembered(key: string): string | null {
	try {
		return localStorage.getItem(key);
	} catch {
		return null;
	}
}
function remember(key: string, value: string | null): void {
	try {
		if (value === null) localStorage.removeItem(key);
		else localStorage.setItem(key, value);
	} catch {
		// Without storage a reload begins a new basket.
	}
}

/** `/till?till=NAME` gives the till its name, which the browser keeps. */
function tillName(): string {
	const asked = new URLSearchParams(location.search).get("till");
	const name = asked !== null && /^[a-z0-9-]{1,64}$/.test(asked) ? asked : (remembered("till") ?? `page-${randomId().slice(0, 6)}`);
	remember("till", name);
	return name;
}

const state = watched<TillState>({
	...{ line: "open", language: rememberedLanguage(), till: tillName(), basket: null, newest: null },
	...{ waiting: 0, refused: "", paid: null, receipt: null },
});
export const { use: useTill } = state;
const { read, change } = state;

export function speak(language: Language): void {
	rememberLanguage(language);
	change({ language });
}

const key = encodeURIComponent;
const call = <T>(method: string, path: string, body?: object): Promise<T> => ask<T>(method, `/api/v1/${path}`, read().language, body);

type Act = () => Promise<void>;
const acts: Act[] = [];
let isBusy = false;
const againAfterMs = 1_500;
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function enqueue(act: Act): void {
	acts.push(act);
	change({ waiting: acts.length, refused: "" });
	void work();
}

/** Answers 503 and silence are no answers: nothing is known of what became of the act. */
const isUnanswered = (error: unknown): boolean => error instanceof Refused && (error.status === 0 || error.status >= 500);

async function work(): Promise<void> {
	if (isBusy) return;
	isBusy = true;
	while (acts[0]) {
		try {
			await acts[0]();
			acts.shift();
			change({ line: "open" });
		} catch (error) {
			if (isUnanswered(error)) {
				change({ line: "lost" });
				await pause(againAfterMs);
			} else if (error instanceof Refused && error.status === 401) {
				change({ line: "locked" });
				break;
			} else {
				acts.shift();
				change({ line: "open", refused: error instanceof Error ? error.message : String(error) });
			}
		}
		change({ waiting: acts.length });
	}
	isBusy = false;
}

let basketId = remembered("basket");
let isOpened = false;

/** The basket of this customer, which the first act opens. Its id is also the sale's. */
async function opened(): Promise<string> {
	basketId ??= `${read().till}-${Date.now().toString(36)}-${randomId().slice(0, 6)}`;
	remember("basket", basketId);
	if (!isOpened) change({ basket: await call<BasketView>("POST", "baskets", { id: basketId, till: read().till }) });
	isOpened = true;
	return basketId;
}

function act(run: (path: string) => Promise<BasketView & { line?: number }>): void {
	enqueue(async () => {
		const { line, ...basket } = await run(`baskets/${key(await opened())}`);
		change({ basket, newest: line ?? null, paid: null, receipt: null });
	});
}

/** The quantity before a star: pieces, or kilograms with a decimal point or comma. */
function readScan(text: string): { code: string; quantity?: number; milligrams?: number } {
	const found = /^(\d{1,6})(?:[.,](\d{1,6}))?\s*[*x×]\s*(\S.*)$/.exec(text);
	if (!found) return { code: text };
	const [, whole, decimals, code] = found as unknown as [string, string, string | undefined, string];
	if (decimals === undefined) return { code, quantity: Number(whole) };
	return { code, milligrams: Number(whole) * 1_000_000 + Number(decimals.padEnd(6, "0")) };
}

/** Takes a code of goods, a member or a coupon. A code that no article has is tried as a coupon. */
export function scan(text: string): void {
	const code = text.trim();
	if (code === "") return;
	if (code.startsWith("GM1.")) return act((path) => call("POST", `${path}/member`, { code }));
	const id = randomId();
	const asked = readScan(code);
	act(async (path) => {
		try {
			return await call<BasketView & LineView>("POST", `${path}/lines`, { ...asked, id });
		} catch (error) {
			if (!(error instanceof Refused && ["article-unknown", "code-not-goods"].includes(error.code))) throw error;
			return await call<BasketView>("POST", `${path}/coupon`, { code, id }).catch((other: unknown) => {
				throw other instanceof Refused && other.code === "coupon-unknown" && error.code === "article-unknown" ? error : other;
			});
		}
	});
}

export const takeOut = (line: number): void => act((path) => call("DELETE", `${path}/lines/${line}`));
export const dropCoupon = (coupon: string): void => act((path) => call("DELETE", `${path}/coupons/${key(coupon)}`));
export const confirmAge = (minimumAge: number): void => act((path) => call("POST", `${path}/age`, { minimumAge }));
export const acceptWeight = (): void => act((path) => call("POST", `${path}/weight/accept`, {}));

export function takeOutLast(): void {
	const last = read().basket?.lines.at(-1);
	if (last) takeOut(last.line);
}

export function pay(): void {
	const { basket, waiting } = read();
	if (!basket || basket.lines.length === 0 || waiting > 0) return;
	const { totalMinor } = basket;
	enqueue(async () => {
		const id = await opened();
		try {
			const paid = await call<Paid>("POST", `baskets/${key(id)}/settle`, { id, totalMinor });
			forget();
			change({ paid, basket: null, newest: null });
			if (paid.job !== null) void followReceipt(paid.job);
		} catch (error) {
			// A price has changed since: the clerk sees the new total before asking for it.
			if (error instanceof Refused && error.code === "basket-total")
				change({ basket: await call<BasketView>("GET", `baskets/${key(id)}`) });
			throw error;
		}
	});
}

const isOver = ({ state }: PrintJob): boolean => state === "printed" || state === "sent" || state === "failed";

/** Follows the paper until it is over or the next customer comes. */
async function followReceipt(job: string): Promise<void> {
	for (let isKnown = false; !isKnown && read().paid?.job === job; ) {
		const receipt = await call<PrintJob>("GET", `print-jobs/${key(job)}`).catch(() => null);
		if (receipt && read().paid?.job === job) change({ receipt });
		isKnown = receipt !== null && isOver(receipt);
		if (!isKnown) await pause(1_000);
	}
}

function forget(): void {
	basketId = null;
	isOpened = false;
	remember("basket", null);
}

/** Begins with the next customer; a basket that was not paid is left, and the gateway forgets it after a week. */
export function nextCustomer(): void {
	if (read().waiting > 0) return;
	forget();
	change({ basket: null, newest: null, paid: null, receipt: null, refused: "" });
}

/** Begins the next basket, at the press of a key; a basket that is not paid stays, because the key may be pressed by mistake. */
export function nextAfterPaid(): void {
	if (read().paid !== null) nextCustomer();
}

export async function signIn(name: string, password: string): Promise<void> {
	await call("POST", "sessions", { name, password });
	change({ line: "open" });
	if (acts.length > 0) void work();
	else resume();
}

/** Goes on with the basket that this browser had open. */
export function resume(): void {
	enqueue(async () => {
		await call("GET", "sessions/current");
		if (basketId === null) return;
		const basket = await call<BasketView>("GET", `baskets/${key(basketId)}`).catch((error: unknown) => {
			if (error instanceof Refused && error.code === "basket-unknown") return null;
			throw error;
		});
		if (basket?.state !== "open") return forget();
		isOpened = true;
		change({ basket });
	});
}
