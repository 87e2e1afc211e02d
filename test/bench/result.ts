export interface BenchResult {
	name: string;
	median: number;
	unit: string;
	/** Ours over what it is compared with: above 1 is more. */
	ratio?: number;
	note?: string;
}

/** The median of what was measured, with all of it in the note: a table of medians alone hides a bad run. */
export function resultOf(name: string, values: readonly number[], unit: string, more: { note?: string; ratio?: number } = {}): BenchResult {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
	const all = sorted.length > 1 ? `${sorted.length} runs, ${shown(sorted[0]!)} to ${shown(sorted.at(-1)!)}` : undefined;
	const note = [all, more.note].filter((part) => part !== undefined).join("; ");
	return { name, median, unit, ...(more.ratio !== undefined && { ratio: more.ratio }), ...(note !== "" && { note }) };
}

export const shown = (value: number): string =>
	value >= 100 ? Math.round(value).toLocaleString("en") : value >= 10 ? value.toFixed(1) : value.toFixed(2);
