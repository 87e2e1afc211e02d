import type { HeldPriceRow } from "../../../../words/answers/prices.ts";
import { useSpeech } from "../../language/language.ts";
import { useMorningWords } from "../../language/morning-words.ts";
import { useMorning } from "../../state/morning.ts";
import { useCockpit } from "../../state/state.ts";
import { AlarmList } from "../alarms/alarms.tsx";
import { railWords } from "../price-check.tsx";
import { Part, Rows } from "./list.tsx";

/** Batteries have a list of their own. */
const listedElsewhere = new Set(["label-battery-low"]);

/** The alarms with their acts, and the prices that wait for head office. */
export function Decisions() {
	const words = useMorningWords();
	const alarms = useCockpit((all) => all.alarms);
	const opened = useCockpit((all) => all.status !== null);
	const held = useMorning((all) => all.held);
	const standing = alarms.filter(({ code }) => !listedElsewhere.has(code));
	return (
		<Part id="decide" title={words("decide")} count={opened ? standing.length : null}>
			{opened ? (
				standing.length === 0 ? (
					<p class="empty">{words("decideNone")}</p>
				) : (
					<AlarmList alarms={standing} first={8} />
				)
			) : (
				<p class="empty loading">{words("loading")}</p>
			)}
			{held !== null && held.length > 0 && (
				<>
					<h3>{words("held")}</h3>
					<p class="hint">{words("heldDo")}</p>
					<Rows items={held} empty="" row={(each) => <Held key={`${each.sku} ${each.version}`} held={each} />} />
				</>
			)}
		</Part>
	);
}

function Held({ held: { sku, name, amountMinor, currency, since, reasons } }: { held: HeldPriceRow }) {
	const { say, f } = useSpeech();
	return (
		<li>
			<span class="what">
				{name}
				<small>
					<span class="code">{sku}</span> · {say("from", f.day(since))}
				</small>
			</span>
			<span class="side">
				<b>{f.money(amountMinor, currency)}</b>
				<small>{reasons.map(({ code }) => say(railWords[code] ?? "railOther")).join(", ")}</small>
			</span>
		</li>
	);
}
