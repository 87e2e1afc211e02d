/**
 * A copy of a ledger in a folder, page by page:
 *
 *   copy.json        which files are the copy, of which store, and whether another box has taken the store over
 *   ledger-N.db      the pages, as of the last log that was worked in
 *   ledger-N.db-wal  the log since then, byte for byte that of the ledger; SQLite itself reads both together
 *   heard            when the gateway last spoke to this copy
 *
 * A new base is built beside the copy that is there and takes its place when it is whole, so there is always one that can be taken over.
 */
import { createHash } from "node:crypto";
import {
	closeSync,
	constants,
	copyFileSync,
	existsSync,
	fsyncSync,
	ftruncateSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	renameSync,
	rmSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { syncDirectory } from "../access/files/sync-directory.ts";
import {
	endOfLog,
	fittingFrames,
	frameBytes,
	framesAtOnce,
	headerSum,
	type LogEnd,
	type LogPosition,
	pageBytes,
	saltsOf,
} from "../ledger/copy/log.ts";

const copyFormat = 1;
/** The base is compared and sent in blocks of this size. */
export const blockBytes = 1 << 20;
/** Files that go with the ledger; a copy takes no others. */
export const sideFiles = ["access.json", "accounts.json", "gondola.yaml"] as const;
export type SideFile = (typeof sideFiles)[number];
const sideFileMost = 1 << 20;

export const copyRules = z.strictObject({
	store: z.string().max(64),
	tenant: z.string().max(64),
	build: z.string().max(64),
	mode: z.enum(["async", "sync"]),
	whenAway: z.enum(["go-on", "refuse"]),
	/** Answers that the gateway may give beyond what this copy has, while it follows. */
	aheadMost: z.int().min(0).max(100_000),
});
export type CopyRulesKept = z.output<typeof copyRules>;

export const takenOver = z.strictObject({ at: z.iso.datetime(), by: z.string().max(255) });
export type TakenOver = z.output<typeof takenOver>;

const copyState = copyRules.extend({
	format: z.literal(copyFormat),
	/** Undefined until the first base is whole. */
	file: z
		.string()
		.regex(/^ledger-\d+\.db$/)
		.optional(),
	takenOver: takenOver.optional(),
});
export type CopyState = z.output<typeof copyState>;

/** The folder does not contain a copy that this build can read, or not one of this store. */
export class CopyRefused extends Error {
	override name = "CopyRefused";
}

const stateFile = (folder: string): string => join(folder, "copy.json");

/** Undefined when there is no copy in the folder. Throws CopyRefused. */
export function readCopyState(folder: string): CopyState | undefined {
	let text: string;
	try {
		text = readFileSync(stateFile(folder), "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
	let read: unknown;
	try {
		read = JSON.parse(text);
	} catch {
		throw new CopyRefused(`${stateFile(folder)} is damaged; empty the folder, and the gateway makes a new copy`);
	}
	const parsed = copyState.safeParse(read);
	if (!parsed.success)
		throw new CopyRefused(`${stateFile(folder)} is damaged, or of a newer Gondola (${z.prettifyError(parsed.error).slice(0, 120)})`);
	return parsed.data;
}

function writeState(folder: string, state: CopyState): void {
	const part = `${stateFile(folder)}.part`;
	writeDurably(part, Buffer.from(`${JSON.stringify(state, null, "\t")}\n`));
	renameSync(part, stateFile(folder));
	syncDirectory(folder);
}

/** From here on this copy takes nothing more from the box that made it, and tells it so. */
export function markTakenOver(folder: string, mark: TakenOver): void {
	const state = readCopyState(folder);
	if (!state) throw new CopyRefused(`there is no copy in ${folder}`);
	writeState(folder, { ...state, takenOver: state.takenOver ?? mark });
}

/** Takes the mark back, where the takeover came to nothing. */
export function unmarkTakenOver(folder: string): void {
	const { takenOver: _, ...state } = readCopyState(folder)!;
	writeState(folder, state);
}

/** When the gateway last spoke to the copy, RFC 3339; undefined where it never did. */
export function lastHeard(folder: string): string | undefined {
	try {
		return readFileSync(join(folder, "heard"), "utf8").trim() || undefined;
	} catch {
		return undefined;
	}
}

export interface CopyFolder {
	state(): CopyState;
	/** The last whole transaction that is here; undefined: nothing can be followed up, a base is needed. */
	position(): LogPosition | undefined;
	/** SHA-256 of each block of what is here, for a base that sends only what differs. The base is built beside it from now on. */
	beginBase(): string[];
	putBlock(index: number, bytes: Buffer): void;
	/** Throws CopyRefused unless the blocks that are on the disk are those that were read. */
	endBase(bytes: number, digests: readonly string[]): void;
	/** A new log begins: what the one before it holds is worked into the pages. */
	beginLog(header: Buffer): void;
	/** Throws CopyRefused when the frames do not go on from what is here. */
	append(from: number, frames: Buffer): void;
	/** Everything that was appended is on the disk when this returns. Answers whether another box has taken over meanwhile. */
	sync(): TakenOver | undefined;
	putFile(name: SideFile, bytes: Buffer): void;
	heard(at: string): void;
	takenOver(): TakenOver | undefined;
	close(): void;
}

/** Opens the copy in a folder for the gateway that makes it; makes the folder. Throws CopyRefused for a copy of another store. */
export function openCopyFolder(folder: string, rules: CopyRulesKept): CopyFolder {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const before = readCopyState(folder);
	if (before && (before.store !== rules.store || before.tenant !== rules.tenant))
		throw new CopyRefused(`${folder} holds the copy of store ${before.store} of ${before.tenant}; name another folder for ${rules.store}`);
	if (!before?.takenOver) writeState(folder, { ...before, ...rules, format: copyFormat });
	return new Folder(folder);
}

class Folder implements CopyFolder {
	readonly #folder: string;
	#kept: CopyState;
	#log: OpenLog | undefined;
	#base: { fd: number; file: string } | undefined;

	constructor(folder: string) {
		this.#folder = folder;
		this.#kept = readCopyState(folder)!;
		if (this.#kept.file !== undefined) this.#log = openLog(join(folder, this.#kept.file));
		this.#sweep();
	}

	state(): CopyState {
		return this.#kept;
	}

	position(): LogPosition | undefined {
		return this.#log?.end?.at;
	}

	beginBase(): string[] {
		this.#dropBase();
		const { file } = this.#kept;
		const next = `ledger-${Number(/\d+/.exec(file ?? "0")![0]) + 1}.db`;
		const path = join(this.#folder, `${next}.part`);
		rmSync(path, { force: true });
		if (file !== undefined) {
			this.#log?.workIn();
			copyFileSync(join(this.#folder, file), path, constants.COPYFILE_FICLONE);
		}
		this.#base = { fd: openSync(path, file === undefined ? "w+" : "r+", 0o600), file: next };
		return blocksOf(this.#base.fd);
	}

	putBlock(index: number, bytes: Buffer): void {
		if (!this.#base || bytes.length > blockBytes) throw new CopyRefused("a block came outside of a base");
		writeSync(this.#base.fd, bytes, 0, bytes.length, index * blockBytes);
	}

	endBase(bytes: number, digests: readonly string[]): void {
		if (!this.#base) throw new CopyRefused("a base ended that had not begun");
		const { fd, file } = this.#base;
		ftruncateSync(fd, bytes);
		fsyncSync(fd);
		const here = blocksOf(fd);
		if (here.length !== digests.length || here.some((digest, i) => digest !== digests[i]))
			throw new CopyRefused("what is on the copy's disk is not what was sent; the disk may be damaged");
		closeSync(fd);
		this.#base = undefined;
		const path = join(this.#folder, file);
		for (const tail of ["-wal", "-shm"]) rmSync(path + tail, { force: true });
		renameSync(`${path}.part`, path);
		this.#log?.close();
		this.#kept = { ...this.#now(), file };
		writeState(this.#folder, this.#kept);
		this.#log = openLog(path);
		this.#sweep();
	}

	beginLog(header: Buffer): void {
		if (!this.#log) throw new CopyRefused("a log came before a base");
		this.#log.begin(header);
	}

	append(from: number, frames: Buffer): void {
		if (!this.#log) throw new CopyRefused("a log came before a base");
		this.#log.append(from, frames);
	}

	sync(): TakenOver | undefined {
		this.#log?.sync();
		// Read after the fsync: whoever takes over marks the copy first and reads it then, so what was acknowledged before is read.
		return this.takenOver();
	}

	takenOver(): TakenOver | undefined {
		return this.#now().takenOver;
	}

	putFile(name: SideFile, bytes: Buffer): void {
		if (bytes.length > sideFileMost || !sideFiles.includes(name))
			throw new CopyRefused(`a copy takes no file ${name} of ${bytes.length} bytes`);
		const path = join(this.#folder, name);
		writeDurably(`${path}.part`, bytes);
		renameSync(`${path}.part`, path);
	}

	heard(at: string): void {
		writeFileSync(join(this.#folder, "heard"), `${at}\n`, { mode: 0o600 });
	}

	close(): void {
		this.#dropBase();
		this.#log?.close();
		this.#log = undefined;
	}

	#now(): CopyState {
		return readCopyState(this.#folder) ?? this.#kept;
	}

	#dropBase(): void {
		if (this.#base) closeSync(this.#base.fd);
		this.#base = undefined;
	}

	/** Removes what a base that broke off, or the copy before this one, left behind. */
	#sweep(): void {
		for (const name of readdirSync(this.#folder)) {
			const [, file] = /^(ledger-\d+\.db)(\.part|-wal|-shm)?$/.exec(name) ?? [];
			const isKept = file === this.#kept.file && !name.endsWith(".part");
			if (file !== undefined && !isKept) rmSync(join(this.#folder, name), { force: true });
		}
	}
}

/** The log of a copy, open for what comes next. */
class OpenLog {
	readonly #file: string;
	readonly #fd: number;
	#header: Buffer | undefined;
	/** Behind the frames that were written, of which the last ones may not be a whole transaction yet. */
	#written: { frames: number; sum: readonly [number, number] } = { frames: 0, sum: [0, 0] };
	end: LogEnd | undefined;

	constructor(file: string) {
		this.#file = file;
		this.#fd = openSync(`${file}-wal`, existsSync(`${file}-wal`) ? "r+" : "w+", 0o600);
		this.end = endOfLog(`${file}-wal`);
		this.#header = this.end?.header;
		if (this.end) this.#written = this.end.at;
	}

	begin(header: Buffer): void {
		const sum = headerSum(header);
		if (!sum) throw new CopyRefused("the header of a log is damaged");
		this.workIn();
		ftruncateSync(this.#fd, 0);
		writeSync(this.#fd, header, 0, header.length, 0);
		fsyncSync(this.#fd);
		this.#header = header;
		this.#written = { frames: 0, sum };
		this.end = { header, at: { salts: saltsOf(header), frames: 0, sum } };
	}

	append(from: number, frames: Buffer): void {
		if (!this.#header || from !== this.#written.frames) throw new CopyRefused("frames are missing between those that came");
		const fit = fittingFrames(frames, this.#header, this.#written.sum);
		if (fit.frames * frameBytes !== frames.length) throw new CopyRefused("a frame is damaged");
		writeSync(this.#fd, frames, 0, frames.length, 32 + from * frameBytes);
		this.#written = { frames: from + fit.frames, sum: fit.sum };
		if (fit.whole.frames > 0)
			this.end = { header: this.#header, at: { salts: saltsOf(this.#header), frames: from + fit.whole.frames, sum: fit.whole.sum } };
	}

	sync(): void {
		fsyncSync(this.#fd);
	}

	/** Writes the pages of all whole transactions into the ledger's file, as SQLite's checkpoint does. Done twice, it changes nothing. */
	workIn(): void {
		if (!this.end || this.end.at.frames === 0) return;
		const to = openSync(this.#file, "r+");
		try {
			let pages = 0;
			for (let at = 0; at < this.end.at.frames; at += framesAtOnce) {
				const n = Math.min(framesAtOnce, this.end.at.frames - at);
				const bytes = Buffer.alloc(n * frameBytes);
				readSync(this.#fd, bytes, 0, bytes.length, 32 + at * frameBytes);
				for (let frame = 0; frame < bytes.length; frame += frameBytes) {
					writeSync(to, bytes, frame + 24, pageBytes, (bytes.readUInt32BE(frame) - 1) * pageBytes);
					pages = bytes.readUInt32BE(frame + 4) || pages;
				}
			}
			ftruncateSync(to, pages * pageBytes);
			fsyncSync(to);
		} finally {
			closeSync(to);
		}
	}

	close(): void {
		closeSync(this.#fd);
	}
}

const openLog = (file: string): OpenLog => new OpenLog(file);

/** SHA-256 of each block of an open file. */
function blocksOf(fd: number): string[] {
	const digests: string[] = [];
	const held = Buffer.allocUnsafe(blockBytes);
	for (let index = 0; ; index += 1) {
		const n = readSync(fd, held, 0, blockBytes, index * blockBytes);
		if (n === 0) return digests;
		digests.push(digestOf(held.subarray(0, n)));
	}
}

export const digestOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("base64");

function writeDurably(path: string, bytes: Buffer): void {
	const fd = openSync(path, "w", 0o600);
	try {
		writeSync(fd, bytes);
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}
