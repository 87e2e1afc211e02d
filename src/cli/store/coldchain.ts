import type { ColdRecordPage, WatchedTemperature } from "../../words/answers/cold-chain.ts";
import { coldCsv } from "../../words/cold-chain/csv.ts";
import { countMinutes, gapsOf } from "../../words/cold-chain/record.ts";
import { defined } from "../../words/defined.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { ago, json, table } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola coldchain                                            temperatures that are watched, and how they stand
gondola coldchain SENSOR [--since T] [--until T] [--csv]     the record of one: each minute measured or explained

  --since T    from this day or minute by the store's clock, or instant; default: the last 24 hours
  --until T    up to this one; a whole day is included
  --csv        a table with one row a minute, for an inspector; UTC and the store's time side by side
${deskUsage}`;

const options = { ...deskOptions, since: { type: "string" }, until: { type: "string" }, csv: { type: "boolean" } } as const;

const celsius = (millidegrees: number): string => `${(millidegrees / 1_000).toFixed(1)} °C`;

export const coldchain: Verb = {
	summary: "temperatures of perishable goods: each minute measured or explained",
	usage,
	async run(args) {
		const given = read(args, usage, options);
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [sensor, ...more] = words;
		if (more.length > 0 || (values.csv && values.json)) return fail(2, usage);
		const base = await deskUrl(values.url);
		const get = <T>(path: string): Promise<T> => ask<T>(base, path, { token: values.token });
		if (sensor === undefined) return list(await get<{ items: WatchedTemperature[] }>("/api/v1/cold-chain"), values.json === true);
		const asked = defined({ since: values.since, until: values.until });
		const whole = await recordOf(get, sensor, asked);
		if (values.csv) {
			const { timeZone } = await get<{ timeZone: string }>("/api/v1/status");
			process.stdout.write(coldCsv(whole, timeZone, whole.items));
			return 0;
		}
		const { items, ...about } = whole;
		if (values.json) return json({ ...about, ...countMinutes(items), gaps: gapsOf(items), items });
		return print(whole);
	},
};

function list({ items }: { items: WatchedTemperature[] }, asJson: boolean): number {
	if (asJson) return json({ items });
	if (items.length === 0) say("no temperature is watched; `coldChain` of the configuration names them");
	else
		say(
			table(
				["record", "now", "measured", "state", "limits", "place"],
				items.map(({ id, place, millidegrees, at, state, minMillidegrees, maxMillidegrees }) => [
					...[id, millidegrees === null ? "–" : celsius(millidegrees), ago(at), state],
					...[`${celsius(minMillidegrees)} to ${celsius(maxMillidegrees)}`, place],
				]),
			),
		);
	return 0;
}

/** All pages of a record as one. */
async function recordOf(
	get: <T>(path: string) => Promise<T>,
	sensor: string,
	asked: { since?: string; until?: string },
): Promise<ColdRecordPage> {
	const path = (since: { since?: string }): string =>
		`/api/v1/cold-chain/${encodeURIComponent(sensor)}/minutes?${new URLSearchParams({ ...asked, ...since })}`;
	const whole = await get<ColdRecordPage>(path({}));
	for (let { next } = whole; next !== undefined; ) {
		const page: ColdRecordPage = await get<ColdRecordPage>(path({ since: next }));
		whole.items.push(...page.items);
		whole.until = page.until;
		next = page.next;
	}
	delete whole.next;
	return whole;
}

function print({ place, from, until, minMillidegrees, maxMillidegrees, items }: ColdRecordPage): number {
	const { minutes, measured, explained } = countMinutes(items);
	say(`${place}, ${celsius(minMillidegrees)} to ${celsius(maxMillidegrees)}, from ${from} until ${until}`);
	const reasons = Object.entries(explained).map(([why, count]) => `${count} ${why}`);
	say(`${minutes} minutes: ${[`${measured} measured`, ...reasons].join(", ")}`);
	const all = items.flatMap(({ temperature }) => temperature ?? []);
	if (all.length > 0) {
		const warmest = all.reduce((most, { max }) => Math.max(most, max), -Infinity);
		const coldest = all.reduce((least, { min }) => Math.min(least, min), Infinity);
		const outside = all.filter(({ min, max }) => max > maxMillidegrees || min < minMillidegrees).length;
		say(`coldest ${celsius(coldest)}, warmest ${celsius(warmest)}; ${outside} minutes were outside the limits`);
	}
	const gaps = gapsOf(items);
	if (gaps.length > 0)
		say(
			table(
				["gap from", "until", "minutes", "why"],
				gaps.map((gap) => [gap.from, gap.until, String(gap.minutes), gap.why]),
			),
		);
	return 0;
}
