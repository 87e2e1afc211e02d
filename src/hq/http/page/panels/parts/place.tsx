import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { StoreAtHq } from "../../../../../words/answers/head-office/stores.ts";
import { useSpeech } from "../../language/language.ts";
import { usePolled } from "../../state/polled.ts";
import { api, failed, useMay } from "../../state/state.ts";
import { AskFirst } from "./ask-first.tsx";

/** One act that is asked about before it is done. */
interface Asked {
	act: string;
	question: string;
	done: string;
	send(): Promise<unknown>;
}

function Dialog({ title, children, onClose }: { title: string; children: ComponentChildren; onClose(): void }) {
	const { say } = useSpeech();
	const dialog = useRef<HTMLDialogElement>(null);
	useEffect(() => dialog.current!.showModal(), []);
	return (
		<dialog ref={dialog} class="enrol" aria-labelledby="place-title" onClose={onClose}>
			<header>
				<h2 id="place-title">{title}</h2>
				<button type="button" class="ghost" onClick={() => dialog.current!.close()}>
					{say("close")}
				</button>
			</header>
			<div class="made">{children}</div>
		</dialog>
	);
}

/** The question before an act, and what became of it. */
function useAsked(again: () => void) {
	const { say } = useSpeech();
	const [asked, setAsked] = useState<Asked | null>(null);
	const [said, setSaid] = useState({ text: "", refused: false });
	const send = ({ send: act, done }: Asked) => {
		setAsked(null);
		act()
			.then(
				() => setSaid({ text: done, refused: false }),
				(error: unknown) => setSaid({ text: failed(error) || say("nothingChanged"), refused: true }),
			)
			.finally(again);
	};
	const shown = (
		<>
			{asked && <AskFirst act={asked.act} question={asked.question} yes={() => send(asked)} no={() => setAsked(null)} />}
			{said.text !== "" && (
				<p class={said.refused ? "refused" : "quiet"} role={said.refused ? "alert" : "status"}>
					{said.text}
				</p>
			)}
		</>
	);
	const ask = (next: Asked) => {
		setSaid({ text: "", refused: false });
		setAsked(next);
	};
	return { shown, ask };
}

/** Who is a store's box: boxes that were replaced, and the end of the enrolment. */
export function Place({ store, onClose }: { store: StoreAtHq; onClose(): void }) {
	const { say, f } = useSpeech();
	const { value: boxes, problem, again } = usePolled(() => api.boxesApart(store.id), 10_000, store.id);
	const { shown, ask } = useAsked(again);
	return (
		<Dialog title={`${say("box")}: ${store.id}`} onClose={onClose}>
			<p>{say("boxNumber", String(store.incarnation))}</p>
			<p class="quiet">{say(boxes?.length === 0 ? "noBoxApart" : "boxesApart")}</p>
			{problem !== "" && <p class="refused">{problem}</p>}
			<ul class="lines">
				{(boxes ?? []).map(({ box, incarnation, records, heardAt }) => (
					<li key={box}>
						<span class="reason">
							{say("boxApart", String(incarnation), f.number(records), f.day(heardAt))} <span class="code">{box.slice(0, 8)}</span>
						</span>
						<button
							type="button"
							class="ghost"
							onClick={() =>
								ask({
									...{ act: say("giveBack"), question: say("giveBackQuestion", String(incarnation), store.id), done: say("gaveBack") },
									send: () => api.giveBack(store.id, box),
								})
							}
						>
							{say("giveBack")}
						</button>
					</li>
				))}
			</ul>
			<button
				type="button"
				class="ghost danger"
				onClick={() =>
					ask({
						...{ act: say("endEnrolment"), question: say("endQuestion", store.id), done: say("enrolmentEnded") },
						send: () => api.endEnrolment(store.id),
					})
				}
			>
				{say("endEnrolment")}
			</button>
			{shown}
		</Dialog>
	);
}

/** Records that a restored head office takes back from its stores. */
function TakeBack({ onClose }: { onClose(): void }) {
	const { say, f } = useSpeech();
	const { value: items, again } = usePolled(() => api.restored(), 10_000, "");
	const { shown, ask } = useAsked(again);
	return (
		<Dialog title={say("restoredOffice")} onClose={onClose}>
			<p>{say("restoredHelp")}</p>
			{items?.length === 0 && <p class="quiet">{say("nothingRestored")}</p>}
			<ul class="lines">
				{(items ?? []).slice(0, 20).map(({ at, store, stream, records }) => (
					<li key={`${store} ${stream} ${at}`}>{say("restoredOf", `${store} ${stream}`, f.number(records), f.day(at))}</li>
				))}
			</ul>
			<button
				type="button"
				onClick={() => ask({ act: say("takeBack"), question: say("takeBackQuestion"), done: say("takenBack"), send: () => api.takeBack() })}
			>
				{say("takeBack")}
			</button>
			{shown}
		</Dialog>
	);
}

/** The button that opens it, for those who may. */
export function AfterRestore() {
	const { say } = useSpeech();
	const may = useMay("restore.release");
	const [open, setOpen] = useState(false);
	if (!may) return null;
	return (
		<>
			<button type="button" class="ghost" onClick={() => setOpen(true)}>
				{say("restoredOffice")}
			</button>
			{open && <TakeBack onClose={() => setOpen(false)} />}
		</>
	);
}
