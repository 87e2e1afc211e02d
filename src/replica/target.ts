/** Where a copy goes: a folder of this machine or of a network disk, or another box by TLS (line.ts). */
import type { LogPosition } from "../ledger/copy/log.ts";
import { type CopyRulesKept, openCopyFolder, type SideFile, type TakenOver } from "./copy-folder.ts";

export interface CopyTarget {
	/** The copy that is there; `takenOver`: it takes nothing more. */
	found: { position?: LogPosition; takenOver?: TakenOver };
	beginBase(): Promise<string[]>;
	putBlock(index: number, bytes: Buffer): Promise<void>;
	endBase(bytes: number, digests: readonly string[]): Promise<void>;
	beginLog(header: Buffer): Promise<void>;
	/** `isLast`: resolves when this and everything before is on the copy's disk. */
	append(from: number, frames: Buffer, isLast: boolean): Promise<TakenOver | undefined>;
	putFile(name: SideFile, bytes: Buffer): Promise<void>;
	heard(at: string): Promise<TakenOver | undefined>;
	close(): void;
}

/** Throws CopyRefused. */
export function folderTarget(folder: string, rules: CopyRulesKept): CopyTarget {
	const copy = openCopyFolder(folder, rules);
	const position = copy.position();
	const { takenOver } = copy.state();
	return {
		found: { ...(position && { position }), ...(takenOver && { takenOver }) },
		beginBase: async () => copy.beginBase(),
		putBlock: async (index, bytes) => copy.putBlock(index, bytes),
		endBase: async (bytes, digests) => copy.endBase(bytes, digests),
		beginLog: async (header) => copy.beginLog(header),
		async append(from, frames, isLast) {
			copy.append(from, frames);
			return isLast ? copy.sync() : undefined;
		},
		putFile: async (name, bytes) => copy.putFile(name, bytes),
		async heard(at) {
			copy.heard(at);
			return copy.takenOver();
		},
		close: () => copy.close(),
	};
}
