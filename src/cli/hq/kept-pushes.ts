import { writeFileSync } from "node:fs";
import type { KeptChange } from "../../hq/catalog/kept/push-contents.ts";
import type { Push, PushInList, RejectedRow } from "../../words/answers/head-office/pushes.ts";
import type { List } from "../../words/answers/list.ts";
import { json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, say } from "../verb/verb.ts";
import type { AskOffice } from "./office.ts";

const shownMost = 50;

/** `gondola hq pushes [list] | show PUSH [--file OUT]`: what was pushed, and by whom. */
export async function keptPushes(
	ask: AskOffice,
	[act = "list", push]: string[],
	{ file, json: asJson = false }: { file?: string; json?: boolean },
	usage: string,
): Promise<number> {
	if (act === "list" && push === undefined) return listPushes(ask, asJson);
	if (act !== "show" || push === undefined) return fail(2, usage);
	const path = `/api/v1/pushes/${encodeURIComponent(push)}`;
	if (file !== undefined) {
		const content = await ask<Uint8Array>(`${path}/file`, { raw: true });
		writeFileSync(file, content, { flag: "wx" });
		say(`${file}: ${content.length} bytes, as push ${push} was sent`);
		return 0;
	}
	const head = await ask<Push>(path);
	const changes = await everyItem(`${path}/changes?limit=1000`, (page) => ask<List<KeptChange>>(page));
	const rejected = await everyItem(`${path}/rejected?limit=1000`, (page) => ask<List<RejectedRow>>(page));
	const { stores: _, ...about } = head;
	if (asJson) return json({ ...about, changes, rejected });
	const whose = ({ tier, fromQuantity }: KeptChange): string =>
		[tier !== undefined && `member ${tier}`, fromQuantity !== undefined && `from ${fromQuantity} pieces`].filter(Boolean).join(", ");
	const counted = `${changes.length} changes, ${rejected.length} rows refused`;
	say(`push ${push} of ${head.at} by ${head.author ?? "head office"}: ${head.state}, ${counted}`);
	say(
		table(
			["sku", "name", "kind", "for", "amount", "currency", "from", "until", ""],
			changes
				.slice(0, shownMost)
				.map((row) => [
					...[row.sku, row.name ?? "", row.kind, whose(row), String(row.amountMinor), row.currency, row.from ?? "", row.until ?? ""],
					row.held ? "held" : row.endedAt !== undefined ? `ended ${row.endedAt}` : "",
				]),
		),
	);
	if (changes.length > shownMost) say(`… and ${changes.length - shownMost} more (--json prints all)`);
	if (about.rejectedIn !== undefined) say(`its ${about.rejectedCount} refused rows were exported to ${about.rejectedIn}`);
	for (const row of rejected.slice(0, shownMost)) say(`line ${row.line}, ${row.column}: ${row.reason}`);
	if (rejected.length > shownMost) say(`… and ${rejected.length - shownMost} refused rows more (--json prints all)`);
	if (head.file)
		say(`its file: ${head.file.bytes} bytes${head.file.isKept ? `, gondola hq pushes show ${push} --file OUT` : ", not kept"}`);
	return 0;
}

async function listPushes(ask: AskOffice, asJson: boolean): Promise<number> {
	const { items } = await ask<List<PushInList>>("/api/v1/pushes?totals=true&limit=50");
	if (asJson) return json({ items });
	say(
		table(
			["push", "at", "state", "changes", "by"],
			items.map(({ id, at, state, changes, author }) => [id, at, state, String(changes), author ?? ""]),
		),
	);
	return 0;
}
