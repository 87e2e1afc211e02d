import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { FactAtHq, StoreAtHq } from "../../../../words/answers/head-office/stores.ts";
import type { LabelAtStore } from "../../../../words/answers/labels.ts";
import { useCodes, useSpeech } from "../language/language.ts";
import { usePolled } from "../state/polled.ts";
import { addressOf, api, failed, useMay, useOffice } from "../state/state.ts";
import { daysLeft, groupOf } from "../state/store-groups.ts";
import { Enrol } from "./enrol.tsx";
import { LabelPictures } from "./labels/label-picture.tsx";
import { Place } from "./parts/place.tsx";
import { contactOf } from "./stores.tsx";
import { useRowHeight, VirtualList } from "./virtual-list.tsx";

/** One store: its state, alarms, labels and newest facts. */
export function StoreView({ id }: { id: string }) {
	const { say } = useSpeech();
	const { value: store, problem } = usePolled(() => api.store(id), 4_000, id);
	return (
		<>
			<section class="panel" aria-labelledby="store-title">
				<header>
					<a class="back" href={addressOf("stores")}>
						← {say("stores")}
					</a>
					<h2 id="store-title">
						{say("store")} {id}
					</h2>
					{store && <Buttons store={store} />}
				</header>
				{problem !== "" && <p class="refused">{problem}</p>}
				{store ? <Standing store={store} /> : problem === "" && <p class="empty">{say("opening")}</p>}
			</section>
			{store && (
				<div class="halves">
					<Alarms id={id} />
					<Facts id={id} />
				</div>
			)}
			{store && <Labels id={id} />}
		</>
	);
}

function Buttons({ store }: { store: StoreAtHq }) {
	const { say } = useSpeech();
	const mayEnrol = useMay("stores.enroll");
	const [said, setSaid] = useState("");
	const mayFence = useMay("stores.fence");
	const [enrolling, setEnrolling] = useState(false);
	const [placing, setPlacing] = useState(false);
	if (!mayEnrol) return null;
	const catchUp = () =>
		api.catchUp(store.id).then(
			() => setSaid(say("caughtUp")),
			(error: unknown) => setSaid(failed(error) || say("unreachable")),
		);
	return (
		<span class="acts">
			{said !== "" && <span role="status">{said}</span>}
			<button type="button" class="ghost" onClick={catchUp}>
				{say("catchUp")}
			</button>
			<button type="button" class="ghost" onClick={() => setEnrolling(true)}>
				{say("enrol")}
			</button>
			{mayFence && (
				<button type="button" class="ghost" onClick={() => setPlacing(true)}>
					{say("box")}
				</button>
			)}
			{placing && <Place store={store} onClose={() => setPlacing(false)} />}
			{enrolling && <Enrol store={store.id} onClose={() => setEnrolling(false)} />}
		</span>
	);
}

function Standing({ store }: { store: StoreAtHq }) {
	const { say, f } = useSpeech();
	const now = useOffice((all) => all.now);
	const days = daysLeft(store, now);
	const { labels } = store;
	const facts: [string, ComponentChildren][] = [
		[say("line"), contactOf(store, now, say, f)],
		[say("offline"), days === null ? "–" : f.days(days)],
		[
			say("labels"),
			labels === null ? say("counting") : `${f.share(labels.shown, labels.total)} (${f.number(labels.shown)} / ${f.number(labels.total)})`,
		],
		[say("waiting"), `${say("up", f.number(store.factsWaiting ?? 0))}, ${say("down", f.number(store.waitingDown))}`],
		[say("deadLetters"), f.number(store.deadLetters)],
		[say("timeZone"), store.timeZone ?? "–"],
		[say("build"), store.build ?? "–"],
		[say("enrolledAt"), f.day(store.enrolledAt)],
	];
	return (
		<>
			<p class="standing">
				<i class={`dot g-${groupOf(store)}`} aria-hidden="true" /> {say(`group_${groupOf(store)}`)}
			</p>
			<dl class="figures">
				{facts.map(([name, value]) => (
					<div key={name}>
						<dt>{name}</dt>
						<dd>{value}</dd>
					</div>
				))}
			</dl>
		</>
	);
}

