import type { Erasure } from "../../../hq/members/erasures.ts";
import type { ListedKey, MadeCode } from "../../../hq/members/members.ts";
import type { PointsAtHq } from "../../../hq/members/points.ts";
import type { EnrolmentAtHq } from "../../../hq/members/roster.ts";
import type { List } from "../../../words/answers/list.ts";
import { defined } from "../../../words/defined.ts";
import type { PointsRule } from "../../../words/tills/points.ts";
import { json, table } from "../../verb/output.ts";
import { everyItem } from "../../verb/pages.ts";
import { fail, say } from "../../verb/verb.ts";
import type { AskOffice } from "../office.ts";

interface Values {
	tier?: string;
	seconds?: string;
	store?: string;
	enrolment?: string;
	id?: string;
	replace?: boolean;
	amount?: string;
	worth?: string;
	currency?: string;
	from?: string;
	json?: boolean;
}

/** Codes for members' apps, their keys, members whom stores enrolled, and erasure. */
export async function hqMembers(ask: AskOffice, [act, what, ...more]: string[], values: Values, usage: string): Promise<number> {
	if (act === "code" && more.length === 0) return code(ask, what, values, usage);
	if (act === "keys") return keys(ask, [what, ...more], values, usage);
	if (act === "points" && what !== undefined && more.length === 0) return points(ask, what, values);
	if (act === "rule") return rule(ask, [what, ...more], values, usage);
	if (act === "enrolled" && what === undefined) return enrolled(ask, values);
	if ((act === "erase" || act === "erasure") && what !== undefined && more.length === 0) {
		const body = act === "erase" ? { id: values.id ?? crypto.randomUUID(), pseudonym: what } : undefined;
		const path = body ? "/api/v1/members/erasures" : `/api/v1/members/erasures/${encodeURIComponent(what)}`;
		return shownErasure(await ask<Erasure>(path, body ? { method: "POST", body } : {}), values);
	}
	return fail(2, usage);
}

async function code(ask: AskOffice, member: string | undefined, values: Values, usage: string): Promise<number> {
	const { tier, seconds, store, enrolment } = values;
	if (enrolment === undefined ? member === undefined || tier === undefined : member !== undefined || tier !== undefined)
		return fail(2, usage);
	const of = enrolment === undefined ? { member, tier } : { enrolment };
	const body = { ...of, ...defined({ seconds: seconds === undefined ? undefined : Number(seconds), store }) };
	const made = await ask<MadeCode>("/api/v1/members/codes", { method: "POST", body });
	if (values.json) return json(made);
	say(made.code);
	return 0;
}

async function keys(ask: AskOffice, [act = "list", kid]: (string | undefined)[], values: Values, usage: string): Promise<number> {
	const of = (path: string, body?: object) =>
		ask<{ items: ListedKey[] }>(`/api/v1/members/keys${path}`, body ? { method: "POST", body } : {});
	let listed: { items: ListedKey[] };
	if (act === "list" && kid === undefined) listed = await of("");
	else if (act === "new" && kid === undefined) listed = await of("", {});
	else if (act === "use" && kid !== undefined) listed = await of(`/${encodeURIComponent(kid)}/use`, {});
	else if (act === "end" && kid !== undefined)
		listed = await of(`/${encodeURIComponent(kid)}/end`, values.replace ? { replace: true } : {});
	else return fail(2, usage);
	if (values.json) return json(listed);
	const stateOf = ({ used, ended }: ListedKey): string => (ended === null ? (used ? "in use" : "checked only") : `ended ${ended}`);
	say(
		table(
			["key", "since", "state"],
			listed.items.map((it) => [it.kid, it.since, stateOf(it)]),
		),
	);
	return 0;
}

async function enrolled(ask: AskOffice, values: Values): Promise<number> {
	const items = await everyItem("/api/v1/members/enrolments", (path) => ask<List<EnrolmentAtHq>>(path));
	if (values.json) return json({ items });
	const rows = items.map((it) => [it.id, it.store, it.tier, it.pseudonym, it.why === null ? it.state : `${it.state}: ${it.why}`, it.at]);
	say(items.length === 0 ? "no store has enrolled a member" : table(["enrolment", "store", "tier", "pseudonym", "state", "at"], rows));
	return 0;
}

async function points(ask: AskOffice, pseudonym: string, values: Values): Promise<number> {
	const found = await ask<PointsAtHq>(`/api/v1/members/${encodeURIComponent(pseudonym)}/points`);
	if (values.json) return json(found);
	const rows = found.leases.map((it) => [it.store, String(it.points), String(it.used), it.expiresAt]);
	const lent = rows.length === 0 ? "" : `\n${table(["lent to", "points", "used", "until"], rows)}`;
	say(`${found.balance} points: ${found.lent} lent to stores, ${found.free} free${lent}`);
	return 0;
}

async function rule(ask: AskOffice, [id, ...more]: (string | undefined)[], values: Values, usage: string): Promise<number> {
	const { amount, worth, currency, from } = values;
	if (more.length > 0 || (id !== undefined && (amount === undefined || worth === undefined || currency === undefined)))
		return fail(2, usage);
	const body = { id, currency, minorPerPoint: Number(amount), pointMinor: Number(worth), ...defined({ from }) };
	if (id !== undefined) await ask("/api/v1/points/rules", { method: "POST", body });
	const { items } = await ask<{ items: PointsRule[] }>("/api/v1/points/rules");
	if (values.json) return json({ items });
	const rows = items.map((it) => [it.id, `${it.minorPerPoint} ${it.currency}`, `${it.pointMinor} ${it.currency}`, it.from]);
	say(items.length === 0 ? "members earn no points" : table(["rule", "one point for", "pays", "from"], rows));
	return 0;
}

function shownErasure(erasure: Erasure, values: Values): number {
	if (values.json) return json(erasure);
	const counts = (removed: Record<string, number> | null): string =>
		Object.entries(removed ?? {})
			.map(([kind, n]) => `${n} ${kind}`)
			.join(", ");
	const rows = erasure.stores.map((it) => [it.store, it.at ?? "not yet", counts(it.removed)]);
	say(
		`erasure ${erasure.id}, ${erasure.at}; head office removed ${counts(erasure.removed)}\n${table(["store", "erased", "removed"], rows)}`,
	);
	return 0;
}
