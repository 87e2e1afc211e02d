import type { StoreEvent } from "../../words/event.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola events [--after SEQ] [--follow]: what happened in the store, in order

  --after SEQ  from there on (default: the last 50)
  --follow     keep printing as it happens
${deskUsage}`;

export const events: Verb = {
	summary: "what happened in the store, in order",
	usage,
	async run(args) {
		const given = read(args, usage, { ...deskOptions, after: { type: "string" }, follow: { type: "boolean" } });
		if (typeof given === "number") return given;
		const base = await deskUrl(given.values.url);
		const token = given.values.token;
		const print = (event: StoreEvent): void => {
			if (given.values.json) return say(JSON.stringify(event));
			const { id: _, seq, type, at, quality: __, ...rest } = event;
			say(`${String(seq).padStart(6)}  ${at}  ${type.padEnd(18)} ${JSON.stringify(rest)}`);
		};
		let after = given.values.after === undefined ? Math.max(0, (await lastSeq(base, token)) - 50) : Number(given.values.after);
		do {
			const page = await ask<{ items: StoreEvent[]; next?: number | string }>(base, `/api/v1/events?after=${after}`, { token });
			page.items.forEach(print);
			after = page.items.at(-1)?.seq ?? after;
			if (page.items.length === 0) {
				if (!given.values.follow) return 0;
				await new Promise((resolve) => setTimeout(resolve, 500));
			}
		} while (true);
	},
};

async function lastSeq(base: string, token: string | undefined): Promise<number> {
	const answer = await ask<{ lastEvent?: number }>(base, "/api/v1/status", { token });
	return answer.lastEvent ?? 0;
}
