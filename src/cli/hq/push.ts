import { existsSync, openAsBlob, readFileSync } from "node:fs";
import type { HeldChange, Preview, PushAnswer, RejectedRow } from "../../words/answers/head-office/pushes.ts";
import { json, table } from "../verb/output.ts";
import { say } from "../verb/verb.ts";
import type { AskOffice } from "./office.ts";
import { withProgress } from "./prices/upload-progress.ts";

interface PushFileOptions {
	json?: boolean;
	stores?: string;
	group?: string;
	at?: string;
	/** A built-in mapping's name, or a file with a mapping of one's own. */
	mapping?: string;
	id?: string;
	/** A duration, such as 10m. */
	riseWaitsAtMost?: string;
	/** The query parameters about waves, as they were typed. */
	inWaves: Readonly<Record<string, string | undefined>>;
	dryRun: boolean;
	allOrNothing: boolean;
}

/** Exit codes: every row was taken; some rows were refused or held. */
const exits = { whole: 0, partly: 3 } as const;
const shownMost = 50;

/** Sends a price file to head office, or shows what head office would do with it. */
export async function pushFile(ask: AskOffice, file: string, options: PushFileOptions): Promise<number> {
	const content = await openAsBlob(file);
	const push = options.id ?? `push-${Date.now().toString(36)}`;
	const query = new URLSearchParams({
		id: push,
		...(options.group === undefined ? { stores: options.stores ?? "all" } : { group: options.group }),
	});
	if (options.group !== undefined && options.stores !== undefined) query.set("stores", options.stores);
	if (options.at !== undefined) query.set("effectiveAt", options.at);
	if (options.riseWaitsAtMost !== undefined) query.set("riseWaitsAtMost", options.riseWaitsAtMost);
	for (const [name, value] of Object.entries(options.inWaves)) if (value !== undefined) query.set(name, value);
	// A mapping may be a file on the sender's machine; HQ is sent its text.
	const { mapping } = options;
	if (mapping !== undefined) query.set("mapping", existsSync(mapping) ? readFileSync(mapping, "utf8") : mapping);
	const send = <T>(more: Record<string, string>): Promise<T> => {
		const path = `/api/v1/pushes?${new URLSearchParams([...query, ...Object.entries(more)])}`;
		return withProgress(ask, push, ask<T>(path, { method: "POST", text: { type: "text/csv", content } }));
	};
	if (options.dryRun) return showPreview(await send<Preview>({ dryRun: "true" }), options.json === true);
	if (options.allOrNothing) {
		const preview = await send<Preview>({ dryRun: "true" });
		if (preview.rejected.length > 0) {
			if (options.json) json(preview);
			else showRefused(preview.rejected, preview.rejectedCount);
			process.stderr.write("gondola: no row was taken, because some are refused (--all-or-nothing)\n");
			return exits.partly;
		}
	}
	const answer = await send<PushAnswer>(options.allOrNothing ? { allOrNothing: "true" } : {});
	const { id, accepted, rejected, held, notes = [], rejectedCount = rejected.length, heldCount } = answer;
	const code = rejected.length + held.length > 0 ? exits.partly : exits.whole;
	if (options.json) {
		json(answer);
		return code;
	}
	for (const note of notes) process.stderr.write(`${note}\n`);
	showRefused(rejected, rejectedCount);
	showHeld(held, heldCount);
	const heldSkus = heldCount ?? new Set(held.map(({ sku }) => sku)).size;
	const follow = accepted > 0 ? ` Follow it with: gondola hq matrix ${id}` : "";
	const wait = heldSkus > 0 ? ` ${heldSkus} held; a second person lets them go on with: gondola hq release ${id}` : "";
	say(`push ${id}: ${accepted} changes accepted, ${rejectedCount} rows refused.${wait}${follow}`);
	return code;
}

export function showHeld(held: readonly HeldChange[], count = held.length): void {
	for (const { sku, store, reason } of held.slice(0, shownMost))
		process.stderr.write(`held: article ${sku}${store === undefined ? "" : ` in store ${store}`}: ${reason}\n`);
	if (count > shownMost) process.stderr.write(`… and ${count - shownMost} more are held\n`);
}

function showPreview(preview: Preview, asJson: boolean): number {
	const code = preview.rejected.length + preview.held.length > 0 ? exits.partly : exits.whole;
	if (asJson) {
		json(preview);
		return code;
	}
	const { rejected, held, changes, rejectedCount = rejected.length, heldCount = held.length, changesCount = changes.length } = preview;
	showRefused(rejected, rejectedCount);
	for (const note of preview.notes ?? []) process.stderr.write(`${note}\n`);
	showHeld(held, heldCount);
	const rows = preview.changes
		.slice(0, shownMost)
		.map((change) => [
			change.sku,
			whoseOf(change),
			String(change.old ?? "none"),
			String(change.new),
			change.percent === null ? "" : `${change.percent} %`,
		]);
	say(table(["sku", "for", "old", "new", "change"], rows));
	say(
		`Nothing was changed. ${changesCount} changes for ${preview.stores} stores and ${preview.labels} labels; ` +
			`${rejectedCount} rows would be refused, guard rails object to ${heldCount}.`,
	);
	return code;
}

/** Empty for everybody's price of one piece. */
const whoseOf = ({ tier, fromQuantity }: Preview["changes"][number]): string =>
	[tier !== undefined && `member ${tier}`, fromQuantity !== undefined && `from ${fromQuantity} pieces`].filter(Boolean).join(", ");

function showRefused(rows: readonly RejectedRow[], count = rows.length): void {
	for (const row of rows.slice(0, shownMost)) process.stderr.write(`line ${row.line}, ${row.column}: ${row.reason}\n`);
	if (count > shownMost) process.stderr.write(`… and ${count - shownMost} rows more\n`);
}
