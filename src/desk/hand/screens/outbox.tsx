import { useState } from "preact/hooks";
import { Refused } from "../../cockpit/shared/ask.ts";
import { LanguageSelect } from "../../cockpit/shared/language-select.tsx";
import { RefusalText } from "../../cockpit/shared/refusal-text.tsx";
import { actSentence, useSpeech } from "../language/speech.ts";
import { signOut } from "../state/live.ts";
import { speak, useHand } from "../state/state.ts";
import { Refusal } from "./kept-act.tsx";

/** Every act of this device that is not over, and the last ones that are; newest first. */
export function Outbox() {
	const { say, f, language } = useSpeech();
	const who = useHand((all) => all.who);
	const acts = useHand((all) => all.acts);
	const [said, setSaid] = useState("");
	const leave = (): void => {
		void signOut().catch((error: unknown) => {
			if (!(error instanceof Refused)) throw error;
			setSaid(error.status === 0 ? say("unreachable") : error.message);
		});
	};
	return (
		<>
			{acts.length === 0 && <p class="hint">{say("emptyOutbox")}</p>}
			<ul class="acts">
				{acts.toReversed().map((act) => (
					<li key={act.n}>
						{act.state === "refused" && act.by === who?.name ? (
							<Refusal act={act} />
						) : (
							<>
								<span class={`mark-of ${act.state}`} aria-hidden="true" />
								<span>
									{actSentence(act.about, say, f)}
									<small>
										{f.clock(act.at)} · {act.by} ·{" "}
										{act.state === "waiting" && act.by !== who?.name ? say("waitsFor", act.by) : say(act.state)}
										{act.state === "refused" && ` · ${act.answer?.said ?? ""}`}
									</small>
								</span>
							</>
						)}
					</li>
				))}
			</ul>
			<div class="row foot">
				<LanguageSelect label={say("language")} value={language} onChoose={speak} />
				<a href="/">{say("cockpit")}</a>
				{who && (
					<button type="button" class="second" onClick={leave}>
						{say("signOut", who.name)}
					</button>
				)}
			</div>
			<RefusalText said={said} />
		</>
	);
}
