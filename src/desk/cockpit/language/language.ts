import { useMemo } from "preact/hooks";
import { useCockpit } from "../state/state.ts";
import { formats } from "./format.ts";
import { sayIn } from "./words.ts";

/** The reader's language for one panel: its words and its way of writing numbers; the store's own clock. */
export function useSpeech() {
	const language = useCockpit((all) => all.language);
	const timeZone = useCockpit((all) => all.status?.timeZone);
	return useMemo(() => ({ language, say: sayIn(language), f: formats(language, timeZone) }), [language, timeZone]);
}
