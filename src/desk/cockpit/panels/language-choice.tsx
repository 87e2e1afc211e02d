import { useSpeech } from "../language/language.ts";
import { type Language, languages, speak } from "../state/state.ts";

/** Each in its own words: who cannot read the page's language finds this one. */
const names: Record<Language, string> = { en: "English", "zh-CN": "中文", de: "Deutsch", hr: "Hrvatski" };

export function LanguageChoice() {
	const { say, language } = useSpeech();
	return (
		<select
			class="language"
			aria-label={say("language")}
			value={language}
			onChange={(e) => speak(languages.find((each) => each === e.currentTarget.value) ?? "en")}
		>
			{languages.map((each) => (
				<option key={each} value={each} lang={each}>
					{names[each]}
				</option>
			))}
		</select>
	);
}
