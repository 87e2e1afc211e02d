import { existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { noteAct } from "../../access/box/act-notes.ts";
import { backupFolder, keptBackups } from "../../access/box/backup-shelf.ts";
import { backupPublicKeyIn, isBackupPublicKey, makeBackupKey, sealFile } from "../../access/box/sealed-file.ts";
import { createSecretFile } from "../../access/secret-file.ts";
import { defined } from "../../words/defined.ts";
import { configFile } from "../verb/box.ts";
import { ago, json, table } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { ledgerPlace, placeOptions, placeUsage } from "./ledger-place.ts";

const usage = `gondola backup FILE [--prove] [--to KEY]
                                    one consistent copy of the ledger, while the gateway runs
gondola backup --list               the backups that the gateway made by night, and that were proved
gondola backup --new-key KEYFILE    a pair of keys: the private one is written into KEYFILE, the public one printed

  --prove        restores the copy aside, and checks all of it; a copy that fails is removed
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
			prove: { type: "boolean" },
			list: { type: "boolean" },
			"new-key": { type: "string" },
		});
		if (typeof given === "number") return given;
		const { values, words } = given;
		// A backup has the content of the ledger: it must not be readable by other users.
		process.umask(0o077);
		if (values["new-key"] !== undefined) return newKey(values["new-key"], values.json === true);
		if (values.list) return list(values, values.json === true);
		const [file, ...more] = words;
		if (more.length > 0) return fail(2, `"${more[0]}" is one word too many.\n${usage}`);
		if (file === undefined) return fail(2, `name the file to write.\n${usage}`);
		const to = values.to === undefined ? undefined : publicKeyIn(values.to);
		if (values.to !== undefined && to === undefined)
			return fail(2, `--to ${values.to} is no public key; it begins with gbp_ and comes from: gondola backup --new-key KEYFILE`);
		const directory = await ledgerPlace(values);
		if (directory === undefined) return fail(2, `which ledger? There is no configuration here.\n${usage}`);
		const { backupLedger } = await import("../../ledger/file/backup.ts");
		const { proveBackup } = await import("../../ledger/file/prove-backup.ts");
		// The copy that is not encrypted stays in the directory of the ledger.
		const plain = to !== undefined ? join(directory, `.backup-${process.pid}.db`) : values.prove ? `${file}.unproved` : file;
		try {
			const { events } = backupLedger(directory, plain);
			const proof = values.prove ? proveBackup(plain) : undefined;
			if (to !== undefined) sealFile(plain, file, to);
			else if (plain !== file) renameSync(plain, file);
			noteAct(directory, { act: "backup", subject: file, why: to === undefined ? "not encrypted" : `for ${to}` });
			const { size: bytes } = statSync(file);
			if (values.json) return json({ file, bytes, events, ...defined({ sealedFor: to }), ...(proof && { proved: proof }) });
			if (proof) say(`It was restored aside and is whole: ${proof.events} events, ${proof.rows} rows.`);
			say(`${file}: ${events} events, ${Math.ceil(bytes / 1_000)} kB. Copy it off this box; gondola restore brings it back.`);
			return 0;
		} catch (error) {
			return fail(1, (error as Error).message);
		} finally {
			if (plain !== file) rmSync(plain, { force: true });
		}
	},
};

async function list(values: { data?: string | undefined; config?: string | undefined }, asJson: boolean): Promise<number> {
	const { loadConfig } = await import("../../config/load.ts");
	const config = loadConfig(configFile(values.config));
	const folder = backupFolder({ ...config, data: values.data ?? config.data });
	const items = keptBackups(folder, config.store);
	if (asJson) return json({ folder, items });
	const rows = items.map(({ file, at, bytes, events, tookMs }) => [
		file,
		ago(at),
		`${Math.ceil(bytes / 1_000)} kB`,
		String(events),
		`${(tookMs / 1_000).toFixed(1)} s`,
	]);
	say(rows.length === 0 ? `no proved backup is in ${folder}` : table(["file", "made", "size", "events", "took"], rows));
	return 0;
}

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
