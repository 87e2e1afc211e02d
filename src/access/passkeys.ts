/**
 * Passkeys (WebAuthn): a person signs in with a key that their device keeps, instead of a password. They work under a name with a trusted
 * certificate only, or on `localhost`; each counts for the name under which it was made.
 *
 *     registerOptions ──▶ device makes a key ──▶ register          signInOptions ──▶ device signs the challenge ──▶ signIn
 */
import { createPublicKey, type JsonWebKey, randomBytes } from "node:crypto";
import { isIP } from "node:net";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { requireUser } from "./directory/index-of-records.ts";
import type { Directory, SessionView } from "./directory.ts";
import type { AccessRecords, AccessRepository, PasskeyRecord } from "./records.ts";
import { AccessRefusal } from "./refusal.ts";

/** The address under which a request came, by its Host header and scheme; the HTTP server has checked both. */
export interface PasskeySite {
	/** `gw-0117.shops.example`, without the port. */
	name: string;
	/** `https://gw-0117.shops.example:8080`, as the browser says it. */
	origin: string;
}

export interface Passkeys {
	registerOptions(user: string, site: PasskeySite): Promise<object>;
	/** Rejects with AccessRefusal "passkey-refused". */
	register(user: string, label: string, answer: unknown, site: PasskeySite): Promise<PasskeyView>;
	signInOptions(site: PasskeySite): Promise<object>;
	/** Rejects with AccessRefusal "passkey-refused"; starts a session as a password does. */
	signIn(answer: unknown, address: string, site: PasskeySite): Promise<{ user: string; secret: string; session: SessionView }>;
	list(user: string): Promise<PasskeyView[]>;
	/** The public halves of a person's passkeys, for a list of approvers. Rejects with "user-unknown". */
	publicKeys(user: string): Promise<PasskeyPublic[]>;
	/** Rejects with "passkey-unknown". */
	remove(user: string, id: string): Promise<void>;
}

export interface PasskeyPublic {
	id: string;
	label: string;
	site: string;
	alg: "ES256" | "EdDSA" | "RS256";
	/** SubjectPublicKeyInfo in DER, base64url. */
	public: string;
}

export type PasskeyView = Omit<PasskeyRecord, "publicKey" | "counter">;

const challengeMs = 5 * 60_000;
/** Anybody may ask for challenges, so there is a limit: beyond it the oldest is forgotten. */
const challengesMost = 1_000;

export interface PasskeyOptions {
	directory: Pick<Directory, "startSession">;
	repository: AccessRepository;
	now?: () => number;
}

/** State that the functions below work on. */
interface PasskeyState extends Required<PasskeyOptions> {
	/** Challenges that were given out and not yet answered, oldest first, with what each was made for. */
	challenges: Map<string, { purpose: string; untilMs: number }>;
}

export function openPasskeys({ directory, repository, now = Date.now }: PasskeyOptions): Passkeys {
	const state: PasskeyState = { directory, repository, now, challenges: new Map() };
	return {
		registerOptions: (user, site) => registerOptions(state, user, site),
		register: (user, label, answer, site) => register(state, { user, label, answer }, site),
		signInOptions: (site) => signInOptions(state, site),
		signIn: (answer, address, site) => signIn(state, answer, address, site),
		publicKeys: (user) => publicKeys(repository, user),
		list: async (user) => (await keysOf(repository, user)).map(shown),
		remove: (user, id) => remove(state, user, id),
	};
}

function newChallenge({ challenges, now }: PasskeyState, purpose: string): Uint8Array<ArrayBuffer> {
	const challenge = randomBytes(32).toString("base64url");
	if (challenges.size >= challengesMost) challenges.delete(challenges.keys().next().value!);
	challenges.set(challenge, { purpose, untilMs: now() + challengeMs });
	return new Uint8Array(Buffer.from(challenge, "base64url"));
}

/** Whether a challenge was made for this purpose and has not ended. Each is accepted once. */
function takeChallenge({ challenges, now }: PasskeyState, purpose: string, challenge: string): boolean {
	const found = challenges.get(challenge);
	challenges.delete(challenge);
	return found !== undefined && found.purpose === purpose && found.untilMs > now();
}

async function registerOptions(state: PasskeyState, user: string, site: PasskeySite): Promise<object> {
	checkName(site);
	const { generateRegistrationOptions } = await library();
	const own = (await keysOf(state.repository, user)).filter((key) => key.site === site.name);
	return generateRegistrationOptions({
		rpName: "Gondola",
		rpID: site.name,
		userName: user,
		userID: new Uint8Array(Buffer.from(user)),
		challenge: newChallenge(state, `register ${user}`),
		attestationType: "none",
		excludeCredentials: own.map(({ id }) => ({ id })),
		authenticatorSelection: { residentKey: "required", userVerification: "required" },
	});
}

async function register(
	state: PasskeyState,
	{ user, label, answer }: { user: string; label: string; answer: unknown },
	site: PasskeySite,
): Promise<PasskeyView> {
	checkName(site);
	const { verifyRegistrationResponse } = await library();
	const verified = await verifyRegistrationResponse({
		response: answer as RegistrationResponseJSON,
		expectedChallenge: (challenge) => takeChallenge(state, `register ${user}`, challenge),
		expectedOrigin: site.origin,
		expectedRPID: site.name,
		requireUserVerification: true,
	}).catch(refused);
	if (!verified.verified) throw new AccessRefusal("passkey-refused");
	const { id, publicKey, counter } = verified.registrationInfo.credential;
	const key = { id, publicKey: Buffer.from(publicKey).toString("base64url"), counter, site: site.name, label: label.slice(0, 40) };
	const made = { ...key, createdAt: new Date(state.now()).toISOString() };
	await state.repository.update((records) => {
		if (find(records, id)) throw new AccessRefusal("passkey-refused", "This passkey is known already.");
		const keys = (requireUser(records, user).passkeys ??= []);
		if (keys.length >= passkeysMost) throw new AccessRefusal("passkey-refused", `${passkeysMost} passkeys are the most; remove one.`);
		keys.push(made);
	});
	return shown(made);
}

