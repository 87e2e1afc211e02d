/** Asks questions at a terminal, or of a program that writes one answer per line. */
import { createInterface } from "node:readline";

export interface Asker {
	/** The answer, or `usual` for an empty line. Rejects with NotFinished when the input ends. */
	ask(question: string, usual: string): Promise<string>;
	say(text: string): void;
	close(): void;
}

export class NotFinished extends Error {}

/** Questions go to stderr, so that a program can read the output. */
export function openAsker(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Asker {
	const lines = createInterface({ input, terminal: false });
	const waiting: string[] = [];
	let isOver = false;
	let wake: (() => void) | undefined;
	lines.on("line", (line) => {
		waiting.push(line);
		wake?.();
	});
	lines.on("close", () => {
		isOver = true;
		wake?.();
	});
	return {
		async ask(question, usual) {
			output.write(`${question}${usual === "" ? "" : ` [${usual}]`}: `);
			while (waiting.length === 0) {
				if (isOver) throw new NotFinished();
				await new Promise<void>((resolve) => (wake = resolve));
			}
			const answer = waiting.shift()!.trim();
			return answer === "" ? usual : answer;
		},
		say: (text) => void output.write(`${text}\n`),
		close: () => lines.close(),
	};
}
