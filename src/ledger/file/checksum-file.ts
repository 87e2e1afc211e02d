import { closeSync, fsyncSync, openSync, readFileSync, readSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { limits } from "../limits.ts";

/**
 * Sums of the ledger's file, made at a clean stop and checked at the next start: SQLite has no sums of its own pages, and a bit that falls
 * over in a price is a price like any other. `opens` tells a seal that a power cut brought back from the dead from a fresh one.
 */
interface Seal {
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
	if (size > limits.sealedBytes) return;
	const fd = openSync(fileOf(directory), "w");
	try {
		writeSync(fd, JSON.stringify({ size, opens, sums: sumsOf(ledger) } satisfies Seal));
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}

export const dropChecksums = (directory: string): void => rmSync(fileOf(directory), { force: true });

/** `opens` is asked of the ledger only when the sums do not fit. */
export function compareChecksums(
	directory: string,
	ledger: string,
	opens: () => string | undefined,
): { kind: "unsealed" | "whole" } | { kind: "broken"; why: string } {
	let seal: Seal;
	try {
		seal = JSON.parse(readFileSync(fileOf(directory), "utf8")) as Seal;
	} catch {
		return { kind: "unsealed" };
	}
	const size = statSync(ledger).size;
	const sums = size === seal.size ? sumsOf(ledger) : [];
	const wrong = sums.findIndex((value, i) => value !== seal.sums[i]);
	if (size === seal.size && wrong < 0) return { kind: "whole" };
	if (opens() !== undefined && opens() !== seal.opens) return { kind: "unsealed" };
	return {
		kind: "broken",
		why:
			size === seal.size
				? `the file changed near byte ${wrong * block} while it was closed`
				: `the file was ${seal.size} bytes long when it was closed, and is ${size}`,
	};
}
