/**
 * The certificate of the desk: the one that `desk.tls` names, else one made at the first start under an authority of its own, which is kept
 * beside it. The files are looked at every few seconds, so a renewed one counts without a restart.
 */
import { existsSync, readFileSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { isCertificateFor } from "../../access/files/certificate-for.ts";
import { fileStamp, readSecretFile, writeSecretFile } from "../../access/secret-file.ts";
import { ConfigWrong } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import type { createLog } from "../log.ts";
import { makeSecretsFolder } from "./secrets-folder.ts";

export interface DeskCertificate {
	cert: string;
	key: string;
}

const lookEveryMs = 10_000;
const renewBeforeMs = 30 * 86_400_000;

export async function openDeskCertificate({ data, desk }: Pick<Config, "data" | "desk">): Promise<DeskCertificate> {
	return desk.tls ? configured(desk.tls) : own(data, desk.names);
}

/**
 * Calls `renew` when the files were replaced, or the certificate made here is about to expire. A certificate and key that do not
 * belong together are logged and not used.
 */
export function watchDeskCertificate(
	{ data, desk }: Pick<Config, "data" | "desk">,
	renew: (certificate: DeskCertificate) => void,
	log: ReturnType<typeof createLog>,
): () => void {
	const { certFile, keyFile } = desk.tls ?? ownFiles(data);
	const stamp = (): string => `${fileStamp(certFile)} ${fileStamp(keyFile)}`;
	let shown = stamp();
	const look = async (): Promise<void> => {
		if (!desk.tls) await own(data, desk.names);
		const now = stamp();
		if (now === shown) return;
		shown = now;
		renew(await openDeskCertificate({ data, desk }));
		log.info({ certFile }, "the desk shows a new certificate");
	};
	const timer = setInterval(() => {
		look().catch((error: Error) => log.error({ error: error.message }, "the desk's new certificate cannot be used; the old one stays"));
	}, lookEveryMs);
	timer.unref();
	return () => clearInterval(timer);
}

const ownFiles = (data: string) => ({ certFile: join(data, "secrets", "desk.crt"), keyFile: join(data, "secrets", "desk.key") });

function configured({ certFile, keyFile }: { certFile: string; keyFile: string }): DeskCertificate {
	try {
		return { cert: readFileSync(certFile, "utf8"), key: readSecretFile(keyFile) };
	} catch (error) {
		throw new ConfigWrong([`desk.tls: ${(error as Error).message}`]);
	}
}

async function own(data: string, names: readonly string[]): Promise<DeskCertificate> {
	const { certFile, keyFile } = ownFiles(data);
	const wanted = namesOf(names);
	if (existsSync(certFile) && existsSync(keyFile)) {
		const cert = readFileSync(certFile, "utf8");
		if (await stillFits(cert, names)) return { cert, key: readSecretFile(keyFile) };
	}
	makeSecretsFolder(data);
	// The library that makes certificates is loaded only on a box that has none.
	await import("reflect-metadata");
	const { makeAuthority, makeServerCertificate } = await import("../../trust/certificates.ts");
	const authority = await makeAuthority("Gondola desk");
	const made = await makeServerCertificate(authority, wanted);
	const cert = made.certificate + authority.certificate;
	writeSecretFile(keyFile, made.key);
	writeSecretFile(certFile, cert);
	return { cert, key: made.key };
}

/** A new certificate is made when the configured names change or the old one expires; addresses change too often to count. */
async function stillFits(cert: string, names: readonly string[]): Promise<boolean> {
	const { X509Certificate } = await import("node:crypto");
	const read = new X509Certificate(cert);
	if (Date.parse(read.validTo) - Date.now() < renewBeforeMs) return false;
	return names.every((name) => isCertificateFor(read, name));
}

function namesOf(names: readonly string[]): string[] {
	const host = hostname().toLowerCase();
	const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
	const isName = (name: string): boolean => /^[a-z0-9.-]{1,64}$|^[0-9a-f:]+$/.test(name);
	return [...new Set([host, `${host}.local`, "localhost", ...names, ...addresses])].filter(isName).slice(0, 50);
}
