import { useEffect, useState } from "preact/hooks";
import { RefusalText } from "../../cockpit/shared/refusal-text.tsx";
import { amountText, useSpeech } from "../language/speech.ts";
import { ScanField } from "../scanning/scan-field.tsx";
import { fill } from "../state/do.ts";
import { refreshWork } from "../state/live.ts";
import { useAnswered, useHand } from "../state/state.ts";
import { useDoing } from "./kept-act.tsx";
import { Quantity } from "./quantity.tsx";

/** Goods to bring from the back room to which shelf, in walking order; a scan of the article opens its task. */
export function FillScreen() {
	const { say, f } = useSpeech();
	const [chosen, choose] = useState<string>();
	const [said, setSaid] = useState("");
	const acts = useHand((all) => all.acts);
	const answered = useAnswered();
	const line = useHand((all) => all.line);
	useEffect(() => void refreshWork("fills"), [answered, line]);
	// A task whose act waits is done as far as the clerk is concerned.
	const waiting = new Set(acts.filter(({ state, about }) => state === "waiting" && about.did === "fill").map(({ about }) => about.at));
	const fills = useHand((all) => all.fills).filter(({ place }) => !waiting.has(place));
	const task = fills.find(({ id }) => id === chosen);
	const doing = useDoing(() => choose(undefined));
	return (
		<>
			<ScanField
				onArticle={(article) => {
					const its = fills.find(({ sku }) => sku === article.sku);
					setSaid(its ? "" : `${article.name}: ${say("nothingToFill")}`);
					choose(its?.id);
				}}
			/>
			<RefusalText said={said} />
			{task ? (
				<>
					<section class="card" aria-label={task.name ?? task.sku}>
						<h2>{task.name ?? task.sku}</h2>
						<p class="big">{say("bring", amountText(task.bring, task.unit === "milligram", f), task.place)}</p>
						<p class="quiet">{say("inBack", amountText(task.backRoom, task.unit === "milligram", f))}</p>
					</section>
					<Quantity
						key={task.id}
						first={task.bring}
						isWeight={task.unit === "milligram"}
						least={1}
						word="fillNow"
						onDone={(quantity) => doing(fill(task, quantity))}
					/>
				</>
			) : (
				<ul class="cards">
					{fills.map((each) => (
						<li key={each.id}>
							<button type="button" class="card" onClick={() => choose(each.id)}>
								<strong>{each.name ?? each.sku}</strong>
								<span>{say("bring", amountText(each.bring, each.unit === "milligram", f), each.place)}</span>
							</button>
						</li>
					))}
				</ul>
			)}
			{fills.length === 0 && <p class="hint">{say("nothingToFill")}</p>}
		</>
	);
}
