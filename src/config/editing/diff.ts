/** What a change does to a text, line by line. */
export interface DiffLine {
	kind: "same" | "removed" | "added";
	/** The number of the line in the old text, or in the new one where it is added; from 1. */
	line: number;
	text: string;
}

const context = 2;
/** Two texts that differ in more lines than this times this are shown as one replaced by the other. */
const comparedMost = 2_000_000;

/** The lines that differ, with two unchanged lines around each. Empty where the texts are equal. */
export function diffLines(before: string, after: string): DiffLine[] {
	const [old, now] = [before, after].map((text) => text.replace(/\n$/, "").split("\n")) as [string[], string[]];
	let start = 0;
	while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
	let [oldEnd, newEnd] = [old.length, now.length];
	while (oldEnd > start && newEnd > start && old[oldEnd - 1] === now[newEnd - 1]) [oldEnd, newEnd] = [oldEnd - 1, newEnd - 1];
	const middle = between(old.slice(start, oldEnd), now.slice(start, newEnd), start);
	if (middle.length === 0) return [];
	const same = (at: number): DiffLine => ({ kind: "same", line: at + 1, text: old[at]! });
	const around = (from: number, to: number): DiffLine[] => Array.from({ length: Math.max(0, to - from) }, (_, n) => same(from + n));
	return nearChanges([...around(start - context, start), ...middle, ...around(oldEnd, Math.min(old.length, oldEnd + context))]);
}

/** The longest common subsequence of both, by the table of lengths. */
function between(old: readonly string[], now: readonly string[], offset: number): DiffLine[] {
	const [rows, columns] = [old.length, now.length];
	const removed = (at: number): DiffLine => ({ kind: "removed", line: offset + at + 1, text: old[at]! });
	const added = (at: number): DiffLine => ({ kind: "added", line: offset + at + 1, text: now[at]! });
	if (rows * columns > comparedMost) return [...old.map((_, at) => removed(at)), ...now.map((_, at) => added(at))];
	const width = columns + 1;
	const lengths = new Uint32Array((rows + 1) * width);
	for (let i = rows - 1; i >= 0; i -= 1)
		for (let j = columns - 1; j >= 0; j -= 1)
			lengths[i * width + j] =
				old[i] === now[j] ? lengths[(i + 1) * width + j + 1]! + 1 : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!);
	const lines: DiffLine[] = [];
	let [i, j] = [0, 0];
	while (i < rows || j < columns) {
		if (i < rows && j < columns && old[i] === now[j]) {
			lines.push({ kind: "same", line: offset + i + 1, text: old[i]! });
			[i, j] = [i + 1, j + 1];
		} else if (j === columns || (i < rows && lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!)) lines.push(removed(i++));
		else lines.push(added(j++));
	}
	return lines;
}

function nearChanges(lines: readonly DiffLine[]): DiffLine[] {
	const isNear = (at: number): boolean => lines.slice(Math.max(0, at - context), at + context + 1).some(({ kind }) => kind !== "same");
	return lines.filter(({ line }, at) => line > 0 && isNear(at));
}
