import { Refused } from "../../../../desk/cockpit/shared/ask.ts";
import { type Language, rememberedLanguage, rememberLanguage } from "../../../../desk/cockpit/shared/languages.ts";
import { watched } from "../../../../desk/cockpit/shared/watched.ts";
import type { HqAlarm } from "../../../../words/answers/head-office/alarms.ts";
import type { StoreAtHq } from "../../../../words/answers/head-office/stores.ts";
import type { Who } from "../../../../words/answers/list.ts";
import { headOffice } from "./api.ts";

export const views = ["stores", "pushes", "new", "alarms", "stock", "orders", "coupons", "groups", "rails", "builds", "audit"] as const;
export type View = (typeof views)[number];

export interface Office {
	/** `lost`: head office does not answer; what is shown is old. */
	line: "opening" | "live" | "lost";
	/** Null where head office has no accounts, as in tests: everybody may do everything. */
	who: Who | null;
	language: Language;
	now: number;
	heardAt: number;
	/** From the address after #: a view and, in it, a store or a push. */
	view: View;
	item: string | null;
	stores: readonly StoreAtHq[];
	storesLoaded: boolean;
	alarms: readonly HqAlarm[];
}

function placeIn(hash: string): Pick<Office, "view" | "item"> {
	const [, name, item] = /^#\/(\w+)(?:\/(.+))?$/.exec(hash) ?? [];
	const view = views.find((each) => each === name) ?? "stores";
	return { view, item: item === undefined ? null : decodeURIComponent(item) };
}

export const {
	read,
	change,
	use: useOffice,
} = watched<Office>({
	line: "opening",
	who: null,
	language: rememberedLanguage(),
	now: Date.now(),
	heardAt: Date.now(),
	...placeIn(location.hash),
	stores: [],
	storesLoaded: false,
	alarms: [],
});

export const api = headOffice(() => read().language);

export function speak(language: Language): void {
	rememberLanguage(language);
	change({ language });
}

export const addressOf = (view: View, item?: string): string => `#/${view}${item === undefined ? "" : `/${encodeURIComponent(item)}`}`;

export function goTo(view: View, item?: string): void {
	location.hash = addressOf(view, item);
}

/** Whether the reader has the right: buttons that would be refused are not shown. */
export function useMay(right: string): boolean {
	return useOffice(({ who }) => who === null || who.rights.includes(right));
}

/** Handles a failed request for the page; returns the sentence to show where it was made. */
export function failed(error: unknown): string {
	if (!(error instanceof Refused)) throw error;
	// The session has ended: loading the page again shows the sign-in.
	if (error.status === 401) location.reload();
	if (error.status === 0) change({ line: "lost" });
	return error.message;
}

const storesEveryMs = 4_000;
/** A list of 3,000 is asked for less often: it is 1 MB. */
const perThousandMs = 4_000;

/** Keeps stores and head office's own alarms up to date while somebody looks at the page. */
export function goLive(): void {
	window.addEventListener("hashchange", () => change(placeIn(location.hash)));
	setInterval(() => change({ now: Date.now() }), 1_000);
	const look = async (): Promise<void> => {
		if (document.visibilityState === "visible") {
			try {
				const [stores, alarms] = await Promise.all([api.stores(), api.alarms().catch(noAccounts<HqAlarm[]>([]))]);
				change({ stores, storesLoaded: true, alarms, line: "live", heardAt: Date.now(), now: Date.now() });
			} catch (error) {
				failed(error);
			}
		}
		setTimeout(() => void look(), storesEveryMs + (read().stores.length / 1_000) * perThousandMs);
	};
	void api
		.who()
		.catch(noAccounts<Who | null>(null))
		.then((who) => change({ who }), failed)
		.then(look);
}

/** A head office without accounts does not know the route. */
const noAccounts =
	<T>(instead: T) =>
	(error: unknown): T => {
		if (error instanceof Refused && error.status === 404) return instead;
		throw error;
	};
