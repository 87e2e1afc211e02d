/**
 * Head office's keys: a folder of its own, outside the database and its backups. Made by the first run; only the root that signs the key
 * list may be taken away for a while.
 *
 *     first-root.key    signs the key list          second-root.key   until it was exported to paper (`hq keys export`)
 *     line-KID.key      signs seals                 roots.json, key-list.json   what stores learn; no secrets
 *     authority.key, authority.crt   certifies the line's broker, head office's HTTPS and stores
 *     member.key        signs the codes that members show at tills; member-KID.key waits to do so
 *     member.secret     keys the digests of members' names
 *     line.password     head office's own on the line's broker
 */
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { syncDirectory } from "../../access/files/sync-directory.ts";
import { readSecretFile, withFileLock, writeSecretFile } from "../../access/secret-file.ts";
import { type ApproverList, checkApprovers, signApprovers } from "../../trust/approvers.ts";
import { fingerprintOf, makeAuthority, makeServerCertificate, type Pair } from "../../trust/certificates.ts";
import { beginsLater, begunNow, checkKeyList, type KeyList, listDays, rootsDigest, rotated, signKeyList } from "../../trust/key-list.ts";
import { keyText, kidPattern, makeKey, publicPattern, readKeyFile, type SigningKey, writeKeyFile } from "../../trust/keys.ts";
import { type Successor, successorSchema } from "../../trust/roots.ts";
import { newLinePassword } from "./line-accounts.ts";

const rootsFile = z.object({ tenant: z.string(), first: z.string().regex(publicPattern), second: z.string().regex(publicPattern) });

export interface HqKeys {
	folder: string;
	tenant: string;
	/** Public keys; the first root signs, the second is kept on paper. */
	roots: { first: string; second: string };
	rootsSha256: string;
	list: KeyList;
	/** Statements by which one root named the next, oldest first: a store that was away follows them one by one. */
	successors: readonly Successor[];
	/** Undefined: no approver was ever named. */
	approvers: ApproverList | undefined;
	/** The key that signs seals, welcomes and commands. */
	line: SigningKey;
	/** Signs member codes. */
	member: SigningKey;
	/** Keys the pseudonyms of members. */
	memberSecret: Buffer;
	authority: Pair;
	/** SHA-256 of the authority's certificate. */
	caSha256: string;
	/** Head office's own password on the line's broker. */
	linePassword: string;
	/** The chain includes the authority's certificate, so that a box that pinned it can check it. */
	serverCertificate(names: readonly string[]): Promise<{ cert: string; key: string }>;
}

const day = 86_400_000;
/** A key list is signed again when it has fewer days left than this. */
const renewDays = 200;

/**
 * Makes the keys when the folder is new. Throws a sentence when a folder is damaged, belongs to another tenant, or can be read by other
 * users.
 */
export async function openKeys(folder: string, tenant: string, now = Date.now()): Promise<HqKeys> {
	makeDirectory(folder, 0o700);
	if ((statSync(folder).mode & 0o077) !== 0) throw new Error(`${folder} is open to others; set it with: chmod 700 ${folder}`);
	return withFileLock(join(folder, "keys"), async () => {
		if (!existsSync(join(folder, "roots.json"))) await makeKeys(folder, tenant, now);
		return readKeys(folder, tenant, now);
	});
}

async function makeKeys(folder: string, tenant: string, now: number): Promise<void> {
	const [first, second, line] = [makeKey("root"), makeKey("root"), makeKey("line")];
	const at = new Date(now).toISOString();
	// roots.json is written last: a run that was interrupted before it begins again.
	for (const name of readdirSync(folder)) if (/\.(key|crt)$/.test(name)) rmSync(join(folder, name));
	const authority = await makeAuthority(`Gondola ${tenant}`, now);
	const keys = [{ kid: line.kid, public: line.public, role: "line" as const, notBefore: at }];
	const list = signKeyList({ tenant, version: 1, issuedAt: at, expires: new Date(now + listDays * day).toISOString(), keys }, first);
	writeKeyFile(join(folder, "first-root.key"), first);
	writeKeyFile(join(folder, "second-root.key"), second);
	writeKeyFile(join(folder, `line-${line.kid}.key`), line);
	writeSecretFile(join(folder, "authority.key"), authority.key);
	writeSecretFile(join(folder, "authority.crt"), authority.certificate);
	writeSecretFile(join(folder, "key-list.json"), `${JSON.stringify(list, null, "\t")}\n`);
	writeSecretFile(join(folder, "roots.json"), `${JSON.stringify({ tenant, first: first.public, second: second.public }, null, "\t")}\n`);
}

