import type { HqLine } from "./line.ts";

const lookEveryMs = 3_000;

/** Reports once that the broker does not carry the line and why, and once that it does again. Returns how to stop. */
export function watchLine(line: Pick<HqLine, "away">, say: (sentence: string) => void): () => void {
	let said: string | undefined;
	const timer = setInterval(() => {
		const why = line.away();
		if (why === said) return;
		if (why === undefined) say("The broker carries the line to the stores again.");
		else say(`The broker does not carry the line to the stores: ${why}. Head office tries again by itself; stores keep their prices.`);
		said = why;
	}, lookEveryMs);
	timer.unref();
	return () => clearInterval(timer);
}
