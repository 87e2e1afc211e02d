import { moneyFormat } from "../../words/prices/currency.ts";
import { paint } from "./paint.ts";
import { say } from "./verb.ts";

export function json(value: unknown): number {
	say(JSON.stringify(value, null, 2));
	return 0;
}

/** Columns as wide as their widest cell; the last one runs on. Wide characters count double, as terminals draw them. */
export function table(head: string[], rows: string[][]): string {
	const width = (text: string): number =>
		[...text].reduce(
			(sum, char) =>
				sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char) ? 2 : 1),
			0,
		);
	const widths = head.map((title, i) => Math.max(width(title), ...rows.map((row) => width(row[i] ?? ""))));
	const line = (cells: string[]): string =>
		cells
			.map((cell, i) => (i === head.length - 1 ? paint(cell) : paint(cell) + " ".repeat(widths[i]! - width(cell))))
			.join("  ")
			.trimEnd();
	return [line(head), ...rows.map(line)].join("\n");
}

export function money(minor: number, currency: string): string {
	return moneyFormat("en", currency)(minor);
}

/** How long ago, as one would say it. */
export function ago(at: string | null, nowMs = Date.now()): string {
	if (at === null) return "never";
	const seconds = Math.max(0, Math.round((nowMs - Date.parse(at)) / 1000));
	if (seconds < 90) return `${seconds} s ago`;
	if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
	return seconds < 172_800 ? `${Math.round(seconds / 3600)} h ago` : `${Math.round(seconds / 86_400)} days ago`;
}
