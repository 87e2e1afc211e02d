import { useSpeech } from "../language/language.ts";
import { isWord } from "../language/words.ts";
import type { Shelf } from "../state/api.ts";
import { useCockpit } from "../state/state.ts";

/** While a scale is offline its last weight is outdated. */
const isMeasured = (scale: Shelf["scale"]): boolean => scale === null || scale.state === "well";

/** Of an article that stands on some shelf. */
const nameIn = (shelves: readonly Shelf[], sku: string): string =>
	shelves.flatMap((shelf) => [shelf, ...shelf.others]).find((each) => each.sku === sku)?.name ?? sku;

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
				{shelves.map(({ id, name, sku, unit, onHand, scale, lastChange, others }) => (
					<li key={id} class={isMeasured(scale) ? "" : "unmeasured"}>
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
										{mix.map((part) => `${f.signed(part.pieces)} × ${nameIn(shelves, part.sku)}`).join(", ")}
									</small>
								))}
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
