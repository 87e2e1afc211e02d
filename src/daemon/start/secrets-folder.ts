import { chmodSync } from "node:fs";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { secretsOf } from "../../trust/box.ts";

/** The folder `secrets/` of the data directory, readable by this user alone. */
export function makeSecretsFolder(data: string): string {
	const folder = secretsOf(data);
	makeDirectory(folder, 0o700);
	chmodSync(folder, 0o700);
	return folder;
}
