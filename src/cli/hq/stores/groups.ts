import type { ChangedMembership, Membership, StoreGroup } from "../../../words/answers/head-office/stores.ts";
import { json, table } from "../../verb/output.ts";
import { fail, say } from "../../verb/verb.ts";
import type { AskOffice } from "../office.ts";

/** `gondola hq groups`: which groups there are, which a store belongs to, and changing that. */
export async function hqGroups(ask: AskOffice, [act = "list", store, ...names]: string[], asJson: boolean, usage: string): Promise<number> {
	const path = `/api/v1/stores/${encodeURIComponent(store ?? "")}/groups`;
	if (act === "list") {
		const answer = await ask<{ items: StoreGroup[] }>("/api/v1/groups");
		if (asJson) return json(answer);
		say(
			table(
				["group", "stores", ""],
				answer.items.map(({ group, stores }) => [group, String(stores.length), stores.slice(0, 10).join(", ")]),
			),
		);
		return 0;
	}
	if (!["show", "set", "add", "remove"].includes(act) || store === undefined) return fail(2, usage);
	const before = await ask<Membership>(path);
	if (act === "show") {
		if (asJson) return json(before);
		say(before.groups.length > 0 ? before.groups.join(", ") : `store ${store} belongs to no group`);
		return 0;
	}
	const given = names.flatMap((name) => name.split(","));
	const groups =
		act === "set" ? given : act === "add" ? [...before.groups, ...given] : before.groups.filter((name) => !given.includes(name));
	const after = await ask<ChangedMembership>(path, { method: "PUT", body: { groups } });
	if (asJson) return json(after);
	const caught =
		after.caughtUp.push === null ? "" : ` It is sent ${after.caughtUp.changes} prices: gondola hq matrix ${after.caughtUp.push}`;
	const staying = after.staying > 0 ? ` ${after.staying} prices of groups that it left stay until they end or are replaced.` : "";
	say(`store ${store}: ${after.groups.length > 0 ? after.groups.join(", ") : "no group"}.${caught}${staying}`);
	return 0;
}
