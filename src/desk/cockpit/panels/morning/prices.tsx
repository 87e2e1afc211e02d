import type { ChangedPrice } from "../../../../words/answers/prices.ts";
import { useSpeech } from "../../language/language.ts";
import { useMorningWords } from "../../language/morning-words.ts";
import { useMorning } from "../../state/morning.ts";
import type { Aisle, LateLabel, ShelfEdge } from "../../state/shelf-edge.ts";
import { useCockpit } from "../../state/state.ts";
import { openLabel } from "../drawer.tsx";
import { Part, Rows } from "./list.tsx";

/** Whether the shelf shows what counts: by aisle, which labels do not, and what changed overnight. */
export function Prices({ edge }: { edge: ShelfEdge | null }) {
	const { f } = useSpeech();
	const words = useMorningWords();
	const places = useMorning((all) => all.places);
	const changes = useMorning((all) => all.changes);
	return (
		<Part id="prices" title={words("prices")}>
			{edge === null ? (
				<p class="empty loading">{words("loading")}</p>
			) : edge.total === 0 ? (
				<p class="empty">
					<a href="#labels">{words("noLabelsBound")}</a>
				</p>
			) : (
				<>
					<p class="figure">
						{words("pricesShown", f.number(edge.shown), f.number(edge.total))}
						{edge.underway > 0 && <span class="quiet"> {words("onTheirWay", f.number(edge.underway))}</span>}
					</p>
					<ul class="aisles" aria-label={words("byAisle")}>
						{edge.aisles.map((aisle) => (
							<OneAisle key={aisle.name ?? ""} aisle={aisle} alone={edge.aisles.length === 1} />
						))}
					</ul>
					{places?.length === 0 && <p class="hint">{words("noPlan")}</p>}
				</>
			)}
			<div class="pair-of-lists">
				<div>
					<h3>
						{words("late")}
						{edge !== null && edge.late.length > 0 && <span class="count">{f.number(edge.late.length)}</span>}
					</h3>
					<Rows items={edge?.late ?? null} empty={words("lateNone")} row={(late) => <Late key={late.label.id} late={late} />} />
				</div>
				<div>
					<h3>
						{words("changed")}
						{changes && <small>{words("changedSince", f.day(changes.since))}</small>}
						{changes !== null && changes.items.length > 0 && <span class="count">{f.number(changes.items.length)}</span>}
					</h3>
					<Rows
						items={changes?.items ?? null}
						empty={words("changedNone", changes ? f.day(changes.since) : "")}
						row={(change) => <Changed key={change.sku} change={change} />}
					/>
				</div>
			</div>
		</Part>
	);
}

function OneAisle({ aisle: { name, total, shown, late }, alone }: { aisle: Aisle; alone: boolean }) {
	const { f } = useSpeech();
	const words = useMorningWords();
	return (
		<li class={late > 0 ? "late" : shown === total ? "right" : ""}>
			<b>{name ?? words(alone ? "wholeStore" : "elsewhere")}</b>
			<span>
				{f.number(shown)}/{f.number(total)}
			</span>
			<i class="share" aria-hidden="true">
				<i class="shown" style={{ flexGrow: shown }} />
				<i class="pending" style={{ flexGrow: total - shown - late }} />
				<i class="failed" style={{ flexGrow: late }} />
			</i>
		</li>
	);
}

function Late({ late: { label, place, since } }: { late: LateLabel }) {
	const { say, f } = useSpeech();
	const words = useMorningWords();
	const now = useCockpit((all) => all.now);
	return (
		<li>
			<button type="button" class="row" onClick={() => openLabel(label.id)}>
				<span class="what">
					{label.name ?? label.sku}
					<small>
						{place !== null && <b>{place} · </b>}
						<span class="code">{label.id}</span>
					</small>
				</span>
				<span class="side">
					<span class={`state ${label.state.toLowerCase()}`}>{say(label.state)}</span>
					<small>
						{words("waitsSince", f.day(since))} ({f.ago(since, now)})
					</small>
				</span>
			</button>
		</li>
	);
}

function Changed({ change: { sku, name, at, before, now, labels } }: { change: ChangedPrice }) {
	const { say, f } = useSpeech();
	const words = useMorningWords();
	const place = useMorning((all) => all.places?.find((each) => each.sku === sku)?.place);
	return (
		<li>
			<span class="what">
				{name}
				<small>
					{place !== undefined && <b>{place} · </b>}
					<span class="code">{sku}</span> · {f.day(at)}
				</small>
			</span>
			<span class="side">
				<span class="amounts">
					{before ? <s>{f.money(before.amountMinor, before.currency)}</s> : <small>{words("newPrice")}</small>}{" "}
					<b class={now.kind}>{f.money(now.amountMinor, now.currency)}</b>
				</span>
				<small class={labels.shown < labels.total ? "behind" : ""}>
					{labels.total === 0 ? words("noLabelHas") : words("onLabels", f.number(labels.shown), f.number(labels.total))}
					{now.kind !== "regular" && ` · ${say(now.kind)}`}
				</small>
			</span>
		</li>
	);
}
