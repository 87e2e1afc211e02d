/**
 * Whether the knife has obeyed. A receipt is printed before it is cut, so its session is over by then; what hangs uncut would become one
 * strip with the next receipt, and neither would be a receipt.
 *
 *            cut and question written              answered
 *   settled ─────────────────────────▶ asked ─────────────────▶ settled: done
 *                                        └ 5 s, printer ready ─▶ settled: unknown, the link is opened anew
 *
 * Until it is settled no other receipt begins. Where the link ends before, a blank strip is cut off on the next link first.
 */
export type CutWatch = { at: "settled" } | { at: "asked"; answersLeft: number; leftMs: number };

export type CutEvent = { type: "asked"; answers: number } | { type: "answered" } | { type: "time-passed"; ms: number; couldPrint: boolean };

export type CutNews = "asked" | "done" | "unknown";

const patienceMs = 5_000;
const settled: CutWatch = { at: "settled" };

type In<At extends CutWatch["at"]> = Extract<CutWatch, { at: At }>;
type EventOf<Type extends CutEvent["type"]> = Extract<CutEvent, { type: Type }>;
type Stepped = { watch: CutWatch; news?: CutNews };
type Transitions = {
	[At in CutWatch["at"]]: { [Type in CutEvent["type"]]: (watch: In<At>, event: EventOf<Type>) => Stepped };
};

const ask = (_: CutWatch, { answers }: EventOf<"asked">): Stepped => ({
	watch: { at: "asked", answersLeft: answers, leftMs: patienceMs },
	news: "asked",
});

/** Every state by every event; a pair that is missing does not compile. */
const transitions: Transitions = {
	settled: {
		asked: ask,
		answered: (watch) => ({ watch }),
		"time-passed": (watch) => ({ watch }),
	},
	asked: {
		asked: ask,
		answered: (watch) =>
			watch.answersLeft > 1 ? { watch: { ...watch, answersLeft: watch.answersLeft - 1 } } : { watch: settled, news: "done" },
		"time-passed": (watch, { ms, couldPrint }) => {
			if (!couldPrint) return { watch };
			return watch.leftMs > ms ? { watch: { ...watch, leftMs: watch.leftMs - ms } } : { watch: settled, news: "unknown" };
		},
	},
};

export function stepCut(watch: CutWatch, event: CutEvent): Stepped {
	const step = transitions[watch.at][event.type] as (watch: CutWatch, event: CutEvent) => Stepped;
	return step(watch, event);
}
