import { useState } from "preact/hooks";
import { useSpeech } from "../../language/language.ts";
import { failed } from "../../state/state.ts";
import { AskFirst } from "./ask-first.tsx";

/** A button whose act is asked about first. What head office refuses stands beside it; `again` reads what the act has changed. */
export function AskedAct({ act, question, send, again }: { act: string; question: string; send(): Promise<unknown>; again(): void }) {
	const { say } = useSpeech();
	const [asking, setAsking] = useState(false);
	const [said, setSaid] = useState("");
	const go = (): void => {
		setAsking(false);
		send()
			.then(
				() => setSaid(""),
				(error: unknown) => setSaid(failed(error) || say("unreachable")),
			)
			.finally(again);
	};
	return (
		<span class="acts">
			<button type="button" class="ghost danger" onClick={() => setAsking(true)}>
				{act}
			</button>
			{asking && <AskFirst act={act} question={question} yes={go} no={() => setAsking(false)} />}
			{said !== "" && (
				<span class="refused" role="alert">
					{said}
				</span>
			)}
		</span>
	);
}
