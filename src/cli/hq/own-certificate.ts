/** The certificate of head office's HTTPS by path (`--tls-cert`, `--tls-key`): read, checked, and read again when the files change. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, rootCertificates } from "node:tls";
import { isCertificateFor } from "../../access/files/certificate-for.ts";
import { fileStamp, readSecretFile } from "../../access/secret-file.ts";
import { trustedBySystem } from "../../trust/enrolment-code.ts";

export interface CertificateFiles {
	certFile: string;
	keyFile: string;
}

export interface OwnCertificate {
	cert: string;
	key: string;
	/** The digest that enrolment codes pin: SHA-256 of the certificate that issued this one, or `trustedBySystem`. */
	issuerSha256: string;
}

const lookEveryMs = 10_000;

/** Throws with a sentence that names the option to change. `host`: the name by which boxes and browsers reach head office, if known. */
export function readOwnCertificate({ certFile, keyFile }: CertificateFiles, host: string | undefined): OwnCertificate {
	const cert = readFileSync(certFile, "utf8");
	const key = readSecretFile(keyFile);
	const [leaf, ...chain] = (cert.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
		(pem) => new X509Certificate(pem),
	);
	if (!leaf) throw new Error(`--tls-cert: there is no certificate in ${certFile}; it is a PEM file, the server's own certificate first.`);
	try {
		createSecureContext({ cert, key });
	} catch {
		throw new Error(`--tls-key: the key in ${keyFile} is not that of the first certificate in ${certFile}.`);
	}
	if (Date.parse(leaf.validTo) <= Date.now()) throw new Error(`--tls-cert: the certificate in ${certFile} ended on ${leaf.validTo}.`);
	if (host !== undefined && !isCertificateFor(leaf, host))
		throw new Error(`--tls-cert: the certificate in ${certFile} is not for ${host}, the name in --public-url.`);
	return { cert, key, issuerSha256: issuerOf(leaf, chain, certFile) };
}

/**
 * A box that enrols checks head office's certificate against the issuer that its code names: one in the file, or any authority that every
 * system knows.
 */
function issuerOf(leaf: X509Certificate, chain: readonly X509Certificate[], certFile: string): string {
	const isIssued = (one: X509Certificate, by: X509Certificate): boolean => one.checkIssued(by) && one.verify(by.publicKey);
	const last = chain.at(-1) ?? leaf;
	if (rootCertificates.some((pem) => isIssued(last, new X509Certificate(pem)))) return trustedBySystem;
	const issuer = chain.find((each) => each.ca && isIssued(leaf, each));
	if (issuer) return issuer.fingerprint256.replaceAll(":", "").toLowerCase();
	throw new Error(
		`--tls-cert: boxes could not check the certificate in ${certFile}: no authority that systems know has issued it. ` +
			"Put the certificate of its issuer behind it in the same file.",
	);
}

/** Calls `renew` when the files were replaced. A pair that cannot be used is reported and not used. Returns how to stop. */
export function watchOwnCertificate(
	files: CertificateFiles,
	host: string | undefined,
	renew: (certificate: OwnCertificate) => void,
	everyMs = lookEveryMs,
): () => void {
	const stamp = (): string => `${fileStamp(files.certFile)} ${fileStamp(files.keyFile)}`;
	let seen = stamp();
	const timer = setInterval(() => {
		const now = stamp();
		if (now === seen) return;
		seen = now;
		try {
			renew(readOwnCertificate(files, host));
			process.stderr.write(`gondola: head office shows the new certificate in ${files.certFile}.\n`);
		} catch (error) {
			process.stderr.write(`gondola: ${(error as Error).message} The certificate from before stays.\n`);
		}
	}, everyMs);
	timer.unref();
	return () => clearInterval(timer);
}