async function signInOptions(state: PasskeyState, site: PasskeySite): Promise<object> {
	checkName(site);
	const { generateAuthenticationOptions } = await library();
	return generateAuthenticationOptions({ rpID: site.name, userVerification: "required", challenge: newChallenge(state, "sign in") });
}

async function signIn(
	state: PasskeyState,
	answer: unknown,
	address: string,
	site: PasskeySite,
): Promise<{ user: string; secret: string; session: SessionView }> {
	checkName(site);
	const { repository, directory } = state;
	const response = answer as AuthenticationResponseJSON;
	const found = typeof response?.id === "string" ? find(await repository.load(), response.id) : undefined;
	if (!found || found.key.site !== site.name) throw new AccessRefusal("passkey-refused");
	const { key, user } = found;
	const { verifyAuthenticationResponse } = await library();
	const verified = await verifyAuthenticationResponse({
		response,
		expectedChallenge: (challenge) => takeChallenge(state, "sign in", challenge),
		expectedOrigin: site.origin,
		expectedRPID: site.name,
		credential: { id: key.id, publicKey: new Uint8Array(Buffer.from(key.publicKey, "base64url")), counter: key.counter },
		requireUserVerification: true,
	}).catch(refused);
	if (!verified.verified) throw new AccessRefusal("passkey-refused");
	await repository.update((records) => {
		const kept = find(records, key.id);
		// The passkey was removed while its signature was checked.
		if (!kept) throw new AccessRefusal("passkey-refused");
		kept.key.counter = verified.authenticationInfo.newCounter;
	});
	return { user, ...(await directory.startSession(user, address)) };
}

function remove({ repository }: PasskeyState, user: string, id: string): Promise<void> {
	return repository.update((records) => {
		const owner = requireUser(records, user);
		const left = (owner.passkeys ?? []).filter((key) => key.id !== id);
		if (left.length === (owner.passkeys ?? []).length) throw new AccessRefusal("passkey-unknown");
		owner.passkeys = left;
	});
}

async function publicKeys(repository: AccessRepository, user: string): Promise<PasskeyPublic[]> {
	const { passkeys = [] } = requireUser(await repository.load(), user);
	const { decodeCredentialPublicKey } = await import("@simplewebauthn/server/helpers");
	return passkeys.map(({ id, label, site, publicKey }) => {
		const cose = decodeCredentialPublicKey(new Uint8Array(Buffer.from(publicKey, "base64url"))) as unknown as Map<
			number,
			number | Uint8Array
		>;
		return { id, label, site, ...spkiOf(cose) };
	});
}

/** A COSE key (RFC 9053) of the three kinds that browsers are asked for. */
function spkiOf(cose: Map<number, number | Uint8Array>): Pick<PasskeyPublic, "alg" | "public"> {
	const text = (label: number): string => Buffer.from(cose.get(label) as Uint8Array).toString("base64url");
	const kinds: Record<number, () => { alg: PasskeyPublic["alg"]; jwk: JsonWebKey }> = {
		[-7]: () => ({ alg: "ES256", jwk: { kty: "EC", crv: "P-256", x: text(-2), y: text(-3) } }),
		[-8]: () => ({ alg: "EdDSA", jwk: { kty: "OKP", crv: "Ed25519", x: text(-2) } }),
		[-257]: () => ({ alg: "RS256", jwk: { kty: "RSA", n: text(-1), e: text(-2) } }),
	};
	const kind = kinds[cose.get(3) as number];
	if (!kind) throw new AccessRefusal("passkey-refused", `A passkey of the kind ${String(cose.get(3))} cannot sign releases.`);
	const { alg, jwk } = kind();
	return { alg, public: createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "der" }).toString("base64url") };
}

const passkeysMost = 20;
const shown = ({ publicKey: _, counter: __, ...view }: PasskeyRecord): PasskeyView => view;

async function keysOf(repository: AccessRepository, user: string): Promise<PasskeyRecord[]> {
	return (await repository.load()).users.find(({ name }) => name === user)?.passkeys ?? [];
}

function find(records: AccessRecords, id: string): { user: string; key: PasskeyRecord } | undefined {
	for (const { name, passkeys = [] } of records.users) {
		const key = passkeys.find((each) => each.id === id);
		if (key) return { user: name, key };
	}
	return undefined;
}

/** Loaded only with the first passkey, to save memory on boxes that have none. */
async function library(): Promise<typeof import("@simplewebauthn/server")> {
	await import("reflect-metadata");
	return import("@simplewebauthn/server");
}

function checkName({ name, origin }: PasskeySite): void {
	if (name !== "localhost" && (isIP(name.replace(/^\[|\]$/g, "")) > 0 || !origin.startsWith("https:")))
		throw new AccessRefusal("passkey-needs-name", `Open this page under a name with a certificate; ${name} is no such name.`);
}

/** Every fault that the library finds in an answer is a refusal: the person can try again. */
function refused(error: Error): never {
	throw new AccessRefusal("passkey-refused", `The passkey was not taken: ${error.message}`);
}
