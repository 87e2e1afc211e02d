/**
 * Of a verb's usage the sections for the words that were given, and the options that all of them share. A section is a line that begins
 * with "gondola" and the indented lines below it; what follows an empty line is shared. The whole usage where no section fits.
 */
export function usageFor(usage: string, args: readonly string[]): string {
	const [word] = args.filter((arg) => !arg.startsWith("-"));
	if (word === undefined || !/^[a-z][a-z-]*$/.test(word)) return usage;
	const [, sections = usage, shared = ""] = /^(.*?)(\n\n.*)?$/s.exec(usage) ?? [];
	const own = new RegExp(`^gondola \\S+ (?:.*\\| ?)?${word}\\b`);
	const fitting = sections.split(/\n(?=gondola )/).filter((section) => own.test(section));
	return fitting.length === 0 ? usage : fitting.join("\n") + shared;
}
