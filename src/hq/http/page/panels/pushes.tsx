import { useState } from "preact/hooks";
import type { PushInList } from "../../../../words/answers/head-office/pushes.ts";
import type { PushCounts } from "../../../../words/prices/push-counts.ts";
import { useSpeech } from "../language/language.ts";
import { usePolled } from "../state/polled.ts";
import { addressOf, api, useMay } from "../state/state.ts";
import { Bar } from "./stores.tsx";

const perStep = 20;

/** The name alone for `user:mara`; programs and machines keep their kind. */
export const personOf = (actor: string | null): string => actor?.replace(/^user:/, "") ?? "–";

/** The newest pushes and their progress. */
export function Pushes() {
	const { say } = useSpeech();
	const [many, setMany] = useState(perStep);
	const mayPush = useMay("pushes.write");
	const { value, problem } = usePolled(() => api.pushes(many), 3_000, String(many));
	return (
		<section class="panel pushes" aria-labelledby="pushes-title">
			<header>
				<h2 id="pushes-title">{say("pushes")}</h2>
				{mayPush && (
					<a class="button" href={addressOf("new")}>
						{say("new")}
					</a>
				)}
			</header>
			{problem !== "" && <p class="refused">{problem}</p>}
			{value?.items.length === 0 && <p class="empty">{say("noPush")}</p>}
			{value === undefined && problem === "" && <p class="empty">{say("opening")}</p>}
			<ul class="lines">
				{(value?.items ?? []).map((push) => (
					<li key={push.id}>
						<PushLine push={push} />
					</li>
				))}
			</ul>
			{value?.next !== undefined && (
				<button type="button" class="ghost" onClick={() => setMany(many + perStep)}>
					{say("more")}
				</button>
			)}
		</section>
	);
}

function PushLine({ push }: { push: PushInList }) {
	const { say, f } = useSpeech();
	const { totals } = push;
	return (
		<a class="push" href={addressOf("pushes", push.id)}>
			<span class={`state ${push.state}`}>{say(`state_${push.state}`)}</span>
			<span class="what">
				<b>{push.id}</b>
				<small>{[push.author === null ? "" : personOf(push.author), f.day(push.at)].filter(Boolean).join(" · ")}</small>
			</span>
			<span class="quiet size">{say("changesTo", f.number(push.changes), f.number(totals.stores))}</span>
			<ProgressBar at={totals} />
		</a>
	);
}

/** Green: shown or without a label; separately: masked by another price; red: failed. */
export function ProgressBar({ at }: { at: PushCounts }) {
	const { say, f } = useSpeech();
	const settled = at.shown + at.unlabelled;
	return (
		<span class="shown-share">
			<Bar part={settled} apart={at.masked + at.neverInForce} failed={at.failed} whole={at.changes} />
			<b>{f.share(settled + at.masked + at.neverInForce, at.changes)}</b>
			<span class="unseen">{say("shownOf", f.number(at.shown))}</span>
		</span>
	);
}
