import type { Alarm } from "../../../words/alarm.ts";
import type { ColdRecordPage, WatchedTemperature } from "../../../words/answers/cold-chain.ts";
import type { CouponHere, PointsHere } from "../../../words/answers/coupons.ts";
import type { DeviceTest, DeviceWithRemedy } from "../../../words/answers/devices.ts";
import type { PaperLabelRow } from "../../../words/answers/labels.ts";
import type { List, Who } from "../../../words/answers/list.ts";
import type { ShownOrder } from "../../../words/answers/orders.ts";
import type { ChangedPrice, HeldPriceRow, PriceOfArticle } from "../../../words/answers/prices.ts";
import type { RefillTask } from "../../../words/answers/replenishment.ts";
import type { PlannedPlace, ShelfMix, WeighingShelf } from "../../../words/answers/shelves.ts";
import type { StoreStatus } from "../../../words/answers/store-status.ts";
import type { Article } from "../../../words/article.ts";
import type { StoreEvent } from "../../../words/event.ts";
import type { LabelStatus } from "../../../words/label.ts";
import type { OrderState } from "../../../words/orders/order.ts";
import type { PrintJob } from "../../../words/receipt.ts";
import type { SettingsChange, SettingsDraft, SettingsSaved, SettingsView, SettingVersion } from "../../../words/settings/setting.ts";
import type { Movement, OnHand } from "../../../words/stock.ts";
import { ask } from "../shared/ask.ts";
import { makePasskey, signWithPasskey } from "../shared/passkeys.ts";

/** Acts on an online order, as their addresses name them. */
export type OrderVerb = "accept" | "refuse" | "pick" | "short" | "ready" | "hand-over" | "shelve";

/** The gateway's API in the reader's language. */
export function gateway(language: () => string) {
	const get = <T>(path: string) => ask<T>("GET", `/api/v1/${path}`, language());
	const post = <T>(path: string, body?: object) => ask<T>("POST", `/api/v1/${path}`, language(), body);
	const key = encodeURIComponent;
	return {
		status: () => get<StoreStatus>("status"),
		alarms: async () => (await get<List<Alarm>>("alarms")).items,
		devices: async () => (await get<List<DeviceWithRemedy>>("devices")).items,
		shelves: async () => (await get<List<WeighingShelf>>("shelves")).items,
		choose: (shelf: string, choice: { id: string; change: number; choice: ShelfMix }) =>
			post<object>(`shelves/${key(shelf)}/choose`, choice),
		restock: (shelf: string, act: { id: string; on: boolean }) => post<object>(`shelves/${key(shelf)}/restock`, act),
		jobs: async () => (await get<List<PrintJob>>("print-jobs?newest=60")).items,
		newestEvents: async (count: number) => (await get<List<StoreEvent>>(`events?newest=${count}`)).items,
		eventsOf: async (types: readonly string[], count: number) =>
			(await get<List<StoreEvent>>(`events?newest=${count}&type=${types.map(key).join(",")}`)).items,
		coldChain: async () => (await get<List<WatchedTemperature>>("cold-chain")).items,
		coldRecord: (id: string) => get<ColdRecordPage>(`cold-chain/${key(id)}/minutes`),
		count: (count: { id: string; sku: string; quantity: number; occurredAt: string }) =>
			post<unknown>("stock/movements", { ...count, reason: "count" }),
		labelPage: (after?: string | number) =>
			get<List<LabelStatus>>(`labels?limit=500${after === undefined ? "" : `&after=${key(String(after))}`}`),
		labelsById: async (ids: string[]) => (await get<List<LabelStatus>>(`labels?limit=500&ids=${ids.map(key).join(",")}`)).items,
		price: (article: string, at?: string) => get<PriceOfArticle>(`prices/${key(article)}${at === undefined ? "" : `?at=${key(at)}`}`),
		articles: async (query: string) => (await get<List<Article>>(`articles?limit=8&query=${key(query)}`)).items,
		stock: (article: string) => get<OnHand & { movements: Movement[] }>(`stock/${key(article)}?movements=5`),
		bind: (label: string, sku: string | null) => ask<LabelStatus>("PUT", `/api/v1/labels/${key(label)}`, language(), { sku }),
		acknowledge: (alarm: string) => post<Alarm>(`alarms/${key(alarm)}/acknowledge`, { by: "cockpit" }),
		testDevice: (id: string) => post<DeviceTest>(`devices/${key(id)}/test`),
		restartDevice: (id: string) => post<DeviceWithRemedy>(`devices/${key(id)}/restart`),
		job: (id: string) => get<PrintJob>(`print-jobs/${key(id)}`),
		settle: (job: string, as: "printed" | "again") => post<PrintJob>(`print-jobs/${key(job)}/settle`, { as }),
		places: (after: string) => get<List<PlannedPlace>>(`shelf-plan?limit=500&after=${key(after)}`),
		priceChanges: (after: string) => get<List<ChangedPrice> & { since: string }>(`price-changes?limit=500&after=${key(after)}`),
		heldPrices: (after: string) => get<List<HeldPriceRow>>(`held-prices?limit=500&after=${key(after)}`),
		refillTasks: (after: string) => get<List<RefillTask>>(`replenishment?limit=500&after=${key(after)}`),
		dueLabels: (after: string) => get<List<PaperLabelRow> & { dueCount: number }>(`paper-labels?due=true&limit=500&after=${key(after)}`),
		printLabel: (id: string, article: string) => post<object>("paper-labels", { id, article }),
		printDueLabels: (id: string) => post<object>("paper-labels/print-due", { id }),
		filled: (task: string) => post<object>(`replenishment/${key(task)}/done`, {}),
		orders: async (state: OrderState | "open") => (await get<List<ShownOrder>>(`orders?limit=500&state=${state}`)).items,
		actOnOrder: (order: string, verb: OrderVerb, body: object) => post<ShownOrder>(`orders/${key(order)}/${verb}`, body),
		coupons: async () => (await get<List<CouponHere>>("coupons?limit=500")).items,
		points: () => get<PointsHere>("points"),
		thaw: () => post<object>("prices/thaw"),
		cancelPrint: (job: string) => post<PrintJob>(`print-jobs/${key(job)}/cancel`),
		settings: () => get<SettingsView>("settings"),
		checkSettings: (change: SettingsChange) => post<SettingsDraft>("settings/check", change),
		saveSettings: (change: SettingsChange & { revision: string }) => ask<SettingsSaved>("PUT", "/api/v1/settings", language(), change),
		settingsVersions: async () => (await get<List<SettingVersion>>("settings/versions")).items,
		settingsGoingBack: (n: number) => get<SettingsDraft>(`settings/versions/${n}`),
		undoSettings: (revision: string, version: number) => post<SettingsSaved>("settings/undo", { revision, version }),
		who: () => get<Who>("sessions/current"),
		signIn: (name: string, password: string) => post<Who>("sessions", { name, password }),
		signInByPasskey: async () =>
			post<object>("sessions/passkey", {
				answer: await signWithPasskey(await post<Record<string, unknown>>("sessions/passkey/options", {})),
			}),
		addPasskey: async (label: string) =>
			post<object>("passkeys", { label, answer: await makePasskey(await post<Record<string, unknown>>("passkeys/options", {})) }),
		signOut: () => ask<void>("DELETE", "/api/v1/sessions/current", language()),
		claim: (code: string, name: string, password: string) => post<Who>("claim", { code, name, password }),
	};
}
