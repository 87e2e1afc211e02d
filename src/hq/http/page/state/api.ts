import { ask, Refused } from "../../../../desk/cockpit/shared/ask.ts";
import { hasPasskeys, signWithPasskey } from "../../../../desk/cockpit/shared/passkeys.ts";
import type { HqAlarm, StoreAlarm, StoreAlarmGroup } from "../../../../words/answers/head-office/alarms.ts";
import type { AuditEntry } from "../../../../words/answers/head-office/audit.ts";
import type { CouponAtHq, Lent } from "../../../../words/answers/head-office/coupons.ts";
import type { RailsChange, RailsView } from "../../../../words/answers/head-office/guard-rails.ts";
import type { OrderAtHq } from "../../../../words/answers/head-office/orders.ts";
import type { MovedPush, Preview, Push, PushInList } from "../../../../words/answers/head-office/pushes.ts";
import type { StockOfArticle } from "../../../../words/answers/head-office/stock.ts";
import type { ChangedMembership, FactAtHq, Membership, StoreAtHq, StoreGroup } from "../../../../words/answers/head-office/stores.ts";
import type { LabelAtStore, PicturedLabel } from "../../../../words/answers/labels.ts";
import type { List, Who } from "../../../../words/answers/list.ts";
import type { OrderState } from "../../../../words/orders/order.ts";
import { places } from "./place.ts";
import { priceLists } from "./price-list.ts";
import { type Following, uploads } from "./upload.ts";

/** How a file is to be taken. */
export interface Delivery {
	id: string;
	stores: string;
	effectiveAt?: string;
	/** Instead of stores. */
	group?: string;
	/** As on the command line: pilot,10%,all. What is left out of its limits is as head office has it. */
	waves?: string;
	waveWaitMinutes?: string;
	waveShownPercent?: string;
	waveFailedLabels?: string;
	waveRedAlarms?: string;
	/** The name of a mapping, or one as JSON. Left out: head office finds the columns by itself. */
	mapping?: string;
	allOrNothing: boolean;
}

const listWithinMs = 30_000;
const perPage = 1_000;

/** Acts that take a second person; with the approver's own signature where head office asks for it by "approval-needed". */
function approvals(language: () => string) {
	const post = <T>(path: string, body: object = {}) => ask<T>("POST", `/api/v1/${path}`, language(), body, listWithinMs);
	const ofStore = (store: string): string => `/api/v1/guard-rails${store === "" ? "" : `?store=${encodeURIComponent(store)}`}`;
	/** The signature is over what head office says would happen. */
	async function signed<T>(path: string): Promise<T> {
		const { at, publicKey } = await post<{ at: string; publicKey: Record<string, unknown> }>(`${path}/options`);
		const answer = await signWithPasskey(publicKey);
		return post<T>(path, { approval: { at, answer } });
	}
	return {
		releaseSigned: (id: string) => signed<MovedPush>(`pushes/${encodeURIComponent(id)}/release`),
		rails: (store: string) => ask<RailsView>("GET", ofStore(store), language(), undefined, listWithinMs),
		proposeRails: (store: string, change: RailsChange) => ask<{ proposal: number }>("PUT", ofStore(store), language(), change),
		approveRails: (proposal: number) =>
			post<object>(`guard-rails/${proposal}/approve`).catch((error: unknown) =>
				error instanceof Refused && error.code === "approval-needed" && hasPasskeys()
					? signed<object>(`guard-rails/${proposal}/approve`)
					: Promise.reject(error),
			),
	};
}

