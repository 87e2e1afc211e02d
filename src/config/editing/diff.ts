/** A change of a text, line by line. */
export interface DiffLine {
	kind: "same" | "removed" | "added";
	/** The number of the line in the old text, or in the new one where it is added; from 1. */
	line: number;
	text: string;
}

const context = 2;
/** Two texts that differ in more lines than this times this are shown as one replaced by the other. */
const comparedMost = 2_000_000;

const linesOf = (text: string): string[] => text.replace(/\n$/, "").split("\n");

/** The lines that differ, with two unchanged lines around each. Empty where the texts are equal. */
export const diffLines = (before: string, after: string): DiffLine[] => nearChanges(allLines(linesOf(before), linesOf(after)));

/** Every line of both, in order. What both have at their beginning and end is not compared line with line. */
function allLines(old: readonly string[], now: readonly string[]): DiffLine[] {
	let start = 0;
	while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
	let [oldEnd, newEnd] = [old.length, now.length];
	while (oldEnd > start && newEnd > start && old[oldEnd - 1] === now[newEnd - 1]) [oldEnd, newEnd] = [oldEnd - 1, newEnd - 1];
	const same = (from: number, to: number): DiffLine[] =>
		old.slice(from, to).map((text, n) => ({ kind: "same" as const, line: from + n + 1, text }));
	return [...same(0, start), ...between(old.slice(start, oldEnd), now.slice(start, newEnd), start), ...same(oldEnd, old.length)];
}

/**
 * `after` with the lines that are as they were written exactly as in `original`: `before` is the same as `original`, written by the program
 * that wrote `after`, which spaces and quotes in a way of its own. Undefined where lines of both do not stand for one another.
 */
export function withOriginalLines(original: string, before: string, after: string): string | undefined {
	const [first, old] = [linesOf(original), linesOf(before)];
	if (first.length !== old.length) return undefined;
	const lines = allLines(old, linesOf(after)).filter(({ kind }) => kind !== "removed");
	return `${lines.map(({ kind, line, text }) => (kind === "same" ? first[line - 1]! : text)).join("\n")}\n`;
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
	const shown = new Set<number>();
	lines.forEach(({ kind }, at) => {
		if (kind !== "same") for (let near = at - context; near <= at + context; near += 1) shown.add(near);
	});
	return lines.filter((_, at) => shown.has(at));
}
