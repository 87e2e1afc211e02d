import { type Language, languages } from "./languages.ts";

/** Each language is named in itself: somebody who cannot read the page's language finds their own. */
const names: Record<Language, string> = { en: "English", "zh-CN": "中文", de: "Deutsch", hr: "Hrvatski" };

export function LanguageSelect({ label, value, onChoose }: { label: string; value: Language; onChoose(language: Language): void }) {
	return (
		<select
			class="language"
			aria-label={label}
			value={value}
			onChange={(e) => onChoose(languages.find((each) => each === e.currentTarget.value) ?? "en")}
		>
			{languages.map((each) => (
				<option key={each} value={each} lang={each}>
					{names[each]}
				</option>
			))}
		</select>
	);
}
