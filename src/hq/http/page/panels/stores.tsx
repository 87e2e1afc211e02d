import { useMemo, useState } from "preact/hooks";
import type { StoreAtHq } from "../../../../words/answers/head-office/stores.ts";
import { useSpeech } from "../language/language.ts";
import { addressOf, useMay, useOffice } from "../state/state.ts";
import { daysLeft, type Group, groupOf, groups, type Row, rowsOf, type Sort, sorts } from "../state/store-groups.ts";
import { Enrol } from "./enrol.tsx";
import { AfterRestore } from "./parts/place.tsx";
import { useRowHeight, VirtualList } from "./virtual-list.tsx";

/** All stores, those that need attention first. */
export function Stores() {
	const { say } = useSpeech();
	const stores = useOffice((all) => all.stores);
	const loaded = useOffice((all) => all.storesLoaded);
	const now = useOffice((all) => all.heardAt);
	const mayEnrol = useMay("stores.enroll");
	const [search, setSearch] = useState("");
	const [only, setOnly] = useState<Group | null>(null);
	const [sort, setSort] = useState<Sort>("name");
	const [enrolling, setEnrolling] = useState(false);
	const rowHeight = useRowHeight(40, 66);
	const counts = useMemo(() => Map.groupBy(stores, groupOf), [stores]);
	const rows = useMemo(() => rowsOf(stores, search, only, sort, now), [stores, search, only, sort, now]);
	return (
		<section class="panel stores" aria-labelledby="stores-title">
			<header>
				<h2 id="stores-title">{say("stores")}</h2>
				<input
					type="search"
					value={search}
					placeholder={say("findStore")}
					aria-label={say("findStore")}
					onInput={(e) => setSearch(e.currentTarget.value)}
				/>
				<label class="sorting">
					{say("sortBy")}
					<select value={sort} onChange={(e) => setSort(sorts.find((each) => each === e.currentTarget.value) ?? "name")}>
						{sorts.map((each) => (
							<option key={each} value={each}>
								{say(each)}
							</option>
						))}
					</select>
				</label>
				<AfterRestore />
				{mayEnrol && (
					<button type="button" onClick={() => setEnrolling(true)}>
						{say("enrol")}
					</button>
				)}
			</header>
			<Groups counts={counts} total={stores.length} only={only} setOnly={setOnly} />
			{rows.length === 0 ? (
				<p class="empty">{say(stores.length > 0 ? "noStoreFits" : loaded ? "noStore" : "opening")}</p>
			) : (
				<>
					<div class="row heads" aria-hidden="true">
						{(["store", "contact", "alarms", "labels", "waiting", "offline"] as const).map((word) => (
							<span key={word}>{say(word)}</span>
						))}
					</div>
					<VirtualList
						items={rows}
						rowHeight={rowHeight}
						label={say("stores")}
						keyOf={(row) => ("store" in row ? `s ${row.store.id}` : `h ${row.heading}`)}
					>
						{(row: Row) => ("store" in row ? <StoreLine store={row.store} now={now} /> : <Heading row={row} />)}
					</VirtualList>
				</>
			)}
			{enrolling && <Enrol onClose={() => setEnrolling(false)} />}
		</section>
	);
}

/** How many stores are in each group, and a choice of one. */
function Groups(given: {
	counts: ReadonlyMap<Group, readonly StoreAtHq[]>;
	total: number;
	only: Group | null;
	setOnly(group: Group | null): void;
}) {
	const { counts, total, only, setOnly } = given;
	const { say, f } = useSpeech();
	const count = (group: Group): number => counts.get(group)?.length ?? 0;
	return (
		<>
			<div class="share" aria-hidden="true">
				{groups.map((group) => (
					<i key={group} class={`g-${group}`} style={{ flexGrow: count(group) }} />
				))}
			</div>
			<div class="chips" role="group" aria-label={say("stores")}>
				<button type="button" aria-pressed={only === null} onClick={() => setOnly(null)}>
					{say("all")} <b>{f.number(total)}</b>
				</button>
				{groups
					.filter((group) => count(group) > 0 || group === only)
					.map((group) => (
						<button key={group} type="button" aria-pressed={only === group} onClick={() => setOnly(only === group ? null : group)}>
							<i class={`dot g-${group}`} aria-hidden="true" />
							{say(`group_${group}`)} <b>{f.number(count(group))}</b>
						</button>
					))}
			</div>
		</>
	);
}

function Heading({ row }: { row: { heading: Group; count: number } }) {
	const { say, f } = useSpeech();
	return (
		<span class="heading">
			<i class={`dot g-${row.heading}`} aria-hidden="true" />
			<b>{say(`group_${row.heading}`)}</b>
			<span class="quiet">{f.number(row.count)}</span>
		</span>
	);
}

function StoreLine({ store, now }: { store: StoreAtHq; now: number }) {
	const { say, f } = useSpeech();
	const { labels, alarms } = store;
	const days = daysLeft(store, now);
	const facts = store.factsWaiting ?? 0;
	return (
		<a class="row" href={addressOf("stores", store.id)}>
			<span class="id">
				<i class={`dot g-${groupOf(store)}`} aria-hidden="true" />
				<b>{store.id}</b>
			</span>
			<span class="contact">{contactOf(store, now, say, f)}</span>
			<span class="alarm-counts">
				<AlarmCounts alarms={alarms} />
			</span>
			<span class="shown-share">
				{labels === null ? (
					<span class="quiet">{say("counting")}</span>
				) : labels.total === 0 ? (
					<span class="quiet">–</span>
				) : (
					<>
						<Bar part={labels.shown} failed={labels.failed} whole={labels.total} />
						<b>{f.share(labels.shown, labels.total)}</b>
					</>
				)}
			</span>
			<span class="waits">
				{facts > 0 && <span>{say("up", f.number(facts))}</span>}
				{store.waitingDown > 0 && <span>{say("down", f.number(store.waitingDown))}</span>}
				{facts + store.waitingDown === 0 && <span class="quiet">–</span>}
			</span>
			<span class={`days ${days !== null && days < 2 ? "short" : ""}`}>{days === null ? "–" : say("left", f.days(days))}</span>
		</a>
	);
}

type Speech = ReturnType<typeof useSpeech>;

export function contactOf(store: StoreAtHq, now: number, say: Speech["say"], f: Speech["f"]): string {
	if (store.connected) return say("connected");
	return store.lastContact === null ? say("never") : say("ago", f.ago(store.lastContact, now));
}

function AlarmCounts({ alarms }: { alarms: StoreAtHq["alarms"] }) {
	const { say, f } = useSpeech();
	const found = (["RED", "YELLOW", "BLUE"] as const).filter((level) => alarms[level.toLowerCase() as keyof typeof alarms] > 0);
	if (found.length === 0) return <span class="quiet">–</span>;
	return (
		<>
			{found.map((level) => (
				<span key={level} class={`badge ${level.toLowerCase()}`} title={say(level)}>
					<span class="unseen">{say(level)} </span>
					{f.number(alarms[level.toLowerCase() as keyof typeof alarms])}
				</span>
			))}
		</>
	);
}

/** A bar for a part of a whole; the number stands beside it. */
export function Bar({ part, failed = 0, apart = 0, whole }: { part: number; failed?: number; apart?: number; whole: number }) {
	return (
		<span class="bar" aria-hidden="true">
			<i class="shown" style={{ flexGrow: part }} />
			<i class="apart" style={{ flexGrow: apart }} />
			<i class="failed" style={{ flexGrow: failed }} />
			<i style={{ flexGrow: Math.max(0, whole - part - failed - apart) }} />
		</span>
	);
}