/** Head office's API in the reader's language. */
export function headOffice(language: () => string) {
	const get = <T>(path: string) => ask<T>("GET", `/api/v1/${path}`, language(), undefined, listWithinMs);
	const post = <T>(path: string, body: object = {}) => ask<T>("POST", `/api/v1/${path}`, language(), body, listWithinMs);
	const key = encodeURIComponent;
	async function whole<T>(path: string): Promise<T[]> {
		const all: T[] = [];
		let next: string | number | undefined;
		do {
			const from = next === undefined ? "" : `&after=${key(String(next))}`;
			const page = await get<List<T>>(`${path}?limit=${perPage}${from}`);
			all.push(...page.items);
			next = page.next;
		} while (next !== undefined);
		return all;
	}
	const asQuery = ({ id, stores, group, allOrNothing, ...more }: Delivery): string =>
		new URLSearchParams({
			id,
			...(group === undefined ? { stores } : { group }),
			...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== "")),
			...(allOrNothing && { allOrNothing: "true" }),
		}).toString();
	const { sendFile, followUpload } = uploads(language);
	return {
		...priceLists(language),
		...approvals(language),
		...places(language),
		who: () => get<Who>("sessions/current"),
		/** `signOutAt`: where the browser ends its session at the identity provider too. */
		signOut: () => ask<{ signOutAt: string } | undefined>("DELETE", "/api/v1/sessions/current", language()),
		stores: () => whole<StoreAtHq>("stores"),
		store: (id: string) => get<StoreAtHq>(`stores/${key(id)}`),
		storeAlarms: async (id: string) => (await get<List<StoreAlarm>>(`stores/${key(id)}/alarms`)).items,
		storeLabels: (id: string) => whole<LabelAtStore>(`stores/${key(id)}/labels`),
		storeLabel: (id: string, label: string) => get<PicturedLabel>(`stores/${key(id)}/labels/${key(label)}`),
		storeFacts: async (id: string) => (await get<List<FactAtHq>>(`stores/${key(id)}/facts?newest=true&limit=50`)).items,
		catchUp: (id: string) => post<object>(`stores/${key(id)}/catch-up`),
		orders: (state: OrderState | "open", store: string, limit: number) =>
			get<List<OrderAtHq>>(`orders?${new URLSearchParams({ state, limit: String(limit), ...(store !== "" && { store }) })}`),
		order: (id: string) => get<OrderAtHq>(`orders/${key(id)}`),
		cancelOrder: (id: string) => post<OrderAtHq>(`orders/${key(id)}/cancel`),
		coupons: (limit: number) => get<List<CouponAtHq>>(`coupons?limit=${limit}`),
		coupon: (id: string) => get<CouponAtHq & { leases: Lent[] }>(`coupons/${key(id)}`),
		endCoupon: (id: string) => post<CouponAtHq>(`coupons/${key(id)}/end`),
		alarms: async () => (await get<List<HqAlarm>>("alarms")).items,
		acknowledge: (id: string) => post<object>(`alarms/${key(id)}/acknowledge`),
		alarmGroups: async () => (await get<List<StoreAlarmGroup>>("store-alarms")).items,
		pushes: (limit: number) => get<List<PushInList>>(`pushes?totals=true&limit=${limit}`),
		push: (id: string) => get<Push>(`pushes/${key(id)}`),
		act: (id: string, act: "withdraw" | "release" | "hold" | "resume" | "end") => post<MovedPush>(`pushes/${key(id)}/${act}`),
		followUpload,
		preview: (file: File, delivery: Delivery, following: Following) =>
			sendFile<Preview>(file, `dryRun=true&${asQuery(delivery)}`, { id: delivery.id, name: file.name, isDryRun: true }, following),
		publish: (file: File, delivery: Delivery, following: Following) =>
			sendFile<object>(file, asQuery(delivery), { id: delivery.id, name: file.name, isDryRun: false }, following),
		groups: async () => (await get<List<StoreGroup>>("groups")).items,
		groupsOf: (store: string) => get<Membership>(`stores/${key(store)}/groups`),
		setGroups: (store: string, groups: readonly string[]) =>
			ask<ChangedMembership>("PUT", `/api/v1/stores/${key(store)}/groups`, language(), { groups }, listWithinMs),
		audit: (before?: number) => get<List<AuditEntry>>(`audit?newest=true&limit=100${before === undefined ? "" : `&after=${before}`}`),
		stock: async (article: string) => {
			const first = await get<StockOfArticle & { next?: string }>(`stock/${key(article)}?limit=${perPage}`);
			for (let next = first.next; next !== undefined; ) {
				const page = await get<StockOfArticle & { next?: string }>(`stock/${key(article)}?limit=${perPage}&after=${key(next)}`);
				first.items.push(...page.items);
				next = page.next;
			}
			return first;
		},
	};
}
