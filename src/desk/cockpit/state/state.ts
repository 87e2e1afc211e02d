import { useEffect, useState } from "preact/hooks";
import type { Alarm } from "../../../words/alarm.ts";
import type { StoreEvent } from "../../../words/event.ts";
import type { LabelStatus } from "../../../words/label.ts";
import type { PrintJob } from "../../../words/receipt.ts";
import { type Device, gateway, type Shelf, type StoreStatus, type Who } from "./api.ts";

export type Language = "en" | "zh-CN";

/** What the page knows. Replaced piece by piece, never edited in place, so that a panel draws only when its piece changed. */
export interface Cockpit {
	/** `locked`: sign in first. `unclaimed`: the first person is made first. `lost`: it does not answer; what is shown is old. */
	line: "opening" | "live" | "lost" | "locked" | "unclaimed";
	/** Null until it is known. */
	who: Who | null;
	language: Language;
	now: number;
	status: StoreStatus | null;
	alarms: Alarm[];
	devices: Device[];
	shelves: Shelf[];
	jobs: PrintJob[];
	labels: ReadonlyMap<string, LabelStatus>;
	labelsLoaded: boolean;
	/** Newest first, bounded. */
	events: StoreEvent[];
}

function spokenBy(languages: readonly string[]): Language {
	return /^zh\b/i.test(languages[0] ?? "") ? "zh-CN" : "en";
}

function rememberedLanguage(): Language {
	try {
		const kept = localStorage.getItem("language");
		if (kept === "en" || kept === "zh-CN") return kept;
	} catch {
		// A browser that keeps nothing still has a language.
	}
	return spokenBy(navigator.languages);
}

let cockpit: Cockpit = {
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
};

const watchers = new Set<() => void>();

export function read(): Cockpit {
	return cockpit;
}

export function change(piece: Partial<Cockpit>): void {
	cockpit = { ...cockpit, ...piece };
	for (const watcher of watchers) watcher();
}

/** Draws again only when what `choose` picks is another value. */
export function useCockpit<T>(choose: (cockpit: Cockpit) => T): T {
	const [value, setValue] = useState(() => choose(cockpit));
	useEffect(() => {
		const look = () => setValue(() => choose(cockpit));
		watchers.add(look);
		look();
		return () => {
			watchers.delete(look);
		};
	}, []);
	return value;
}

export function speak(language: Language): void {
	try {
		localStorage.setItem("language", language);
	} catch {
		// Chosen for this visit then.
	}
	change({ language });
}

export const api = gateway(() => cockpit.language);
