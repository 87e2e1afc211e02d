import { chmodSync, mkdirSync } from "node:fs";
import { secretsOf } from "../../trust/box.ts";

/** `secrets/` of the data directory, for this user alone. */
export function makeSecretsFolder(data: string): string {
	const folder = secretsOf(data);
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	chmodSync(folder, 0o700);
	return folder;
}
