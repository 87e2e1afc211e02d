/**
 * The demo's online shop, and the clerk in the store who picks for it. Both touch only orders whose id begins with `demo-`, and only
 * articles after the first twenty: of these, so much stays lent to head office that a visitor can order at once.
 */
import { randomBytes, randomInt } from "node:crypto";
import type { OrderAtHq } from "../../words/answers/head-office/orders.ts";
import type { OrderView } from "../../words/orders/view.ts";
import { ask } from "../verb/ask.ts";

export interface DemoShop {
	hq: string;
	cockpit: string;
	store: string;
	articles: readonly { sku: string; weighed?: boolean | undefined }[];
}

const forVisitors = 20;
const forTheShop = 10;
/** Pieces, or kilograms of weighed goods, that are lent and that no order has reserved: asked for again below the first. */
const [freeLeast, freeMost] = [14, 20];
/** At the start, until the store has lent. */
const [firstLooks, firstLookEveryMs] = [60, 75];
const lookEveryMs = 10_000;
const orderEveryMs = 45_000;
const clerkEveryMs = 4_000;
const grantsLastMs = 30 * 86_400_000;

type LentArticle = DemoShop["articles"][number];

/** Asks for what is missing of these articles, all at once, and answers those that still wait for the store's answer. */
async function lend({ hq, store }: DemoShop, articles: readonly LentArticle[], asked: Set<string>): Promise<LentArticle[]> {
	const isWaiting = async ({ sku, weighed }: LentArticle): Promise<boolean> => {
		const stock = await ask<{ granted: number; reserved: number }>(hq, `/api/v1/stores/${store}/stock/${encodeURIComponent(sku)}`);
		const unit = weighed ? 1_000_000 : 1;
		const free = stock.granted - stock.reserved;
		if (free >= freeLeast * unit) {
			asked.delete(sku);
			return false;
		}
		if (asked.has(sku)) return true;
		asked.add(sku);
		const expiresAt = new Date(Date.now() + grantsLastMs).toISOString();
		const body = { id: `demo-lent-${randomBytes(6).toString("hex")}`, sku, wanted: freeMost * unit - free, expiresAt };
		await ask(hq, `/api/v1/stores/${store}/grants`, { method: "POST", body });
		return true;
	};
	const waiting = await Promise.all(articles.map(isWaiting));
	return articles.filter((_, at) => waiting[at]);
}

/** Resolves when the first articles are lent, or after some seconds: a store whose shelves are empty lends nothing. */
export async function openDemoShop(shop: DemoShop): Promise<void> {
	const asked = new Set<string>();
	const lent = shop.articles.slice(0, forVisitors + forTheShop);
	let waiting: readonly LentArticle[] = lent;
	for (let n = 0; n < firstLooks && waiting.length > 0; n += 1) {
		if (n > 0) await new Promise((resolve) => setTimeout(resolve, firstLookEveryMs));
		waiting = await lend(shop, waiting, asked).catch(() => waiting);
	}
	let looks = 0;
	// Goods that the store lent only in part, for want of them, are asked for again once a minute.
	every(lookEveryMs, async () => {
		if (++looks % 6 === 0) asked.clear();
		await lend(shop, lent, asked);
	});
	every(orderEveryMs, () => order(shop));
	every(clerkEveryMs, () => work(shop));
}

function every(ms: number, doIt: () => Promise<void>): void {
	let isBusy = false;
	setInterval(() => {
		if (isBusy) return;
		isBusy = true;
		void doIt()
			.catch(() => {})
			.finally(() => (isBusy = false));
	}, ms).unref();
}

async function order({ hq, store, articles }: DemoShop): Promise<void> {
	const sold = articles.slice(forVisitors, forVisitors + forTheShop).filter(({ weighed }) => !weighed);
	if (sold.length === 0) return;
	const first = randomInt(sold.length);
	const lines = [...new Set([first, (first + 1) % sold.length])].map((at) => ({ sku: sold[at]!.sku, quantity: 1 + randomInt(2) }));
	const readyBy = new Date(Date.now() + 30 * 60_000).toISOString();
	const id = `demo-${Date.now().toString(36)}`;
	await ask(hq, "/api/v1/orders", { method: "POST", body: { id, store, kind: "pickup", lines, readyBy } });
}

/** One step with each order of the demo. */
async function work(shop: DemoShop): Promise<void> {
	const { items } = await ask<{ items: OrderView[] }>(shop.cockpit, "/api/v1/orders?state=open&after=demo-&limit=100");
	for (const each of items) if (each.id.startsWith("demo-")) await step(shop, each).catch(() => {});
}

async function step({ hq, cockpit }: DemoShop, { id, state, lines, staged }: OrderView): Promise<void> {
	const act = (verb: string, body: object = {}) => ask(cockpit, `/api/v1/orders/${id}/${verb}`, { method: "POST", body });
	const isUnwanted = Number.parseInt(id.slice(-1), 36) % 6 === 0;
	if (state === "placed") return void (await act("accept"));
	if (state === "accepted" || state === "picking") {
		const open = lines.find((line) => line.open > 0);
		return void (await (open ? act("pick", { id: `${id}-${open.sku}-${open.picked + 1}`, code: open.sku }) : act("ready")));
	}
	if (state === "ready" && isUnwanted)
		return void (await ask(hq, `/api/v1/orders/${id}/cancel`, { method: "POST", body: { why: "changed my mind" } }));
	if (state === "ready") {
		const { pickupQr, pickupCode } = await ask<OrderAtHq>(hq, `/api/v1/orders/${id}`);
		return void (await act("hand-over", { code: pickupQr ?? pickupCode }));
	}
	if (staged.length > 0) await act("shelve", { code: staged[0]!.sku });
}
