import { useEffect, useState } from "preact/hooks";
import type { Alarm } from "../../../words/alarm.ts";
import type { StoreEvent } from "../../../words/event.ts";
import type { LabelStatus } from "../../../words/label.ts";
import type { PrintJob } from "../../../words/receipt.ts";
import { type Device, gateway, type Shelf, type StoreStatus, type Who } from "./api.ts";

/** In the order of the columns of ../language/words.ts. */
export const languages = ["en", "zh-CN", "de", "hr"] as const;
export type Language = (typeof languages)[number];

/** The state of the page. Its pieces are replaced, never edited in place, so that a panel draws only when its piece changed. */
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

function spokenBy(wished: readonly string[]): Language {
	const first = wished[0]?.split("-")[0]?.toLowerCase();
	return languages.find((language) => language.split("-")[0] === first) ?? "en";
}

function rememberedLanguage(): Language {
	try {
		const kept = localStorage.getItem("language");
		const known = languages.find((language) => language === kept);
		if (known) return known;
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
		// The choice then lasts for this visit only.
	}
	change({ language });
}

export const api = gateway(() => cockpit.language);
