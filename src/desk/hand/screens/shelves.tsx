import { useEffect } from "preact/hooks";
import { nameOnShelf, type WeighingShelf } from "../../../words/answers/shelves.ts";
import { amountText, useSpeech } from "../language/speech.ts";
import { choose, restock } from "../state/do.ts";
import { refreshWork } from "../state/live.ts";
import { useAnswered, useHand } from "../state/state.ts";
import { useDoing } from "./kept-act.tsx";

/** Weighing shelves: those with an open question first; each can be filled. */
export function ShelvesScreen() {
	const { say } = useSpeech();
	const answered = useAnswered();
	const line = useHand((all) => all.line);
	const shelves = useHand((all) => all.shelves);
	useEffect(() => void refreshWork("shelves"), [answered, line]);
	const inOrder = shelves.toSorted((a, b) => Number(b.open.length > 0) - Number(a.open.length > 0));
	return (
		<>
			<ul class="cards">
				{inOrder.map((shelf) => (
					<li key={shelf.id}>
						<ShelfCard shelf={shelf} shelves={shelves} />
					</li>
				))}
			</ul>
			{shelves.length === 0 && <p class="hint">{say("noShelves")}</p>}
		</>
	);
}

function ShelfCard({ shelf, shelves }: { shelf: WeighingShelf; shelves: readonly WeighingShelf[] }) {
	const { say, f } = useSpeech();
	const doing = useDoing(() => {});
	const acts = useHand((all) => all.acts);
	const waits = acts.filter(({ state, about }) => state === "waiting" && about.at === shelf.id);
	// A question whose answer waits on the device is answered as far as the clerk is concerned.
	const chosen = new Set(waits.flatMap(({ about }) => (about.did === "choose" ? [about.change] : [])));
	const newest = waits.findLast(({ about }) => about.did === "restockOn" || about.did === "restockOff");
	const isFilled = newest ? newest.about.did === "restockOn" : shelf.restocking !== null;
	const names = [shelf, ...shelf.others].map(({ name, sku }) => name ?? sku ?? "–");
	return (
		<section class="card" aria-label={shelf.id}>
			<h2>{names.join(", ")}</h2>
			<p class="quiet code">{shelf.id}</p>
			{shelf.open
				.filter(({ change }) => !chosen.has(change))
				.map(({ change, milligrams, candidates }) => (
					<div key={change} class="choices">
						<p>{say("whichWasIt", amountText(milligrams, true, f))}</p>
						{candidates.map((mix) => {
							const words = mix.map(({ sku, pieces }) => `${f.signed(pieces)} × ${nameOnShelf(shelves, sku)}`).join(", ");
							return (
								<button key={words} type="button" class="act second" onClick={() => doing(choose(shelf.id, change, mix, words))}>
									{words}
								</button>
							);
						})}
					</div>
				))}
			<div class="choices">
				{isFilled && shelf.restocking && <p>{say("restockUntil", f.clock(shelf.restocking.until))}</p>}
				<button type="button" class="act second" onClick={() => doing(restock(shelf.id, !isFilled))}>
					{say(isFilled ? "restockEnd" : "restockBegin")}
				</button>
			</div>
		</section>
	);
}
