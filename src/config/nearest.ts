/** The name that was probably meant by a mistyped one: at most a third of its letters differ. */
export function nearest(word: string, names: readonly string[]): string | undefined {
	let best: { name: string; distance: number } | undefined;
	for (const name of names) {
		const distance = editDistance(word.toLowerCase(), name.toLowerCase());
		if (distance <= Math.max(1, Math.floor(name.length / 3)) && (!best || distance < best.distance)) best = { name, distance };
	}
	return best?.name;
}

/** Insertions, deletions, replacements and swapped neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
	const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
	for (let i = 1; i <= a.length; i += 1) {
		const row = [i];
		for (let j = 1; j <= b.length; j += 1) {
			const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
			row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
		}
		rows.push(row);
	}
	return rows[a.length]![b.length]!;
}
