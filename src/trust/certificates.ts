/**
 * Head office's own certificate authority, and the certificates that it makes: for servers (desk, line broker) and clients (stores,
 * devices). ECDSA P-256, which every TLS library supports. Loaded only where certificates are made; node:tls checks them.
 */
import "reflect-metadata";
import { createHash, webcrypto, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import {
	AuthorityKeyIdentifierExtension,
	BasicConstraintsExtension,
	X509Certificate as Certificate,
	ExtendedKeyUsage,
	ExtendedKeyUsageExtension,
	type Extension,
	KeyUsageFlags,
	KeyUsagesExtension,
	PemConverter,
	Pkcs10CertificateRequest,
	Pkcs10CertificateRequestGenerator,
	SubjectAlternativeNameExtension,
	SubjectKeyIdentifierExtension,
	X509CertificateGenerator,
} from "@peculiar/x509";

const crypto = webcrypto as unknown as Crypto;
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 86_400_000;
/** How long before its making a certificate is valid, because the clocks of new boxes may be behind. */
const beforeMs = 30 * day;
const authorityDays = 3_650;
/** Browsers refuse server certificates that are valid for longer, in days. */
const serverDays = 397;
const clientDays = 1_095;

export interface Pair {
	/** PEM. */
	certificate: string;
	/** PEM, PKCS#8. Secret. */
	key: string;
}

/** SHA-256 of the certificate's DER, hex: what enrolment codes carry. */
export function fingerprintOf(certificate: string): string {
	return createHash("sha256").update(new X509Certificate(certificate).raw).digest("hex");
}

const makeKeys = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;

async function keyPem(key: CryptoKey): Promise<string> {
	return `${PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}

async function keyOfPem(pem: string): Promise<CryptoKey> {
	return crypto.subtle.importKey("pkcs8", PemConverter.decodeFirst(pem), algorithm, true, ["sign"]);
}

const serialNumber = (): string => `01${Buffer.from(crypto.getRandomValues(new Uint8Array(15))).toString("hex")}`;

/** A name for the subject of a certificate; throws for characters that would need escaping. */
function subjectOf(name: string): string {
	if (!/^[\w .:-]{1,64}$/.test(name)) throw new RangeError(`"${name.slice(0, 64)}" cannot stand in a certificate`);
	return `CN=${name}`;
}

export async function makeAuthority(name: string, now = Date.now()): Promise<Pair> {
	const keys = await makeKeys();
	const certificate = await X509CertificateGenerator.createSelfSigned(
		{
			serialNumber: serialNumber(),
			name: subjectOf(name),
			notBefore: new Date(now - beforeMs),
			notAfter: new Date(now + authorityDays * day),
			keys,
			signingAlgorithm: algorithm,
			extensions: [
				new BasicConstraintsExtension(true, 0, true),
				new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
				await SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
			],
		},
		crypto,
	);
	return { certificate: `${certificate.toString("pem")}\n`, key: await keyPem(keys.privateKey) };
}

/** A server certificate for these DNS names and IP addresses. */
export async function makeServerCertificate(authority: Pair, names: readonly string[], now = Date.now()): Promise<Pair> {
	const keys = await makeKeys();
	const alternatives = names.map((name) => ({ type: isIP(name) ? ("ip" as const) : ("dns" as const), value: name }));
	const certificate = await certify(authority, {
		name: subjectOf(names[0]!.slice(0, 64)),
		publicKey: keys.publicKey,
		days: serverDays,
		now,
		extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]), new SubjectAlternativeNameExtension(alternatives)],
	});
	return { certificate, key: await keyPem(keys.privateKey) };
}

/** Makes a key and a request to certify it. The key stays on this machine. */
export async function makeRequest(name: string): Promise<{ request: string; key: string }> {
	const keys = await makeKeys();
	const request = await Pkcs10CertificateRequestGenerator.create({ name: subjectOf(name), keys, signingAlgorithm: algorithm }, crypto);
	return { request: request.toString("pem"), key: await keyPem(keys.privateKey) };
}

/**
 * A client certificate for the key of a request. The subject is the name under which the authority knows the client, never the one in the
 * request. Throws when the request is malformed or not signed by its own key.
 */
export async function certifyClient(authority: Pair, request: string, name: string, now = Date.now()): Promise<string> {
	const read = new Pkcs10CertificateRequest(request);
	if (!(await read.verify(crypto))) throw new Error("the request is not signed by its own key");
	const publicKey = await read.publicKey.export(algorithm, ["verify"], crypto);
	const extensions = [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])];
	return certify(authority, { name: subjectOf(name), publicKey, days: clientDays, now, extensions });
}

interface Wanted {
	name: string;
	publicKey: CryptoKey;
	days: number;
	now: number;
	extensions: Extension[];
}

async function certify(authority: Pair, { name, publicKey, days, now, extensions }: Wanted): Promise<string> {
	const issuer = new Certificate(authority.certificate);
	const certificate = await X509CertificateGenerator.create(
		{
			serialNumber: serialNumber(),
			subject: name,
			issuer: issuer.subject,
			notBefore: new Date(now - beforeMs),
			notAfter: new Date(Math.min(now + days * day, issuer.notAfter.getTime())),
			publicKey,
			signingKey: await keyOfPem(authority.key),
			signingAlgorithm: algorithm,
			extensions: [
				new BasicConstraintsExtension(false, undefined, true),
				new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
				await SubjectKeyIdentifierExtension.create(publicKey, false, crypto),
				await AuthorityKeyIdentifierExtension.create(issuer, false, crypto),
				...extensions,
			],
		},
		crypto,
	);
	return `${certificate.toString("pem")}\n`;
}
