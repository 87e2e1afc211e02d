import { useEffect, useMemo, useState } from "preact/hooks";
import type { Alarm } from "../../../words/alarm.ts";
import type { PrintJob } from "../../../words/receipt.ts";
import { useSpeech } from "../language/language.ts";
import { Refused } from "../shared/ask.ts";
import { type AlarmGroup, groupAlarms } from "../state/alarm-groups.ts";
import { slipFacts } from "../state/slip.ts";
import { api, change, read, useCockpit } from "../state/state.ts";
import { SettleButtons } from "./controls.tsx";

const shownAtFirst = 3;

export function AlarmStrip() {
	const { say } = useSpeech();
	const alarms = useCockpit((all) => all.alarms);
	const opened = useCockpit((all) => all.status !== null);
	const [all, setAll] = useState(false);
	const groups = useMemo(() => groupAlarms(alarms), [alarms]);
	if (!opened) return null;
	const shown = all ? groups : groups.slice(0, shownAtFirst);
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
					{shown.map((group) =>
						group.cause === "single" ? <Row key={group.id} alarm={group.alarms[0]!} /> : <Group key={group.id} group={group} />,
					)}
				</ul>
			)}
			{groups.length > shownAtFirst && (
				<button type="button" class="ghost more" aria-expanded={all} onClick={() => setAll(!all)}>
					{all
						? say("fewerAlarms")
						: say(
								"moreAlarms",
								groups.slice(shownAtFirst).reduce((sum, group) => sum + group.alarms.length, 0),
							)}
				</button>
			)}
		</section>
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
			<Act alarm={alarm} />
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

/** Buttons for what an alarm asks a person to do: settle a receipt in doubt, count a shelf. */
function Act({ alarm }: { alarm: Alarm }) {
	if (alarm.code === "printer-in-doubt") return <SettleReceipt job={alarm.subject} />;
	if (/^shelf-/.test(alarm.code)) return <CountShelf shelf={alarm.subject} />;
	return null;
}

function SettleReceipt({ job }: { job: string }) {
	const { say, f } = useSpeech();
	const [said, setSaid] = useState("");
	const [found, setFound] = useState<PrintJob | null>(null);
	const [open, setOpen] = useState(false);
	// Asked of the gateway and not read from the page's list, which has only the newest sixty receipts.
	useEffect(() => {
		api.job(job).then(setFound, () => {});
	}, [job]);
	const facts = found ? slipFacts(found.document) : {};
	const details = found ? [facts.sum, facts.till, found.printer, f.day(found.queuedAt)].filter((fact) => fact !== undefined) : [];
	const settle = (as: "printed" | "again") =>
		api.settle(job, as).then(
			() => setSaid("✓"),
			(error: Refused) => setSaid(error.status === 0 ? say("unreachable") : error.message),
		);
	return (
		<span class="acts">
			{details.length > 0 && <small class="quiet">{details.join(" · ")}</small>}
			<SettleButtons settle={settle} />
			<button type="button" class="ghost" disabled={!found} aria-expanded={open} onClick={() => setOpen(!open)}>
				{say("slip")}
			</button>
			{said !== "" && <small role="status">{said}</small>}
			{open && found && <pre class="slip">{found.document}</pre>}
		</span>
	);
}

function CountShelf({ shelf }: { shelf: string }) {
	const { say } = useSpeech();
	const place = useCockpit((all) => all.shelves.find(({ id }) => id === shelf));
	const [counted, setCounted] = useState("");
	const [said, setSaid] = useState("");
	const [id, setId] = useState(newId);
	const sku = place?.sku;
	if (sku === undefined || sku === null) return null;
	const isWeighed = place?.unit === "milligram";
	const enter = async (event: Event) => {
		event.preventDefault();
		const quantity = Math.round(Number(counted.replace(",", ".")) * (isWeighed ? 1_000_000 : 1));
		if (counted.trim() === "" || !Number.isSafeInteger(quantity) || quantity < 0) return;
		try {
			// The same id until it succeeds, so that a count sent twice counts once.
			await api.count(id, sku, quantity);
			setSaid("✓");
			setCounted("");
			setId(newId());
		} catch (error) {
			setSaid(error instanceof Refused && error.status !== 0 ? error.message : say("unreachable"));
		}
	};
	return (
		<form class="acts" onSubmit={enter}>
			<input
				class="number"
				inputMode="decimal"
				size={6}
				value={counted}
				placeholder={isWeighed ? "kg" : "0"}
				aria-label={say("countOf", place?.name ?? sku)}
				onInput={(e) => setCounted(e.currentTarget.value)}
			/>
			<button type="submit" disabled={counted.trim() === ""}>
				{say("enterCount")}
			</button>
			{said !== "" && <small role="status">{said}</small>}
		</form>
	);
}

/** Instead of crypto.randomUUID, which a page over plain HTTP does not have. */
const newId = (): string => `cockpit-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
