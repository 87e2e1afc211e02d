import type { List } from "../../../words/answers/list.ts";
import { defined } from "../../../words/defined.ts";
import { type Shown, transferLines, transferTable, transferText } from "../../goods/transfers.ts";
import { json } from "../../verb/output.ts";
import { everyItem } from "../../verb/pages.ts";
import { fail, say } from "../../verb/verb.ts";
import type { AskOffice } from "../office.ts";

export interface TransferValues {
	json?: boolean;
	store?: string;
	state?: string;
}

/** Lists, shows, plans and cancels transfers. */
export async function hqTransfers(ask: AskOffice, words: string[], values: TransferValues, usage: string): Promise<number> {
	const [act = "list", id, from, to, ...rest] = words;
	if (act === "list" && id === undefined) {
		const query = new URLSearchParams({ limit: "1000", ...defined({ store: values.store, state: values.state }) });
		const items = await everyItem(`/api/v1/transfers?${query}`, (path) => ask<List<Shown>>(path));
		if (values.json) return json({ items });
		say(items.length === 0 ? "no transfers" : transferTable(items));
		return 0;
	}
	const lines = transferLines(rest);
	if (id === undefined || lines === undefined) return fail(2, usage);
	const path = `/api/v1/transfers/${encodeURIComponent(id)}`;
	let answer: Shown;
	if (act === "show" && from === undefined) answer = await ask(path);
	else if (act === "cancel" && from === undefined) answer = await ask(`${path}/cancel`, { method: "POST", body: {} });
	else if (act === "plan" && to !== undefined && lines.length > 0)
		answer = await ask("/api/v1/transfers", { method: "POST", body: { id, from, to, lines } });
	else return fail(2, usage);
	if (values.json) return json(answer);
	say(transferText(answer));
	return 0;
}
