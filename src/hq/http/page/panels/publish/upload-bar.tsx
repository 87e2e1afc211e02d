import { useSpeech } from "../../language/language.ts";
import type { HowFar } from "../../state/upload.ts";

const wordOf = {
	receiving: "uploadReceiving",
	reading: "uploadReading",
	judging: "uploadJudging",
	writing: "uploadWriting",
} as const;

/** How far head office is with a file. `far` null: nothing is known yet. */
export function UploadBar({ name, far }: { name: string; far: HowFar | null }) {
	const { say } = useSpeech();
	const { stage, percent } = far ?? { stage: "receiving" as const, percent: 0 };
	return (
		<div class="upload" role="status">
			<b>{say("uploadTitle", name)}</b>
			<progress max={100} value={percent} aria-label={say("uploadTitle", name)} />
			<span class="how-far">{say(wordOf[stage], percent)}</span>
			{stage !== "receiving" && <span class="quiet">{say("uploadMayLeave")}</span>}
		</div>
	);
}
