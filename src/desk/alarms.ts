import { z } from "zod";
import type { Alarm, AlarmLevel } from "../words/alarm.ts";
import type { DeskLedger, Locale } from "./ledger-view.ts";
import { json, type Route, route } from "./route.ts";
import { alarm, listOf } from "./schemas.ts";
import { Problem } from "./problems.ts";

const rank: Record<AlarmLevel, number> = { RED: 0, YELLOW: 1, BLUE: 2 };

/** The sentences of an alarm in another language, where the daemon has them. */
export type Explain = (alarm: Alarm, locale: Locale) => { what: string; do: string } | undefined;

/** Puts an alarm into the language the reader's browser asks for. The ledger keeps it in the store's. */
export function alarmTeller(storeLocale: Locale, explain: Explain | undefined) {
	return (told: Alarm, languages: string | undefined): Alarm => {
		if (!explain || !languages) return told;
		const wanted: Locale = /^\s*zh\b/i.test(languages) ? "zh-CN" : "en";
		if (wanted === storeLocale) return told;
		const words = explain(told, wanted);
		return words ? { ...told, ...words } : told;
	};
}

export function alarmRoutes(ledger: DeskLedger, told: ReturnType<typeof alarmTeller>): Route[] {
	const { read } = ledger;
	return [
		route({
			method: "GET",
			url: "/api/v1/alarms",
			room: "alarms",
			summary: "What a person must know or do, the worst first",
			answers: { 200: listOf(alarm) },
			problems: [],
			run: ({ request }) => {
				const items = read.alarms.list().map((each) => told(each, request.headers["accept-language"]));
				items.sort((a, b) => rank[a.level] - rank[b.level] || (a.since < b.since ? 1 : a.since > b.since ? -1 : 0));
				return json({ items });
			},
		}),
		route({
			method: "POST",
			url: "/api/v1/alarms/{id}/acknowledge",
			room: "alarms",
			summary: "Somebody has seen it and is on the way; the alarm stays until its cause is gone",
			path: z.strictObject({ id: z.string().min(1).max(256) }),
			body: z.strictObject({ by: z.string().min(1).max(64).default("desk") }),
			answers: { 200: alarm },
			problems: [400, 404, 503],
			run: async ({ path, body, request }) => {
				if (!read.alarms.get(path.id)) throw new Problem("alarm-unknown", `No alarm ${path.id} is raised.`);
				const answer = await ledger.do("acknowledgeAlarm", { id: path.id, by: body.by });
				return json(told(answer, request.headers["accept-language"]));
			},
		}),
	];
}
