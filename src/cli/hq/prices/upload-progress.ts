import { setTimeout } from "node:timers/promises";
import type { UnderWay } from "../../../hq/intake/under-way.ts";
import { Refused } from "../../verb/ask.ts";
import type { AskOffice } from "../office.ts";

const askEveryMs = 1_000;
const width = 30;

type HowFar = Pick<UnderWay, "stage" | "percent">;

const stages: Readonly<Record<UnderWay["stage"], string>> = {
	receiving: "sent",
	reading: "read",
	judging: "checked",
	writing: "written",
};

/** One line: a bar, and what is done. */
function progressLine({ stage, percent }: HowFar): string {
	const full = Math.round((percent * width) / 100);
	return `[${"#".repeat(full)}${".".repeat(width - full)}] ${String(percent).padStart(3)} % ${stages[stage]}`;
}

interface Terminal {
	isTTY?: boolean;
	write(text: string): unknown;
}

/** Draws how far head office is with a push while `work` runs, where a person watches the terminal. */
export async function withProgress<T>(ask: AskOffice, push: string, work: Promise<T>, terminal: Terminal = process.stderr): Promise<T> {
	if (!terminal.isTTY) return work;
	const over = new AbortController();
	const drawing = draw(ask, push, over.signal, terminal);
	try {
		return await work;
	} finally {
		over.abort();
		await drawing;
	}
}

async function draw(ask: AskOffice, push: string, over: AbortSignal, terminal: Terminal): Promise<void> {
	const isOver = new Promise<undefined>((resolve) => over.addEventListener("abort", () => resolve(undefined), { once: true }));
	let isDrawn = false;
	while (!over.aborted) {
		await setTimeout(askEveryMs, undefined, { signal: over }).catch(() => undefined);
		const at = over.aborted ? undefined : await Promise.race([howFar(ask, push), isOver]);
		if (at === undefined) continue;
		terminal.write(`\r${progressLine(at)}   `);
		isDrawn = true;
	}
	if (isDrawn) terminal.write(`\r${" ".repeat(width + 20)}\r`);
}

/** Undefined where the push is not under way. A question that gets no answer does not end the push. */
async function howFar(ask: AskOffice, push: string): Promise<HowFar | undefined> {
	try {
		const { stage, percent } = await ask<{ stage: UnderWay["stage"] | "taken"; percent: number }>(
			`/api/v1/pushes/${encodeURIComponent(push)}/progress`,
		);
		return stage === "taken" ? undefined : { stage, percent };
	} catch (error) {
		if (error instanceof Refused) return undefined;
		throw error;
	}
}
