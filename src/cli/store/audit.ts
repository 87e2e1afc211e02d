import { actorText } from "../../words/actor.ts";
import type { StoreEvent } from "../../words/event.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = [
	"gondola audit [--since T] [--actor A]: what people and programs did at this gateway, and what was refused",
	"",
	"  --since T    from this instant on, such as 2026-03-01 or 2026-03-01T08:00:00Z",
	"  --actor A    everything of one person, program or device, by name",
	deskUsage,
].join("\n");

type Audited = Extract<StoreEvent, { type: "audit.recorded" }>;

/** Facts of people and programs that are no audit entries; facts of devices are listed only where a device is named. */
const ofPeople = ["label.bound", "label.unbound", "stock.moved", "receipt", "alarm.acknowledged", "prices", "order"];

export const audit: Verb = {
	summary: "who did what, and what was refused",
	usage,
	async run(args) {
		const given = read(args, usage, { ...deskOptions, since: { type: "string" }, actor: { type: "string" } }, 0);
		if (typeof given === "number") return given;
		const { since, actor, token, url } = given.values;
		const sinceMs = since === undefined ? Number.NaN : Date.parse(since);
		if (since !== undefined && Number.isNaN(sinceMs))
			return fail(2, `--since ${since} is no instant; write 2026-03-01 or 2026-03-01T08:00:00Z`);
		const base = await deskUrl(url);
		const query = new URLSearchParams({ limit: "500" });
		// With --actor all facts of that actor; otherwise only those of people, programs and other stores.
		if (actor === undefined) query.set("type", ["audit.recorded", ...ofPeople].join(","));
		if (since !== undefined) query.set("since", new Date(sinceMs).toISOString());
		const isWanted = (event: StoreEvent): boolean =>
			actor === undefined ? event.type === "audit.recorded" || isPerson(event) : event.actor?.name === actor;
		const items = (await everyItem<StoreEvent>(`/api/v1/events?${query}`, (path) => ask(base, path, { token }))).filter(isWanted);
		if (given.values.json) return json({ items });
		if (items.length === 0) say("Nothing was recorded.");
		else say(table(["at", "who", "act", "subject", "outcome", "why"], items.map(row)));
		return 0;
	},
};

const isPerson = ({ actor }: StoreEvent): boolean => actor?.kind === "user" || actor?.kind === "token" || actor?.kind === "store";

function row(event: StoreEvent): string[] {
	const who = event.actor ? actorText(event.actor) : "";
	if (event.type !== "audit.recorded") return [event.at, who, event.type, subjectOf(event), "done", ""];
	const { at, act, subject, outcome, why, more }: Audited = event;
	const reason = [why, more === undefined ? undefined : `and ${more} more within a minute`].filter((part) => part !== undefined).join(", ");
	return [at, who, act, subject ?? "", outcome, reason];
}

/** The subject of a fact: the first of these members that it has. */
function subjectOf(event: StoreEvent): string {
	const { movement, ...fields } = event as unknown as Record<string, unknown>;
	const found = ["label", "job", "alarm", "sale", "sku", "shelf", "device"]
		.map((name) => fields[name])
		.find((value) => value !== undefined);
	const moved = (movement ?? {}) as { sku?: string; reason?: string };
	return String(found ?? [moved.sku, moved.reason].filter(Boolean).join(" "));
}
