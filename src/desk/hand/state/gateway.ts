import type { List, Who } from "../../../words/answers/list.ts";
import type { RefillTask } from "../../../words/answers/replenishment.ts";
import type { WeighingShelf } from "../../../words/answers/shelves.ts";
import type { Article } from "../../../words/article.ts";
import type { LabelStatus } from "../../../words/label.ts";
import type { OrderView } from "../../../words/orders/view.ts";
import type { EffectivePrice } from "../../../words/prices/price.ts";
import type { OnHand } from "../../../words/stock.ts";
import { ask } from "../../cockpit/shared/ask.ts";
import { signWithPasskey } from "../../cockpit/shared/passkeys.ts";
import { read } from "./state.ts";

const get = <T>(path: string): Promise<T> => ask<T>("GET", `/api/v1/${path}`, read().language);
const post = <T>(path: string, body: object): Promise<T> => ask<T>("POST", `/api/v1/${path}`, read().language, body);
const key = encodeURIComponent;

/** Requests of the page to the gateway. Acts go through the outbox. */
export const gateway = {
	who: () => get<Who>("sessions/current"),
	status: () => get<{ store: string; now: string; timeZone: string }>("status"),
	price: (sku: string) => get<EffectivePrice>(`prices/${key(sku)}`),
	stock: (sku: string) => get<OnHand>(`stock/${key(sku)}?movements=0`),
	labelsOf: async (sku: string) => (await get<List<LabelStatus>>(`labels?sku=${key(sku)}`)).items,
	label: (id: string) => get<LabelStatus>(`labels/${key(id)}`),
	article: (code: string) => get<Article>(`articles/${key(code)}`),
	articlePage: (after: string) => get<List<Article>>(`articles?limit=500&after=${key(after)}`),
	orders: async () => (await get<List<OrderView>>("orders?state=open&limit=500")).items,
	fills: async () => (await get<List<RefillTask>>("replenishment?limit=500")).items,
	shelves: async () => (await get<List<WeighingShelf>>("shelves")).items,
	signIn: (name: string, password: string) => post<Who>("sessions", { name, password }),
	signInByPasskey: async () =>
		post<object>("sessions/passkey", {
			answer: await signWithPasskey(await post<Record<string, unknown>>("sessions/passkey/options", {})),
		}),
	signOut: () => ask<void>("DELETE", "/api/v1/sessions/current", read().language),
};
