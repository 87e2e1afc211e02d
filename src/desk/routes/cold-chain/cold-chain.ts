import { z } from "zod";
import type { WatchedTemperature } from "../../../words/answers/cold-chain.ts";
import { coldCsv } from "../../../words/cold-chain/csv.ts";
import { type ColdRecord, standingOf } from "../../../words/cold-chain/kept.ts";
import { type ColdMinute, countMinutes, gapsOf, instantOfMinute, minuteMs, minuteOf } from "../../../words/cold-chain/record.ts";
import type { ColdSensor } from "../../../words/cold-chain/sensor.ts";
import { instantOfText } from "../../../words/wall-time.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { Problem } from "../../problems.ts";
import { json, type Route, route } from "../../route.ts";
import { instantOrWallIn, instantOut, listOf, named, noted } from "../../schemas.ts";

/** Minutes of one answer as JSON: a week. */
const pageMinutes = 10_080;
/** Of one table: a month. */
const csvMinutes = 31 * 1_440;

const spread = z.object({ readings: z.number(), min: z.number(), mean: z.number(), max: z.number() }).nullable();
const why = noted(
	z.string().nullable(),
	"Null: measured. Else why not: between-reports, silent, gateway-off, gateway-stalled, clock-guess, clock-jumped, not-configured, " +
		"not-a-number, power-on-value, out-of-range, too-old, before-record, deleted, lost",
);
const minute = named(
	"ColdMinute",
	z.object({
		at: instantOut,
		temperature: noted(spread, "Thousandths of a degree Celsius"),
		humidity: noted(spread, "Thousandths"),
		why,
		refused: noted(z.number(), "Values that were not believed"),
		unsure: noted(spread, "Readings whose minute is not sure: the clock was a guess, or the sensor sent them later"),
	}),
);
const gap = z.object({ from: instantOut, until: instantOut, minutes: z.number(), why: z.string() });
const cold: z.ZodType<WatchedTemperature> = named(
	"ColdChain",
	z.object({
		...{ id: z.string(), place: z.string(), device: z.string(), sensor: z.string() },
		...{ minMillidegrees: z.number(), maxMillidegrees: z.number() },
		millidegrees: noted(z.number().nullable(), "The last value that was believed; null: none yet"),
		humidityPermille: z.number().nullable(),
		at: instantOut.nullable(),
		state: z.enum(["within", "outside", "too-warm", "too-cold", "silent", "waiting", "removed"]),
		recordedFrom: instantOut,
		recordedUntil: noted(instantOut, "Minutes before this instant are closed: each is measured or explained"),
	}),
);
const record = z.object({
	...{ id: z.string(), place: z.string(), from: instantOut, until: instantOut, recordedUntil: instantOut },
	...{ minMillidegrees: z.number(), maxMillidegrees: z.number() },
	minutes: z.number(),
	measured: z.number(),
	explained: noted(z.record(z.string(), z.number()), "Minutes by reason; with `measured` they are all of the minutes"),
	gaps: z.array(gap),
	items: z.array(minute),
	next: noted(instantOut.optional(), "For `since` of the next page"),
});

/** Watched temperatures and their records, minute by minute. */
export function coldChainRoutes({ read, now }: DeskLedger): Route[] {
	const recordOf = (id: string): ColdRecord => {
		const found = read.coldChain.get(id);
		if (!found) throw new Problem("cold-chain-unknown", `No temperature is recorded under the name ${id}.`);
		return found;
	};
	return [
		route({
			method: "GET",
			url: "/api/v1/cold-chain",
			room: "devices",
			right: "devices.read",
			summary: "Temperatures that are watched, with their last value and how they stand to their limits",
			answers: { 200: listOf(cold) },
			problems: [],
			run: () => json({ items: read.coldChain.list().map(shown) }),
		}),
		route({
			method: "GET",
			url: "/api/v1/cold-chain/{id}/minutes",
			room: "devices",
			right: "devices.read",
			summary:
				"The record of a temperature, for an inspector: each minute is measured or explained, and gaps are named. `format=csv` is a table; " +
				"JSON comes a week a page",
			path: z.strictObject({ id: z.string().min(1).max(64) }),
			query: z.strictObject({
				since: noted(instantOrWallIn.optional(), "Left out: a day before `until`"),
				until: noted(instantOrWallIn.optional(), "Left out: now. An instant is not included, a day is"),
				format: z.enum(["json", "csv"]).default("json"),
			}),
			answers: { 200: record },
			problems: [400, 404],
			run: ({ path: { id }, query }) => {
				const row = recordOf(id);
				const zone = read.link.timeZone();
				const until = query.until === undefined ? now().wall : instantOfText(query.until, zone, "until");
				const since =
					query.since === undefined ? new Date(Date.parse(until) - 86_400_000).toISOString() : instantOfText(query.since, zone, "from");
				if (since >= until) throw badRange("since", `since (${since}) is not before until (${until}).`);
				const from = minuteOf(since);
				const last = Math.min(Math.ceil(Date.parse(until) / minuteMs) - 1, row.closed);
				if (query.format === "json") return json(pageOf(row, from, last, until, read.coldChain.minutes));
				if (last - from >= csvMinutes) throw badRange("since", "A table holds 31 days at most; ask for one month after the other.");
				const name = `${id}-${since.slice(0, 10)}.csv`;
				const bytes = coldCsv(row.sensor, zone, read.coldChain.minutes(row, from, last));
				return {
					...{ status: 200, bytes, mediaType: "text/csv; charset=utf-8" },
					headers: { "content-disposition": `attachment; filename="${name}"` },
				};
			},
		}),
	];
}

const badRange = (path: string, sentence: string): Problem =>
	new Problem("bad-field", sentence, { errors: [{ path: `query.${path}`, message: "another time" }] });

function pageOf(row: ColdRecord, from: number, last: number, until: string, read: DeskLedger["read"]["coldChain"]["minutes"]) {
	const to = Math.min(last, from + pageMinutes - 1);
	const items: ColdMinute[] = read(row, from, to);
	const { id, place, minMillidegrees, maxMillidegrees } = row.sensor;
	return {
		...{ id, place, from: instantOfMinute(from), until: to < last ? instantOfMinute(to + 1) : until },
		...{
			recordedUntil: instantOfMinute(row.closed + 1),
			minMillidegrees,
			maxMillidegrees,
			...countMinutes(items),
			gaps: gapsOf(items),
			items,
		},
		...(to < last && { next: instantOfMinute(to + 1) }),
	};
}

function shown(row: ColdRecord) {
	const { id, place, device, sensor, minMillidegrees, maxMillidegrees }: ColdSensor = row.sensor;
	const { last, humidity } = row.state;
	return {
		...{ id, place, device, sensor, minMillidegrees, maxMillidegrees },
		...{ millidegrees: last?.millidegrees ?? null, humidityPermille: humidity, at: last?.at.wall ?? null, state: standingOf(row) },
		...{ recordedFrom: instantOfMinute(Math.max(row.first, row.dropped + 1)), recordedUntil: instantOfMinute(row.closed + 1) },
	};
}
