/** Acts at a weighing shelf: which of several articles a change was, and that staff fills it. */
import { useRef } from "preact/hooks";
import { nameOnShelf, type ShelfMix, type WeighingShelf } from "../../../words/answers/shelves.ts";
import { useSpeech } from "../language/language.ts";
import { api, change, newId, useCockpit } from "../state/state.ts";
import { useAct } from "../state/use-act.ts";

const useMay = (): boolean => useCockpit((all) => all.who?.rights.includes("stock.write") ?? false);

/** The same id until it is answered: an act that is sent twice counts once. Another act has another id. */
function useActId(): { of(what: string): string; done(): void } {
	const asked = useRef<{ what: string; id: string }>(undefined);
	return {
		of(what) {
			if (asked.current?.what !== what) asked.current = { what, id: newId() };
			return asked.current.id;
		},
		done: () => void (asked.current = undefined),
	};
}

const refresh = async (): Promise<void> => change({ shelves: await api.shelves() });

/** The open changes of a shelf, the oldest first, each with what it may have been as buttons. */
export function ChooseCandidate({ shelf }: { shelf: WeighingShelf }) {
	const { say, f } = useSpeech();
	const shelves = useCockpit((all) => all.shelves);
	const now = useCockpit((all) => all.now);
	const { said, busy, act } = useAct();
	const ids = useActId();
	if (!useMay() || shelf.open.length === 0) return null;
	const choose = (n: number, choice: ShelfMix) =>
		act(async () => {
			await api.choose(shelf.id, { id: ids.of(JSON.stringify([n, choice])), change: n, choice });
			ids.done();
			await refresh();
			return "✓";
		});
	return (
		<span class="acts choose">
			{shelf.open.map(({ change: n, at, milligrams, candidates }) => (
				<span key={n} class="acts" role="group" aria-label={say("whichWasIt", f.moved(milligrams, "milligram"))}>
					<small>
						{say("whichWasIt", f.moved(milligrams, "milligram"))} · {f.ago(at, now)}
					</small>
					{candidates.map((mix) => (
						<button key={JSON.stringify(mix)} type="button" disabled={busy} onClick={() => choose(n, mix)}>
							{mix.map((part) => `${f.signed(part.pieces)} × ${nameOnShelf(shelves, part.sku)}`).join(", ")}
						</button>
					))}
				</span>
			))}
			{said !== "" && <small role="status">{said}</small>}
		</span>
	);
}

/** Begins and ends the filling of a shelf by staff. */
export function RestockShelf({ shelf }: { shelf: WeighingShelf }) {
	const { say, f } = useSpeech();
	const { said, busy, act } = useAct();
	const ids = useActId();
	const may = useMay();
	const { restocking } = shelf;
	const set = (on: boolean) =>
		act(async () => {
			await api.restock(shelf.id, { id: ids.of(String(on)), on });
			ids.done();
			await refresh();
			return "";
		});
	return (
		<span class="acts">
			{restocking && <small role="status">{say("restockUntil", f.clock(restocking.until))}</small>}
			{may && (
				<button
					type="button"
					class="ghost"
					disabled={busy}
					aria-label={`${say(restocking ? "restockEnd" : "restockBegin")}: ${shelf.id}`}
					onClick={() => set(!restocking)}
				>
					{say(restocking ? "restockEnd" : "restockBegin")}
				</button>
			)}
			{said !== "" && <small role="status">{said}</small>}
		</span>
	);
}
