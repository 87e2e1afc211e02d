import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { noteAct } from "../../access/box/act-notes.ts";
import { backupPublicKeyIn, isBackupPublicKey, makeBackupKey, sealFile } from "../../access/box/sealed-file.ts";
import { createSecretFile } from "../../access/secret-file.ts";
import { json } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { ledgerPlace, placeOptions, placeUsage } from "./ledger-place.ts";

const usage = `gondola backup FILE [--to KEY]      one consistent copy of the ledger, while the gateway runs
gondola backup --new-key KEYFILE    a pair of keys: the private one is written into KEYFILE, the public one printed

  --to KEY       encrypts the copy, so that only KEYFILE's holder can restore it; the public key, or a file that holds it
  --new-key F    keep F away from the box, and a copy of it: without it such a backup is lost
${placeUsage}
  --json         the answer as JSON`;

export const backup: Verb = {
	summary: "a copy of the ledger, while the gateway runs",
	usage,
	async run(args) {
		const given = read(args, usage, {
			...placeOptions,
			json: { type: "boolean" },
			to: { type: "string" },
			"new-key": { type: "string" },
		});
		if (typeof given === "number") return given;
		const { values, words } = given;
		// A backup has the content of the ledger: it must not be readable by other users.
		process.umask(0o077);
		if (values["new-key"] !== undefined) return newKey(values["new-key"], values.json === true);
		const [file] = words;
		if (file === undefined) return fail(2, `name the file to write.\n${usage}`);
		const to = values.to === undefined ? undefined : publicKeyIn(values.to);
		if (values.to !== undefined && to === undefined)
			return fail(2, `--to ${values.to} is no public key; it begins with gbp_ and comes from: gondola backup --new-key KEYFILE`);
		const directory = await ledgerPlace(values);
		if (directory === undefined) return fail(2, `which ledger? There is no configuration here.\n${usage}`);
		const { backupLedger } = await import("../../ledger/file/backup.ts");
		// The copy that is not encrypted stays in the directory of the ledger.
		const plain = to === undefined ? file : join(directory, `.backup-${process.pid}.db`);
		try {
			const { events } = backupLedger(directory, plain);
			if (to !== undefined) sealFile(plain, file, to);
			noteAct(directory, { act: "backup", subject: file, why: to === undefined ? "not encrypted" : `for ${to}` });
			const { size: bytes } = statSync(file);
			if (values.json) return json({ file, bytes, events, ...(to !== undefined && { sealedFor: to }) });
			say(`${file}: ${events} events, ${Math.ceil(bytes / 1_000)} kB. Copy it off this box; gondola restore brings it back.`);
			return 0;
		} catch (error) {
			return fail(1, (error as Error).message);
		} finally {
			if (to !== undefined) rmSync(plain, { force: true });
		}
	},
};

function newKey(file: string, asJson: boolean): number {
	if (existsSync(file)) return fail(1, `${file} is there already; a key is never written over another. Nothing was changed.`);
	const key = makeBackupKey();
	createSecretFile(file, `# opens backups that were made with --to ${key.public}\n${key.private}\n`);
	if (asJson) return json({ public: key.public, file });
	process.stderr.write(`${file} holds the private key; keep it, and a copy, away from the box. The public one, for --to:\n`);
	say(key.public);
	return 0;
}

/** The public key in a text, or in the file that the text names. */
function publicKeyIn(text: string): string | undefined {
	if (isBackupPublicKey(text) || !existsSync(text)) return isBackupPublicKey(text) ? text : undefined;
	return backupPublicKeyIn(readFileSync(text, "utf8"));
}
