import { useState } from "preact/hooks";
import { useSpeech } from "../language/language.ts";
import { Refused } from "../shared/ask.ts";

/** Runs an act and keeps its answer as a sentence; `busy` while it lasts. */
export function useAct() {
	const { say } = useSpeech();
	const [said, setSaid] = useState("");
	const [busy, setBusy] = useState(false);
	const act = async (work: () => Promise<string>): Promise<void> => {
		setBusy(true);
		setSaid("…");
		try {
			setSaid(await work());
		} catch (error) {
			setSaid(error instanceof Refused && error.status !== 0 ? error.message : say("unreachable"));
		} finally {
			setBusy(false);
		}
	};
	return { said, busy, act };
}
