import { useState } from "preact/hooks";
import type { Alarm } from "../../../../words/alarm.ts";
import type { RefillTask } from "../../../../words/answers/replenishment.ts";
import type { PlannedPlace } from "../../../../words/answers/shelves.ts";
import { useSpeech } from "../../language/language.ts";
import { useMorningWords } from "../../language/morning-words.ts";
import { Refused } from "../../shared/ask.ts";
import { RefusalText } from "../../shared/refusal-text.tsx";
import { askMorning, useMorning } from "../../state/morning.ts";
import { api, useCockpit } from "../../state/state.ts";
import { Count, useMay } from "../alarms/acts.tsx";
import { openLabel } from "../drawer.tsx";
import { Part, Rows } from "./list.tsx";

/** Shelves to fill from the back room, and articles of which the store has none left. */
export function Goods() {
	const words = useMorningWords();
	const tasks = useMorning((all) => all.tasks);
	const places = useMorning((all) => all.places);
	const soldOut = soldOutOf(places);
	return (
		<Part id="fill" title={words("fill")} count={tasks === null ? null : tasks.length + soldOut.length}>
			<Rows
				items={tasks}
				empty={places?.length === 0 ? <a href="#settings">{words("fillNoPlan")}</a> : words("fillNone")}
				row={(task) => <Task key={task.id} task={task} />}
			/>
			{soldOut.length > 0 && (
				<>
					<h3>{words("soldOut")}</h3>
					<p class="hint">{words("soldOutDo")}</p>
					<Rows items={soldOut} empty="" row={(place) => <SoldOut key={place.place} place={place} />} />
				</>
			)}
		</Part>
	);
}

/** Planned places whose article was counted or moved once, and of which nothing is left in the store. */
export const soldOutOf = (places: readonly PlannedPlace[] | null): PlannedPlace[] =>
	(places ?? []).filter(({ onHand }) => onHand !== null && onHand <= 0);

function Task({ task }: { task: RefillTask }) {
	const { say, f } = useSpeech();
	const words = useMorningWords();
	const mayFill = useMay("stock.write");
	const [said, setSaid] = useState("");
	const [busy, setBusy] = useState(false);
	const quantity = (value: number): string => (task.unit === "milligram" ? f.grams(value) : f.number(value));
	const likely = task.emptyAt?.likely ?? null;
	const done = async () => {
		setBusy(true);
		try {
			await api.filled(task.id);
			await askMorning();
		} catch (error) {
			setSaid(error instanceof Refused && error.status !== 0 ? error.message : say("unreachable"));
		} finally {
			setBusy(false);
		}
	};
	return (
		<li>
			<b class="place">{task.place}</b>
			<span class="what">
				{task.name ?? task.sku}
				<small>
					{words("left", quantity(task.onShelf), quantity(task.capacity))}
					{likely !== null && ` · ${words("emptyAt", f.day(likely))}`}
				</small>
			</span>
			<span class="side acts">
				<b>{words("bring", quantity(task.bring))}</b>
				{mayFill && (
					<button type="button" disabled={busy} aria-label={`${words("filled")}: ${task.place}`} onClick={done}>
						{words("filled")}
					</button>
				)}
			</span>
			<RefusalText said={said} />
		</li>
	);
}

function SoldOut({ place: { place, sku, name, unit } }: { place: PlannedPlace }) {
	return (
		<li>
			<b class="place">{place}</b>
			<span class="what">
				{name ?? sku}
				<small class="code">{sku}</small>
			</span>
			<Count sku={sku} name={name} isWeighed={unit === "milligram"} />
		</li>
	);
}

const batteryLow = ({ code }: Alarm): boolean => code === "label-battery-low";

/** Labels whose battery ends soon. */
export function Batteries() {
	const words = useMorningWords();
	const alarms = useCockpit((all) => all.alarms);
	const opened = useCockpit((all) => all.status !== null);
	const low = alarms.filter(batteryLow);
	return (
		<Part id="batteries" title={words("batteries")} count={opened ? low.length : null}>
			{low.length > 0 && <p class="hint">{words("changeThisWeek")}</p>}
			<Rows items={opened ? low : null} empty={words("batteriesNone")} row={(alarm) => <Battery key={alarm.id} id={alarm.subject} />} />
		</Part>
	);
}

function Battery({ id }: { id: string }) {
	const { f } = useSpeech();
	const label = useCockpit((all) => all.labels.get(id));
	const place = useMorning((all) => all.places?.find(({ sku }) => sku === label?.sku)?.place);
	return (
		<li>
			<button type="button" class="row" disabled={!label} onClick={() => openLabel(id)}>
				<span class="what">
					{label?.name ?? id}
					<small>
						{place !== undefined && <b>{place} · </b>}
						<span class="code">{id}</span>
					</small>
				</span>
				<span class="side">{label?.batteryMillivolts != null && <b>{f.volts(label.batteryMillivolts)}</b>}</span>
			</button>
		</li>
	);
}
