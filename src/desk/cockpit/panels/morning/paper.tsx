/** Paper shelf labels: those that say something else than they should, to print anew; and the first one of an article. */
import { useRef } from "preact/hooks";
import type { PaperLabelRow } from "../../../../words/answers/labels.ts";
import { useSpeech } from "../../language/language.ts";
import { useMorningWords } from "../../language/morning-words.ts";
import { askMorning, useMorning } from "../../state/morning.ts";
import { api, newId, useCockpit } from "../../state/state.ts";
import { useAct } from "../../state/use-act.ts";
import { useMay } from "../alarms/acts.tsx";
import { Part, Rows } from "./list.tsx";

const hasLabelPrinter = (devices: readonly { family: string; protocol: string }[]): boolean =>
	devices.some(({ family, protocol }) => family === "printer" && protocol === "zpl");

/** The same id until it is answered: a print that is asked for twice comes out once. */
function usePrint() {
	const { said, busy, act } = useAct();
	const id = useRef<string>(undefined);
	const print = (send: (id: string) => Promise<unknown>): Promise<void> =>
		act(async () => {
			id.current ??= newId();
			await send(id.current);
			id.current = undefined;
			await askMorning();
			return "✓";
		});
	return { said, busy, print };
}

/** Shown where the store has a label printer, or a label that waits for one. */
export function PaperLabels() {
	const { f } = useSpeech();
	const words = useMorningWords();
	const paper = useMorning((all) => all.paper);
	const isPrinted = useCockpit((all) => hasLabelPrinter(all.devices));
	const may = useMay("labels.bind");
	const all = usePrint();
	if (paper === null || (!isPrinted && paper.dueCount === 0)) return null;
	const ready = paper.items.filter(({ waits }) => !waits).length;
	return (
		<Part id="paper" title={words("paper")} count={paper.dueCount}>
			{may && isPrinted && ready > 1 && (
				<p class="acts">
					<button type="button" disabled={all.busy} onClick={() => all.print(api.printDueLabels)}>
						{words("paperPrintAll", f.number(paper.dueCount))}
					</button>
					{all.said !== "" && <small role="status">{all.said}</small>}
				</p>
			)}
			<Rows items={paper.items} empty={words("paperNone")} row={(label) => <Due key={label.sku} label={label} may={may && isPrinted} />} />
		</Part>
	);
}

function Due({ label, may }: { label: PaperLabelRow; may: boolean }) {
	const { f } = useSpeech();
	const words = useMorningWords();
	const { said, busy, print } = usePrint();
	return (
		<li>
			<span class="what">
				{label.name ?? label.sku}
				<small>
					<span class="code">{label.sku}</span> · {words("paperSince", f.day(label.printedAt))}
				</small>
			</span>
			<span class="side acts">
				{label.waits ? (
					<b>{words("paperWaits")}</b>
				) : (
					may && (
						<button
							type="button"
							disabled={busy}
							aria-label={`${words("paperPrint")}: ${label.name ?? label.sku}`}
							onClick={() => print((id) => api.printLabel(id, label.sku))}
						>
							{words("paperPrint")}
						</button>
					)
				)}
				{said !== "" && <small role="status">{said}</small>}
			</span>
		</li>
	);
}

/** The button with which an article gets a paper label, where the store has a printer for it. */
export function PrintPaperLabel({ sku }: { sku: string }) {
	const words = useMorningWords();
	const isPrinted = useCockpit((all) => hasLabelPrinter(all.devices));
	const may = useMay("labels.bind");
	const { said, busy, print } = usePrint();
	if (!isPrinted || !may) return null;
	return (
		<p class="acts">
			<button type="button" class="ghost" disabled={busy} onClick={() => print((id) => api.printLabel(id, sku))}>
				{words("paperFirst")}
			</button>
			{said !== "" && <small role="status">{said}</small>}
		</p>
	);
}
