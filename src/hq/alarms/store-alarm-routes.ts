import type { FastifyInstance } from "fastify";
import type { StoreAlarm, StoreAlarmGroup } from "../../words/answers/head-office/alarms.ts";
import { check } from "../http/answers.ts";
import { noQuery } from "../http/schemas.ts";
import type { Repositories } from "../repositories.ts";

/** The languages of the page, in which stores' troubles have sentences. */
export type AlarmLanguage = "en" | "zh-CN" | "de" | "hr";

/** The sentences of a store's alarm. `missing` stands for what it does not say. */
export type AlarmSentences = (
	alarm: { code: string; subject: string; facts?: Record<string, string | number> },
	language: AlarmLanguage,
	missing?: string,
) => { what: string; do: string };

function languageOf(header = ""): AlarmLanguage {
	const first = /(?:^|,)\s*(zh|en|de|hr)\b/i.exec(header)?.[1]?.toLowerCase();
	return first === "zh" ? "zh-CN" : first === "de" || first === "hr" ? first : "en";
}

/** Stands in a sentence for what differs from alarm to alarm, or what the store's build does not say. */
const open = "…";

/** A sentence that ends with what is left open has no full stop of its own. */
function asOneEnd(sentences: { what: string; do: string } | undefined): { what: string; do: string } | undefined {
	const ended = (text: string): string => text.replaceAll(`${open}.`, open);
	return sentences && { what: ended(sentences.what), do: ended(sentences.do) };
}

/** Alarms of one store, and of all stores by code, each with its sentences where `words` is given. */
export function storeAlarmRoutes(app: FastifyInstance, repositories: Repositories, words?: AlarmSentences): void {
	app.get<{ Params: { store: string } }>("/api/v1/stores/:store/alarms", async ({ params, query, headers }) => {
		check(noQuery, query, "query");
		const language = languageOf(headers["accept-language"]);
		const alarms = await repositories.storeAlarms(params.store);
		const items = alarms.map(
			({ facts, ...alarm }): StoreAlarm => ({ ...alarm, ...asOneEnd(words?.({ ...alarm, facts: facts ?? {} }, language, open)) }),
		);
		return { items };
	});
	app.get("/api/v1/store-alarms", async ({ query, headers }) => {
		check(noQuery, query, "query");
		const language = languageOf(headers["accept-language"]);
		const groups = await repositories.alarmsByCode();
		const sentences = ({ code, subject, facts }: (typeof groups)[number]) =>
			asOneEnd(words?.({ code, subject: subject ?? open, facts: facts ?? {} }, language, open));
		return { items: groups.map((group): StoreAlarmGroup => ({ ...group, ...sentences(group) })) };
	});
}
