/** The languages both pages speak, cockpit and head office, and how a table of words is read. */

/** In the order of the columns of every table of words. */
export const languages = ["en", "zh-CN", "de", "hr"] as const;
export type Language = (typeof languages)[number];

/** One text in each language; {0}, {1} … are replaced by values. */
export type WordRow = readonly [en: string, zh: string, de: string, hr: string];

export function sayFrom<W extends string>(table: Readonly<Record<W, WordRow>>, language: Language) {
	const column = languages.indexOf(language);
	return (word: W, ...facts: (string | number)[]): string =>
		table[word][column]!.replace(/\{(\d)\}/g, (_, at: string) => String(facts[Number(at)] ?? ""));
}

function spokenBy(wished: readonly string[]): Language {
	const first = wished[0]?.split("-")[0]?.toLowerCase();
	return languages.find((language) => language.split("-")[0] === first) ?? "en";
}

/** The language chosen earlier in this browser, else the browser's own. */
export function rememberedLanguage(): Language {
	try {
		const kept = localStorage.getItem("language");
		const known = languages.find((language) => language === kept);
		if (known) return known;
	} catch {
		// A browser without storage still has a language.
	}
	return spokenBy(navigator.languages);
}

export function rememberLanguage(language: Language): void {
	try {
		localStorage.setItem("language", language);
	} catch {
		// Without storage the choice holds for this visit only.
	}
}
