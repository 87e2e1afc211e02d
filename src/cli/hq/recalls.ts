import type { Recall } from "../../hq/recalls/recalls.ts";
import { defined } from "../../words/defined.ts";
import { json, table } from "../verb/output.ts";
import { fail, say } from "../verb/verb.ts";
import type { AskOffice } from "./office.ts";

type Told = Recall & { stores: number; tooOld: string[] };

/** Lists, makes and lifts recalls. */
export async function hqRecalls(ask: AskOffice, words: string[], { lot, json: asJson }: { lot?: string; json?: boolean }, usage: string) {
	const [act = "list", id, gtin, ...reason] = words;
	if (act === "list" && id === undefined) {
		const { items } = await ask<{ items: Recall[] }>("/api/v1/recalls?limit=1000");
		if (asJson) return json({ items });
		const row = (it: Recall): string[] => [it.id, it.gtin, it.lot ?? "all", it.at, it.by, it.endedAt ?? "in force", it.reason];
		say(items.length === 0 ? "no recalls" : table(["recall", "gtin", "lot", "since", "by", "lifted", "reason"], items.map(row)));
		return 0;
	}
	if (id === undefined || (act !== "add" && act !== "lift") || (act === "add" && reason.length === 0)) return fail(2, usage);
	const body = act === "add" ? { id, gtin, ...defined({ lot }), reason: reason.join(" ") } : {};
	const path = act === "add" ? "/api/v1/recalls" : `/api/v1/recalls/${encodeURIComponent(id)}/lift`;
	const answer = await ask<Told>(path, { method: "POST", body });
	if (asJson) return json(answer);
	say(`recall ${answer.id} ${act === "add" ? "is told to" : "is lifted in"} ${answer.stores} stores`);
	if (answer.tooOld.length > 0) say(`these run a build that does not know recalls: ${answer.tooOld.join(", ")}. Update their gateways.`);
	return 0;
}
