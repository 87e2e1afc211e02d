/** The word printed on top of a reprint, so that nobody takes it for a second sale. */
export function copyWord(locale: string): string {
	const words: Record<string, string> = { zh: "副本", de: "KOPIE", hr: "KOPIJA", fr: "COPIE", it: "COPIA", es: "COPIA", pl: "KOPIA" };
	return words[locale.slice(0, 2).toLowerCase()] ?? "COPY";
}
