/**
 * What a box is at head office, in `secrets/` of its data directory (mode 0700, files 0600):
 *
 *     store.key    its own key, made here, never sent            trust.json   the keys it accepts: roots, and the newest key list
 *     line.password, line.key, line.crt, line-ca.crt             how the line's broker lets it in; gondola.yaml names them
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readSecretFile, writeSecretFile } from "../access/secret-file.ts";
import { approverListSchema } from "./approvers.ts";
import { instant } from "./instant.ts";
import { keyListSchema } from "./key-list.ts";
import { readKeyFile, type SigningKey } from "./keys.ts";
import { rootsSchema } from "./roots.ts";

const boxTrustSchema = z.object({
	tenant: z.string(),
	store: z.string(),
	roots: rootsSchema,
	keyList: keyListSchema,
	/** Left out by a box that was never sent one. */
	approvers: approverListSchema.optional(),
	enrolledAt: instant,
});
/** `roots.number` is left out by a box that never received a successor of a root. */
export type BoxTrust = z.input<typeof boxTrustSchema>;

export type Box = z.output<typeof boxTrustSchema> & { key: SigningKey };

export const secretsOf = (data: string): string => join(data, "secrets");
export const boxKeyFile = (data: string): string => join(secretsOf(data), "store.key");
export const boxTrustFile = (data: string): string => join(secretsOf(data), "trust.json");

/**
 * Undefined for a box that never enrolled. Throws when its files are damaged or can be read by other users: it must not go on without
 * checking signatures.
 */
export function readBox(data: string): Box | undefined {
	if (!existsSync(boxTrustFile(data))) return undefined;
	const file = boxTrustFile(data);
	// Read once: compiling the schema first, as zod does for one that is used often, would take most of a start's milliseconds here.
	const read = boxTrustSchema.safeParse(JSON.parse(readSecretFile(file)), { jitless: true });
	if (!read.success) throw new Error(`${file}: ${z.prettifyError(read.error)}`);
	return { ...read.data, key: readKeyFile(boxKeyFile(data), "store") };
}

/** Writes the keys of head office that the box has received since it enrolled. They are on disk when it returns. */
export function keepBoxTrust(data: string, { tenant, store, roots, keyList, approvers, enrolledAt }: BoxTrust): void {
	writeSecretFile(boxTrustFile(data), `${JSON.stringify({ tenant, store, roots, keyList, approvers, enrolledAt }, null, "\t")}\n`);
}
