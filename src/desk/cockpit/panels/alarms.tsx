import { useState } from "preact/hooks";
import type { Alarm } from "../../../words/alarm.ts";
import { useSpeech } from "../language/language.ts";
import { api, change, read, useCockpit } from "../state/state.ts";

const shownAtFirst = 3;

export function AlarmStrip() {
	const { say } = useSpeech();
	const alarms = useCockpit((all) => all.alarms);
	const opened = useCockpit((all) => all.status !== null);
	const [all, setAll] = useState(false);
	if (!opened) return null;
	const shown = all ? alarms : alarms.slice(0, shownAtFirst);
	return (
		<section class="alarms" aria-label={say("alarms")} aria-live="polite">
			{alarms.length === 0 && (
				<p class="all-well">
					<i class="lamp" aria-hidden="true" />
					{say("allWell")}
				</p>
			)}
			{shown.length > 0 && (
				<ul>
					{shown.map((alarm) => (
						<Row key={alarm.id} alarm={alarm} />
					))}
				</ul>
			)}
			{alarms.length > shownAtFirst && (
				<button type="button" class="ghost more" aria-expanded={all} onClick={() => setAll(!all)}>
					{all ? say("fewerAlarms") : say("moreAlarms", alarms.length - shownAtFirst)}
				</button>
			)}
		</section>
	);
}

function Row({ alarm }: { alarm: Alarm }) {
	const { say, f } = useSpeech();
	const now = useCockpit((all) => all.now);
	const [busy, setBusy] = useState(false);
	const acknowledge = async () => {
		setBusy(true);
		try {
			const answer = await api.acknowledge(alarm.id);
			change({ alarms: read().alarms.map((each) => (each.id === answer.id ? answer : each)) });
		} catch {
			// The list is asked again anyway and shows whether it worked.
		} finally {
			setBusy(false);
		}
	};
	return (
		<li class={`alarm ${alarm.level.toLowerCase()} ${alarm.acknowledgedAt === null ? "" : "seen"}`}>
			<span class="level">{say(alarm.level)}</span>
			<p>
				<strong>{alarm.what}</strong> {alarm.do}
			</p>
			<span class="when" title={alarm.code}>
				{say("since", f.ago(alarm.since, now))}
				{alarm.count > 1 && ` · ${say("times", f.number(alarm.count))}`}
				{alarm.healsByItself && <span class="quiet"> · {say("heals")}</span>}
			</span>
			{alarm.acknowledgedAt === null ? (
				<button type="button" disabled={busy} onClick={acknowledge}>
					{say("acknowledge")}
				</button>
			) : (
				<span class="taken">{say("acknowledged")}</span>
			)}
		</li>
	);
}
