import { useMemo, useState } from "preact/hooks";
import { Refused } from "../../../../desk/cockpit/shared/ask.ts";
import { hasPasskeys } from "../../../../desk/cockpit/shared/passkeys.ts";
import type { Push, PushAtStore, RejectedRow } from "../../../../words/answers/head-office/pushes.ts";
import { useCodes, useSpeech } from "../language/language.ts";
import { usePolled } from "../state/polled.ts";
import { addressOf, api, failed, useMay, useOffice } from "../state/state.ts";
import { AskFirst } from "./parts/ask-first.tsx";
import { ProgressBar, personOf } from "./pushes.tsx";
import { useRowHeight, VirtualList } from "./virtual-list.tsx";
import { Waves } from "./waves.tsx";

/** One push: its author, what waits and why, what was refused, and its progress in every store. */
export function PushView({ id }: { id: string }) {
	const { say } = useSpeech();
	const { value: push, problem, again } = usePolled(() => api.push(id), 3_000, id);
	return (
		<>
			<section class="panel" aria-labelledby="push-title">
				<header>
					<a class="back" href={addressOf("pushes")}>
						← {say("pushes")}
					</a>
					<h2 id="push-title">{id}</h2>
					{push && <span class={`state ${push.state}`}>{say(`state_${push.state}`)}</span>}
					{push && <Buttons push={push} again={again} />}
				</header>
				{problem !== "" && <p class="refused">{problem}</p>}
				{push ? <About push={push} /> : problem === "" && <p class="empty">{say("opening")}</p>}
			</section>
			{push?.waves && <Waves waves={push.waves} />}
			{push && push.heldReasons.length > 0 && <HeldPanel push={push} />}
			{push && push.rejected.length > 0 && <RefusedRows rows={push.rejected} />}
			{push && push.stores.length > 0 && <StoreByStore stores={push.stores} />}
		</>
	);
}

type Deed = "withdraw" | "release" | "hold" | "resume";

/** Deeds that a push allows as it stands. A rail's hold takes another person to release; a person's own takes anybody to go on. */
function actsOf({ state, heldReasons, waves = [] }: Push): Deed[] {
	if (state === "withdrawn") return [];
	const isByPerson = heldReasons.some(({ code }) => code === "by-person");
	const areGoingOn = waves.some((wave) => wave.state === "open") && waves.some((wave) => wave.state === "waiting");
	const isByRail = heldReasons.some(({ code }) => code !== "by-person");
	return [
		...(isByRail ? (["release"] as const) : []),
		...(isByPerson || state === "halted" ? (["resume"] as const) : []),
		...(state === "scheduled" || areGoingOn ? (["hold"] as const) : []),
		"withdraw",
	];
}

const rightOf = { withdraw: "pushes.withdraw", release: "pushes.release", hold: "pushes.hold", resume: "pushes.hold" } as const;

function Buttons({ push, again }: { push: Push; again(): void }) {
	const { say, f } = useSpeech();
	const who = useOffice((all) => all.who);
	const [asking, setAsking] = useState(false);
	const [busy, setBusy] = useState(false);
	const [said, setSaid] = useState("");
	const may = {
		withdraw: useMay(rightOf.withdraw),
		release: useMay(rightOf.release),
		hold: useMay(rightOf.hold),
		resume: useMay(rightOf.resume),
	};
	const isOwn = who !== null && push.author === `${who.kind}:${who.name}`;
	const act = (what: Deed) => {
		setBusy(true);
		setSaid("");
		setAsking(false);
		const refusedUnsigned = (error: unknown) =>
			error instanceof Refused && error.code === "approval-needed" && hasPasskeys() ? api.releaseSigned(push.id) : Promise.reject(error);
		api
			.act(push.id, what)
			.catch(refusedUnsigned)
			.then(
				({ moved }) => setSaid(say("moved", f.number(moved))),
				(error: unknown) => {
					const detail = failed(error);
					setSaid(error instanceof Refused && error.code === "own-push" ? say("ownPush") : detail || say("unreachable"));
				},
			)
			.finally(() => {
				setBusy(false);
				again();
			});
	};
	const acts = actsOf(push).filter((each) => may[each]);
	return (
		<span class="acts">
			{acts.map((each) =>
				each === "release" && isOwn ? (
					<span key={each} class="quiet">
						{say("ownPush")}
					</span>
				) : (
					<button
						key={each}
						type="button"
						class={each === "withdraw" ? "ghost danger" : each === "hold" ? "ghost" : ""}
						disabled={busy}
						onClick={() => (each === "withdraw" ? setAsking(true) : act(each))}
					>
						{say(each)}
					</button>
				),
			)}
			{asking && (
				<AskFirst act={say("withdraw")} question={say("sureWithdraw", push.id)} yes={() => act("withdraw")} no={() => setAsking(false)} />
			)}
			{said !== "" && (
				<span class="said" role="status">
					{said}
				</span>
			)}
		</span>
	);
}

/** The text "Waiting" alone is used for labels. */
const wordOf = <N extends string>(name: N): Exclude<N, "waiting"> | "risesWaiting" =>
	name === "waiting" ? "risesWaiting" : (name as Exclude<N, "waiting">);

const counted = ["changes", "sent", "stored", "active", "shown", "unlabelled", "failed", "masked", "neverInForce"] as const;

