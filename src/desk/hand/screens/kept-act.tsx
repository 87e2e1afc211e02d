import { useState } from "preact/hooks";
import { actSentence, useSpeech } from "../language/speech.ts";
import type { KeptAct } from "../state/act.ts";
import { forgetAct, sendAgain } from "../state/outbox.ts";
import { change, useHand } from "../state/state.ts";

/** Waits until an act is kept, then goes on; where it cannot be kept, says so. A second touch meanwhile does nothing. */
export function useDoing(onKept: () => void): (kept: Promise<void>) => void {
	const [busy, setBusy] = useState(false);
	return (kept) => {
		if (busy) return;
		setBusy(true);
		void kept.then(onKept, () => change({ failedToKeep: true })).finally(() => setBusy(false));
	};
}

/** Keeps an act of a scan: each scan counts, however quickly the next one follows. */
export function keepScanned(kept: Promise<void>): void {
	kept.catch(() => change({ failedToKeep: true }));
}

/** The outcome of the newest act, and refusals that nobody has read: always on the screen. */
export function NewestAct() {
	const { say, f } = useSpeech();
	const name = useHand((all) => all.who?.name);
	const acts = useHand((all) => all.acts);
	const failed = useHand((all) => all.failedToKeep);
	const own = acts.filter(({ by }) => by === name);
	const refused = own.filter(({ state }) => state === "refused");
	const newest = own.at(-1);
	return (
		<div class="newest-act">
			{failed && (
				<p class="refused" role="alert">
					{say("notKept")}
				</p>
			)}
			{refused[0] && <Refusal act={refused[0]} more={refused.length - 1} />}
			<p class="newest" role="status">
				{newest && newest.state !== "refused" && (
					<>
						<span class={`mark-of ${newest.state}`} aria-hidden="true" />
						{actSentence(newest.about, say, f)} · {say(newest.state)}
					</>
				)}
			</p>
		</div>
	);
}

/** Why an act was refused and what to do. It stays until the clerk has read it or sent it again. */
export function Refusal({ act, more = 0 }: { act: KeptAct; more?: number }) {
	const { say, f } = useSpeech();
	return (
		<section class="refusal" role="alert">
			<p>
				<strong>{say("refused")}</strong> · {actSentence(act.about, say, f)}
			</p>
			<p>{act.answer?.said}</p>
			{more > 0 && <p class="quiet">{say("moreRefused", more)}</p>}
			<div class="row">
				<button type="button" class="second" onClick={() => void sendAgain(act)}>
					{say("again")}
				</button>
				<button type="button" class="second" onClick={() => void forgetAct(act)}>
					{say("noted")}
				</button>
			</div>
		</section>
	);
}
