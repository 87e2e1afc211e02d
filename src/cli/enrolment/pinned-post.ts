/**
 * Sends one POST to a head office whose authority is known only by its digest. The certificate is checked before a byte of the request is
 * sent. Its dates are not: a new box may not know the date, and the code names the authority.
 */
import { createHash, X509Certificate } from "node:crypto";
import { request } from "node:https";
import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";
import { isCertificateFor } from "../../access/files/certificate-for.ts";
import { trustedBySystem } from "../../trust/enrolment-code.ts";

export class NotPinned extends Error {
	override name = "NotPinned";
}

export interface PostAnswer {
	status: number;
	body: unknown;
}

const withinMs = 20_000;
const answerBytesMost = 2 * 1024 * 1024;

export async function pinnedPost(url: URL, caSha256: string, body: unknown): Promise<PostAnswer> {
	const socket = url.protocol === "https:" ? await securely(url, caSha256) : undefined;
	if (!socket && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) throw new NotPinned(`${url.origin} is not TLS`);
	const send = socket ? request : (await import("node:http")).request;
	const text = JSON.stringify(body);
	const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text), accept: "application/json" };
	return new Promise((resolve, reject) => {
		const asked = send(url, { method: "POST", headers, timeout: withinMs, ...(socket && { createConnection: () => socket }) }, (answer) => {
			const pieces: Buffer[] = [];
			let bytes = 0;
			answer.on("data", (piece: Buffer) => {
				bytes += piece.length;
				if (bytes > answerBytesMost) answer.destroy(new Error("the answer is too large"));
				else pieces.push(piece);
			});
			answer.on("error", reject);
			answer.on("end", () => {
				socket?.destroy();
				try {
					const text = Buffer.concat(pieces).toString("utf8");
					resolve({ status: answer.statusCode ?? 0, body: text === "" ? undefined : JSON.parse(text) });
				} catch {
					reject(new Error(`${url.origin} did not answer as a head office does`));
				}
			});
		});
		asked.on("timeout", () => asked.destroy(new Error(`${url.origin} does not answer`)));
		asked.on("error", reject);
		asked.end(text);
	});
}

function securely(url: URL, caSha256: string): Promise<TLSSocket> {
	const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
	const port = Number(url.port || 443);
	const pinned = caSha256 !== trustedBySystem;
	return new Promise((resolve, reject) => {
		const name = isIP(host) ? {} : { servername: host };
		const socket = connect({ host, port, ...name, rejectUnauthorized: !pinned, minVersion: "TLSv1.2", timeout: withinMs });
		const fail = (error: Error): void => {
			socket.destroy();
			reject(error);
		};
		socket.once("error", reject);
		socket.once("timeout", () => fail(new Error(`${url.origin} does not answer`)));
		socket.once("secureConnect", () => {
			const wrong = pinned ? pinFault(socket.getPeerCertificate(true), caSha256, host) : undefined;
			if (wrong) return fail(new NotPinned(`${url.origin} is not the head office of this code: ${wrong}`));
			socket.off("error", reject);
			socket.setTimeout(0);
			resolve(socket);
		});
	});
}

/** Why this certificate is not one that the pinned authority made for this host; undefined where it is. */
function pinFault(peer: DetailedPeerCertificate, caSha256: string, host: string): string | undefined {
	if (!peer?.raw || !peer.issuerCertificate?.raw) return "it shows no authority";
	const authority = new X509Certificate(peer.issuerCertificate.raw);
	if (createHash("sha256").update(authority.raw).digest("hex") !== caSha256) return "another authority certified it";
	const own = new X509Certificate(peer.raw);
	if (!authority.ca || own.ca || !own.checkIssued(authority) || !own.verify(authority.publicKey)) return "its authority did not certify it";
	// The same authority makes client certificates for stores: none of these may pass for head office.
	if (!own.keyUsage?.includes("1.3.6.1.5.5.7.3.1")) return "its certificate is not one for a server";
	return isCertificateFor(own, host) ? undefined : `its certificate is not for ${host}`;
}
