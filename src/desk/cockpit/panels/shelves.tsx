import { useSpeech } from "../language/language.ts";
import { isWord } from "../language/words.ts";
import { useCockpit } from "../state/state.ts";

export function Shelves() {
	const { say, f } = useSpeech();
	const shelves = useCockpit((all) => all.shelves);
	const now = useCockpit((all) => all.now);
	return (
		<section class="panel shelves" id="shelves" aria-labelledby="shelves-title">
			<header>
				<h2 id="shelves-title">{say("shelves")}</h2>
			</header>
			{shelves.length === 0 && <p class="empty">{say("noShelves")}</p>}
			<ul>
				{shelves.map(({ id, name, sku, unit, onHand, lastChange }) => (
					<li key={id}>
						<span class="what">
							{name ?? sku ?? "–"}
							<small class="code">{id}</small>
						</span>
						{lastChange && (
							<span key={lastChange.at} class={`move ${lastChange.because}`}>
								<b>{lastChange.pieces === null ? f.moved(lastChange.milligrams, "milligram") : f.signed(lastChange.pieces)}</b>{" "}
								{isWord(lastChange.because) ? say(lastChange.because) : lastChange.because}
								<small>{f.ago(lastChange.at, now)}</small>
							</span>
						)}
						<b class="count">{onHand === null ? "–" : unit === "milligram" ? f.grams(onHand) : f.number(onHand)}</b>
					</li>
				))}
			</ul>
		</section>
	);
}
