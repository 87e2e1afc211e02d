import { actorText } from "../../words/actor.ts";
import type { StoreEvent } from "../../words/event.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = [
	"gondola audit [--since T] [--actor A]: who did what at this gateway, and what was refused",
	"",
	"  --since T    from this instant on, such as 2026-03-01 or 2026-03-01T08:00:00Z",
	"  --actor A    of one person or program, by name",
	deskUsage,
].join("\n");

type Audited = Extract<StoreEvent, { type: "audit.recorded" }>;

export const audit: Verb = {
	summary: "who did what, and what was refused",
	usage,
	async run(args) {
		const given = read(args, usage, { ...deskOptions, since: { type: "string" }, actor: { type: "string" } });
		if (typeof given === "number") return given;
		const { since, actor, token, url } = given.values;
		const sinceMs = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
		if (Number.isNaN(sinceMs)) return fail(2, `--since ${since} is no instant; write 2026-03-01 or 2026-03-01T08:00:00Z`);
		const base = await deskUrl(url);
		const items: Audited[] = [];
		for (let after: number | string | undefined = 0; after !== undefined; ) {
			const answer: { items: Audited[]; next?: number | string } = await ask(
				base,
				`/api/v1/events?type=audit.recorded&limit=500&after=${after}`,
				{ token },
			);
			items.push(...answer.items.filter((each) => Date.parse(each.at) >= sinceMs && (actor === undefined || each.actor?.name === actor)));
			after = answer.next;
		}
		if (given.values.json) return json({ items });
		if (items.length === 0) say("Nothing was recorded.");
		else say(table(["at", "who", "act", "subject", "outcome", "why"], items.map(row)));
		return 0;
	},
};

function row({ at, actor, act, subject, outcome, why, more }: Audited): string[] {
	const reason = [why, more === undefined ? undefined : `and ${more} more within a minute`].filter((part) => part !== undefined).join(", ");
	return [at, actor ? actorText(actor) : "", act, subject ?? "", outcome, reason];
}
