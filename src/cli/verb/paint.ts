import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Colours of the words by which lists and the doctor say how something is. */
const styles: Readonly<Record<string, Style>> = {
	RED: ["red", "bold"],
	YELLOW: "yellow",
	BLUE: "blue",
	FAILED: ["red", "bold"],
	STALE: "yellow",
	PENDING: "yellow",
	SHOWN: "green",
	troubled: ["red", "bold"],
	offline: "yellow",
	well: "green",
	"✓": "green",
	"✗": ["red", "bold"],
};

/** A word in its colour where standard output is a terminal and NO_COLOR is not set; else as it is. */
export function paint(word: string): string {
	const style = styles[word];
	if (style === undefined || !process.stdout.isTTY) return word;
	return styleText(style, word, { stream: process.stdout });
}
