/** The record of a temperature as a table that spreadsheets read: one row a minute. */
import type { Instant } from "../time.ts";
import { wallOfInstant } from "../wall-time.ts";
import type { ColdMinute, Spread } from "./record.ts";

const head = [
	...["record", "place", "utc", "local", "celsius_min", "celsius_mean", "celsius_max", "readings"],
	...["humidity_percent_min", "humidity_percent_mean", "humidity_percent_max", "explained", "refused_values"],
	...["unsure_celsius_min", "unsure_celsius_mean", "unsure_celsius_max"],
].join(",");

/** Thousandths as text: -18050 is -18.050. */
const thousandths = (value: number): string => (value / 1_000).toFixed(3);
const percent = (permille: number): string => (permille / 10).toFixed(1);
const three = (spread: Spread | null, text: (value: number) => string): string[] =>
	spread === null ? ["", "", ""] : [text(spread.min), text(spread.mean), text(spread.max)];

/** Quoted where it must be; what a spreadsheet would take for a formula begins with an apostrophe. */
function cell(text: string): string {
	const plain = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
	return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

function row(id: string, place: string, timeZone: string, minute: ColdMinute): string {
	const { at, temperature, humidity, why, refused, unsure } = minute;
	const times: Instant[] = [at, wallOfInstant(at, timeZone)];
	const measured = [...three(temperature, thousandths), String(temperature?.readings ?? 0), ...three(humidity, percent)];
	return [cell(id), cell(place), ...times, ...measured, why ?? "", String(refused), ...three(unsure, thousandths)].join(",");
}

export function coldCsv({ id, place }: { id: string; place: string }, timeZone: string, minutes: readonly ColdMinute[]): string {
	return `${[head, ...minutes.map((minute) => row(id, place, timeZone, minute))].join("\r\n")}\r\n`;
}
