/**
 * Checks the files that a configuration names on this machine: that they exist, are what they should be, and cannot be read by other users.
 */
import { accessSync, closeSync, constants, existsSync, openSync, readdirSync, readFileSync, readSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import type { Fault } from "./load.ts";
import type { Config } from "./schema.ts";

type Kind = "secret" | "file" | "certificate" | "directory";

/** Every setting that names a file, and what it must be. */
function namedFiles({ hq, broker, desk, faces }: Config): { path: string[]; file: string | undefined; kind: Kind }[] {
	return [
		{ path: ["hq", "passwordFile"], file: hq?.passwordFile, kind: "secret" },
		{ path: ["hq", "caFile"], file: hq?.caFile, kind: "certificate" },
		{ path: ["hq", "certFile"], file: hq?.certFile, kind: "certificate" },
		{ path: ["hq", "keyFile"], file: hq?.keyFile, kind: "secret" },
		{ path: ["broker", "accountsFile"], file: broker.accountsFile, kind: "secret" },
		{ path: ["broker", "tls", "certFile"], file: broker.tls?.certFile, kind: "certificate" },
		{ path: ["broker", "tls", "keyFile"], file: broker.tls?.keyFile, kind: "secret" },
		{ path: ["broker", "tls", "caFile"], file: broker.tls?.caFile, kind: "certificate" },
		{ path: ["desk", "tokenFile"], file: desk.tokenFile, kind: "secret" },
		{ path: ["desk", "tls", "certFile"], file: desk.tls?.certFile, kind: "certificate" },
		{ path: ["desk", "tls", "keyFile"], file: desk.tls?.keyFile, kind: "secret" },
		{ path: ["faces", "directory"], file: faces.directory, kind: "directory" },
	];
}

export function machineFaults(config: Config): Fault[] {
	const faults: Fault[] = [];
	for (const { path, file, kind } of namedFiles(config)) {
		const sentence = file === undefined ? undefined : faultOf(file, kind);
		if (sentence !== undefined) faults.push({ path, sentence: `${path.join(".")} ${sentence}` });
	}
	const data = dataFault(config.data);
	if (data !== undefined) faults.push({ path: ["data"], sentence: `data ${data}` });
	for (const [name, pair] of [
		["broker", config.broker.tls],
		["desk", config.desk.tls],
	] as const)
		if (pair && faults.every(({ path }) => path[0] !== name) && !belongTogether(pair))
			faults.push({ path: [name, "tls", "keyFile"], sentence: `${name}.tls.keyFile is not the key of ${name}.tls.certFile.` });
	return faults;
}

function faultOf(file: string, kind: Kind): string | undefined {
	const found = statSync(file, { throwIfNoEntry: false });
	if (!found) return `names ${file}, which does not exist.`;
	if (kind === "directory") return found.isDirectory() ? undefined : `names ${file}, which is no directory.`;
	if (!found.isFile()) return `names ${file}, which is no file.`;
	if (kind === "secret" && isOpenToOthers(found))
		return `names ${file}, which others can read (mode ${(found.mode & 0o777).toString(8)}); set it with: chmod 600 ${file}`;
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch {
		return `names ${file}, which this user may not read; check it as the user that runs Gondola.`;
	}
	if (text.trim() === "") return `names ${file}, which is empty.`;
	if (kind === "certificate" && !text.includes("-----BEGIN CERTIFICATE-----")) return `names ${file}, which holds no PEM certificate.`;
	return undefined;
}

/** The owner's group may read, as systemd and packages install secrets; all other users may not. */
const isOpenToOthers = ({ mode }: Stats): boolean => (mode & 0o037) !== 0;

function belongTogether({ certFile, keyFile }: { certFile: string; keyFile: string }): boolean {
	try {
		createSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
		return true;
	} catch {
		return false;
	}
}

/** A directory that can be written to, or can be made. */
function dataFault(data: string): string | undefined {
	const path = resolve(data);
	const found = statSync(path, { throwIfNoEntry: false });
	if (found && !found.isDirectory()) return `names ${path}, which is a file; it must be a directory.`;
	const nearest = (at: string): string => (existsSync(at) ? at : nearest(dirname(at)));
	const first = nearest(path);
	if (!statSync(first).isDirectory()) return `names ${path}, but ${first} is a file.`;
	// No directory can be made in the kernel's file systems, whatever their modes are.
	if (/^\/(proc|sys)(\/|$)/.test(path)) return `names ${path}, where nothing can be kept.`;
	try {
		accessSync(first, constants.W_OK | constants.X_OK);
	} catch {
		return `names ${path}, but this user may not write to ${first}; check it as the user that runs Gondola.`;
	}
	const [wide] = openFiles(path);
	return wide === undefined ? undefined : openSentence(wide);
}

const openSentence = (file: string): string => `holds ${file}, which everybody on this machine can use; set it with: chmod o= ${file}`;

/** Files of the data directory that every user could read or write: the ledger, copies of it, people and tokens, keys. */
function openFiles(data: string): string[] {
	if (!existsSync(data)) return [];
	const secrets = `${data}/secrets`;
	const files = [...readdirSync(data).map((name) => `${data}/${name}`), ...(existsSync(secrets) ? [secrets] : [])];
	if (existsSync(secrets)) files.push(...readdirSync(secrets).map((name) => `${secrets}/${name}`));
	return files.filter((file) => {
		const found = statSync(file, { throwIfNoEntry: false });
		if (!found || (found.mode & 0o007) === 0) return false;
		return file.startsWith(secrets) || (found.isFile() && (/\/(access|accounts)\.json$/.test(file) || isLedger(file)));
	});
}

const sqliteBegins = "SQLite format 3\0";

/** A ledger, one that was set aside, or a backup. */
function isLedger(path: string): boolean {
	const begin = Buffer.alloc(sqliteBegins.length);
	const file = openSync(path, "r");
	try {
		return readSync(file, begin, 0, begin.length, 0) === begin.length && begin.toString("latin1") === sqliteBegins;
	} finally {
		closeSync(file);
	}
}

/** Sentences about files of the gateway that other users of this machine could read. The gateway does not start with such files. */
export function openDataFaults({ data }: Pick<Config, "data">): string[] {
	return openFiles(resolve(data)).map((file) => `data ${openSentence(file)}`);
}
