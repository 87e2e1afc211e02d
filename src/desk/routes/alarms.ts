import { z } from "zod";
import type { Alarm, AlarmLevel } from "../../words/alarm.ts";
import type { DeskLedger, KeptAlarm, Locale, ReaderLanguage } from "../ledger-view.ts";
import { Problem } from "../problems.ts";
import { json, type Route, route } from "../route.ts";
import { alarm, listOf } from "../schemas.ts";

const rank: Record<AlarmLevel, number> = { RED: 0, YELLOW: 1, BLUE: 2 };

/** The sentences of an alarm in a language, from the tables the daemon knows. */
export type Explain = (alarm: KeptAlarm, language: ReaderLanguage) => { what: string; do: string } | undefined;

/** Adds an alarm's sentences: in the language that the browser asks for, else in the store's. */
export function alarmWording(storeLocale: Locale, explain: Explain | undefined) {
	return (kept: KeptAlarm, languages: string | undefined): Alarm => {
		const asked = /^\s*(zh|en|de|hr)\b/i.exec(languages ?? "")?.[1]?.toLowerCase() as "zh" | Exclude<ReaderLanguage, "zh-CN"> | undefined;
		const wanted = asked === undefined ? storeLocale : asked === "zh" ? "zh-CN" : asked;
		const words = explain?.(kept, wanted);
		const { id, level, code, subject, healsByItself, since, count, acknowledgedAt } = kept;
		return {
			id,
			level,
			code,
			subject,
			what: words?.what ?? kept.what ?? `${code}: ${subject}`,
			do: words?.do ?? kept.do ?? "",
			healsByItself,
			since,
			count,
			acknowledgedAt,
		};
	};
}

export function alarmRoutes(ledger: DeskLedger, inWords: ReturnType<typeof alarmWording>): Route[] {
	const { read } = ledger;
	return [
		route({
			method: "GET",
			url: "/api/v1/alarms",
			room: "alarms",
			right: "alarms.read",
			summary: "What a person must know or do, the worst first",
			answers: { 200: listOf(alarm) },
			problems: [],
			run: ({ request }) => {
				const items = read.alarms.list().map((each) => inWords(each, request.headers["accept-language"]));
				items.sort((a, b) => rank[a.level] - rank[b.level] || (a.since < b.since ? 1 : a.since > b.since ? -1 : 0));
				return json({ items });
			},
		}),
		route({
			method: "POST",
			url: "/api/v1/alarms/{id}/acknowledge",
			keepsActor: true,
			room: "alarms",
			right: "alarms.acknowledge",
			summary: "Somebody has seen it and is on the way; the alarm stays until its cause is gone",
			path: z.strictObject({ id: z.string().min(1).max(256) }),
			body: z.strictObject({ by: z.string().min(1).max(64).default("desk") }),
			answers: { 200: alarm },
			problems: [400, 404, 503],
			run: async ({ path, body, by, request }) => {
				if (!read.alarms.get(path.id)) throw new Problem("alarm-unknown", `No alarm ${path.id} is raised.`);
				const answer = await ledger.do("acknowledgeAlarm", { id: path.id, by: body.by }, { actor: by.actor });
				return json(inWords(answer, request.headers["accept-language"]));
			},
		}),
	];
}
