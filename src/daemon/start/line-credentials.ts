import { readFileSync } from "node:fs";
import { readSecretFile } from "../../access/secret-file.ts";
import type { Config } from "../../config/schema.ts";
import type { UplinkOptions } from "../../uplink/uplink.ts";
import { defined } from "../../words/defined.ts";

/** How this box signs in at the line's broker. Throws when a secret is readable by others, or a file is missing. */
export function lineCredentials(hq: NonNullable<Config["hq"]>): NonNullable<UplinkOptions["credentials"]> {
	const { username, passwordFile, caFile, certFile, keyFile } = hq;
	return defined({
		username,
		password: passwordFile === undefined ? undefined : readSecretFile(passwordFile).trim(),
		ca: caFile === undefined ? undefined : readFileSync(caFile),
		cert: certFile === undefined ? undefined : readFileSync(certFile),
		key: keyFile === undefined ? undefined : readSecretFile(keyFile),
	});
}
