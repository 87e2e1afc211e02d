import { type ComponentChildren, Fragment } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Alarm } from "../../../../words/alarm.ts";
import type { PrintJob } from "../../../../words/receipt.ts";
import type { OnHand } from "../../../../words/stock.ts";
import { useSpeech } from "../../language/language.ts";
import { useMorningWords } from "../../language/morning-words.ts";
import { slipFacts } from "../../state/slip.ts";
import { api, newId, useCockpit } from "../../state/state.ts";
import { useAct } from "../../state/use-act.ts";
import { SettleButtons } from "../controls.tsx";
import { openLabel } from "../drawer.tsx";
import { ChooseCandidate } from "../shelf-acts.tsx";

/** Codes of alarms whose subject is an article to count. */
const countsArticle = new Set(["stock-differs", "unit-changed"]);

/** The act that an alarm asks of a person, as buttons and fields in the alarm itself. */
export function AlarmAct({ alarm }: { alarm: Alarm }) {
	const device = useCockpit((all) => all.devices.some(({ id }) => id === alarm.subject));
	const label = useCockpit((all) => all.labels.has(alarm.subject));
	if (alarm.code === "printer-in-doubt" || alarm.code === "paper-label-in-doubt") return <SettleReceipt job={alarm.subject} />;
	if (alarm.code === "receipt-failed" || alarm.code === "paper-label-failed") return <FailedReceipt job={alarm.subject} />;
	if (/^shelf-/.test(alarm.code)) return <CountShelf shelf={alarm.subject} />;
	if (countsArticle.has(alarm.code)) return <CountArticle sku={alarm.subject} />;
	if (alarm.code === "prices-frozen") return <Thaw />;
	if (device) return <DeviceActs id={alarm.subject} />;
	if (label) return <ShowLabel id={alarm.subject} />;
	if (alarm.code === "base-station-unknown" || alarm.code === "receipt-without-printer") return <ToSettings />;
	return null;
}

/** Whether the person who is signed in has the right; until that is known nothing is offered. */
export const useMay = (right: string): boolean => useCockpit((all) => all.who?.rights.includes(right) ?? false);

/** A row of acts with the answer to the last of them. */
function Acts({ said, children }: { said: string; children: ComponentChildren }) {
	return (
		<span class="acts">
			{children}
			{said !== "" && <small role="status">{said}</small>}
		</span>
	);
}

/** A receipt by its sum, till, printer and time. */
function useReceipt(job: string): { found: PrintJob | null; details: string } {
	const { f } = useSpeech();
	const [found, setFound] = useState<PrintJob | null>(null);
	// Asked of the gateway and not read from the page's list, which has only the newest sixty receipts.
	useEffect(() => {
		api.job(job).then(setFound, () => {});
	}, [job]);
	const facts = found?.sku === null ? slipFacts(found.document) : {};
	const details = found ? [facts.sum, facts.till, found.printer, f.day(found.queuedAt)].filter((fact) => fact !== undefined) : [];
	return { found, details: details.join(" · ") };
}

function Slip({ found }: { found: PrintJob | null }) {
	const { say } = useSpeech();
	const [open, setOpen] = useState(false);
	return (
		<>
			<button type="button" class="ghost" disabled={!found} aria-expanded={open} onClick={() => setOpen(!open)}>
				{say("slip")}
			</button>
			{open && found && <pre class="slip">{found.document}</pre>}
		</>
	);
}

function SettleReceipt({ job }: { job: string }) {
	const { found, details } = useReceipt(job);
	const { said, act } = useAct();
	const mayDecide = useMay("prints.settle");
	const settle = (as: "printed" | "again"): Promise<void> => act(() => api.settle(job, as).then(() => "✓"));
	return (
		<Acts said={said}>
			{details !== "" && <small class="quiet">{details}</small>}
			{mayDecide && <SettleButtons settle={settle} />}
			{found?.sku === null && <Slip found={found} />}
		</Acts>
	);
}

function FailedReceipt({ job }: { job: string }) {
	const { say } = useSpeech();
	const words = useMorningWords();
	const { found, details } = useReceipt(job);
	const { said, busy, act } = useAct();
	const mayDecide = useMay("prints.settle");
	return (
		<Acts said={said}>
			{details !== "" && <small class="quiet">{details}</small>}
			{mayDecide && (
				<>
					<button type="button" disabled={busy} onClick={() => act(() => api.settle(job, "again").then(() => "✓"))}>
						{say("printAgain")}
					</button>
					<button type="button" disabled={busy} onClick={() => act(() => api.cancelPrint(job).then(() => "✓"))}>
						{words("cancelReceipt")}
					</button>
				</>
			)}
			{found?.sku === null && <Slip found={found} />}
		</Acts>
	);
}

