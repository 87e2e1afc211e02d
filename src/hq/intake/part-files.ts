/**
 * The rows of a price list on disk, divided by article, so that each part fits into memory. A row is a line of JSON. These files live as
 * long as one request; they are never synced to the disk.
 */
import { createHash } from "node:crypto";
import { appendFileSync, closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { asGtin14, barcodesOf } from "../../words/article.ts";
import type { PriceChange } from "../catalog/pushes.ts";
import { openTakenRows } from "../csv/taken-rows.ts";
import { HqRefusal } from "../refusal.ts";
import type { ChangeParts, HeldWithReasons } from "./change-parts.ts";

/** So many changes are in memory at once. */
const perPart = 5_000;
/** Open files of one process; a part is larger where a list has more rows than these parts hold. */
const partsMost = 1_000;
/** Characters of a part that are collected before they are written. */
const bufferedMost = 16 * 1_024;

/** Milliseconds between two parts. */
const others = 5;
/** Barcodes of several articles that one list may have. */
const contestedMost = 100_000;

const rowsFile = (folder: string, part: number): string => join(folder, `rows-${part}`);
const changesFile = (folder: string, part: number): string => join(folder, `changes-${part}`);
const codesFile = (folder: string, part: number): string => join(folder, `codes-${part}`);

const linesIn = (file: string): string[] =>
	readFileSync(file, "utf8")
		.split("\n")
		.filter((line) => line !== "");

/** Writes lines into one of several files. */
function openLineFiles(count: number, nameOf: (part: number) => string) {
	const files = Array.from({ length: count }, (_, part) => ({ fd: openSync(nameOf(part), "w", 0o600), text: "" }));
	const flush = (file: { fd: number; text: string }): void => {
		if (file.text !== "") writeSync(file.fd, file.text);
		file.text = "";
	};
	return {
		add(part: number, line: string): void {
			const file = files[part]!;
			file.text += `${line}\n`;
			if (file.text.length > bufferedMost) flush(file);
		},
		close(): void {
			for (const file of files) {
				flush(file);
				closeSync(file.fd);
			}
		},
	};
}

/** FNV-1a: the same text is in the same part in every process. */
function partOf(text: string, parts: number): number {
	let hash = 0x811c9dc5;
	for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
	return (hash >>> 0) % parts;
}

type Row = [line: number, change: PriceChange, gtin: string | null];

/** The files that the reading of a large file has left in its folder. */
export interface PartsOnDisk {
	parts: number;
	count: number;
	digest: string;
	contested: [gtin14: string, skus: string[]][];
}

/** Takes rows of a file; `settle` decides which of them are changes, a part at a time. `rows`: about how many will come. */
export function openPartFiles(folder: string, rows: number, refuse: (line: number, reason: string) => void) {
	const parts = Math.min(partsMost, Math.max(1, Math.ceil(rows / perPart)));
	const files = openLineFiles(parts, (part) => rowsFile(folder, part));
	return {
		add(line: number, change: PriceChange, gtin: string | undefined): void {
			files.add(partOf(change.sku, parts), JSON.stringify([line, change, gtin ?? null] satisfies Row));
		},
		settle(progress: (share: number) => void): PartsOnDisk {
			files.close();
			const codes = openLineFiles(parts, (part) => codesFile(folder, part));
			const digest = createHash("sha256");
			let count = 0;
			for (let part = 0; part < parts; part += 1) {
				const taken = openTakenRows(refuse);
				for (const text of linesIn(rowsFile(folder, part))) {
					const [line, change, gtin] = JSON.parse(text) as Row;
					taken.add(line, change, gtin ?? undefined);
				}
				const changes = taken.changes();
				const text = changes.map((change) => `${JSON.stringify(change)}\n`).join("");
				appendFileSync(changesFile(folder, part), text, { mode: 0o600 });
				digest.update(text);
				count += changes.length;
				noteCodes(changes, (code, sku) => codes.add(partOf(code, parts), JSON.stringify([code, sku])));
				progress((part + 1) / parts);
			}
			codes.close();
			return { parts, count, digest: digest.digest("hex"), contested: contestedIn(folder, parts) };
		},
	};
}

/** Barcodes that changes bring, and article numbers that read as barcodes. */
function noteCodes(changes: readonly PriceChange[], note: (code: string, sku: string) => void): void {
	for (const { sku, article } of changes) {
		const own = asGtin14(sku);
		for (const code of new Set([...barcodesOf(article), ...(own === undefined ? [] : [own])])) note(code, sku);
	}
}

function contestedIn(folder: string, parts: number): PartsOnDisk["contested"] {
	const contested: PartsOnDisk["contested"] = [];
	for (let part = 0; part < parts; part += 1) {
		const bearers = new Map<string, Set<string>>();
		for (const line of linesIn(codesFile(folder, part))) {
			const [code, sku] = JSON.parse(line) as [string, string];
			bearers.set(code, (bearers.get(code) ?? new Set()).add(sku));
		}
		for (const [code, skus] of bearers) if (skus.size > 1) contested.push([code, [...skus].slice(0, 8)]);
		if (contested.length > contestedMost)
			throw new HqRefusal(
				"bad-csv",
				`More than ${contestedMost} barcodes stand at two articles each, such as ${contested[0]![0]} at ${contested[0]![1].join(", ")}. ` +
					"Is the right column read as the barcode?",
			);
	}
	return contested;
}

/** The changes that `settle` left in a folder. `riseWaitsMs` is given to each of them. */
export function partsFrom(folder: string, { parts, count, digest, contested }: PartsOnDisk, riseWaitsMs?: number): ChangeParts {
	const heldFile = join(folder, "held");
	let heldParts = 0;
	let heldCount = 0;
	return {
		count,
		digest,
		contested: new Map(contested),
		async *parts() {
			for (let part = 0; part < parts; part += 1) {
				// The embedded database computes on this thread: between two parts others are answered.
				await setTimeout(others);
				const changes = linesIn(changesFile(folder, part)).map((line) => JSON.parse(line) as PriceChange);
				if (changes.length > 0) yield riseWaitsMs === undefined ? changes : changes.map((change) => ({ ...change, riseWaitsMs }));
			}
		},
		held: {
			get count() {
				return heldCount;
			},
			add(held) {
				if (held.length === 0) return;
				appendFileSync(`${heldFile}-${heldParts++}`, held.map((each) => `${JSON.stringify(each)}\n`).join(""), { mode: 0o600 });
				heldCount += held.length;
			},
			async *parts() {
				for (let part = 0; part < heldParts; part += 1)
					yield linesIn(`${heldFile}-${part}`).map((line) => JSON.parse(line) as HeldWithReasons);
			},
		},
	};
}
