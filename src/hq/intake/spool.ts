/** Uploads that are too large for the memory, on the disk of this process for as long as their request lasts. */
import { createHash, type Hash } from "node:crypto";
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../../access/files/process-stamp.ts";
import { HqRefusal } from "../refusal.ts";

/** An upload: in memory while it is small, else a file in a folder of its own. */
export interface Upload {
	bytes: number;
	sha256: string;
	/** Undefined: it is in `folder`, as the file `upload`. */
	content: Uint8Array | undefined;
	folder: string | undefined;
	/** Removes what is on the disk. */
	drop(): void;
}

export interface Spool {
	/** Takes an upload to its end. Throws body-too-large, or disk-full where the disk has no room for it. */
	take(input: AsyncIterable<Uint8Array>, received: (bytes: number) => void): Promise<Upload>;
}

export interface SpoolLimits {
	/** Uploads up to this size stay in memory. */
	inMemoryBytes: number;
	mostBytes: number;
}

const usual: SpoolLimits = { inMemoryBytes: 8 * 2 ** 20, mostBytes: 256 * 2 ** 20 };

export const uploadFile = (folder: string): string => join(folder, "upload");

/** Removes what processes that were killed have left in the folder; then uploads go there. Left out: the system's folder for such files. */
export function openSpool(directory: string | undefined, limits: SpoolLimits = usual): Spool {
	const root = join(directory ?? join(tmpdir(), `gondola-hq-${process.getuid?.() ?? 0}`), "intake");
	for (const name of namesIn(root)) if (!isAlive(Number(name.split("-")[0]))) rmSync(join(root, name), { recursive: true, force: true });
	return {
		async take(input, received) {
			const upload = openUpload(root, limits);
			try {
				for await (const piece of input) {
					upload.add(piece);
					received(upload.bytes());
				}
				return upload.whole();
			} catch (error) {
				upload.drop();
				throw roomFor(error);
			}
		},
	};
}

const namesIn = (root: string): string[] => {
	try {
		return readdirSync(root);
	} catch {
		return [];
	}
};

/** A full disk is said as such; another fault stays what it is. */
export function roomFor(error: unknown): unknown {
	const code = (error as NodeJS.ErrnoException).code;
	if (code !== "ENOSPC" && code !== "EDQUOT") return error;
	return new HqRefusal(
		"disk-full",
		"The disk of head office has no room for this file while it is read. Nothing of it was taken; send it again.",
	);
}

function openUpload(root: string, { inMemoryBytes, mostBytes }: SpoolLimits) {
	const sum: Hash = createHash("sha256");
	let pieces: Uint8Array[] = [];
	let bytes = 0;
	let folder: string | undefined;
	let fd: number | undefined;
	const toDisk = (): void => {
		mkdirSync(root, { recursive: true, mode: 0o700 });
		folder = mkdtempSync(join(root, `${process.pid}-`));
		fd = openSync(uploadFile(folder), "wx", 0o600);
		for (const piece of pieces) writeSync(fd, piece);
		pieces = [];
	};
	const close = (): void => {
		if (fd !== undefined) closeSync(fd);
		fd = undefined;
	};
	const drop = (): void => {
		close();
		if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
	};
	return {
		bytes: () => bytes,
		add(piece: Uint8Array): void {
			bytes += piece.length;
			if (bytes > mostBytes) throw new HqRefusal("body-too-large", `A file may have ${mostBytes / 2 ** 20} MiB. Push it in parts.`);
			sum.update(piece);
			if (fd === undefined && bytes > inMemoryBytes) toDisk();
			if (fd === undefined) pieces.push(Buffer.from(piece));
			else writeSync(fd, piece);
		},
		whole(): Upload {
			close();
			return { bytes, sha256: sum.digest("hex"), content: folder === undefined ? Buffer.concat(pieces) : undefined, folder, drop };
		},
		drop,
	};
}
