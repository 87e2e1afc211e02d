/** The records of people and programs, and the port through which they are kept: a file at a gateway, a database at head office. */
import { z } from "zod";
import { hashPattern } from "./passwords.ts";

/** Names of users and tokens: they appear in facts, logs and file names. */
export const accessName = /^[a-z0-9][a-z0-9._-]{0,39}$/;

const instant = z.iso.datetime();
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const holder = z.string().min(1).max(40);

/** A passkey (WebAuthn): a key that a person's device keeps for one host name. */
const passkey = z.strictObject({
	id: z.string().regex(/^[\w-]{1,1400}$/),
	/** COSE, base64url. */
	publicKey: z.string().max(4_000),
	counter: z.number().int().min(0),
	site: z.string().max(253),
	label: z.string().max(40),
	createdAt: instant,
});

const user = z.strictObject({
	name: z.string().regex(accessName),
	role: holder,
	/** Left out: the user cannot sign in by password, as a user of an identity provider. */
	hash: z.string().regex(hashPattern).optional(),
	/** The user at the identity provider. */
	provider: z.strictObject({ issuer: z.string().max(500), subject: z.string().max(500) }).optional(),
	passkeys: z.array(passkey).max(50).optional(),
	createdAt: instant,
});

const token = z.strictObject({
	name: z.string().regex(accessName),
	/** Roles or scopes. */
	roles: z.array(holder).min(1).max(10),
	digest,
	createdAt: instant,
	expiresAt: instant.optional(),
	/** The user who made the token, where one did. */
	madeBy: z.string().max(40).optional(),
});

const session = z.strictObject({
	/** The first 16 digits of the digest: what lists show, and what can be revoked. */
	id: z.string().regex(/^[0-9a-f]{16}$/),
	user: z.string().regex(accessName),
	digest,
	createdAt: instant,
	expiresAt: instant,
	address: z.string().max(100),
});

export const accessRecords = z.strictObject({
	/** When the first user was made. It stays when all users are removed, so that the claim page does not come back. */
	claimedAt: instant.optional(),
	users: z.array(user).max(10_000).default([]),
	tokens: z.array(token).max(10_000).default([]),
	sessions: z.array(session).max(20_000).default([]),
});

export type PasskeyRecord = z.output<typeof passkey>;
export type UserRecord = z.output<typeof user>;
export type TokenRecord = z.output<typeof token>;
export type SessionRecord = z.output<typeof session>;
export type AccessRecords = z.output<typeof accessRecords>;

export const noRecords = (): AccessRecords => ({ users: [], tokens: [], sessions: [] });

export interface AccessRepository {
	/** Changes whenever the records change. Called at every request, so that a revocation takes effect at once: it must be cheap. */
	version(): string | Promise<string>;
	load(): AccessRecords | Promise<AccessRecords>;
	/**
	 * Lets `edit` change the newest records in place, one edit after the other, also across processes. When `edit` throws, nothing is changed.
	 */
	update<T>(edit: (records: AccessRecords) => T): Promise<T>;
}
