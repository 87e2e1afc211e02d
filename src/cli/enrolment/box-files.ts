/**
 * The files that enrolling writes on a box, with the owner of the data directory, and the `hq` section of gondola.yaml, whose comments are
 * kept.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { writeSecretFile } from "../../access/secret-file.ts";
import { giveToOwnerOf, replaceConfig } from "../../config/editing/config-file.ts";
import { makeSecretsFolder } from "../../daemon/start/secrets-folder.ts";
import type { EnrolmentAnswer } from "../../hq/enrolment/enrolment.ts";
import { type BoxTrust, boxTrustFile } from "../../trust/box.ts";

export interface BoxConfig {
	file: string;
	/** Undefined: there is no file yet. */
	text: string | undefined;
	store: string | undefined;
	data: string;
}

/** Throws a sentence when the file is no YAML. */
export function readBoxConfig(file: string, data: string | undefined): BoxConfig {
	const text = existsSync(file) ? readFileSync(file, "utf8") : undefined;
	const document = parseDocument(text ?? "");
	if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]!.message}`);
	const read = (document.toJS() ?? {}) as { store?: unknown; data?: unknown };
	const store = read.store === undefined ? undefined : String(read.store);
	return { file, text, store, data: resolve(data ?? (typeof read.data === "string" ? read.data : "/var/lib/gondola")) };
}

/** The folder of secrets, with the owner of the data directory: the service runs as that user, the installer as root. */
export function makeOwnedSecretsFolder(data: string): string {
	const folder = makeSecretsFolder(data);
	giveToOwnerOf(data, folder);
	return folder;
}

export interface LineFiles {
	passwordFile: string;
	caFile?: string;
	certFile?: string;
	keyFile?: string;
}

/**
 * Writes each file as a whole, and the keys of head office last: a box that lost its power in between is not enrolled yet, and enrols
 * again.
 */
export function writeBoxFiles(data: string, answer: EnrolmentAnswer, lineKey: string): LineFiles {
	const folder = makeOwnedSecretsFolder(data);
	const write = (path: string, text: string): string => {
		writeSecretFile(path, text);
		giveToOwnerOf(data, path);
		return path;
	};
	const { line } = answer;
	const files: LineFiles = { passwordFile: write(join(folder, "line.password"), `${line.password}\n`) };
	// A plain line, on this same machine, needs neither.
	const isTls = /^(mqtts|wss):/.test(line.url);
	if (isTls && line.ca !== undefined) files.caFile = write(join(folder, "line-ca.crt"), line.ca);
	if (isTls && line.certificate !== undefined) {
		files.certFile = write(join(folder, "line.crt"), line.certificate);
		files.keyFile = write(join(folder, "line.key"), lineKey);
	}
	const { tenant, store, roots, keyList, now: enrolledAt } = answer;
	const trust: BoxTrust = { tenant, store, roots, keyList, enrolledAt };
	write(boxTrustFile(data), `${JSON.stringify(trust, null, "\t")}\n`);
	return files;
}

/** Changes only the settings that enrolment decides. */
export function writeBoxConfig(config: BoxConfig, answer: EnrolmentAnswer, files: LineFiles): void {
	const document = parseDocument(config.text ?? "");
	if (config.text === undefined) document.commentBefore = " Written by gondola enroll. config/REFERENCE.md has every setting.";
	document.set("store", answer.store);
	if (document.get("tenant") !== answer.tenant) document.set("tenant", answer.tenant);
	if (config.text === undefined) document.set("data", config.data);
	if (!document.has("hq") || document.get("hq") === null) document.set("hq", document.createNode({}));
	const wanted: Record<string, string | undefined> = { url: answer.line.url, username: answer.line.username, ...files };
	for (const name of ["url", "username", "passwordFile", "caFile", "certFile", "keyFile"]) {
		if (wanted[name] !== undefined) document.setIn(["hq", name], wanted[name]);
		else document.deleteIn(["hq", name]);
	}
	replaceConfig(config.file, config.data, document.toString({ lineWidth: 0 }));
}
