import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { writeSecretFile } from "../../access/secret-file.ts";
import { exportSecondRoot, type HqKeys, openKeys, rotateKeys } from "../../hq/enrolment/key-folder.ts";
import { replaceRoot } from "../../hq/enrolment/replace-root.ts";
import { json } from "../verb/output.ts";
import { fail, say } from "../verb/verb.ts";
import type { AskOffice } from "./office.ts";

/** `gondola hq keys …`, on head office's machine, whether it runs or not. A running one reads the folder again when it has changed. */
export async function hqKeys(
	[act, file, more]: readonly (string | undefined)[],
	values: { keys?: string; data?: string; tenant?: string; json?: boolean },
	usage: string,
): Promise<number> {
	const folder = values.keys ?? join(values.data ?? "gondola-hq", "keys");
	const tenant = values.tenant ?? "main";
	const isMissing = act !== "init" && !existsSync(join(folder, "roots.json"));
	if (isMissing && ["show", "rotate", "export", "replace"].includes(act ?? ""))
		return fail(1, `${folder} holds no keys of head office. Name the folder with --keys or --data; gondola hq keys init makes new ones.`);
	if (more !== undefined && act !== "replace") return fail(2, usage);
	switch (act) {
		case "init":
		case "show":
			return show(await openKeys(folder, tenant), values.json === true);
		case "rotate":
			return show(await rotateKeys(folder, tenant), values.json === true);
		case "export": {
			if (file === undefined) return fail(2, usage);
			const { kid } = await exportSecondRoot(folder, file);
			say(`the second root (${kid}) is in ${file} and no longer in ${folder}; keep it apart from this machine`);
			return 0;
		}
		case "replace": {
			if ((file !== "first" && file !== "second") || more === undefined) return fail(2, usage);
			const keys = await replaceRoot(folder, tenant, file, more);
			say(
				file === "first"
					? `another first root signs from now on; stores follow when they next hear head office. Put ${more} back to where it was kept. ` +
							"If the old one was stolen, its neighbours in the folder may be, too: gondola hq keys rotate"
					: `the new second root is in ${more}; keep it apart from this machine. Stores take it 14 days after they heard of it.`,
			);
			say("enrolment codes that were not used yet are void: make them again");
			return show(keys, values.json === true);
		}
		default:
			return fail(2, usage);
	}
}

function show({ folder, tenant, roots, rootsSha256, list, line, caSha256 }: HqKeys, asJson: boolean): number {
	const keys = list.keys.map(({ kid, role, notBefore, notAfter }) => ({ kid, role, notBefore, notAfter: notAfter ?? null }));
	if (asJson)
		return json({ folder, tenant, roots, rootsSha256, caSha256, version: list.version, expires: list.expires, line: line.kid, keys });
	say(`keys of tenant ${tenant} in ${folder}`);
	say(`roots ${rootsSha256.slice(0, 16)}   authority ${caSha256.slice(0, 16)}   key list ${list.version}, good until ${list.expires}`);
	for (const { kid, role, notBefore, notAfter } of keys)
		say(`${role} ${kid}   from ${notBefore}${notAfter === null ? "" : ` until ${notAfter}`}${kid === line.kid ? "   in use" : ""}`);
	return 0;
}

/** Writes the files for another broker than the embedded one, readable by their owner only: they hold hashes of passwords. */
export async function brokerAccess(ask: AskOffice, kind: string, out: string): Promise<number> {
	const { items } = await ask<{ items: { name: string; text: string; use: string }[] }>("/api/v1/broker-access", {
		method: "POST",
		body: { kind },
	});
	makeDirectory(out, 0o700);
	for (const { name, text, use } of items) {
		writeSecretFile(join(out, name), text);
		say(`${join(out, name)}   ${use}`);
	}
	return 0;
}
