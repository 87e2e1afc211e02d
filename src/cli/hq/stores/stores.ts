import type { AuditEntry } from "../../../words/answers/head-office/audit.ts";
import type { EnrolAnswer, StoreAtHq } from "../../../words/answers/head-office/stores.ts";
/** `gondola hq enroll|unenroll|stores|catch-up|restorations|audit`: lists of head office, and stores that come and go. */
import { json, table } from "../../verb/output.ts";
import { everyItem } from "../../verb/pages.ts";
import { fail, say } from "../../verb/verb.ts";
import type { AskOffice } from "../office.ts";

export async function enrollStore(
	ask: AskOffice,
	store: string,
	{ again, json: asJson }: { again?: boolean; json?: boolean },
): Promise<number> {
	const body = { id: store, ...(again && { replace: true }) };
	const answer = await ask<EnrolAnswer>("/api/v1/stores", { method: "POST", body });
	if (asJson) return json(answer);
	if (answer.enrolled === true)
		return fail(1, `a box of store ${answer.id} is enrolled; for another one in its place: gondola hq enroll ${answer.id} --again`);
	if (answer.code === undefined) return fail(1, `this head office makes no codes; it runs without keys`);
	say(`code: ${answer.code}`);
	// Standard output is for programs and holds only the code; the sentence for a person goes to standard error.
	process.stderr.write(`On the box of store ${answer.id}, within 24 hours:  gondola enroll ${answer.code}\n`);
	return 0;
}

export async function unenrollStore(ask: AskOffice, store: string): Promise<number> {
	await ask(`/api/v1/stores/${encodeURIComponent(store)}/enrolment`, { method: "DELETE" });
	say(`store ${store} is no longer enrolled; its box is let in no more`);
	return 0;
}

export async function showStores(ask: AskOffice, asJson: boolean): Promise<number> {
	const items = await everyItem<StoreAtHq>("/api/v1/stores?limit=1000", (path) => ask(path));
	if (asJson) return json({ items });
	say(
		table(
			["store", "last contact", "connected"],
			items.map((it) => [it.store, it.lastContact ?? "never", it.connected ? "yes" : "no"]),
		),
	);
	return 0;
}

export async function catchUpStore(ask: AskOffice, store: string, asJson: boolean): Promise<number> {
	const path = `/api/v1/stores/${encodeURIComponent(store)}/catch-up`;
	const caught = await ask<{ push: string | null; changes: number }>(path, { method: "POST", body: {} });
	if (asJson) return json(caught);
	say(
		caught.push === null
			? `store ${store} has every price that is for all stores`
			: `store ${store} is sent ${caught.changes} prices: gondola hq matrix ${caught.push}`,
	);
	return 0;
}

export async function releaseRestorations(ask: AskOffice): Promise<number> {
	await ask("/api/v1/restorations/release", { method: "POST" });
	say("released: what head office had sealed is taken back as stores greet");
	return 0;
}

export async function showRestorations(ask: AskOffice, asJson: boolean): Promise<number> {
	const { items } = await ask<{ items: { at: string; store: string; stream: string; records: number }[] }>("/api/v1/restorations");
	if (asJson) return json({ items });
	say(
		table(
			["at", "store", "stream", "records"],
			items.map((it) => [it.at, it.store, it.stream, String(it.records)]),
		),
	);
	return 0;
}

export async function showAudit(ask: AskOffice, asJson: boolean): Promise<number> {
	const items = await everyItem<AuditEntry>("/api/v1/audit?limit=1000", (path) => ask(path));
	if (asJson) return json({ items });
	say(
		table(
			["at", "who", "what", "outcome", "subject"],
			items.map((it) => [it.at, `${it.kind}:${it.name}`, it.what, it.outcome, it.subject ?? ""]),
		),
	);
	return 0;
}
