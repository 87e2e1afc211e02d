/**
 * Reads the write-ahead log for a copy of the ledger. Frames up to the last commit never change until SQLite begins the log anew, which it
 * does only after a checkpoint; while a copy follows, the ledger's writer decides when that is (held-answers.ts).
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type WalSum, walSum } from "../file/wal.ts";

export const pageBytes = 4_096;
const headerBytes = 32;
export const frameBytes = 24 + pageBytes;
/** Frames that are read and sent at a time: a mebibyte. */
export const framesAtOnce = 254;

/** A place in a log, always behind a commit. `salts`: 16 hex digits that name the log. `frames`: how many are before it. */
export interface LogPosition {
	salts: string;
	frames: number;
	sum: WalSum;
}

export interface LogEnd {
	/** The log's first 32 bytes. */
	header: Buffer;
	at: LogPosition;
}

export const saltsOf = (header: Buffer): string => header.toString("hex", 16, 24);

/** The sum of a log's header; undefined when it is not one of a ledger of ours. */
export function headerSum(header: Buffer): WalSum | undefined {
	if (header.length !== headerBytes) return undefined;
	const magic = header.readUInt32BE(0);
	if ((magic !== 0x377f0682 && magic !== 0x377f0683) || header.readUInt32BE(8) !== pageBytes) return undefined;
	const sum = walSum(header, 0, 24, magic === 0x377f0683, [0, 0]);
	return sum[0] === header.readUInt32BE(24) && sum[1] === header.readUInt32BE(28) ? sum : undefined;
}

/**
 * The frames of `bytes` that fit after `from`: how many there are, and where the last commit among them ends. `pages`: of the ledger after
 * that commit.
 */
export function fittingFrames(bytes: Buffer, header: Buffer, from: WalSum) {
	const isBig = header.readUInt32BE(0) === 0x377f0683;
	let sum = from;
	let whole = { frames: 0, sum: from, pages: 0 };
	let frames = 0;
	for (let at = 0; at + frameBytes <= bytes.length; at += frameBytes) {
		if (bytes.compare(header, 16, 24, at + 8, at + 16) !== 0) break;
		const next = walSum(bytes, at + 24, pageBytes, isBig, walSum(bytes, at, 8, isBig, sum));
		if (next[0] !== bytes.readUInt32BE(at + 16) || next[1] !== bytes.readUInt32BE(at + 20)) break;
		sum = next;
		frames += 1;
		const pages = bytes.readUInt32BE(at + 4);
		if (pages !== 0) whole = { frames, sum, pages };
	}
	return { frames, sum, whole };
}

/**
 * The end of the last commit in a log. `from`: where the caller has come to; of the same log, what is before it is not read again.
 * Undefined: there is no log.
 */
export function endOfLog(file: string, from?: LogPosition): LogEnd | undefined {
	return reading(file, (fd) => {
		const header = bytesAt(fd, 0, headerBytes);
		const begin = headerSum(header);
		if (!begin) return undefined;
		const salts = saltsOf(header);
		let at: LogPosition = from?.salts === salts ? from : { salts, frames: 0, sum: begin };
		for (let read: { frames: number; sum: WalSum } = at; ; ) {
			const bytes = bytesAt(fd, headerBytes + read.frames * frameBytes, framesAtOnce * frameBytes);
			const { frames, sum, whole } = fittingFrames(bytes, header, read.sum);
			if (whole.frames > 0) at = { salts, frames: read.frames + whole.frames, sum: whole.sum };
			read = { frames: read.frames + frames, sum };
			if (frames < framesAtOnce) return { header, at };
		}
	});
}

/** Whether a log went through this place: its name and its sum there. */
export function isPlaceInLog(file: string, { salts, frames, sum }: LogPosition): boolean {
	return (
		reading(file, (fd) => {
			const header = bytesAt(fd, 0, headerBytes);
			const begin = headerSum(header);
			if (!begin || saltsOf(header) !== salts) return false;
			if (frames === 0) return begin[0] === sum[0] && begin[1] === sum[1];
			const frame = bytesAt(fd, headerBytes + (frames - 1) * frameBytes, 24);
			if (frame.length < 24 || frame.compare(header, 16, 24, 8, 16) !== 0) return false;
			return frame.readUInt32BE(4) !== 0 && frame.readUInt32BE(16) === sum[0] && frame.readUInt32BE(20) === sum[1];
		}) ?? false
	);
}

/** Frames as they stand in the file; the caller names only such as are before the end of a commit. */
export function framesOf(file: string, from: number, to: number): Buffer {
	return reading(file, (fd) => bytesAt(fd, headerBytes + from * frameBytes, (to - from) * frameBytes)) ?? Buffer.alloc(0);
}

function reading<T>(file: string, read: (fd: number) => T): T | undefined {
	let fd: number;
	try {
		fd = openSync(file, "r");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
	try {
		return fstatSync(fd).size < headerBytes ? undefined : read(fd);
	} finally {
		closeSync(fd);
	}
}

function bytesAt(fd: number, at: number, most: number): Buffer {
	const bytes = Buffer.alloc(most);
	const n = readSync(fd, bytes, 0, most, at);
	return bytes.subarray(0, n);
}
