/**
 * The identity of a box at head office, in `secrets/` of its data directory (mode 0700, files 0600):
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
import { kidOf, kidPattern, publicPattern, readKeyFile, type SigningKey } from "./keys.ts";
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
 * Whether the file holds what most boxes have, and nothing else: no waiting successor, no approvers. Asks all that `boxTrustSchema` asks
 * of it. The first use of that schema takes half of the milliseconds that signatures add to a start; it reads every other file.
 */
function isPlainTrust(kept: unknown): kept is z.output<typeof boxTrustSchema> {
	const { tenant, store, roots, keyList, enrolledAt } = onlyWith(kept, ["tenant", "store", "roots", "keyList", "enrolledAt"]);
	const { first, second, number } = onlyWith(roots, ["first", "second", "number"]);
	const list = onlyWith(keyList, ["tenant", "version", "issuedAt", "expires", "keys", "kid", "sig"]);
	return (
		typeof tenant === "string" &&
		typeof store === "string" &&
		isLike(publicPattern, first) &&
		isLike(publicPattern, second) &&
		isWhole(number, 0) &&
		isName(list.tenant) &&
		isWhole(list.version, 1) &&
		[list.issuedAt, list.expires, enrolledAt].every(isUsualInstant) &&
		isLike(kidPattern, list.kid) &&
		typeof list.sig === "string" &&
		list.sig.length === 86 &&
		Array.isArray(list.keys) &&
		list.keys.length > 0 &&
		list.keys.length <= 5_000 &&
		list.keys.every(isPlainLineKey)
	);
}

function isPlainLineKey(listed: unknown): boolean {
	const isEnding = (listed as { notAfter?: unknown } | null)?.notAfter !== undefined;
	const key = onlyWith(listed, ["kid", "public", "role", "notBefore", ...(isEnding ? ["notAfter"] : [])]);
	return (
		isLike(publicPattern, key.public) &&
		key.kid === kidOf(key.public) &&
		key.role === "line" &&
		isUsualInstant(key.notBefore) &&
		(!isEnding || isUsualInstant(key.notAfter))
	);
}

/** The members of an object that has exactly these; of anything else none. */
function onlyWith(value: unknown, names: readonly string[]): Record<string, unknown> {
	if (typeof value !== "object" || value === null || Object.keys(value).length !== names.length) return {};
	return names.every((name) => Object.hasOwn(value, name)) ? (value as Record<string, unknown>) : {};
}

const isLike = (pattern: RegExp, value: unknown): value is string => typeof value === "string" && pattern.test(value);
const isName = (value: unknown): boolean => typeof value === "string" && value.length >= 1 && value.length <= 32;
const isWhole = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least;

/** Only instants as `toISOString` writes them: the schema takes others, too. */
function isUsualInstant(value: unknown): boolean {
	if (!isLike(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, value)) return false;
	const ms = Date.parse(value);
	return Number.isFinite(ms) && new Date(ms).toISOString() === value;
}

/**
 * Undefined for a box that never enrolled. Throws when its files are damaged or can be read by other users: it must not go on without
 * checking signatures.
 */
export function readBox(data: string): Box | undefined {
	if (!existsSync(boxTrustFile(data))) return undefined;
	const file = boxTrustFile(data);
	const kept: unknown = JSON.parse(readSecretFile(file));
	if (isPlainTrust(kept)) return { ...kept, key: readKeyFile(boxKeyFile(data), "store") };
	const read = boxTrustSchema.safeParse(kept, { jitless: true });
	if (!read.success) throw new Error(`${file}: ${z.prettifyError(read.error)}`);
	return { ...read.data, key: readKeyFile(boxKeyFile(data), "store") };
}

/** Writes the keys of head office that the box has received since it enrolled. They are on disk when it returns. */
export function keepBoxTrust(data: string, { tenant, store, roots, keyList, approvers, enrolledAt }: BoxTrust): void {
	writeSecretFile(boxTrustFile(data), `${JSON.stringify({ tenant, store, roots, keyList, approvers, enrolledAt }, null, "\t")}\n`);
}
