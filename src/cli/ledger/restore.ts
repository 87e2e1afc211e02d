import { chownSync, lstatSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { noteAct } from "../../access/box/act-notes.ts";
import { sealedFor, unsealFile } from "../../access/box/sealed-file.ts";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { readSecretFile } from "../../access/secret-file.ts";
import { json } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { ledgerPlace, placeOptions, placeUsage } from "./ledger-place.ts";

const usage = `gondola restore FILE [--key KEYFILE]: puts a backup in the ledger's place; the gateway must be stopped

  --key KEYFILE  the private key, for a backup that was made with --to
${placeUsage}
  --json         the answer as JSON`;

export const restore: Verb = {
	summary: "put a backup in the ledger's place",
	usage,
	async run(args) {
		const given = read(args, usage, { ...placeOptions, json: { type: "boolean" }, key: { type: "string" } }, 1);
		if (typeof given === "number") return given;
		const [file] = given.words;
		if (file === undefined) return fail(2, `name the backup.\n${usage}`);
		const directory = await ledgerPlace(given.values);
		if (directory === undefined) return fail(2, `which ledger? There is no configuration here.\n${usage}`);
		const { restoreLedger } = await import("../../ledger/file/integrity-check.ts");
		process.umask(0o077);
		let opened: string | undefined;
		try {
			const { mode } = statSync(file);
			if ((mode & 0o007) !== 0)
				process.stderr.write(`gondola: everybody on this machine can read ${file}; set it with: chmod o= ${file}\n`);
			const sealed = sealedFor(file);
			if (sealed !== undefined && given.values.key === undefined)
				return fail(1, `${file} is sealed for ${sealed}; name its private key with --key KEYFILE. Nothing was changed.`);
			if (sealed !== undefined) {
				makeDirectory(directory);
				opened = join(directory, `.restore-${process.pid}.db`);
				unsealFile(file, opened, keyIn(given.values.key!));
			}
			const { setAside, lost } = restoreLedger(directory, opened ?? file);
			noteAct(directory, { act: "restore", subject: file });
			const owner = giveToOwner(directory);
			if (given.values.json) return json({ file, setAside, lost });
			say(
				`${directory} holds the backup now, as a fork of the store's history.` +
					`${setAside === null ? "" : ` What was there is kept as ${setAside}.`}`,
			);
			if (owner === 0) say(`${directory} belongs to root; give it to the user that runs Gondola: chown -R gondola: ${directory}`);
			if (lost !== "nothing") say(`Not taken over: ${lost}.`);
			say("What happened after the backup is not here: head office has most of it; count the shelves that sold since.");
			return 0;
		} catch (error) {
			const { code, message } = error as NodeJS.ErrnoException;
			return fail(1, code === "ENOENT" ? `${file} does not exist. Nothing was changed.` : message);
		} finally {
			if (opened !== undefined) rmSync(opened, { force: true });
		}
	},
};

/** The key is the last line of the file. */
const keyIn = (file: string): string => readSecretFile(file).trim().split("\n").at(-1)!.trim();

/**
 * Gives restored files to the owner of the directory, where root restored them: the gateway could not write a ledger of root's. Returns the
 * owner.
 */
function giveToOwner(directory: string): number | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const { uid, gid } = statSync(directory);
	for (const name of readdirSync(directory)) {
		const file = join(directory, name);
		if (/^(ledger\.|ballast|console-acts\.)/.test(name) && lstatSync(file).isFile()) chownSync(file, uid, gid);
	}
	return uid;
}