function readKeys(folder: string, tenant: string, now: number): HqKeys {
	const roots = rootsFile.parse(JSON.parse(readFileSync(join(folder, "roots.json"), "utf8")));
	if (roots.tenant !== tenant) throw new Error(`the keys in ${folder} are of tenant ${roots.tenant}; name another folder with --keys.`);
	const successors = successorsIn(folder);
	const { first, second } = afterLast(roots, successors);
	const list = renewed(folder, first, readList(folder, tenant, [first, second]), now);
	const line = newestLineKey(folder, list);
	const authority: Pair = {
		certificate: readFileSync(join(folder, "authority.crt"), "utf8"),
		key: readSecretFile(join(folder, "authority.key")),
	};
	return {
		folder,
		tenant,
		roots: { first, second },
		rootsSha256: rootsDigest([first, second]),
		list,
		successors,
		approvers: approversIn(folder, tenant, [first, second]),
		line,
		member: memberKeyIn(folder),
		memberSecret: memberSecretIn(folder),
		authority,
		caSha256: fingerprintOf(authority.certificate),
		linePassword: linePasswordIn(folder),
		async serverCertificate(names) {
			const pair = await makeServerCertificate(authority, names);
			return { cert: pair.certificate + authority.certificate, key: pair.key };
		},
	};
}

/** Reads the keys as another process of this machine has left them: `hq keys rotate` runs while head office runs. */
export function readKeysAgain(folder: string, tenant: string): HqKeys {
	return readKeys(folder, tenant, Date.now());
}

/** The statement about a successor is on disk before roots.json: after a crash between the two it counts. */
function afterLast(roots: { first: string; second: string }, successors: readonly Successor[]): { first: string; second: string } {
	const last = successors.at(-1);
	return last && roots[last.replaces] === last.retires ? { ...roots, [last.replaces]: last.successor } : roots;
}

function successorsIn(folder: string): Successor[] {
	const file = join(folder, "successors.json");
	return existsSync(file) ? z.array(successorSchema).parse(JSON.parse(readFileSync(file, "utf8"))) : [];
}

function approversIn(folder: string, tenant: string, roots: readonly string[]): ApproverList | undefined {
	const file = join(folder, "approvers.json");
	if (!existsSync(file)) return undefined;
	const list = checkApprovers(JSON.parse(readFileSync(file, "utf8")), { tenant, roots, current: undefined });
	if (typeof list === "string") throw new Error(`${file} is not right (${list}); restore the folder from where its copy is kept.`);
	return list;
}

/** Signs another list of approvers with the first root, which has to be in the folder. */
export async function changeApprovers(
	folder: string,
	tenant: string,
	change: (before: Pick<ApproverList, "demanded" | "keys">) => Pick<ApproverList, "demanded" | "keys">,
	now = Date.now(),
): Promise<ApproverList> {
	return withFileLock(join(folder, "keys"), () => {
		const { approvers, roots } = readKeys(folder, tenant, now);
		const root = firstRootIn(folder, roots.first);
		if (!root) throw new Error(`${join(folder, "first-root.key")} is away; bring it back to name approvers.`);
		const { demanded, keys } = change(approvers ?? { demanded: false, keys: [] });
		const said = { tenant, version: (approvers?.version ?? 0) + 1, issuedAt: new Date(now).toISOString(), demanded, keys };
		const list = signApprovers(said, root);
		writeSecretFile(join(folder, "approvers.json"), `${JSON.stringify(list, null, "\t")}\n`);
		return list;
	});
}

function linePasswordIn(folder: string): string {
	const file = join(folder, "line.password");
	if (!existsSync(file)) writeSecretFile(file, `${newLinePassword()}\n`);
	return readSecretFile(file).trim();
}

/** Made at the first start of a build that knows members. */
function memberKeyIn(folder: string): SigningKey {
	const file = join(folder, "member.key");
	if (!existsSync(file)) writeKeyFile(file, makeKey("member"));
	return readKeyFile(file, "member");
}

/** Makes a key for member codes that waits: stores learn its public half before head office signs with it. */
export async function makeNextMemberKey(folder: string): Promise<SigningKey> {
	return withFileLock(join(folder, "keys"), () => {
		const made = makeKey("member");
		writeKeyFile(join(folder, `member-${made.kid}.key`), made);
		return made;
	});
}

