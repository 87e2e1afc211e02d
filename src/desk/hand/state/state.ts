import type { Who } from "../../../words/answers/list.ts";
import type { RefillTask } from "../../../words/answers/replenishment.ts";
import type { WeighingShelf } from "../../../words/answers/shelves.ts";
import type { OrderView } from "../../../words/orders/view.ts";
import { type Language, rememberedLanguage, rememberLanguage } from "../../cockpit/shared/languages.ts";
import { watched } from "../../cockpit/shared/watched.ts";
import type { KeptAct, Task } from "./act.ts";

export type Screen = { at: "home" } | { at: "outbox" } | { at: "task"; task: Task };

/** The state of the page. */
export interface Hand {
	/** As in the cockpit; `lost`: the gateway does not answer, acts wait on the device. */
	line: "opening" | "live" | "lost" | "locked" | "unclaimed";
	/** Who is signed in, or was when the gateway answered last. */
	who: Pick<Who, "name" | "rights"> | null;
	/** The gateway said that somebody else is signed in: ask it who. */
	staleWho: boolean;
	store: string;
	timeZone: string | undefined;
	/** Milliseconds that the gateway's clock is ahead of this device's. */
	aheadMs: number;
	language: Language;
	screen: Screen;
	/** In the order in which they are sent. */
	acts: KeptAct[];
	orders: OrderView[];
	fills: RefillTask[];
	shelves: WeighingShelf[];
	/** Whether the articles that this device knows have been read. */
	knowsArticles: boolean;
	/** The browser keeps nothing: acts cannot be kept while there is no network. */
	keepsNothing: boolean;
	/** The last act could not be written to the device. */
	failedToKeep: boolean;
}

const hand = watched<Hand>({
	line: "opening",
	who: null,
	staleWho: false,
	store: "",
	timeZone: undefined,
	aheadMs: 0,
	language: rememberedLanguage(),
	screen: { at: "home" },
	acts: [],
	orders: [],
	fills: [],
	shelves: [],
	knowsArticles: false,
	keepsNothing: false,
	failedToKeep: false,
});

export const { read, change, use: useHand } = hand;

export function speak(language: Language): void {
	rememberLanguage(language);
	change({ language });
}

/** When an act was answered last; what depends on acts is asked again when it changes. */
export const useAnswered = (): string =>
	useHand((all) => all.acts.reduce((newest, { answer }) => (answer && answer.at > newest ? answer.at : newest), ""));

/** The way back of the browser, or of the device's own key, leads to the start. */
export function show(screen: Screen): void {
	if (screen.at !== "home" && read().screen.at === "home") history.pushState(null, "");
	change({ screen });
}

export function goHome(): void {
	if (read().screen.at === "home") return;
	history.back();
}
