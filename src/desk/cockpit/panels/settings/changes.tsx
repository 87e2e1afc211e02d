import { useEffect, useRef, useState } from "preact/hooks";
import type { SettingsDraft } from "../../../../words/settings/setting.ts";
import { useSpeech } from "../../language/language.ts";
import { sectionTitle, useSettingsWords } from "../../language/settings-words.ts";
import { Refused } from "../../shared/ask.ts";
import { RefusalText } from "../../shared/refusal-text.tsx";
import { changeOf, discardEdits, readAgain, saveEdits, showFaults, useEditing } from "../../state/settings.ts";
import { api } from "../../state/state.ts";

/** How many changes there are; opens what they do to the file, from where they are saved. */
export function Changes() {
	const { say, f } = useSpeech();
	const words = useSettingsWords();
	const edits = useEditing((all) => all.edits);
	const text = useEditing((all) => all.text);
	const read = useEditing((all) => all.read);
	const [draft, setDraft] = useState<SettingsDraft | null>(null);
	const [said, setSaid] = useState("");
	const many = text !== null ? 1 : edits.size;
	if (many === 0) return null;
	const look = async () => {
		setSaid("");
		try {
			const found = await api.checkSettings(changeOf({ edits, text, read }));
			showFaults(found.faults);
			setDraft(found);
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			// A value that is no YAML, or a path that does not exist, gives no changed lines to show.
			showFaults(error.errors as SettingsDraft["faults"]);
			setSaid(error.status === 0 ? say("unreachable") : error.message);
		}
	};
	return (
		<div class="changes-bar" role="region" aria-label={words("changes", f.number(many))}>
			<b>{words("changes", f.number(many))}</b>
			<button type="button" onClick={look}>
				{words("review")}
			</button>
			<button type="button" class="ghost" onClick={discardEdits}>
				{words("discard")}
			</button>
			<RefusalText said={said} />
			{draft && <Review draft={draft} close={() => setDraft(null)} again={look} />}
		</div>
	);
}

/** The lines that change, what is wrong with them, what they restart; and the button that saves. */
function Review({ draft, close, again }: { draft: SettingsDraft; close(): void; again(): Promise<void> }) {
	const { say } = useSpeech();
	const words = useSettingsWords();
	const dialog = useRef<HTMLDialogElement>(null);
	const [said, setSaid] = useState("");
	const [moved, setMoved] = useState(false);
	const [busy, setBusy] = useState(false);
	useEffect(() => dialog.current?.showModal(), []);
	const save = async () => {
		setBusy(true);
		try {
			await saveEdits();
			close();
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			setMoved(error.code === "settings-moved");
			showFaults(error.errors as SettingsDraft["faults"]);
			setSaid(error.status === 0 ? say("unreachable") : error.message);
		} finally {
			setBusy(false);
		}
	};
	const anew = async () => {
		await readAgain();
		setMoved(false);
		setSaid("");
		await again();
	};
	return (
		<dialog ref={dialog} class="review" aria-labelledby="review-title" onClose={close}>
			<h2 id="review-title">{words("wouldChange")}</h2>
			<Diff draft={draft} />
			{draft.faults.length > 0 && (
				<div class="refused" role="alert">
					<p>{words("isWrong")}</p>
					<ul>
						{draft.faults.map(({ message }) => (
							<li key={message}>{message}</li>
						))}
					</ul>
				</div>
			)}
			{draft.restart.length > 0 && (
				<p class="hint">{words("willRestart", draft.restart.map((name) => sectionTitle(words, name)).join(", "))}</p>
			)}
			<RefusalText said={said} />
			<p class="acts">
				{moved ? (
					<button type="button" onClick={anew}>
						{words("readAgain")}
					</button>
				) : (
					<button type="button" disabled={busy || draft.faults.length > 0 || draft.diff.length === 0} onClick={save}>
						{words("save")}
					</button>
				)}
				<button type="button" class="ghost" onClick={() => dialog.current?.close()}>
					{words("back")}
				</button>
			</p>
		</dialog>
	);
}

const marks = { same: " ", removed: "−", added: "+" } as const;

export function Diff({ draft: { diff } }: { draft: SettingsDraft }) {
	const words = useSettingsWords();
	if (diff.length === 0) return <p class="empty">{words("nothing")}</p>;
	return (
		<ol class="diff code" tabIndex={0} aria-label={words("wouldChange")}>
			{diff.map(({ kind, line, text }) => (
				<li key={`${kind} ${line}`} class={kind}>
					<span class="line" aria-hidden="true">
						{line}
					</span>
					<span>{marks[kind]}</span>
					<span class="text">{text}</span>
				</li>
			))}
		</ol>
	);
}
