import { nameOnShelf, type WeighingShelf } from "../../../words/answers/shelves.ts";
import { useSpeech } from "../language/language.ts";
import { isWord } from "../language/words.ts";
import { useCockpit } from "../state/state.ts";
import { ChooseCandidate, RestockShelf } from "./shelf-acts.tsx";

/** While a scale is offline its last weight is outdated. */
const isMeasured = (scale: WeighingShelf["scale"]): boolean => scale === null || scale.state === "well";

export function Shelves() {
	const { say } = useSpeech();
	const shelves = useCockpit((all) => all.shelves);
	return (
		<section class="panel shelves" id="shelves" aria-labelledby="shelves-title">
			<header>
				<h2 id="shelves-title">{say("shelves")}</h2>
			</header>
			{shelves.length === 0 && <p class="empty">{say("noShelves")}</p>}
			<ul>
				{shelves.map((shelf) => (
					<ShelfRow key={shelf.id} shelf={shelf} />
				))}
			</ul>
		</section>
	);
}

function ShelfRow({ shelf }: { shelf: WeighingShelf }) {
	const { say, f } = useSpeech();
	const shelves = useCockpit((all) => all.shelves);
	const now = useCockpit((all) => all.now);
	const { id, name, sku, unit, onHand, scale, lastChange, others } = shelf;
	return (
		<li class={isMeasured(scale) ? "" : "unmeasured"}>
			<span class="what">
				{name ?? sku ?? "–"}
				<small class="code">{id}</small>
				{others.map((other) => (
					<small key={other.sku}>
						{other.name ?? other.sku} <b>{other.onHand === null ? "–" : f.number(other.onHand)}</b>
					</small>
				))}
			</span>
			{scale && !isMeasured(scale) && (
				<span class="move unmeasured" role="status">
					{say(scale.state)}
					<small>{scale.lastHeardAt === null ? scale.id : say("notMeasured", f.ago(scale.lastHeardAt, now))}</small>
				</span>
			)}
			{lastChange && isMeasured(scale) && (
				<span key={lastChange.at} class={`move ${lastChange.because}`}>
					<b>{lastChange.pieces === null ? f.moved(lastChange.milligrams, "milligram") : f.signed(lastChange.pieces)}</b>{" "}
					{isWord(lastChange.because) ? say(lastChange.because) : lastChange.because}
					{lastChange.candidates.map((mix) => (
						<small key={JSON.stringify(mix)}>
							{mix.map((part) => `${f.signed(part.pieces)} × ${nameOnShelf(shelves, part.sku)}`).join(", ")}
						</small>
					))}
					<small>{f.ago(lastChange.at, now)}</small>
				</span>
			)}
			<b class="count">{onHand === null ? "–" : unit === "milligram" ? f.grams(onHand) : f.number(onHand)}</b>
			<ChooseCandidate shelf={shelf} />
			<RestockShelf shelf={shelf} />
		</li>
	);
}
