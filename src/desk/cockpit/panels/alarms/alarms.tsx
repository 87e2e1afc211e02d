import { useMemo, useState } from "preact/hooks";
import type { Alarm } from "../../../../words/alarm.ts";
import { useSpeech } from "../../language/language.ts";
import { type AlarmGroup, groupAlarms } from "../../state/alarm-groups.ts";
import { api, change, read, useCockpit } from "../../state/state.ts";
import { AlarmAct } from "./acts.tsx";

/** The alarms above the shelf: the worst three groups first. */
export function AlarmStrip() {
	const { say } = useSpeech();
	const alarms = useCockpit((all) => all.alarms);
	const opened = useCockpit((all) => all.status !== null);
	if (!opened) return null;
	return (
		<section class="alarms" aria-label={say("alarms")} aria-live="polite">
			{alarms.length === 0 && (
				<p class="all-well">
					<i class="lamp" aria-hidden="true" />
					{say("allWell")}
				</p>
			)}
			<AlarmList alarms={alarms} first={3} />
		</section>
	);
}

/** Alarms grouped by cause, the worst first; beyond the first groups they are folded away. */
export function AlarmList({ alarms, first }: { alarms: readonly Alarm[]; first: number }) {
	const { say } = useSpeech();
	const [all, setAll] = useState(false);
	const groups = useMemo(() => groupAlarms(alarms), [alarms]);
	const folded = groups.slice(first).reduce((sum, group) => sum + group.alarms.length, 0);
	return (
		<div class="alarm-list">
			<ul>
				{(all ? groups : groups.slice(0, first)).map((group) =>
					group.cause === "single" ? <Row key={group.id} alarm={group.alarms[0]!} /> : <Group key={group.id} group={group} />,
				)}
			</ul>
			{folded > 0 && (
				<button type="button" class="ghost more" aria-expanded={all} onClick={() => setAll(!all)}>
					{all ? say("fewerAlarms") : say("moreAlarms", folded)}
				</button>
			)}
		</div>
	);
}

const headline = { cables: "oneCause", network: "oneNetwork", kind: "ofOneKind" } as const;

/** Several alarms of one cause: what they have in common first, each of them below. */
function Group({ group: { cause, level, alarms } }: { group: AlarmGroup }) {
	const { say, f } = useSpeech();
	const now = useCockpit((all) => all.now);
	if (cause === "single") return null;
	const names = [...new Set(alarms.map(({ subject }) => subject))];
	const listed = names.length > 6 ? `${names.slice(0, 6).join(", ")}, …` : names.join(", ");
	const first = alarms.map(({ since }) => since).sort()[0]!;
	return (
		<li class={`alarm group ${level.toLowerCase()}`}>
			<span class="level">{say(level)}</span>
			<p>
				<strong>{say(headline[cause], f.number(alarms.length), listed)}</strong> {cause === "kind" && alarms[0]!.do}
			</p>
			<span class="when">{say("since", f.ago(first, now))}</span>
			<details>
				<summary>{say("eachAlarm")}</summary>
				<ul>
					{alarms.map((alarm) => (
						<Row key={alarm.id} alarm={alarm} />
					))}
				</ul>
			</details>
		</li>
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
			// The list is loaded again anyway and shows the result.
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
			<AlarmAct alarm={alarm} />
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
