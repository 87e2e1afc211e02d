/** The file by which a box knows that another one has its place, also after a restart. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TakenOver } from "../../replica/copy-folder.ts";

export const takenOverFile = (data: string): string => join(data, "taken-over.json");

export function takenOverIn(data: string): TakenOver | undefined {
	const file = takenOverFile(data);
	if (!existsSync(file)) return undefined;
	try {
		return JSON.parse(readFileSync(file, "utf8")) as TakenOver;
	} catch {
		// A torn file still says what it is there for.
		return { at: "?", by: "?" };
	}
}

export function keepMark(data: string, mark: TakenOver): void {
	writeFileSync(takenOverFile(data), `${JSON.stringify(mark)}\n`, { mode: 0o600 });
}
