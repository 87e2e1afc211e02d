/**
 * What somebody did with a command on this machine, left for the gateway to keep as facts: commands change files of its data directory and
 * must not write into its ledger. One line an act, mode 0600; the gateway takes the file over when it runs, and at its next start.
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

/** A note that cannot be written is no reason to refuse the act: whoever may do it may remove the note as well. */
export function noteAct(data: string, act: Omit<ActNote, "at" | "by">): void {
	try {
		const line = JSON.stringify({ at: new Date().toISOString(), by: accountName(), ...act });
		appendFileSync(notesFile(data), `${line}\n`, { mode: 0o600 });
		const { uid, gid } = statSync(data);
		// Left by root, it must be the service's to take.
		if (process.getuid?.() === 0) chownSync(notesFile(data), uid, gid);
	} catch {
		// A read-only disk, or a directory of somebody else.
	}
}

/** Whoever used sudo is named, and not root. */
function accountName(): string {
	const sudo = process.env["SUDO_USER"];
	try {
		return sudo ?? userInfo().username;
	} catch {
		return String(process.getuid?.() ?? "unknown");
	}
}

export interface TakenNotes {
	notes: ActNote[];
	/** Once all of them are facts. */
	done(): void;
}

/** Undefined where there are none. What a crash left half taken comes first. A line that is no note is left out. */
export function takeNotes(data: string): TakenNotes | undefined {
	const [file, taken] = [notesFile(data), `${notesFile(data)}.taken`];
	if (!existsSync(taken)) {
		if (!existsSync(file)) return undefined;
		renameSync(file, taken);
	}
	// A note is a line; a file beyond any number of commands is not of our making.
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
