/** Alarms for the operators of head office: rows of the audit that are alarms, and alarms that stand until their cause is over. */
import type { FastifyInstance } from "fastify";
import type { HqAlarm } from "../../words/answers/head-office/alarms.ts";
import type { AuditEntry } from "../../words/answers/head-office/audit.ts";
import { type Audit, acknowledged } from "../people/audit.ts";
import { HqRefusal } from "../refusal.ts";
import type { Repositories } from "../repositories.ts";
import { type Language, sentences } from "./sentences.ts";
import type { ListedAlarm } from "./standing-alarms.ts";

const alarmsMost = 200;
/** The alarms of one store with one code are cut to a few; the last row says how many more there are. */
const alarmsPerStore = 20;

export function alarmRoutes(
	app: FastifyInstance,
	repositories: Pick<Repositories, "standingAlarms" | "acknowledgeAlarm">,
	audit: Audit,
	languageOf: (header: string | undefined) => Language,
): void {
	app.get("/api/v1/alarms", async (request) => {
		const language = languageOf(request.headers["accept-language"]);
		const rows = (await audit.alarms(alarmsMost)).map((row) => ofAudit(row, language));
		const stand = await repositories.standingAlarms({ each: alarmsPerStore, most: alarmsMost });
		return { items: [...rows, ...stand.map((row) => ofStanding(row, language))].sort((a, b) => b.since.localeCompare(a.since)) };
	});
	app.post<{ Params: { id: string } }>("/api/v1/alarms/:id/acknowledge", async (request) => {
		const { id } = request.params;
		const { actor } = request.asker!;
		const isDone =
			(await audit.alarms(alarmsMost)).some(({ n }) => String(n) === id) || (await repositories.acknowledgeAlarm(id, actor.name));
		if (!isDone) throw new HqRefusal("alarm-unknown", `No open alarm has the id ${id.slice(0, 100)}.`);
		await audit.note(actor, acknowledged, id, "done");
		return { id, acknowledged: true };
	});
}

/** The fault and the remedy, by an alarm's code. */
export function alarmSentence(
	code: string,
	language: Language,
	facts: Readonly<Record<string, string | number>>,
): { what: string; do: string } {
	const sentence = sentences[code]?.[language] ?? { what: code, do: "" };
	const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (_, fact: string) => String(facts[fact] ?? ""));
	return { what: fill(sentence.what), do: fill(sentence.do) };
}

function ofAudit(row: AuditEntry, language: Language): HqAlarm {
	const facts = { name: (row.subject ?? "").slice(0, 40), address: row.address ?? "?" };
	return { id: String(row.n), level: "YELLOW", code: row.what, ...alarmSentence(row.what, language, facts), since: row.at };
}

function ofStanding({ id, code, store, facts, since, more }: ListedAlarm, language: Language): HqAlarm {
	const { what, do: remedy } = alarmSentence(code, language, { ...facts, store });
	const rest = alarmSentence("and-more", language, { more }).what;
	return {
		id,
		level: "YELLOW",
		code,
		what: more > 0 ? `${what} ${rest}` : what,
		do: remedy,
		since,
		...(store !== "" && { store }),
		...(more > 0 && { more }),
	};
}
