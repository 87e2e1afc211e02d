import type { WordRow } from "./languages.ts";

/** Questions and acts at a weighing shelf, as the cockpit and the handheld page say them. */
export const shelfActWords = {
	whichWasIt: ["What was it? {0}", "是哪一种？{0}", "Was war es? {0}", "Što je bilo? {0}"],
	restockBegin: ["Fill shelf", "开始补货", "Auffüllen beginnen", "Počni puniti"],
	restockEnd: ["Filled", "补货完成", "Aufgefüllt", "Napunjeno"],
	restockUntil: [
		"staff fills it, until {0} at most",
		"正在补货，最迟到 {0}",
		"wird aufgefüllt, längstens bis {0}",
		"puni se, najdulje do {0}",
	],
} as const satisfies Record<string, WordRow>;
