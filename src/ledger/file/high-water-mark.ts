import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/** The ledger's epoch, and the number of the last event that it acknowledged. */
export interface HighWaterMark {
	epoch: string;
	seq: number;
}

const fileOf = (directory: string): string => join(directory, "ledger.head");
const lineOf = ({ epoch, seq }: HighWaterMark): string => `${epoch} ${String(seq).padStart(16, "0")} ${check(epoch, seq)}\n`;
const check = (epoch: string, seq: number): string =>
	String([...`${epoch}${seq}`].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 99_991, 7)).padStart(5, "0");

/** Undefined when the file is missing or torn. */
export function readHighWaterMark(directory: string): HighWaterMark | undefined {
	let text: string;
	try {
		text = readFileSync(fileOf(directory), "latin1");
	} catch {
		return undefined;
	}
	const [, epoch, digits, sum] = /^([0-9a-f]{16}) (\d{16}) (\d{5})\n/.exec(text) ?? [];
	if (epoch === undefined || digits === undefined || sum !== check(epoch, Number(digits))) return undefined;
	return { epoch, seq: Number(digits) };
}

/**
 * Keeps, outside SQLite, the number of the last fact that was acknowledged. SQLite takes a damaged write-ahead log for a short one
 * without an error; by this file the loss is noticed. It is written only after the commit's fsync and is not synced itself, so after
 * a power cut it may be behind the ledger and never ahead of it.
 */
export function openHighWaterMark(directory: string): { write(head: HighWaterMark): void; close(): void } {
	const fd = openSync(fileOf(directory), "w");
	let written = "";
	return {
		write(head) {
			const line = lineOf(head);
			if (line === written) return;
			try {
				writeSync(fd, line, 0, "latin1");
				written = line;
			} catch {
				// The disk is full: the commit has succeeded, and the next one writes this line again.
			}
		},
		close() {
			try {
				fsyncSync(fd);
			} finally {
				closeSync(fd);
			}
		},
	};
}
