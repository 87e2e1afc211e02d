import { useEffect, useState } from "preact/hooks";
import type { StoreEvent } from "../../../words/event.ts";
import { sentence } from "../language/event-words.ts";
import { useSpeech } from "../language/language.ts";
import type { Word } from "../language/words.ts";
import { api, useCockpit } from "../state/state.ts";
import { Search } from "./controls.tsx";

const rows = 120;

const groups: { word: Word; families: string[] }[] = [
	{ word: "prices", families: ["price", "prices", "articles"] },
	{ word: "labels", families: ["label"] },
	{ word: "stock", families: ["stock", "shelf", "sale", "grant", "weight"] },
	{ word: "scans", families: ["article"] },
	{ word: "receipts", families: ["receipt"] },
	{ word: "devices", families: ["device", "alarm", "gateway", "clock"] },
	{ word: "line", families: ["line", "loss", "record"] },
];

export function Events() {
	const { say, f, language } = useSpeech();
	const live = useCockpit((all) => all.events);
	const [held, setHeld] = useState<StoreEvent[] | null>(null);
	const [group, setGroup] = useState<Word | null>(null);
	const [search, setSearch] = useState("");
	const families = groups.find((each) => each.word === group)?.families;
	const [older, setOlder] = useState<StoreEvent[]>([]);
	// The page keeps the events of the last minutes only; none may fit, so the ledger is asked.
	useEffect(() => {
		setOlder([]);
		if (families)
			api.eventsOf(families, rows).then(
				(found) => setOlder(found.reverse()),
				() => {},
			);
	}, [group]);
	const words = search.trim().toLowerCase();
	const shown: StoreEvent[] = [];
	const kept = held ?? live;
	const oldestKept = kept.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
	for (const event of [...kept, ...older.filter(({ seq }) => seq < oldestKept)]) {
		if (shown.length === rows) break;
		if (families && !families.includes(event.type.split(".")[0]!)) continue;
		if (words !== "" && !JSON.stringify(event).toLowerCase().includes(words)) continue;
		shown.push(event);
	}
	return (
		<section class="panel events" id="events" aria-labelledby="events-title">
			<header>
				<h2 id="events-title">{say("events")}</h2>
				<div class="chips" role="group" aria-label={say("findEvent")}>
					<button type="button" aria-pressed={group === null} onClick={() => setGroup(null)}>
						{say("all")}
					</button>
					{groups.map(({ word }) => (
						<button key={word} type="button" aria-pressed={group === word} onClick={() => setGroup(group === word ? null : word)}>
							{say(word)}
						</button>
					))}
				</div>
				<Search value={search} label={say("findEvent")} onInput={setSearch} />
				<button type="button" class="ghost" aria-pressed={held !== null} onClick={() => setHeld(held === null ? live : null)}>
					{say(held === null ? "hold" : "follow")}
				</button>
			</header>
			{shown.length === 0 && <p class="empty">{say("noEvents")}</p>}
			<ol tabIndex={0} aria-label={say("events")}>
				{shown.map((event) => (
					<li key={event.seq}>
						<span class="seq">{event.seq}</span>
						<time>{f.clock(event.at)}</time>
						<span class="type code">{event.type}</span>
						<span class="said">{sentence(event, language, f)}</span>
					</li>
				))}
			</ol>
		</section>
	);
}
