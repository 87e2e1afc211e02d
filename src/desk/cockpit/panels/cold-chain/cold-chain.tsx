import { useEffect, useState } from "preact/hooks";
import type { ColdRecordPage, WatchedTemperature } from "../../../../words/answers/cold-chain.ts";
import { useSpeech } from "../../language/language.ts";
import { isWord } from "../../language/words.ts";
import { api, useCockpit } from "../../state/state.ts";
import { ColdChart } from "./chart.tsx";

const askEveryMs = 15_000;

const isBad = ({ state }: WatchedTemperature): boolean => state === "too-warm" || state === "too-cold" || state === "silent";

/** Temperatures that are watched, and the last 24 hours of one. Left out where none is. */
export function ColdChain() {
	const { say, f } = useSpeech();
	const now = useCockpit((all) => all.now);
	const isLive = useCockpit((all) => all.line === "live");
	const [items, setItems] = useState<WatchedTemperature[]>([]);
	const [chosen, choose] = useState<string | null>(null);
	const [record, setRecord] = useState<ColdRecordPage | null>(null);
	const id = chosen ?? (items.find(isBad) ?? items[0])?.id;
	useEffect(() => {
		if (!isLive) return;
		const look = () => void api.coldChain().then(setItems, () => {});
		look();
		const timer = setInterval(look, askEveryMs);
		return () => clearInterval(timer);
	}, [isLive]);
	useEffect(() => {
		if (id === undefined || !isLive) return;
		const look = () => void api.coldRecord(id).then(setRecord, () => {});
		look();
		const timer = setInterval(look, 2 * askEveryMs);
		return () => clearInterval(timer);
	}, [id, isLive]);
	if (items.length === 0) return null;
	const shown = record !== null && record.id === id ? record : null;
	return (
		<section class="panel cold" id="coldChain" aria-labelledby="cold-title">
			<header>
				<h2 id="cold-title">{say("coldChain")}</h2>
				{shown && (
					<a class="csv" href={`/api/v1/cold-chain/${encodeURIComponent(shown.id)}/minutes?format=csv`} download>
						{say("coldExport")}
					</a>
				)}
			</header>
			<ul>
				{items.map((one) => (
					<li key={one.id} class={isBad(one) ? "bad" : ""}>
						<button type="button" aria-pressed={one.id === id} onClick={() => choose(one.id)}>
							<span class="what">
								{one.place}
								<small class="code">{one.id}</small>
							</span>
							<b class="count">{one.millidegrees === null ? "–" : f.celsius(one.millidegrees)}</b>
							<small class="standing">{isWord(one.state) ? say(one.state) : one.state}</small>
							<small>{one.at === null ? "" : f.ago(one.at, now)}</small>
							<small class="limits">{`${f.celsius(one.minMillidegrees)} … ${f.celsius(one.maxMillidegrees)}`}</small>
						</button>
					</li>
				))}
			</ul>
			{shown && (
				<figure>
					<ColdChart record={shown} />
					<div class="hours" aria-hidden="true">
						{Array.from({ length: 9 }, (_, n) => Date.parse(shown.from) + n * 3 * 3_600_000).map((ms) => (
							<span key={ms}>{f.minute(ms)}</span>
						))}
					</div>
					<figcaption>
						{say("coldMinutes", f.number(shown.measured), f.number(shown.minutes))}
						{Object.entries(shown.explained)
							.filter(([, count]) => count > 0)
							.map(([why, count]) => (
								<span key={why} class="why">{`${isWord(why) ? say(why) : why}: ${f.number(count)}`}</span>
							))}
					</figcaption>
				</figure>
			)}
		</section>
	);
}
