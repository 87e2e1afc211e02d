import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useSpeech } from "../../language/language.ts";
import { useMorningWords } from "../../language/morning-words.ts";
import { useMorning } from "../../state/morning.ts";

/** Rows that are shown before somebody asks for more, and at most. */
const [shownAtFirst, shownAtMost] = [6, 300];

/**
 * A list that says that it is loading, what to do where it is empty, and how many rows are folded away. `items` is null until the
 * list is known.
 */
export function Rows<T>({ items, empty, row }: { items: readonly T[] | null; empty: ComponentChildren; row(item: T): ComponentChildren }) {
	const words = useMorningWords();
	const { f } = useSpeech();
	const failed = useMorning((all) => all.failed);
	const [all, setAll] = useState(false);
	if (items === null) return <p class="empty loading">{words(failed ? "notLoaded" : "loading")}</p>;
	if (items.length === 0) return <p class="empty">{empty}</p>;
	const folded = Math.min(items.length, shownAtMost) - shownAtFirst;
	return (
		<>
			<ul class="rows">{items.slice(0, all ? shownAtMost : shownAtFirst).map(row)}</ul>
			{folded > 0 && (
				<button type="button" class="ghost more" aria-expanded={all} onClick={() => setAll(!all)}>
					{all ? words("showFewer") : words("showMore", f.number(folded))}
				</button>
			)}
		</>
	);
}

/** A part of the morning page with its title. */
export function Part({ id, title, count, children }: { id: string; title: string; count?: number | null; children: ComponentChildren }) {
	const { f } = useSpeech();
	return (
		<section class={`panel part ${id}`} aria-labelledby={`${id}-title`}>
			<header>
				<h2 id={`${id}-title`} tabIndex={-1}>
					{title}
				</h2>
				{count !== undefined && count !== null && count > 0 && <span class="count">{f.number(count)}</span>}
			</header>
			{children}
		</section>
	);
}
