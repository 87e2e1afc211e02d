/** An authenticator of the tests' own (WebAuthn), and the ways to lie with it. */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

const sha256 = (data: string | Buffer): Buffer => createHash("sha256").update(data).digest();
export const b64 = (data: Buffer | string): string => Buffer.from(data).toString("base64url");
const bytes = (data: Buffer): Buffer => Buffer.concat([Buffer.from([0x58, data.length]), data]);

/** What a forger says otherwise. */
export interface Lies {
	origin?: string;
	rpId?: string;
	/** 0x01 a person was there, 0x04 it was the right one. */
	flags?: number;
	counter?: number;
	type?: string;
	by?: ReturnType<typeof authenticator>;
}

/** A security key in software: one P-256 key, attestation "none". `site`: the origin that its browser shows. */
export function authenticator(site: () => string) {
	const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const { x, y } = publicKey.export({ format: "jwk" });
	const id = randomBytes(32);
	// {1: 2, 3: -7, -1: 1, -2: x, -3: y}
	const cose = Buffer.concat([
		Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
		bytes(Buffer.from(x!, "base64url")),
		Buffer.from([0x22]),
		bytes(Buffer.from(y!, "base64url")),
	]);
	const client = (type: string, challenge: string, origin = site()): Buffer => Buffer.from(JSON.stringify({ type, challenge, origin }));
	const head = ({ rpId = "localhost", flags = 0x05, counter = 0 }: Lies, more: number): Buffer => {
		const count = Buffer.alloc(4);
		count.writeUInt32BE(counter);
		return Buffer.concat([sha256(rpId), Buffer.from([flags | more]), count]);
	};
	return {
		privateKey,
		id: b64(id),
		create(challenge: string, lies: Lies = {}) {
			const data = Buffer.concat([head(lies, 0x40), Buffer.alloc(16), Buffer.from([0, id.length]), id, cose]);
			const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
			const attestation = [Buffer.from([0xa3]), text("fmt"), text("none"), text("attStmt"), Buffer.from([0xa0]), text("authData")];
			const attestationObject = b64(Buffer.concat([...attestation, bytes(data)]));
			const clientDataJSON = b64(client(lies.type ?? "webauthn.create", challenge, lies.origin));
			const response = { clientDataJSON, attestationObject };
			return { id: b64(id), rawId: b64(id), type: "public-key", response, clientExtensionResults: {} };
		},
		get(challenge: string, lies: Lies = {}) {
			const said = client(lies.type ?? "webauthn.get", challenge, lies.origin);
			const authenticatorData = head(lies, 0);
			const signature = sign("sha256", Buffer.concat([authenticatorData, sha256(said)]), (lies.by ?? this).privateKey);
			const response = { clientDataJSON: b64(said), authenticatorData: b64(authenticatorData), signature: b64(signature) };
			return { id: b64(id), rawId: b64(id), type: "public-key", response, clientExtensionResults: {} };
		},
	};
}
