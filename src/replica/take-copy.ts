/** Puts a copy in the place of a ledger, on the box that takes the store over. */
import { constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { CopiedLedger } from "../ledger/copy/copied-ledger.ts";
import { CopyRefused, type CopyState, readCopyState, sideFiles } from "./copy-folder.ts";

/** A copy that can be taken over. Throws CopyRefused with a sentence. */
export function copyToTake(folder: string): CopyState & { file: string } {
	const state = readCopyState(folder);
	if (!state) throw new CopyRefused(`there is no copy of a ledger in ${folder}; it holds a copy.json`);
	const { file, takenOver } = state;
	if (takenOver) throw new CopyRefused(`the copy in ${folder} was taken over already, at ${takenOver.at} by ${takenOver.by}`);
	if (file === undefined || !existsSync(join(folder, file)))
		throw new CopyRefused(`the copy in ${folder} was never whole: its base is missing`);
	return { ...state, file };
}

/**
 * Copies pages and log beside the ledger's place; `check` opens them as SQLite does, and throws when they are not whole.
 * Until then nothing stands in the ledger's place.
 */
export function fetchCopy(folder: string, file: string, data: string, check: (directory: string) => CopiedLedger): CopiedLedger {
	const room = join(data, "taking-over");
	rmSync(room, { recursive: true, force: true });
	mkdirSync(room, { recursive: true, mode: 0o700 });
	try {
		for (const tail of ["", "-wal"])
			if (existsSync(join(folder, file + tail)))
				copyFileSync(join(folder, file + tail), join(room, `ledger.db${tail}`), constants.COPYFILE_FICLONE);
		const found = check(room);
		for (const tail of ["-wal", ""])
			if (existsSync(join(room, `ledger.db${tail}`))) renameSync(join(room, `ledger.db${tail}`), join(data, `ledger.db${tail}`));
		return found;
	} finally {
		rmSync(room, { recursive: true, force: true });
	}
}

/** Puts the people and the broker's accounts of the copy into the data directory; what is there is kept under another name. */
export function takeSideFiles(folder: string, data: string): string[] {
	return sideFiles
		.filter((name) => name !== "gondola.yaml" && existsSync(join(folder, name)))
		.map((name) => {
			const place = join(data, name);
			if (existsSync(place)) renameSync(place, `${place}.before-takeover`);
			copyFileSync(join(folder, name), place);
			return name;
		});
}
