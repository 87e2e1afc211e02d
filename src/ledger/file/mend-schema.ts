import { closeSync, openSync, readSync, statSync, writeSync } from "node:fs";
import Database from "better-sqlite3";
import type { Connection } from "./open.ts";

const pageBytes = 4_096;

/** The statements that made the tables and indexes, as SQLite keeps them in the file. */
export const schemaTexts = (db: Connection): string[] =>
	db
		.prepare<[], { sql: string }>("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
		.all()
		.map(({ sql }) => sql);

/**
 * SQLite opens no table of a file in which one of these statements has a damaged character. The statements are the same in every
 * ledger of this program, so a statement that is nearly equal to a known one is repaired.
 */
export function mendSchema(file: string, texts: readonly string[]): void {
	if (isReadable(file)) return;
	const wanted = texts.map((text) => Buffer.from(text)).filter((text) => text.length >= 32);
	const fd = openSync(file, "r+");
	try {
		const pages = Math.floor(statSync(file).size / pageBytes);
		const page = Buffer.alloc(pageBytes);
		for (let n = 0; n < pages; n += 1) {
			readSync(fd, page, 0, pageBytes, n * pageBytes);
			if (mendPage(page, wanted)) writeSync(fd, page, 0, pageBytes, n * pageBytes);
		}
	} finally {
		closeSync(fd);
	}
}

function isReadable(file: string): boolean {
	let db: Connection | undefined;
	try {
		db = new Database(file, { readonly: true, fileMustExist: true });
		db.prepare("SELECT count(*) FROM sqlite_schema").get();
		return true;
	} catch {
		return false;
	} finally {
		db?.close();
	}
}

/** True where something was repaired. */
function mendPage(page: Buffer, texts: readonly Buffer[]): boolean {
	let isMended = false;
	for (const text of texts) {
		if (page.includes(text)) continue;
		const half = text.length >> 1;
		const first = page.indexOf(text.subarray(0, half));
		const second = page.indexOf(text.subarray(half));
		const at = first >= 0 ? first : second - half;
		if ((first < 0 && second < 0) || at < 0 || at + text.length > pageBytes) continue;
		if (!isNearly(page.subarray(at, at + text.length), text)) continue;
		text.copy(page, at);
		isMended = true;
	}
	return isMended;
}

/** Two statements may begin or end alike: a statement counts as the known one only where it differs in a few characters. */
const lettersMost = 8;

function isNearly(found: Buffer, text: Buffer): boolean {
	let wrong = 0;
	for (let n = 0; n < text.length; n += 1) if (found[n] !== text[n]) wrong += 1;
	return wrong <= lettersMost;
}
