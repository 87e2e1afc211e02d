import type { TroubleText } from "./trouble.ts";

const healing = { "by-itself": "by itself, once the cause is gone", "after-a-person-acts": "when somebody has done this" } as const;

/** drivers/TROUBLES.md, whole: the table a technician looks a code up in. Facts that only the shop knows stand as {names}. */
export function troublesText(chapters: readonly { title: string; troubles: Readonly<Record<string, TroubleText>> }[]): string {
	const parts = [
		"# Troubles",
		"",
		"Made from the trouble tables by `npm run generate`; a test keeps it current. A code never changes its meaning.",
		"RED: the shop floor is wrong or standing still. YELLOW: it will be soon. BLUE: good to know, nobody needs to run.",
		"",
	];
	for (const { title, troubles } of chapters) {
		parts.push(`## ${title}`, "", "| code | level | what is wrong | what to do | heals |", "|---|---|---|---|---|");
		for (const code of Object.keys(troubles).sort()) {
			const { en, level, retry } = troubles[code]!;
			parts.push(`| \`${code}\` | ${level} | ${cell(en.what)} | ${cell(en.do)} | ${healing[retry]} |`);
		}
		parts.push("");
	}
	return parts.join("\n");
}

const cell = (sentence: string): string => sentence.replaceAll("|", "\\|");
