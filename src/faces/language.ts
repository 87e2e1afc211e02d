/** The language of a locale, its script, and the direction in which its shops read. */

interface Writing {
	language: string;
	script: string;
}

/** Of a text that is no locale its first word: a label is drawn all the same. */
function writingOf(locale: string): Writing {
	try {
		const { language, script = "" } = new Intl.Locale(locale).maximize();
		return { language, script };
	} catch {
		return { language: locale.split("-")[0]!.toLowerCase(), script: "" };
	}
}

/** Words by language, of one in two scripts by language and script ("sr-latn"): those that the locale asks for, else the English ones. */
export function inLanguage<T>(words: Readonly<Record<string, T>>, locale: string): T {
	const { language, script } = writingOf(locale);
	return words[`${language}-${script.toLowerCase()}`] ?? words[language === "no" ? "nb" : language] ?? words["en"]!;
}

const rightToLeft: ReadonlySet<string> = new Set(["Arab", "Hebr", "Syrc", "Thaa", "Nkoo"]);

/** A number or code in a text that is read from right to left: without these marks 2026-114 would stand there as 114-2026. */
export const keptTogether = (code: string, locale: string): string => (isRightToLeft(locale) ? `\u2066${code}\u2069` : code);

/** Whether shops with this locale read from right to left: their labels are laid out so. */
export const isRightToLeft = (locale: string): boolean => rightToLeft.has(writingOf(locale).script);
