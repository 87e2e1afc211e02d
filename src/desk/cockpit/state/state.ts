import type { Alarm } from "../../../words/alarm.ts";
import type { DeviceWithRemedy } from "../../../words/answers/devices.ts";
import type { Who } from "../../../words/answers/list.ts";
import type { WeighingShelf } from "../../../words/answers/shelves.ts";
import type { StoreStatus } from "../../../words/answers/store-status.ts";
import type { StoreEvent } from "../../../words/event.ts";
import type { LabelStatus } from "../../../words/label.ts";
import type { PrintJob } from "../../../words/receipt.ts";
import { type Language, rememberedLanguage, rememberLanguage } from "../shared/languages.ts";
import { watched } from "../shared/watched.ts";
import { gateway } from "./api.ts";

/** The state of the page. */
export interface Cockpit {
	/**
	 * `locked`: somebody must sign in. `unclaimed`: the first user must be made. `lost`: the gateway does not answer, and what is
	 * shown is old.
	 */
	line: "opening" | "live" | "lost" | "locked" | "unclaimed";
	/** Null until it is known. */
	who: Who | null;
	language: Language;
	now: number;
	status: StoreStatus | null;
	alarms: Alarm[];
	devices: DeviceWithRemedy[];
	shelves: WeighingShelf[];
	jobs: PrintJob[];
	labels: ReadonlyMap<string, LabelStatus>;
	labelsLoaded: boolean;
	/** Newest first, bounded. */
	events: StoreEvent[];
}

const cockpit = watched<Cockpit>({
	line: "opening",
	who: null,
	language: rememberedLanguage(),
	now: Date.now(),
	status: null,
	alarms: [],
	devices: [],
	shelves: [],
	jobs: [],
	labels: new Map(),
	labelsLoaded: false,
	events: [],
});

export const { read, change, use: useCockpit } = cockpit;

export function speak(language: Language): void {
	rememberLanguage(language);
	change({ language });
}

export const api = gateway(() => read().language);

/** The id of an act; instead of crypto.randomUUID, which a page over plain HTTP does not have. */
export const newId = (): string => `cockpit-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