function About({ push }: { push: Push }) {
	const { say, f } = useSpeech();
	const totals = useMemo(() => {
		const sums = Object.fromEntries(counted.map((name) => [name, 0])) as Record<(typeof counted)[number], number>;
		for (const store of push.stores) for (const name of counted) sums[name] += store[name];
		return sums;
	}, [push]);
	const facts: [string, string][] = [
		[say("author"), personOf(push.author)],
		[say("pushedAt"), f.day(push.at)],
		...(push.group ? [[say("group"), push.group] as [string, string]] : []),
		[say("from"), push.firstFrom === null ? "–" : f.day(push.firstFrom)],
		...(push.approver === null ? [] : [[say("approver"), personOf(push.approver)] as [string, string]]),
		...(push.withdrawnBy === null
			? []
			: [[say("withdrawnBy"), `${personOf(push.withdrawnBy)}, ${f.day(push.withdrawnAt!)}`] as [string, string]]),
		[say("stores"), f.number(push.stores.length)],
	];
	return (
		<>
			<dl class="figures">
				{facts.map(([name, value]) => (
					<div key={name}>
						<dt>{name}</dt>
						<dd>{value}</dd>
					</div>
				))}
			</dl>
			{push.file?.isKept && (
				<p class="kept">
					<a href={`/api/v1/pushes/${encodeURIComponent(push.id)}/file`} download>
						{say("keptFile", f.number(push.file.bytes))}
					</a>
				</p>
			)}
			<div class="whole">
				<ProgressBar at={totals} />
			</div>
			<dl class="figures counts">
				{counted.slice(1).map((name) => (
					<div key={name} class={name === "failed" && totals.failed > 0 ? "bad" : ""}>
						<dt>{say(name as Exclude<(typeof counted)[number], "changes">)}</dt>
						<dd>{f.number(totals[name])}</dd>
					</div>
				))}
			</dl>
		</>
	);
}

function HeldPanel({ push }: { push: Push }) {
	const { say, f } = useSpeech();
	const codes = useCodes();
	return (
		<section class="panel held" aria-labelledby="held-title">
			<header>
				<h2 id="held-title">{say("heldRows", f.number(push.held))}</h2>
			</header>
			<ul class="lines scrolled">
				{push.heldReasons.slice(0, 200).map((held) => (
					<li key={`${held.sku} ${held.code} ${held.store ?? ""}`}>
						<span class="code">{held.sku}</span>
						<span class="what">
							<b>{codes("reason_", held.code)}</b>
							<small>{held.reason}</small>
						</span>
						<span class="quiet">{held.store ?? ""}</span>
					</li>
				))}
			</ul>
		</section>
	);
}

/** Rows of the file that were refused, each with its line. */
export function RefusedRows({ rows }: { rows: readonly RejectedRow[] }) {
	const { say, f } = useSpeech();
	return (
		<section class="panel refused-rows" aria-labelledby="refused-title">
			<header>
				<h2 id="refused-title">{say("refusedRows", f.number(rows.length))}</h2>
			</header>
			<ul class="lines scrolled">
				{rows.slice(0, 200).map((row) => (
					<li key={`${row.line} ${row.column} ${row.reason}`}>
						<span class="quiet place">{say("lineColumn", row.line, row.column)}</span>
						<span class="reason">{row.reason}</span>
					</li>
				))}
			</ul>
		</section>
	);
}

const settled = (at: PushAtStore): number => (at.changes === 0 ? 1 : (at.shown + at.unlabelled + at.masked + at.neverInForce) / at.changes);

function StoreByStore({ stores }: { stores: readonly PushAtStore[] }) {
	const { say, f } = useSpeech();
	const [search, setSearch] = useState("");
	const rowHeight = useRowHeight(40, 84);
	const rows = useMemo(
		() =>
			stores
				.filter(({ store }) => store.includes(search.trim().toLowerCase()))
				.sort((a, b) => b.failed - a.failed || settled(a) - settled(b) || (a.store < b.store ? -1 : 1)),
		[stores, search],
	);
	return (
		<section class="panel per-store" aria-labelledby="per-store-title">
			<header>
				<h2 id="per-store-title">{say("perStore")}</h2>
				<span class="quiet">{say("worstFirst")}</span>
				<input
					type="search"
					value={search}
					placeholder={say("findStore")}
					aria-label={say("findStore")}
					onInput={(e) => setSearch(e.currentTarget.value)}
				/>
			</header>
			<VirtualList items={rows} rowHeight={rowHeight} label={say("perStore")} keyOf={({ store }) => store}>
				{(at) => (
					<a class="row push-store" href={addressOf("stores", at.store)}>
						<b class="id">{at.store}</b>
						<ProgressBar at={at} />
						<span class="counts">
							{(["active", "shown", "unlabelled", "masked", "neverInForce", "failed", "waiting", "wentOn"] as const)
								.filter((name) => at[name] > 0)
								.map((name) => (
									<span key={name} class={name}>
										{f.number(at[name])}{" "}
										{name === "masked" && at.maskedBy?.length ? say("maskedBy", at.maskedBy.join(", ")) : say(wordOf(name))}
									</span>
								))}
							{at.waits && <span class="quiet">{say("waitsForWave", at.wave ?? 0)}</span>}
							{!at.waits && at.stored < at.changes && (
								<span class="quiet">
									{f.number(at.changes - at.stored)} {say("onTheWay")}
								</span>
							)}
						</span>
						<span class="quiet labels">
							{at.labels && at.labels.total > 0 ? say("labelsOf", f.number(at.labels.shown), f.number(at.labels.total)) : ""}
						</span>
					</a>
				)}
			</VirtualList>
		</section>
	);
}
