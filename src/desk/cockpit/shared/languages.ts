/** The languages both pages speak, cockpit and head office, and how a table of words is read. */

/** In the order of the columns of every table of words. */
export const languages = ["en", "zh-CN", "de", "hr"] as const;
export type Language = (typeof languages)[number];

/**
 * One text in each language; {0}, {1} … are replaced by values. `{0|label|labels}` is the form for the number of value 0: for one and for
 * others, in Croatian for one, for few (2 to 4, 22 …) and for others.
 */
export type WordRow = readonly [en: string, zh: string, de: string, hr: string];

export function sayFrom<W extends string>(table: Readonly<Record<W, WordRow>>, language: Language) {
	const column = languages.indexOf(language);
	return (word: W, ...facts: (string | number)[]): string =>
		table[word]
			[column]!.replace(/\{(\d)\|((?:[^{}]|\{\d\})*)\}/g, (_, at: string, forms: string) =>
				formFor(language, facts[Number(at)] ?? 0, forms.split("|")),
			)
			.replace(/\{(\d)\}/g, (_, at: string) => String(facts[Number(at)] ?? ""));
}

/** The form of a word that goes with a number, which may be written as the language does: "12.480". The last form is for all others. */
export function formFor(language: Language, amount: string | number, forms: readonly string[]): string {
	const number = typeof amount === "number" ? Math.abs(amount) : Number(amount.replace(/\D/g, ""));
	const at = ["one", "few"].indexOf(new Intl.PluralRules(language).select(number));
	return (at >= 0 && at < forms.length - 1 ? forms[at] : forms.at(-1)) ?? "";
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
