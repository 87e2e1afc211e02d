import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ExportBroken, readExport } from "../../../hq/retention/export-file.ts";
import type { Exported, KeptExport } from "../../../hq/retention/export-rows.ts";
import { json, table } from "../../verb/output.ts";
import { fail, say } from "../../verb/verb.ts";
import type { AskOffice } from "../office.ts";

interface Shown {
	folder: string | null;
	items: {
		kind: string;
		means: string;
		days: number | null;
		by: string | null;
		exported: { rows: number; files: number; bytes: number };
	}[];
	waitsForWebhooks: string[];
}
type Ran = { dryRun: true; due: { kind: string; rows: number }[] } | { dryRun: false; exports: Exported[]; more: boolean };

interface Asked {
	json: boolean;
	dryRun: boolean;
}

/** `gondola hq retention`: how long head office keeps what, exports now, and checks a folder of exports. */
export async function hqRetention(ask: AskOffice, [act = "show", ...words]: string[], asked: Asked, usage: string): Promise<number> {
	const most: Record<string, number> = { show: 0, set: 2, run: 0, exports: 1, verify: 1 };
	if (!Object.hasOwn(most, act) || words.length > most[act]!) return fail(2, usage);
	if (act === "show") return show(await ask<Shown>("/api/v1/retention"), asked);
	if (act === "set") return set(ask, words, asked, usage);
	if (act === "run") return run(ask, asked);
	if (act === "exports") return listed(ask, words[0], asked);
	return words[0] === undefined ? fail(2, usage) : verify(words[0], asked);
}

function show(shown: Shown, asked: Asked): number {
	if (asked.json) return json(shown);
	const rows = shown.items
		// Classes of facts are many: those with a policy, or with exports.
		.filter(({ kind, days, exported }) => !kind.includes(".") || days !== null || exported.files > 0)
		.map(({ kind, days, exported: { rows, files }, means }) => [
			kind,
			days === null ? "for ever" : `${days} days`,
			files === 0 ? "-" : `${rows} rows, ${files} files`,
			means,
		]);
	say(table(["kind", "kept", "exported", ""], rows));
	say(shown.folder === null ? "head office runs with --exports off: nothing is removed" : `exports: ${shown.folder}`);
	if (shown.waitsForWebhooks.length > 0) say(`facts that these webhooks were not sent yet stay: ${shown.waitsForWebhooks.join(", ")}`);
	return 0;
}

async function set(ask: AskOffice, [kind, text]: string[], asked: Asked, usage: string): Promise<number> {
	if (kind === undefined || text === undefined || !/^(keep|\d{1,6})$/.test(text)) return fail(2, usage);
	const days = text === "keep" ? null : Number(text);
	return show(await ask<Shown>(`/api/v1/retention/${encodeURIComponent(kind)}`, { method: "PUT", body: { days } }), asked);
}

async function run(ask: AskOffice, asked: Asked): Promise<number> {
	const exports: Exported[] = [];
	for (;;) {
		const ran = await ask<Ran>(`/api/v1/retention/run?dryRun=${asked.dryRun}`, { method: "POST" });
		if (ran.dryRun) {
			if (asked.json) return json(ran);
			for (const { kind, rows } of ran.due) say(`${kind}: ${rows} rows are due`);
			if (ran.due.length === 0) say("everything is kept for ever; set a policy first: gondola hq retention set KIND DAYS");
			return 0;
		}
		exports.push(...ran.exports);
		if (!asked.json) for (const { kind, rows, file } of ran.exports) say(`${kind}: ${rows} rows in ${file}`);
		if (!ran.more) break;
	}
	if (asked.json) return json({ dryRun: false, exports });
	if (exports.length === 0) say("nothing is due");
	return 0;
}

async function listed(ask: AskOffice, kind: string | undefined, asked: Asked): Promise<number> {
	const items: KeptExport[] = [];
	const of = kind === undefined ? "" : `&kind=${encodeURIComponent(kind)}`;
	for (let after = ""; ; ) {
		const page: { items: KeptExport[]; next?: string } = await ask(`/api/v1/retention/exports?limit=1000${of}${after}`);
		items.push(...page.items);
		if (page.next === undefined) break;
		after = `&after=${encodeURIComponent(page.next)}`;
	}
	if (asked.json) return json({ items });
	const row = ({ at, kind, place, rows, host, file }: KeptExport): string[] => [at, kind, String(place), String(rows), host, file];
	say(items.length === 0 ? "nothing was exported" : table(["at", "kind", "place", "rows", "host", "file"], items.map(row)));
	return 0;
}

interface Checked {
	file: string;
	rows: number;
	/** Undefined: the file is whole. */
	fault?: string;
}

/** Each export is whole, and names the sum of the one before it. Works without head office. */
async function verify(folder: string, asked: Asked): Promise<number> {
	const files = readdirSync(folder).filter((name) => /^gondola-.+\.jsonl\.gz$/.test(name));
	const checked: Checked[] = [];
	const sums = new Map<string, Set<string>>();
	const heads: { file: string; kind: string; place: number; before: string | null }[] = [];
	for (const file of files.sort()) {
		try {
			const { head, rows, sha256 } = await readExport(join(folder, file));
			const at = `${head.kind} ${head.place}`;
			sums.set(at, (sums.get(at) ?? new Set()).add(sha256));
			heads.push({ file, ...head });
			checked.push({ file, rows });
		} catch (error) {
			if (!(error instanceof ExportBroken)) throw error;
			checked.push({ file, rows: 0, fault: error.message });
		}
	}
	for (const { file, kind, place, before } of heads) {
		if (before === null) continue;
		const fault = sums.get(`${kind} ${place - 1}`)?.has(before)
			? undefined
			: `the export before it (place ${place - 1}) is not here, or another one`;
		if (fault !== undefined) checked.find((each) => each.file === file)!.fault = fault;
	}
	const faults = checked.filter(({ fault }) => fault !== undefined);
	if (asked.json) json({ whole: faults.length === 0, files: checked });
	else {
		for (const { file, fault } of faults) say(`${file}: ${fault}`);
		say(`${checked.length} exports, ${checked.reduce((sum, { rows }) => sum + rows, 0)} rows; ${faults.length} with a fault`);
	}
	return faults.length === 0 ? 0 : 1;
}
