import { useMemo } from "preact/hooks";
import { useCockpit } from "../state/state.ts";
import { formats } from "./format.ts";
import { sayIn } from "./words.ts";

/** The reader's language for one panel: its words and its way of writing numbers. */
export function useSpeech() {
	const language = useCockpit((all) => all.language);
	return useMemo(() => ({ language, say: sayIn(language), f: formats(language) }), [language]);
}
