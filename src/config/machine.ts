/**
 * Checks the files that a configuration names on this machine: that they exist, are what they should be, and cannot be read by other users.
 */
import { X509Certificate } from "node:crypto";
import { accessSync, closeSync, constants, existsSync, openSync, readdirSync, readFileSync, readSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { labelKeyFiles } from "./devices/labels.ts";
import { addressFaults } from "./listeners.ts";
import type { Fault } from "./load.ts";
import type { Config } from "./schema.ts";

type Kind = "secret" | "token" | "key" | "label-key" | "accounts" | "certificate" | "faces";

/** Readers of files that belong to other rooms. Each throws with a sentence for a file that its room would refuse. */
export interface MachineProbes {
	accounts?(file: string): unknown;
	faces?(directory: string): unknown;
}

/** The desk does not start with a shorter token: it could be guessed. */
export const leastTokenCharacters = 16;

/** Every setting that names a file, and what it must be. */
function namedFiles(config: Config): { path: (string | number)[]; file: string | undefined; kind: Kind }[] {
	const { hq, broker, desk, faces, replica, devices } = config;
	return [
		{ path: ["hq", "passwordFile"], file: hq?.passwordFile, kind: "secret" },
		{ path: ["hq", "caFile"], file: hq?.caFile, kind: "certificate" },
		{ path: ["hq", "certFile"], file: hq?.certFile, kind: "certificate" },
		{ path: ["hq", "keyFile"], file: hq?.keyFile, kind: "key" },
		{ path: ["broker", "accountsFile"], file: broker.accountsFile, kind: "accounts" },
		{ path: ["broker", "tls", "certFile"], file: broker.tls?.certFile, kind: "certificate" },
		{ path: ["broker", "tls", "keyFile"], file: broker.tls?.keyFile, kind: "key" },
		{ path: ["broker", "tls", "caFile"], file: broker.tls?.caFile, kind: "certificate" },
		{ path: ["desk", "tokenFile"], file: desk.tokenFile, kind: "token" },
		{ path: ["desk", "tls", "certFile"], file: desk.tls?.certFile, kind: "certificate" },
		{ path: ["desk", "tls", "keyFile"], file: desk.tls?.keyFile, kind: "key" },
		{ path: ["replica", "tokenFile"], file: replica?.tokenFile, kind: "token" },
		{ path: ["faces", "directory"], file: faces.directory, kind: "faces" },
		...labelKeyFiles(devices).map(({ path, file }) => ({ path, file, kind: "label-key" as const })),
	];
}

export function machineFaults(config: Config, probes: MachineProbes = {}): Fault[] {
	const faults: Fault[] = [];
	for (const { path, file, kind } of namedFiles(config)) {
		const sentence = file === undefined ? undefined : faultOf(file, kind, probes);
		if (sentence !== undefined) faults.push({ path, sentence: `${path.join(".")} ${sentence}` });
	}
	const data = dataFault(config.data);
	if (data !== undefined) faults.push({ path: ["data"], sentence: `data ${data}` });
	const backups = config.backup.directory === undefined ? undefined : dataFault(config.backup.directory);
	if (backups !== undefined) faults.push({ path: ["backup", "directory"], sentence: `backup.directory ${backups}` });
	const copy = config.replica?.to.startsWith("/") ? copyFault(config.replica, config.data) : undefined;
	if (copy !== undefined) faults.push({ path: ["replica", "to"], sentence: `replica.to ${copy}` });
	const { certFile, keyFile } = config.hq ?? {};
	for (const [path, pair] of [
		[["hq"], certFile !== undefined && keyFile !== undefined && { certFile, keyFile }],
		[["broker", "tls"], config.broker.tls],
		[["desk", "tls"], config.desk.tls],
	] as const) {
		const isRead = faults.every((fault) => fault.path[0] !== path[0]);
		const name = path.join(".");
		if (pair && isRead && !belongTogether(pair))
			faults.push({ path: [...path, "keyFile"], sentence: `${name}.keyFile is not the key of ${name}.certFile.` });
	}
	return [...faults, ...addressFaults(config)];
}

function faultOf(file: string, kind: Kind, probes: MachineProbes): string | undefined {
	const unreadable = `names ${file}, which this user may not read; check it as the user that runs Gondola.`;
	let found: Stats | undefined;
	try {
		found = statSync(file, { throwIfNoEntry: false });
	} catch {
		// A folder above it is closed to this user.
		return unreadable;
	}
	if (!found) return `names ${file}, which does not exist.`;
	if (kind === "faces") return found.isDirectory() ? refusalOf(() => probes.faces?.(file)) : `names ${file}, which is no directory.`;
	if (!found.isFile()) return `names ${file}, which is no file.`;
	if (kind !== "certificate" && isOpenToOthers(found))
		return `names ${file}, which others can read (mode ${(found.mode & 0o777).toString(8)}); set it with: chmod 600 ${file}`;
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch {
		return unreadable;
	}
	if (text.trim() === "") return `names ${file}, which is empty.`;
	if (kind === "certificate") return certificateFault(file, text);
	if (kind === "key" && !/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return `names ${file}, which holds no PEM private key.`;
	if (kind === "label-key" && !/^[0-9A-Fa-f]{32}$/.test(text.trim()))
		return `names ${file}, which does not hold a label's key of 32 hex digits.`;
	if (kind === "token" && text.trim().length < leastTokenCharacters)
		return `names ${file}, whose token has fewer than ${leastTokenCharacters} characters; make one with: openssl rand -hex 16 > ${file}`;
	return kind === "accounts" ? refusalOf(() => probes.accounts?.(file)) : undefined;
}

function certificateFault(file: string, text: string): string | undefined {
	if (!text.includes("-----BEGIN CERTIFICATE-----")) return `names ${file}, which holds no PEM certificate.`;
	try {
		const { validFrom, validTo } = new X509Certificate(text);
		if (Date.parse(validTo) < Date.now())
			return `names ${file}, whose certificate expired on ${dayOf(validTo)}; put a new one in its place.`;
		if (Date.parse(validFrom) > Date.now())
			return `names ${file}, whose certificate is valid only from ${dayOf(validFrom)} on; is the clock right?`;
		return undefined;
	} catch {
		return `names ${file}, whose certificate cannot be read: the file is damaged or cut off.`;
	}
}

const dayOf = (date: string): string => new Date(date).toISOString().slice(0, 10);

/** The objection of another room's reader to a file, on one line. */
function refusalOf(read: () => unknown): string | undefined {
	try {
		read();
		return undefined;
	} catch (error) {
		return `is refused: ${(error as Error).message.trim().replace(/\s*\n\s*/g, "; ")}`;
	}
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

const nearestThere = (at: string): string => (existsSync(at) ? at : nearestThere(dirname(at)));

/** A directory that can be written to, or can be made. */
function dataFault(data: string): string | undefined {
	const path = resolve(data);
	const found = statSync(path, { throwIfNoEntry: false });
	if (found && !found.isDirectory()) return `names ${path}, which is a file; it must be a directory.`;
	const first = nearestThere(path);
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

/** A folder that is made by the gateway would be on its own disk while the network disk is not mounted. */
function copyFault({ to, sameDisk }: { to: string; sameDisk: boolean }, data: string): string | undefined {
	const found = statSync(to, { throwIfNoEntry: false });
	if (!found?.isDirectory()) return `names ${to}, which is no directory; make it, or mount its disk.`;
	if (!sameDisk && statSync(nearestThere(resolve(data))).dev === found.dev)
		return `names ${to}, which is on the ledger's own disk: that copy dies with it. Mount another machine's disk, or set replica.sameDisk.`;
	return dataFault(to);
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

/** How SQLite begins a database, its log (which holds the newest rows, and of a young ledger all of them), and a rollback journal. */
const sqliteBegins = ["SQLite format 3\0", "\x37\x7f\x06\x82", "\x37\x7f\x06\x83", "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"];

/** A ledger or its log, a damaged one that was renamed, or a backup. */
function isLedger(path: string): boolean {
	const begin = Buffer.alloc(16);
	const file = openSync(path, "r");
	try {
		readSync(file, begin, 0, begin.length, 0);
		return sqliteBegins.some((signs) => begin.toString("latin1").startsWith(signs));
	} finally {
		closeSync(file);
	}
}

/** Sentences about files of the gateway that other users of this machine could read. The gateway does not start with such files. */
export function openDataFaults({ data }: Pick<Config, "data">): string[] {
	return openFiles(resolve(data)).map((file) => `data ${openSentence(file)}`);
}
