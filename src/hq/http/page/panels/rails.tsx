import { useEffect, useState } from "preact/hooks";
import { RefusalText } from "../../../../desk/cockpit/shared/refusal-text.tsx";
import type { Proposal, RailsChange, RailsView } from "../../../../words/answers/head-office/guard-rails.ts";
import { type RailName, railNames } from "../../../../words/prices/rail-names.ts";
import { useSpeech, type Word } from "../language/language.ts";
import { usePolled } from "../state/polled.ts";
import { api, failed, useMay, useOffice } from "../state/state.ts";

/** A rail as text in its field; "" where it is off. */
function textOf(name: RailName, rails: RailsChange): string {
	const value = rails[name];
	if (value === null || value === undefined) return "";
	if (name === "currencies") return (value as string[]).join(", ");
	if (name === "clearance") return String((value as { maxCutPercent?: number }).maxCutPercent ?? "");
	if (name === "quietHours") return `${(value as { from: string }).from}–${(value as { to: string }).to}`;
	return String(value);
}

/** The value of the typed text; undefined where it cannot be read. */
function valueOf(name: RailName, text: string): RailsChange[RailName] | undefined {
	const typed = text.trim();
	if (name === "currencies") return typed === "" ? [] : typed.toUpperCase().split(/[\s,;]+/);
	if (typed === "") return null;
	if (name === "quietHours") {
		const [, from, to] = /^(\d\d:\d\d)\s*[–-]\s*(\d\d:\d\d)$/.exec(typed) ?? [];
		return from !== undefined && to !== undefined ? { from, to } : undefined;
	}
	const number = Number(typed.replace(",", "."));
	if (!Number.isFinite(number)) return undefined;
	return name === "clearance" ? { maxCutPercent: number } : number;
}

/** Limits beyond which a price waits for a second person: those in force, the proposals, and who changed them. */
export function GuardRails() {
	const { say, f } = useSpeech();
	const stores = useOffice((all) => all.stores);
	const [store, setStore] = useState("");
	const { value: rails, problem, again } = usePolled(() => api.rails(store), 6_000, store);
	return (
		<>
			<section class="panel rails-panel" aria-labelledby="rails-title">
				<header>
					<h2 id="rails-title">{say("rails")}</h2>
					<label class="sorting">
						{say("railsFor")}
						<input
							list="rails-stores"
							value={store}
							placeholder={say("wholeChain")}
							onChange={(e) => setStore(e.currentTarget.value.trim())}
						/>
						<datalist id="rails-stores">
							{stores.slice(0, 200).map(({ id }) => (
								<option key={id} value={id} />
							))}
						</datalist>
					</label>
				</header>
				{problem !== "" && <p class="refused">{problem}</p>}
				{rails ? <Form key={store} rails={rails} store={store} again={again} /> : problem === "" && <p class="empty">{say("opening")}</p>}
			</section>
			{rails && rails.proposals.length > 0 && <Proposals title={say("proposed")} proposals={rails.proposals} again={again} open />}
			{rails && rails.history.length > 0 && (
				<Proposals title={`${say("history")} (${f.number(rails.history.length)})`} proposals={rails.history} again={again} />
			)}
		</>
	);
}

function Form({ rails, store, again }: { rails: RailsView; store: string; again(): void }) {
	const { say } = useSpeech();
	const mayPropose = useMay("guard-rails.write");
	const [typed, setTyped] = useState<Partial<Record<RailName, string>>>({});
	const [said, setSaid] = useState("");
	const changed = railNames.filter((name) => typed[name] !== undefined && typed[name] !== textOf(name, rails));
	useEffect(() => setSaid(""), [changed.length]);
	const submit = (event: Event) => {
		event.preventDefault();
		const change: RailsChange = {};
		for (const name of changed) {
			const value = valueOf(name, typed[name]!);
			if (value === undefined) return setSaid(`${say(`rail_${name}`)}: ${typed[name]}?`);
			Object.assign(change, { [name]: value });
		}
		api.proposeRails(store, change).then(
			() => {
				setTyped({});
				again();
			},
			(error: unknown) => setSaid(failed(error) || say("unreachable")),
		);
	};
	return (
		<form class="rail-form" onSubmit={submit}>
			{railNames.map((name) => (
				<label key={name}>
					{say(`rail_${name}`)}
					<input
						disabled={!mayPropose}
						value={typed[name] ?? textOf(name, rails)}
						placeholder={say("off")}
						class={changed.includes(name) ? "changed" : ""}
						onInput={(e) => setTyped({ ...typed, [name]: e.currentTarget.value })}
					/>
				</label>
			))}
			{mayPropose && (
				<div class="acts">
					<button type="submit" disabled={changed.length === 0}>
						{say("propose")}
					</button>
					<span class="quiet">{say("leaveEmpty")}</span>
				</div>
			)}
			<RefusalText said={said} />
		</form>
	);
}

function Proposals({
	title,
	proposals,
	again,
	open = false,
}: {
	title: string;
	proposals: readonly Proposal[];
	again(): void;
	open?: boolean;
}) {
	const { say, f } = useSpeech();
	const mayApprove = useMay("guard-rails.approve");
	const [said, setSaid] = useState("");
	const approve = (proposal: number) =>
		api.approveRails(proposal).then(again, (error: unknown) => setSaid(failed(error) || say("unreachable")));
	return (
		<section class="panel" aria-label={title}>
			<header>
				<h2>{title}</h2>
			</header>
			<ul class="lines">
				{proposals.slice(0, 50).map((each) => (
					<li key={each.proposal}>
						<span class="reason">
							{(Object.keys(each.rails) as RailName[]).map((name) => (
								<span key={name} class="rail">
									{say(`rail_${name}` as Word)}: <b>{textOf(name, each.rails) || say("off")}</b>
								</span>
							))}
							<small>
								{say("by", each.by, f.day(each.at))}
								{each.approvedBy !== null && ` · ${say("approvedBy", each.approvedBy)}`}
							</small>
						</span>
						{open && mayApprove && (
							<button type="button" onClick={() => approve(each.proposal)}>
								{say("approve")}
							</button>
						)}
					</li>
				))}
			</ul>
			<RefusalText said={said} />
		</section>
	);
}
