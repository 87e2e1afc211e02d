import { useSpeech } from "../language/language.ts";
import { LanguageSelect } from "../shared/language-select.tsx";
import { speak } from "../state/state.ts";

export function LanguageChoice() {
	const { say, language } = useSpeech();
	return <LanguageSelect label={say("language")} value={language} onChoose={speak} />;
}
