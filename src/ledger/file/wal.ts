import { readFileSync } from "node:fs";

/**
 * The write-ahead log, as SQLite's file format describes it (section 4):
 *
 *   header 32   377f0682|83, 3007000, page size, checkpoint, salt, salt, sum, sum
 *   frame  24   page, pages after a commit or 0, salt, salt, sum, sum   + the page
 *
 * A sum goes on from the one before it. SQLite stops at the first frame that does not fit and takes it for the end; it cannot know
 * whether the power was cut there or a bit flipped. We can: commits are synced one by one, so none follows one that was torn.
 */
export function walDamage(file: string): string | undefined {
	let bytes: Buffer;
	try {
		bytes = readFileSync(file);
	} catch {
		return undefined;
	}
	if (bytes.length < 56) return undefined;
	const header = bytes.subarray(0, 32);
	if (header.every((byte) => byte === 0)) return undefined;
	const magic = header.readUInt32BE(0);
	const pageSize = header.readUInt32BE(8);
	if ((magic !== 0x377f0682 && magic !== 0x377f0683) || pageSize < 512 || pageSize > 65_536)
		return "the write-ahead log has a damaged header";
	const isBig = magic === 0x377f0683;
	const headerSum = walSum(bytes, 0, 24, isBig, [0, 0]);
	if (headerSum[0] !== header.readUInt32BE(24) || headerSum[1] !== header.readUInt32BE(28))
		return "the write-ahead log has a damaged header";

	const frame = 24 + pageSize;
	let before: WalSum = headerSum;
	let brokenAt = -1;
	let commitsAfter = 0;
	for (let at = 32, n = 0; at + frame <= bytes.length; at += frame, n += 1) {
		const stored: WalSum = [bytes.readUInt32BE(at + 16), bytes.readUInt32BE(at + 20)];
		const ours = bytes.readUInt32BE(at + 8) === header.readUInt32BE(16) && bytes.readUInt32BE(at + 12) === header.readUInt32BE(20);
		const made = walSum(bytes, at + 24, pageSize, isBig, walSum(bytes, at, 8, isBig, before));
		const fits = ours && made[0] === stored[0] && made[1] === stored[1];
		if (brokenAt < 0) {
			if (!fits) {
				brokenAt = n;
				// The frame says that it ends a commit and belongs to this log: if another commit follows it, this one had been synced.
				if (ours && bytes.readUInt32BE(at + 4) !== 0) commitsAfter = 1;
			}
		} else if (!fits) {
			if (n > brokenAt + 1) break;
		} else if (bytes.readUInt32BE(at + 4) !== 0) commitsAfter += 1;
		before = stored;
	}
	return commitsAfter >= 2 ? `the write-ahead log is damaged at frame ${brokenAt + 1}, and commits follow it` : undefined;
}

/** The running checksum of a log: two words of 32 bits. */
export type WalSum = readonly [number, number];

/** Goes on from a sum over more bytes; `length` is a multiple of 8. */
export function walSum(bytes: Buffer, from: number, length: number, isBig: boolean, [a, b]: WalSum): WalSum {
	let [s0, s1] = [a, b];
	for (let at = from; at < from + length; at += 8) {
		s0 = (s0 + (isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + s1) >>> 0;
		s1 = (s1 + (isBig ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + s0) >>> 0;
	}
	return [s0, s1];
}

/**
 * The log with its sums made to fit again, up to its last commit, so that SQLite reads past a flipped bit; for recovery only, where
 * each record is judged by itself. Undefined when there is no commit in it.
 */
export function repairedWal(damaged: Buffer): Buffer | undefined {
	const bytes = Buffer.from(damaged);
	const saltsAt = mostFrequent(bytes);
	if (!saltsAt) return undefined;
	const { pageSize, salts } = saltsAt;
	bytes.writeUInt32BE(0x377f0682, 0);
	bytes.writeUInt32BE(3_007_000, 4);
	bytes.writeUInt32BE(pageSize, 8);
	salts.copy(bytes, 16);
	let before = walSum(bytes, 0, 24, false, [0, 0]);
	bytes.writeUInt32BE(before[0], 24);
	bytes.writeUInt32BE(before[1], 28);
	const frame = 24 + pageSize;
	let end = 0;
	for (let at = 32, strangers = 0; at + frame <= bytes.length; at += frame) {
		// One wrong salt may be a flipped bit; two belong to an earlier log.
		strangers = bytes.subarray(at + 8, at + 16).equals(salts) ? 0 : strangers + 1;
		if (strangers > 1) break;
		salts.copy(bytes, at + 8);
		before = walSum(bytes, at + 24, pageSize, false, walSum(bytes, at, 8, false, before));
		bytes.writeUInt32BE(before[0], at + 16);
		bytes.writeUInt32BE(before[1], at + 20);
		if (strangers === 0 && bytes.readUInt32BE(at + 4) !== 0) end = at + frame;
	}
	return end === 0 ? undefined : bytes.subarray(0, end);
}

/** Pages have SQLite's default size of 4096 bytes. The log's salts are those on which the header and the first frames agree. */
function mostFrequent(bytes: Buffer): { pageSize: number; salts: Buffer } | undefined {
	const pageSize = 4_096;
	const seen = [16, 40, 40 + 24 + pageSize].filter((at) => at + 8 <= bytes.length).map((at) => Buffer.from(bytes.subarray(at, at + 8)));
	const salts = seen.find((one, i) => seen.some((other, j) => j !== i && other.equals(one)));
	return salts && { pageSize, salts };
}
