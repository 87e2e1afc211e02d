import type { Alarm, DeviceStatus } from "../../words/alarm.ts";
import type { LabelStatus } from "../../words/label.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { FilterWrong, filterUsage, limitIn, sinceIn, wordsIn } from "../verb/filters.ts";
import { ago, json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { didYouMean, fail, read, say, type Verb } from "../verb/verb.ts";

interface Listing<T> {
	name: string;
	summary: string;
	path: string;
	head: string[];
	row: (item: T) => string[];
	none: string;
	/** The member that the list's filters look at; a filter that is left out here is no option of this list. */
	state: { of: (item: T) => string; known: readonly string[] };
	type?: { of: (item: T) => string; what: string; known?: readonly string[] };
	sku?: (item: T) => string | null;
	since: (item: T) => string | null;
}

/** A verb that prints one list, following `next` to its end. */
function listing<T>(options: Listing<T>): Verb {
	const { name, summary, path, head, row, none, state, type, sku } = options;
	const filters = [
		filterUsage.state(state.known),
		...(sku ? [filterUsage.sku] : []),
		...(type ? [filterUsage.type(type.what)] : []),
		filterUsage.since,
		filterUsage.limit,
	];
	const usage = `gondola ${name}: ${summary}\n\n${filters.join("\n")}\n${deskUsage}`;
	const known = {
		...deskOptions,
		state: { type: "string" },
		since: { type: "string" },
		limit: { type: "string" },
		...(type && ({ type: { type: "string" } } as const)),
		...(sku && ({ sku: { type: "string" } } as const)),
	} as const;
	return {
		summary,
		usage,
		async run(args) {
			const given = read(args, usage, known);
			if (typeof given === "number") return given;
			if (given.words.length > 0)
				return fail(2, `gondola ${name} takes no ${given.words[0]}${didYouMean(given.words[0]!, Object.keys(known))}\n${usage}`);
			const values: Partial<Record<string, string | boolean>> = given.values;
			const { url, token } = given.values;
			let isWanted: (item: T) => boolean;
			let limit: number | undefined;
			try {
				isWanted = wantedBy(options, values);
				limit = limitIn(given.values.limit);
			} catch (error) {
				if (error instanceof FilterWrong) return fail(2, error.message);
				throw error;
			}
			const base = await deskUrl(url);
			const all = await everyItem<T>(path, (page) => ask(base, page, { token }));
			const items = all.filter(isWanted).slice(0, limit);
			if (given.values.json) return json({ items });
			if (items.length > 0) say(table(head, items.map(row)));
			else say(all.length === 0 ? none : `none of ${all.length} is so`);
			return 0;
		},
	};
}

/** Throws FilterWrong. */
function wantedBy<T>({ state, type, sku, since }: Listing<T>, values: Partial<Record<string, string | boolean>>): (item: T) => boolean {
	const text = (option: string): string | undefined => (typeof values[option] === "string" ? values[option] : undefined);
	const states = wordsIn("--state", text("state"), state.known);
	const types = wordsIn("--type", text("type"), type?.known);
	const from = sinceIn(text("since"));
	const article = text("sku");
	return (item) =>
		(states?.includes(state.of(item)) ?? true) &&
		(types?.includes(type?.of(item) ?? "") ?? true) &&
		(article === undefined || sku?.(item) === article) &&
		(from === undefined || (since(item) ?? "") >= from);
}

export const devices = listing<DeviceStatus>({
	name: "devices",
	summary: "every device, how it is, and since when",
	path: "/api/v1/devices",
	none: "no devices are configured",
	head: ["device", "family", "protocol", "at", "state", "since", "trouble"],
	row: (device) => [device.id, device.family, device.protocol, device.address, device.state, ago(device.since), device.trouble ?? ""],
	state: { of: ({ state }) => state, known: ["starting", "well", "troubled", "offline"] },
	type: { of: ({ family }) => family, what: "family", known: ["scanner", "scale", "printer", "label", "fiscal", "mqtt"] },
	since: ({ since }) => since,
});

export const labels = listing<LabelStatus>({
	name: "labels",
	summary: "every label: what it should show and what it says it shows",
	path: "/api/v1/labels",
	none: "no label has checked in or been bound",
	head: ["label", "sku", "state", "proof", "desired", "shown", "since", "article"],
	row: (label) => [
		label.id,
		label.sku ?? "–",
		label.state,
		label.proof ?? "–",
		String(label.desired?.version ?? "–"),
		String(label.confirmed?.version ?? "–"),
		ago(label.confirmed?.at ?? null),
		label.name ?? "",
	],
	state: { of: ({ state }) => state, known: ["SHOWN", "PENDING", "STALE", "FAILED"] },
	sku: ({ sku }) => sku,
	since: ({ confirmed }) => confirmed?.at ?? null,
});

export const alarms = listing<Alarm>({
	name: "alarms",
	summary: "what is wrong now, and what to do",
	path: "/api/v1/alarms",
	none: "no alarms",
	head: ["level", "about", "since", "what is wrong, and what to do"],
	row: (alarm) => [alarm.level, alarm.subject, ago(alarm.since), `${alarm.what} ${alarm.do}`],
	state: { of: ({ level }) => level, known: ["RED", "YELLOW", "BLUE"] },
	type: { of: ({ code }) => code, what: "code" },
	since: ({ since }) => since,
});
