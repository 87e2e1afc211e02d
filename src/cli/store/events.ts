import type { List } from "../../words/answers/list.ts";
import type { StoreEvent } from "../../words/event.ts";
import { typesAndFamilies } from "../../words/streams/event-streams.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { FilterWrong, filterUsage, limitIn, sinceIn, wordsIn } from "../verb/filters.ts";
import { didYouMean, fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola events [--after SEQ] [--follow]: what happened in the store, in order

  --after SEQ  from there on (default: the last 50, or with a filter the newest 50 that fit)
  --follow     keep printing as it happens
${filterUsage.type("type, such as label.shown")}
${filterUsage.sku}
${filterUsage.since}
${filterUsage.limit}
${deskUsage}`;

const options = {
	...deskOptions,
	after: { type: "string" },
	follow: { type: "boolean" },
	type: { type: "string" },
	sku: { type: "string" },
	since: { type: "string" },
	limit: { type: "string" },
} as const;

/** How many events are printed where nothing is said about it. */
const usually = 50;

export const events: Verb = {
	summary: "what happened in the store, in order",
	usage,
	async run(args) {
		const given = read(args, usage, options, 0);
		if (typeof given === "number") return given;
		const { after, follow = false, json: asJson = false, token, url } = given.values;
		if (after !== undefined && !/^\d{1,15}$/.test(after)) return fail(2, `--after ${after} is no number of an event`);
		let query: string;
		let limit: number | undefined;
		try {
			query = await queryOf(given.values);
			limit = limitIn(given.values.limit);
		} catch (error) {
			if (error instanceof FilterWrong) return fail(2, error.message);
			throw error;
		}
		const base = await deskUrl(url);
		const pageAfter = (from: number): Promise<List<StoreEvent>> => ask(base, `/api/v1/events?after=${from}${query}`, { token });
		const last = await lastSeq(base, token);
		const isNewest = after === undefined && (query !== "" || limit !== undefined);
		const start = after === undefined ? (isNewest ? 0 : Math.max(0, last - usually)) : Number(after);
		const most = limit ?? (isNewest && given.values.since === undefined ? usually : Number.POSITIVE_INFINITY);
		const printed = isNewest ? await printNewest(pageAfter, most, last, asJson) : await printFrom(pageAfter, start, most, asJson);
		if (follow) await goOn(pageAfter, printed, asJson);
		return 0;
	},
};

type ReadPage = (after: number) => Promise<List<StoreEvent>>;

/** Throws FilterWrong. */
async function queryOf({ type, sku, since }: { type?: string; sku?: string; since?: string }): Promise<string> {
	const query = new URLSearchParams();
	const types = wordsIn("--type", type);
	if (types) query.set("type", knownTypes(types).join(","));
	if (sku !== undefined) query.set("sku", sku);
	const from = sinceIn(since);
	if (from !== undefined) query.set("since", from);
	return query.size === 0 ? "" : `&${query.toString()}`;
}

/** A mistyped one would find nothing, and look as if nothing had happened. */
function knownTypes(types: string[]): string[] {
	const wrong = types.find((type) => !typesAndFamilies.includes(type));
	if (wrong !== undefined) throw new FilterWrong(`no event has the type ${wrong}${didYouMean(wrong, typesAndFamilies)}`);
	return types;
}

function print(event: StoreEvent, asJson: boolean): void {
	if (asJson) return say(JSON.stringify(event));
	const { id: _, seq, type, at, quality: __, ...rest } = event;
	say(`${String(seq).padStart(6)}  ${at}  ${type.padEnd(18)} ${JSON.stringify(rest)}`);
}

/** Resolves with the number of the last event that was looked at. */
async function printFrom(page: ReadPage, start: number, most: number, asJson: boolean): Promise<number> {
	let [seq, count] = [start, 0];
	for (;;) {
		const { items } = await page(seq);
		for (const event of items.slice(0, most - count)) print(event, asJson);
		count += items.length;
		seq = items.at(-1)?.seq ?? seq;
		if (items.length === 0 || count >= most) return seq;
	}
}

/** The newest that fit, in their order. `last` is where to go on from: an event that does not fit has a number, too. */
async function printNewest(page: ReadPage, most: number, last: number, asJson: boolean): Promise<number> {
	const newest: StoreEvent[] = [];
	let seq = 0;
	for (;;) {
		const { items } = await page(seq);
		newest.push(...items);
		if (newest.length > most) newest.splice(0, newest.length - most);
		if (items.length === 0) break;
		seq = items.at(-1)!.seq;
	}
	for (const event of newest) print(event, asJson);
	return Math.max(seq, last);
}

/** Until somebody ends it. */
async function goOn(page: ReadPage, from: number, asJson: boolean): Promise<never> {
	for (let seq = from; ; ) {
		seq = await printFrom(page, seq, Number.POSITIVE_INFINITY, asJson);
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
}

async function lastSeq(base: string, token: string | undefined): Promise<number> {
	const answer = await ask<{ lastEvent?: number }>(base, "/api/v1/status", { token });
	return answer.lastEvent ?? 0;
}