function Alarms({ id }: { id: string }) {
	const { say, f } = useSpeech();
	const codes = useCodes();
	const now = useOffice((all) => all.now);
	const { value: alarms, problem } = usePolled(() => api.storeAlarms(id), 5_000, id);
	return (
		<section class="panel" aria-labelledby="store-alarms">
			<header>
				<h2 id="store-alarms">{say("standing")}</h2>
			</header>
			{problem !== "" && <p class="refused">{problem}</p>}
			{alarms?.length === 0 && <p class="empty">{say("noAlarm")}</p>}
			<ul class="lines">
				{(alarms ?? []).map((alarm) => (
					<li key={alarm.id}>
						<span class={`badge ${alarm.level.toLowerCase()}`}>{say(alarm.level)}</span>
						<span class="reason">
							<b title={alarm.code}>{alarm.what ?? codes("", alarm.code)}</b>{" "}
							{alarm.what === undefined && <span class="code">{alarm.subject}</span>}
							{(alarm.do ?? "") !== "" && <span class="remedy">{alarm.do}</span>}
							{alarm.acknowledgedAt !== null && <span class="quiet"> · {say("taken")}</span>}
						</span>
						<span class="quiet">{say("since", f.ago(alarm.since, now))}</span>
					</li>
				))}
			</ul>
		</section>
	);
}

/** The subject of a fact, from the members that name it. */
const about = (fact: FactAtHq): string =>
	["label", "device", "sku", "code", "subject", "shelf", "job", "printer"].flatMap((name) => {
		const value = (fact as object as Readonly<Record<string, unknown>>)[name];
		return typeof value === "string" ? [value] : [];
	})[0] ?? "";

function Facts({ id }: { id: string }) {
	const { say, f } = useSpeech();
	const mayRead = useMay("events.read");
	const { value: facts } = usePolled(() => (mayRead ? api.storeFacts(id) : Promise.resolve([])), 5_000, id);
	return (
		<section class="panel" aria-labelledby="store-facts">
			<header>
				<h2 id="store-facts">{say("facts")}</h2>
			</header>
			{facts?.length === 0 && <p class="empty">{say("noFacts")}</p>}
			<ul class="lines facts">
				{(facts ?? []).slice(0, 14).map((fact) => (
					<li key={fact.n}>
						<time>{f.clock(fact.at)}</time>
						<span class="what">
							{fact.type} <span class="code">{about(fact)}</span>
						</span>
					</li>
				))}
			</ul>
		</section>
	);
}

const states = ["FAILED", "PENDING", "SHOWN", "UNBOUND"] as const;

function Labels({ id }: { id: string }) {
	const { say, f } = useSpeech();
	const { value: labels } = usePolled(() => api.storeLabels(id), 10_000, id);
	const [search, setSearch] = useState("");
	const [only, setOnly] = useState<LabelAtStore["state"] | null>(null);
	const [open, setOpen] = useState<string | null>(null);
	const rowHeight = useRowHeight(34, 54);
	const rows = useMemo(() => {
		const wanted = search.trim().toLowerCase();
		const fits = (label: LabelAtStore) =>
			(only === null || label.state === only) && `${label.id} ${label.sku ?? ""}`.toLowerCase().includes(wanted);
		return (labels ?? []).filter(fits).sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state) || (a.id < b.id ? -1 : 1));
	}, [labels, search, only]);
	const count = (state: LabelAtStore["state"]) => (labels ?? []).filter((label) => label.state === state).length;
	return (
		<>
			{open !== null && <LabelPictures key={open} store={id} label={open} close={() => setOpen(null)} />}
			<section class="panel" aria-labelledby="store-labels">
				<header>
					<h2 id="store-labels">{say("storeLabels")}</h2>
					<input
						type="search"
						value={search}
						placeholder={say("findLabel")}
						aria-label={say("findLabel")}
						onInput={(e) => setSearch(e.currentTarget.value)}
					/>
				</header>
				<div class="chips" role="group" aria-label={say("storeLabels")}>
					{states
						.filter((state) => count(state) > 0)
						.map((state) => (
							<button key={state} type="button" aria-pressed={only === state} onClick={() => setOnly(only === state ? null : state)}>
								<i class={`dot ${state.toLowerCase()}`} aria-hidden="true" />
								{say(state)} <b>{f.number(count(state))}</b>
							</button>
						))}
				</div>
				{labels?.length === 0 && <p class="empty">{say("noLabels")}</p>}
				{rows.length > 0 && (
					<VirtualList items={rows} rowHeight={rowHeight} label={say("storeLabels")} keyOf={(label) => label.id} className="short">
						{(label) => (
							<span class="row label">
								<span class="id">
									<i class={`dot ${label.state.toLowerCase()}`} aria-hidden="true" />
									<button type="button" class="link code" aria-label={say("showPicture", label.id)} onClick={() => setOpen(label.id)}>
										{label.id}
									</button>
								</span>
								<span class="code">{label.sku ?? "–"}</span>
								<span>{label.shown === null ? "–" : f.money(label.shown.amountMinor, label.shown.currency)}</span>
								<span>{say(label.state)}</span>
								<span class="quiet what">{label.why ?? (label.confirmed === null ? "" : f.day(label.confirmed.at))}</span>
							</span>
						)}
					</VirtualList>
				)}
			</section>
		</>
	);
}
