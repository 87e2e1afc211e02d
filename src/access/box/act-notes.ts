/**
 * Notes of acts that were done by commands on this machine, from which the gateway makes facts: commands change files of its data directory
 * and must not write into its ledger. One line for each act, mode 0600. The gateway takes the file over while it runs, and at its next
 * start.
 */
import { appendFileSync, chownSync, existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { z } from "zod";

const notesFile = (data: string): string => join(data, "console-acts.jsonl");

const note = z.object({
	at: z.iso.datetime(),
	/** The account on this machine, such as root. */
	by: z.string().max(100),
	act: z.string().max(100),
	subject: z.string().max(300).optional(),
	why: z.string().max(300).optional(),
});
export type ActNote = z.output<typeof note>;

/** A note that cannot be written does not stop the command: a user who may run it could remove the note as well. */
export function noteAct(data: string, act: Omit<ActNote, "at" | "by">): void {
	try {
		const line = JSON.stringify({ at: new Date().toISOString(), by: accountName(), ...act });
		appendFileSync(notesFile(data), `${line}\n`, { mode: 0o600 });
		const { uid, gid } = statSync(data);
		// A file that root made must belong to the service's user, who has to remove it.
		if (process.getuid?.() === 0) chownSync(notesFile(data), uid, gid);
	} catch {
		// A read-only disk, or a directory of another user.
	}
}

/** The user who used sudo, rather than root. */
export function accountName(): string {
	const sudo = process.env["SUDO_USER"];
	try {
		return sudo ?? userInfo().username;
	} catch {
		return String(process.getuid?.() ?? "unknown");
	}
}

export interface TakenNotes {
	notes: ActNote[];
	/** Deletes the notes; to be called when all of them are facts. */
	done(): void;
}

/**
 * Takes over the notes; undefined where there are none. Those that a crash interrupted come first. A line that is not a note is
 * skipped.
 */
export function takeNotes(data: string): TakenNotes | undefined {
	const [file, taken] = [notesFile(data), `${notesFile(data)}.taken`];
	if (!existsSync(taken)) {
		if (!existsSync(file)) return undefined;
		renameSync(file, taken);
	}
	// A file larger than any number of commands would write was written by something else.
	const text = statSync(taken).size > 1_000_000 ? "" : readFileSync(taken, "utf8");
	const notes = text.split("\n").flatMap((line) => {
		if (line === "") return [];
		try {
			const read = note.safeParse(JSON.parse(line));
			return read.success ? [read.data] : [];
		} catch {
			return [];
		}
	});
	return { notes, done: () => rmSync(taken, { force: true }) };
}