function DeviceActs({ id }: { id: string }) {
	const { say } = useSpeech();
	const words = useMorningWords();
	const { said, busy, act } = useAct();
	if (!useMay("devices.write")) return null;
	const test = () =>
		act(async () => {
			const { what, do: next } = await api.testDevice(id);
			return next === undefined ? what : `${what} ${next}`;
		});
	return (
		<Acts said={said}>
			<button type="button" disabled={busy} aria-label={`${words("testAgain")}: ${id}`} onClick={test}>
				{words("testAgain")}
			</button>
			<button
				type="button"
				disabled={busy}
				aria-label={`${say("restart")}: ${id}`}
				onClick={() => act(() => api.restartDevice(id).then(() => say("restarted")))}
			>
				{say("restart")}
			</button>
		</Acts>
	);
}

function ShowLabel({ id }: { id: string }) {
	const words = useMorningWords();
	return (
		<Acts said="">
			<button type="button" onClick={() => openLabel(id)}>
				{words("showLabel")}
			</button>
		</Acts>
	);
}

function ToSettings() {
	const words = useMorningWords();
	if (!useMay("settings.read")) return null;
	return (
		<Acts said="">
			<a href="#settings">{words("addInSettings")}</a>
		</Acts>
	);
}

/** Ends the freeze of prices, after a question: what waited comes into force at once. */
function Thaw() {
	const { say } = useSpeech();
	const words = useMorningWords();
	const { said, busy, act } = useAct();
	const [asking, setAsking] = useState(false);
	if (!useMay("prices.freeze")) return null;
	const thaw = () => {
		setAsking(false);
		return act(() => api.thaw().then(() => "✓"));
	};
	return (
		<Acts said={said}>
			{asking ? (
				<>
					<small>{words("thawAsk")}</small>
					<button type="button" onClick={thaw}>
						{words("yes")}
					</button>
					<button type="button" class="ghost" onClick={() => setAsking(false)}>
						{say("cancel")}
					</button>
				</>
			) : (
				<button type="button" disabled={busy} onClick={() => setAsking(true)}>
					{words("thaw")}
				</button>
			)}
		</Acts>
	);
}

function CountShelf({ shelf }: { shelf: string }) {
	const place = useCockpit((all) => all.shelves.find(({ id }) => id === shelf));
	if (place?.sku === undefined || place.sku === null) return null;
	const count = <Count sku={place.sku} name={place.name} isWeighed={place.unit === "milligram"} />;
	if (place.others.length === 0) return count;
	// A choice says what it was; or each of several articles on one plate is counted: the alarm ends with the last of them.
	return (
		<span class="acts">
			<ChooseCandidate shelf={place} />
			<small>{place.name ?? place.sku}</small>
			{count}
			{place.others.map(({ sku, name }) => (
				<Fragment key={sku}>
					<small>{name ?? sku}</small>
					<Count sku={sku} name={name} isWeighed={false} />
				</Fragment>
			))}
		</span>
	);
}

function CountArticle({ sku }: { sku: string }) {
	const [held, setHeld] = useState<OnHand | null>(null);
	useEffect(() => {
		api.stock(sku).then(setHeld, () => {});
	}, [sku]);
	return held && <Count sku={sku} name={held.name} isWeighed={held.unit === "milligram"} />;
}

/** The field for a count, of pieces or kilograms. */
export function Count({ sku, name, isWeighed }: { sku: string; name: string | null; isWeighed: boolean }) {
	const { say } = useSpeech();
	const { said, busy, act } = useAct();
	const [counted, setCounted] = useState("");
	const asked = useRef<{ id: string; quantity: number; occurredAt: string }>(undefined);
	if (!useMay("stock.write")) return null;
	const enter = (event: Event) => {
		event.preventDefault();
		const quantity = Math.round(Number(counted.replace(",", ".")) * (isWeighed ? 1_000_000 : 1));
		if (counted.trim() === "" || !Number.isSafeInteger(quantity) || quantity < 0) return;
		return act(async () => {
			// The same id and time until it succeeds, so that a count sent twice counts once. Another number is another count.
			if (asked.current?.quantity !== quantity) asked.current = { id: newId(), quantity, occurredAt: new Date().toISOString() };
			await api.count({ ...asked.current, sku });
			setCounted("");
			asked.current = undefined;
			return "✓";
		});
	};
	return (
		<form class="acts" onSubmit={enter}>
			<input
				class="number"
				inputMode="decimal"
				size={6}
				value={counted}
				placeholder={isWeighed ? "kg" : "0"}
				aria-label={say("countOf", name ?? sku)}
				onInput={(e) => setCounted(e.currentTarget.value)}
			/>
			<button type="submit" disabled={busy || counted.trim() === ""}>
				{say("enterCount")}
			</button>
			{said !== "" && <small role="status">{said}</small>}
		</form>
	);
}
