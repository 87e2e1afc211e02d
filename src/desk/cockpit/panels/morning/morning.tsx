import { useMemo } from "preact/hooks";
import { useSpeech } from "../../language/language.ts";
import { useMorningWords } from "../../language/morning-words.ts";
import { useMorning, useMorningAsked } from "../../state/morning.ts";
import { type ShelfEdge, shelfEdge } from "../../state/shelf-edge.ts";
import { useCockpit } from "../../state/state.ts";
import { Decisions } from "./decisions.tsx";
import { Batteries, Goods, soldOutOf } from "./goods.tsx";
import { PaperLabels } from "./paper.tsx";
import { Prices } from "./prices.tsx";

/** The first page: is the store right, and what waits for a person. */
export function Morning() {
	useMorningAsked();
	const labels = useCockpit((all) => all.labels);
	const isLoaded = useCockpit((all) => all.labelsLoaded);
	const places = useMorning((all) => all.places);
	// By the minute, so that a list of thousands of labels is not sorted every second.
	const minute = useCockpit((all) => Math.floor(all.now / 15_000));
	const edge = useMemo(() => (isLoaded ? shelfEdge(labels.values(), places ?? [], Date.now()) : null), [labels, isLoaded, places, minute]);
	return (
		<main class="morning">
			<Verdict edge={edge} />
			<Decisions />
			<Prices edge={edge} />
			<PaperLabels />
			<Goods />
			<Batteries />
		</main>
	);
}

/** One sentence: all is well, or what waits, each part with a link to its list. */
function Verdict({ edge }: { edge: ShelfEdge | null }) {
	const { f } = useSpeech();
	const words = useMorningWords();
	const alarms = useCockpit((all) => all.alarms);
	const tasks = useMorning((all) => all.tasks);
	const held = useMorning((all) => all.held);
	const paper = useMorning((all) => all.paper);
	const places = useMorning((all) => all.places);
	if (edge === null || tasks === null || held === null || places === null) return <p class="verdict loading">{words("looking")}</p>;
	const batteries = alarms.filter(({ code }) => code === "label-battery-low").length;
	const needs = (
		[
			["toDecide", "decide", alarms.length - batteries],
			["toHold", "decide", held.length],
			["labelsLate", "prices", edge.late.length],
			["toPrint", "paper", paper?.dueCount ?? 0],
			["toFill", "fill", tasks.length + soldOutOf(places).length],
			["toCharge", "batteries", batteries],
		] as const
	).filter(([, , many]) => many > 0);
	const wellWords = ({ total, shown, underway }: ShelfEdge): string => {
		if (total === 0) return words("allIsWellNoLabels");
		return underway > 0 ? words("allIsWellButBusy", f.number(shown), f.number(underway)) : words("allIsWell", f.number(total));
	};
	if (needs.length === 0)
		return (
			<p class="verdict well" role="status">
				<i class="lamp" aria-hidden="true" />
				{wellWords(edge)}
			</p>
		);
	const goTo = (id: string) => {
		const title = document.getElementById(`${id}-title`);
		title?.scrollIntoView({ block: "start" });
		title?.focus({ preventScroll: true });
	};
	return (
		<p class="verdict needs" role="status">
			{words("needsYou")}{" "}
			{needs.map(([word, part, many]) => (
				<button key={word} type="button" class="ghost" onClick={() => goTo(part)}>
					{words(word, f.number(many))}
				</button>
			))}
		</p>
	);
}
