import type { GoodsReturnAtHq, ListedReturn } from "../../../hq/returns/returned.ts";
import type { List } from "../../../words/answers/list.ts";
import { defined } from "../../../words/defined.ts";
import { returnTable } from "../../goods/returns.ts";
import { json } from "../../verb/output.ts";
import { everyItem } from "../../verb/pages.ts";
import { fail, say } from "../../verb/verb.ts";
import type { AskOffice } from "../office.ts";

export interface ReturnValues {
	json?: boolean;
	store?: string;
	quantity?: string;
	condition?: string;
}

/** Lists, shows and takes returns at head office. */
export async function hqReturns(
	ask: AskOffice,
	[act = "list", id, line, ...rest]: string[],
	values: ReturnValues,
	usage: string,
): Promise<number> {
	if (act === "list" && id === undefined) {
		const query = new URLSearchParams({ limit: "1000", ...defined({ store: values.store }) });
		const items = await everyItem(`/api/v1/returns?${query}`, (path) => ask<List<ListedReturn>>(path));
		if (values.json) return json({ items });
		say(items.length === 0 ? "no returns" : returnTable(items));
		return 0;
	}
	if (act === "show" && id !== undefined && line === undefined) {
		const found = await ask<{ items: ListedReturn[] }>(`/api/v1/returns/${encodeURIComponent(id)}`);
		if (values.json) return json(found);
		say(returnTable(found.items));
		return 0;
	}
	if (act !== "take" || id === undefined || line === undefined || rest.length > 0) return fail(2, usage);
	const { store, quantity, condition = "sellable" } = values;
	const body = { id, line, quantity: Number(quantity ?? 1), condition, ...defined({ store }) };
	const taken = await ask<GoodsReturnAtHq>("/api/v1/returns", { method: "POST", body });
	if (values.json) return json(taken);
	say(returnTable([taken]));
	return 0;
}
