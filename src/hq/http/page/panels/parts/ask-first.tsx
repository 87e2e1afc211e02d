import { useSpeech } from "../../language/language.ts";

/** Asks before an act that is not taken back easily; `act` names it on the button. */
export function AskFirst({ act, question, yes, no }: { act: string; question: string; yes(): void; no(): void }) {
	const { say } = useSpeech();
	return (
		<span class="asking" role="alertdialog" aria-label={act}>
			<span>{question}</span>
			<button type="button" class="danger" onClick={yes}>
				{act}
			</button>
			<button type="button" class="ghost" onClick={no}>
				{say("keep")}
			</button>
		</span>
	);
}
