import { useState } from "preact/hooks";
import { Refused } from "./ask.ts";

/**
 * Runs what a person asked for, one at a time: `busy` while it lasts; `said` is its answer, or the sentence of a refusal.
 * `unreachable`: the sentence where nobody answers.
 */
export function useAttempt(unreachable: string) {
	const [said, setSaid] = useState("");
	const [busy, setBusy] = useState(false);
	const attempt = async (work: () => Promise<string>, meanwhile = ""): Promise<void> => {
		setBusy(true);
		setSaid(meanwhile);
		try {
			setSaid(await work());
		} catch (error) {
			setSaid(error instanceof Refused && error.status !== 0 ? error.message : unreachable);
		} finally {
			setBusy(false);
		}
	};
	return { said, busy, attempt };
}
