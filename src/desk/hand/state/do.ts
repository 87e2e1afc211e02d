/** Deeds of a clerk: each becomes an act in the outbox, under an id that is made here. */

import type { RefillTask } from "../../../words/answers/replenishment.ts";
import type { ShelfMix } from "../../../words/answers/shelves.ts";
import { defined } from "../../../words/defined.ts";
import type { OrderView } from "../../../words/orders/view.ts";
import type { About, Act, Task } from "./act.ts";
import type { KnownArticle } from "./articles.ts";
import { keepAct } from "./outbox.ts";
import { read } from "./state.ts";

/** The right that a task needs; `look` needs none beyond signing in. */
export const rightOf: Readonly<Record<Task, string>> = {
	look: "prices.read",
	receive: "stock.write",
	count: "stock.write",
	bind: "labels.bind",
	audit: "labels.bind",
	pick: "orders.write",
	fill: "stock.write",
	shelves: "stock.write",
	return: "orders.write",
};

const api = (...parts: string[]): string => `/api/v1/${parts.map(encodeURIComponent).join("/")}`;

/** Resolves when the act is on the device's disk. Rejects when it is not; then nothing was done. */
function act(about: About, method: Act["method"], path: string, body: object, id = `hand-${crypto.randomUUID()}`): Promise<void> {
	const { who, aheadMs } = read();
	if (who === null) throw new Error("nobody has signed in on this device");
	const at = new Date(Date.now() + aheadMs).toISOString();
	const whole = path.endsWith("/movements") ? { id, ...body, occurredAt: at } : { id, ...body };
	return keepAct({ id, by: who.name, at, about, method, path, body: whole, state: "waiting" });
}

const pieces = (article: KnownArticle, quantity: number) => ({
	name: article.name,
	quantity,
	sku: article.sku,
	isWeight: article.weighed === true,
});

/** `quantity`: pieces, or milligrams of a weighed article. */
export const receive = (article: KnownArticle, quantity: number): Promise<void> =>
	act({ did: "receive", ...pieces(article, quantity) }, "POST", api("stock", "movements"), {
		sku: article.sku,
		quantity,
		reason: "receive",
	});

export const count = (article: KnownArticle, quantity: number): Promise<void> =>
	act({ did: "count", ...pieces(article, quantity) }, "POST", api("stock", "movements"), { sku: article.sku, quantity, reason: "count" });

export const bind = (label: string, article: KnownArticle): Promise<void> =>
	act({ did: "bind", name: article.name, at: label }, "PUT", api("labels", label), { sku: article.sku });

export const unbind = (label: string, name: string): Promise<void> =>
	act({ did: "unbind", name, at: label }, "PUT", api("labels", label), { sku: null });

const auditActs = { right: "audit", wrong: "auditWrong", missing: "auditMissing" } as const;

export const audit = (article: KnownArticle, found: keyof typeof auditActs): Promise<void> =>
	act({ did: auditActs[found], name: article.name }, "POST", api("audits"), { article: article.sku, found });

export const acceptOrder = ({ id }: OrderView): Promise<void> =>
	act({ did: "accept", name: "", at: id }, "POST", api("orders", id, "accept"), {});

export const readyOrder = ({ id }: OrderView): Promise<void> =>
	act({ did: "ready", name: "", at: id }, "POST", api("orders", id, "ready"), {});

export const shortLine = ({ id }: OrderView, { sku, name }: { sku: string; name: string }, reason: string): Promise<void> =>
	act({ did: "short", name, sku, at: id }, "POST", api("orders", id, "short"), { sku, reason });

/** `code` goes to the gateway as it was scanned: it may carry a weight, a lot or a date. */
export const pick = ({ id }: OrderView, article: KnownArticle, code: string, milligrams?: number): Promise<void> => {
	const { name, sku } = article;
	const about = { did: "pick" as const, name, sku, quantity: milligrams ?? 1, isWeight: milligrams !== undefined, at: id };
	return act(about, "POST", api("orders", id, "pick"), defined({ code, milligrams }));
};

export const putBack = ({ id }: OrderView, article: KnownArticle, code: string): Promise<void> =>
	act({ did: "return", name: article.name, sku: article.sku, quantity: 1, at: id }, "POST", api("orders", id, "shelve"), { code });

export const fill = (task: RefillTask, quantity: number): Promise<void> =>
	act(
		{ did: "fill", name: task.name ?? task.sku, quantity, isWeight: task.unit === "milligram", at: task.place },
		"POST",
		api("replenishment", task.id, "done"),
		{ quantity },
	);

/** `words`: the choice as the clerk read it. */
export const choose = (shelf: string, change: number, choice: ShelfMix, words: string): Promise<void> =>
	act({ did: "choose", name: words, at: shelf, change }, "POST", api("shelves", shelf, "choose"), { change, choice });

export const restock = (shelf: string, on: boolean): Promise<void> =>
	act({ did: on ? "restockOn" : "restockOff", name: "", at: shelf }, "POST", api("shelves", shelf, "restock"), { on });
