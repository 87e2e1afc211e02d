import { useSpeech } from "../language/language.ts";
import { useAttempt } from "../shared/use-attempt.ts";

/** Runs an act of a row and keeps its answer as a sentence; a sign says that it is under way. */
export function useAct() {
	const { say } = useSpeech();
	const { said, busy, attempt } = useAttempt(say("unreachable"));
	return { said, busy, act: (work: () => Promise<string>) => attempt(work, "…") };
}
