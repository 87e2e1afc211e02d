import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type PeerCertificate, type TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { certifyClient, fingerprintOf, makeAuthority, makeRequest, makeServerCertificate } from "../../src/trust/certificates.ts";

const authority = await makeAuthority("Gondola main");
const server = await makeServerCertificate(authority, ["127.0.0.1", "hq.example.com"]);

const validTo = (certificate: string): string => new X509Certificate(certificate).validTo;

/** The name of the client that the server saw, or the client's error. */
async function handshake(
	client: { ca?: string; cert?: string; key?: string; servername?: string; host?: string },
	requireClient = true,
): Promise<string> {
	const door = createServer({
		cert: server.certificate,
		key: server.key,
		ca: authority.certificate,
		requestCert: requireClient,
		minVersion: "TLSv1.3",
	});
	door.listen(0, "127.0.0.1");
	await once(door, "listening");
	try {
		const seen = new Promise<string>((resolve, reject) => {
			door.once("secureConnection", (socket: TLSSocket) => {
				resolve(String((socket.getPeerCertificate() as PeerCertificate).subject?.CN ?? "nobody"));
				socket.end();
			});
			door.once("tlsClientError", reject);
		});
		seen.catch(() => {});
		const socket = connect({ host: "127.0.0.1", port: (door.address() as AddressInfo).port, ...client });
		const failed = once(socket, "error").then(([error]) => `failed: ${(error as NodeJS.ErrnoException).code}`);
		const name = await Promise.race([seen, failed]).catch((error: NodeJS.ErrnoException) => `failed: ${error.code}`);
		socket.destroy();
		return name;
	} finally {
		door.close();
	}
}

describe("certificates of our own authority", () => {
	it("let a box in under the name that head office gave it, whatever it asked for", async () => {
		const { request, key } = await makeRequest("0999");
		const cert = await certifyClient(authority, request, "0117");
		expect(await handshake({ ca: authority.certificate, cert, key })).toBe("0117");
		expect(await handshake({ ca: authority.certificate, cert, key, servername: "hq.example.com" })).toBe("0117");
	});

	it("keep out a box of another authority, one without a certificate, and a server that goes by another name", async () => {
		const stranger = await makeAuthority("Gondola main");
		const { request, key } = await makeRequest("0117");
		const foreign = await certifyClient(stranger, request, "0117");
		expect(await handshake({ ca: authority.certificate, cert: foreign, key })).toMatch(/^failed/);
		expect(await handshake({ ca: authority.certificate })).toMatch(/^failed/);
		expect(await handshake({ ca: stranger.certificate }, false)).toMatch(/^failed/);
		expect(await handshake({ ca: authority.certificate, servername: "other.example.com" }, false)).toBe(
			"failed: ERR_TLS_CERT_ALTNAME_INVALID",
		);
	});

	it("are for one use: a server's certificate lets no client in", async () => {
		expect(await handshake({ ca: authority.certificate, cert: server.certificate, key: server.key })).toMatch(/^failed/);
	});

	it("end when browsers want them to, and never after their authority", async () => {
		const now = Date.parse("2026-03-01T00:00:00Z");
		const old = await makeAuthority("old", now - 3_600 * 86_400_000);
		const late = await makeServerCertificate(old, ["localhost"], now);
		expect(validTo(late.certificate)).toBe(validTo(old.certificate));
		expect(Date.parse(validTo(server.certificate)) - Date.now()).toBeLessThan(398 * 86_400_000);
	});

	it("are pinned by the digest of the whole certificate", () => {
		expect(fingerprintOf(authority.certificate)).toMatch(/^[0-9a-f]{64}$/);
		const der = Buffer.from(authority.certificate.replace(/-----[^-]+-----|\s/g, ""), "base64");
		expect(fingerprintOf(authority.certificate)).toBe(createHash("sha256").update(der).digest("hex"));
	});

	it("are made for no name that would need escaping, and for no request that its key did not sign", async () => {
		const { request } = await makeRequest("0117");
		await expect(certifyClient(authority, request, "a,O=b")).rejects.toThrow("cannot stand in a certificate");
		const bytes = Buffer.from(request.replace(/-----[^-]+-----|\s/g, ""), "base64");
		bytes[bytes.length - 1]! ^= 1;
		const bent = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----`;
		await expect(certifyClient(authority, bent, "0117")).rejects.toThrow();
	});
});
