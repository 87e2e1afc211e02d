import { useMemo } from "preact/hooks";
import { formats } from "../../../../desk/cockpit/language/format.ts";
import { sayFrom } from "../../../../desk/cockpit/shared/languages.ts";
import { useOffice } from "../state/state.ts";
import { table } from "./words.ts";

export type Word = keyof typeof table;

/** The reader's language: texts and numbers; times by the browser's clock, because head office has stores in many time zones. */
export function useSpeech() {
	const language = useOffice((all) => all.language);
	return useMemo(() => {
		const locale = language === "en" ? "en-GB" : language;
		const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
		const signed = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
		return {
			language,
			say: sayFrom(table, language),
			f: {
				...formats(language),
				/** Rounded down, so that 100 % means all. */
				share: (part: number, whole: number) => (whole === 0 ? "–" : share.format(Math.floor((part / whole) * 1_000) / 1_000)),
				percent: (value: number) => signed.format(value / 100).replace("-", "−"),
			},
		};
	}, [language]);
}

/** The text for a code, where the table has one; else the code with spaces for hyphens. */
export function useCodes() {
	const { say } = useSpeech();
	return (prefix: string, code: string): string => {
		const word = `${prefix}${code}`;
		return Object.hasOwn(table, word) ? say(word as Word) : code.replaceAll("-", " ");
	};
}
