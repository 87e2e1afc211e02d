import { spawn } from "node:child_process";
import type { BackupMade } from "../../../hq/backup/backup.ts";

/** Restores a backup aside and compares it, in a process of its own: head office goes on meanwhile, and its memory does not grow. */
export function proveApart(file: string): Promise<Pick<BackupMade, "rows" | "tables">> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, "hq", "prove", file, "--json"], {
			stdio: ["ignore", "pipe", "pipe"],
		});
		let said = "";
		let wrong = "";
		child.stdout.on("data", (piece: Buffer) => (said += piece.toString()));
		child.stderr.on("data", (piece: Buffer) => (wrong = (wrong + piece.toString()).slice(-1_000)));
		child.on("error", reject);
		child.on("close", (code) => {
			if (code === 0) resolve(JSON.parse(said) as BackupMade);
			else reject(new Error(`the backup could not be proved: ${wrong.trim() || `exit ${code}`}`));
		});
	});
}
