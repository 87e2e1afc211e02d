import { closeSync, fsyncSync, openSync, readFileSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { limits } from "../limits.ts";

/**
 * CRC-32 sums of the ledger's file by MiB, written at a clean stop and compared at the next start: SQLite keeps no sums of its pages, and a
 * flipped bit in a price is a valid price. `opens` counts how often the ledger was opened: a checksum file with another count is ignored,
 * because after a power cut the file system may bring back one that had been deleted.
 */
interface ChecksumFile {
	size: number;
	opens: string;
	sums: number[];
}

const block = 1 << 20;
const fileOf = (directory: string): string => join(directory, "ledger.seal");

function sumsOf(file: string): number[] {
	const fd = openSync(file, "r");
	const held = Buffer.allocUnsafe(block);
	const sums: number[] = [];
	try {
		for (let at = 0; ; at += block) {
			const n = readSync(fd, held, 0, block, at);
			if (n === 0) return sums;
			sums.push(crc32(held.subarray(0, n)));
		}
	} finally {
		closeSync(fd);
	}
}

export function writeChecksums(directory: string, ledger: string, opens: string): void {
	const size = statSync(ledger).size;
	if (size > limits.checksummedBytes) return;
	const fd = openSync(fileOf(directory), "w");
	try {
		writeSync(fd, JSON.stringify({ size, opens, sums: sumsOf(ledger) } satisfies ChecksumFile));
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}

export const dropChecksums = (directory: string): void => rmSync(fileOf(directory), { force: true });

/**
 * `unknown`: there is no checksum file, or an old one. `broken`: the ledger changed while it was closed. `opens` is read from the ledger,
 * and only when the sums do not fit.
 */
export function compareChecksums(
	directory: string,
	ledger: string,
	opens: () => string | undefined,
): { kind: "unknown" | "whole" } | { kind: "broken"; why: string } {
	let kept: ChecksumFile;
	try {
		kept = JSON.parse(readFileSync(fileOf(directory), "utf8")) as ChecksumFile;
	} catch {
		return { kind: "unknown" };
	}
	const size = statSync(ledger).size;
	const sums = size === kept.size ? sumsOf(ledger) : [];
	const wrong = sums.findIndex((value, i) => value !== kept.sums[i]);
	if (size === kept.size && wrong < 0) return { kind: "whole" };
	if (opens() !== undefined && opens() !== kept.opens) return { kind: "unknown" };
	return {
		kind: "broken",
		why:
			size === kept.size
				? `the file changed near byte ${wrong * block} while it was closed`
				: `the file was ${kept.size} bytes long when it was closed, and is ${size}`,
	};
}