/** Signs member codes with a waiting key from now on; the one before only checks, in stores. Undefined: no such key waits. */
export async function useMemberKey(folder: string, kid: string): Promise<SigningKey | undefined> {
	const waiting = join(folder, `member-${kid}.key`);
	return withFileLock(join(folder, "keys"), () => {
		if (!kidPattern.test(kid) || !existsSync(waiting)) return undefined;
		const key = readKeyFile(waiting, "member");
		renameSync(waiting, join(folder, "member.key"));
		syncDirectory(folder);
		return key;
	});
}

function memberSecretIn(folder: string): Buffer {
	const file = join(folder, "member.secret");
	if (!existsSync(file)) writeSecretFile(file, `${randomBytes(32).toString("base64url")}\n`);
	return Buffer.from(readSecretFile(file).trim(), "base64url");
}

function readList(folder: string, tenant: string, roots: readonly string[]): KeyList {
	const file = join(folder, "key-list.json");
	const answer = checkKeyList(JSON.parse(readFileSync(file, "utf8")), { tenant, roots, current: undefined, now: undefined });
	if (answer.kind === "refused") throw new Error(`${file} is not right (${answer.code}); restore the folder from where its copy is kept.`);
	return answer.list;
}

/** Without the first root's key in the folder the list stays as it is, and `hq keys` says when it ends. */
function renewed(folder: string, first: string, list: KeyList, now: number): KeyList {
	const root = firstRootIn(folder, first);
	if (!root) return list;
	// The list was made while the clock was ahead: stores refuse the key until its start.
	if (beginsLater(list, now)) return keepList(folder, signKeyList(begunNow(list, now), root));
	if (Date.parse(list.expires) - now > renewDays * day) return list;
	const { kid: _, sig: __, ...said } = list;
	const next = { ...said, version: list.version + 1, issuedAt: new Date(now).toISOString() };
	return keepList(folder, signKeyList({ ...next, expires: new Date(now + listDays * day).toISOString() }, root));
}

/** Undefined where the file was removed, or is not the root that stores accept. */
function firstRootIn(folder: string, first: string): SigningKey | undefined {
	const file = join(folder, "first-root.key");
	const root = existsSync(file) ? readKeyFile(file, "root") : undefined;
	return root?.public === first ? root : undefined;
}

function keepList(folder: string, list: KeyList): KeyList {
	writeSecretFile(join(folder, "key-list.json"), `${JSON.stringify(list, null, "\t")}\n`);
	return list;
}

function newestLineKey(folder: string, list: KeyList): SigningKey {
	const newest = list.keys.filter(({ role, notAfter }) => role === "line" && notAfter === undefined).at(-1);
	if (!newest) throw new Error(`the key list in ${folder} has no line key that is in use; run: gondola hq keys rotate`);
	return readKeyFile(join(folder, `line-${newest.kid}.key`), "line");
}

/** Makes a new line key; the one before counts for 30 more days. Needs the first root's key in the folder. */
export async function rotateKeys(folder: string, tenant: string, now = Date.now()): Promise<HqKeys> {
	return withFileLock(join(folder, "keys"), () => {
		const { list, roots } = readKeys(folder, tenant, now);
		const root = firstRootIn(folder, roots.first);
		if (!root) throw new Error(`${join(folder, "first-root.key")} is away; bring it back for the rotation.`);
		const fresh = makeKey("line");
		writeKeyFile(join(folder, `line-${fresh.kid}.key`), fresh);
		keepList(folder, signKeyList(rotated(list, fresh, now), root));
		return readKeys(folder, tenant, now);
	});
}

/** Writes the second root into a file and removes it from the folder. An existing file is never overwritten. */
export async function exportSecondRoot(folder: string, to: string): Promise<{ kid: string }> {
	return withFileLock(join(folder, "keys"), () => {
		const from = join(folder, "second-root.key");
		if (!existsSync(from)) throw new Error(`${from} is not there: it was exported before.`);
		const key = readKeyFile(from, "root");
		writeKeyFile(to, key);
		if (readSecretFile(to) !== keyText(key)) throw new Error(`${to} cannot be read again as it was written; the key stays in ${folder}.`);
		rmSync(from);
		return { kid: key.kid };
	});
}
