/**
 * One root of head office is lost or stolen: the other names its successor, and every store follows by the line. Nobody visits a store.
 *
 *     replace first  FILE    FILE: the second root, as it was exported to paper. Stores follow at their next welcome
 *     replace second FILE    the new second root is written to FILE; stores follow 14 days after they heard of it (trust/roots.ts)
 *
 * The files are written in an order in which the folder can be read after each: the key list is signed by the root that stays, and the
 * successor's statement alone decides which roots count (`readKeys`).
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { withFileLock, writeSecretFile } from "../../access/secret-file.ts";
import { type ApproverList, signApprovers } from "../../trust/approvers.ts";
import { type KeyList, signKeyList } from "../../trust/key-list.ts";
import { keyText, makeKey, readKeyFile, type SigningKey, writeKeyFile } from "../../trust/keys.ts";
import { type Successor, signSuccessor } from "../../trust/roots.ts";
import { type HqKeys, readKeysAgain } from "./key-folder.ts";

/**
 * A thief of the first root may have signed lists with higher versions. The next list's version is so far above; a store accepts a
 * step of 1,000 at most.
 */
const liftedBy = 500;

export type Replaced = "first" | "second";

export async function replaceRoot(folder: string, tenant: string, replaces: Replaced, file: string, now = Date.now()): Promise<HqKeys> {
	if (!existsSync(join(folder, "roots.json")))
		throw new Error(`there are no keys in ${folder}; name head office's folder with --data, or that of its keys with --keys.`);
	return withFileLock(join(folder, "keys"), () => {
		const keys = readKeysAgain(folder, tenant);
		const by = signerOf(keys, replaces, file);
		const fresh = makeKey("root");
		const at = new Date(now).toISOString();
		const statement = {
			...{ tenant, replaces, at, number: (keys.successors.at(-1)?.number ?? 0) + 1 },
			...{ retires: keys.roots[replaces], successor: fresh.public },
		};
		if (replaces === "second") writeKeyFile(file, fresh);
		else writeSecretFile(join(folder, "first-root.key"), keyText(fresh));
		writeJson(folder, "key-list.json", signKeyList(listAfter(keys.list, replaces, at), by));
		if (keys.approvers) writeJson(folder, "approvers.json", signApprovers(approversAfter(keys.approvers, replaces, at), by));
		writeJson(folder, "successors.json", [...keys.successors, signSuccessor(statement, by) satisfies Successor]);
		if (replaces === "second") rmSync(join(folder, "second-root.key"), { force: true });
		writeJson(folder, "roots.json", { tenant, ...keys.roots, [replaces]: fresh.public });
		return readKeysAgain(folder, tenant);
	});
}

/** The root that stays. Throws a sentence where its key is not here, or does not belong to this head office. */
function signerOf({ folder, roots }: HqKeys, replaces: Replaced, file: string): SigningKey {
	const from = replaces === "first" ? file : join(folder, "first-root.key");
	if (!existsSync(from))
		throw new Error(
			replaces === "first"
				? `${from} is not there: name the file with the second root, as hq keys export wrote it.`
				: `${from} is away; bring it back to name another second root.`,
		);
	if (replaces === "second" && existsSync(file)) throw new Error(`${file} is there already: name a new file for the second root.`);
	const key = readKeyFile(from, "root");
	const stays = replaces === "first" ? roots.second : roots.first;
	if (key.public !== stays) throw new Error(`${from} is not the ${replaces === "first" ? "second" : "first"} root of these keys.`);
	return key;
}

function listAfter({ kid: _, sig: __, ...list }: KeyList, replaces: Replaced, at: string): Omit<KeyList, "kid" | "sig"> {
	return { ...list, version: list.version + (replaces === "first" ? liftedBy : 1), issuedAt: at };
}

function approversAfter({ kid: _, sig: __, ...list }: ApproverList, replaces: Replaced, at: string): Omit<ApproverList, "kid" | "sig"> {
	return { ...list, version: list.version + (replaces === "first" ? liftedBy : 1), issuedAt: at };
}

const writeJson = (folder: string, name: string, value: unknown): void =>
	writeSecretFile(join(folder, name), `${JSON.stringify(value, null, "\t")}\n`);
