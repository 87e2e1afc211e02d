/**
 * People and programs of one site: who a secret belongs to, and what may be changed about them. Knows no HTTP; a desk, head office and the
 * command line use it alike.
 */
import type { Actor } from "../words/actor.ts";
import { hashPassword, peopleCost, weaknessOf } from "./passwords.ts";
import { type AccessRecords, type AccessRepository, accessName, type SessionRecord, type TokenRecord, type UserRecord } from "./records.ts";
import { AccessRefusal } from "./refusal.ts";
import { firstRole, hasRight, type Right, rolesAt, type Site, scopes } from "./rights.ts";
import { digestOf, newSecret, sameSecret } from "./secrets.ts";

/** Somebody who may do something, as found at one request. */
export interface Principal {
	actor: Actor;
	roles: readonly string[];
	/** The session, where it is one. */
	session?: string;
	may(right: Right): boolean;
}

/** A token that is not kept with the others: a file that the configuration names, or the demo's own user. */
export interface FixedToken {
	name: string;
	roles: readonly string[];
	secret: string;
}

export interface DirectoryOptions {
	site: Site;
	repository: AccessRepository;
	fixedTokens?: readonly FixedToken[];
	now?: () => number;
}

export type UserView = Pick<UserRecord, "name" | "role" | "createdAt">;

/** Whom an identity provider vouches for, and the role that it gives them. */
export interface ProvidedUser {
	issuer: string;
	subject: string;
	name: string;
	role: string;
}
export type TokenView = Omit<TokenRecord, "digest">;
export type SessionView = Omit<SessionRecord, "digest">;

export interface NewToken {
	name: string;
	roles: readonly string[];
	/** Left out: it never expires. */
	expiresAt?: string;
	madeBy?: string;
}

const sessionHours = 12;
/** A used session is prolonged when so much of it has gone: each prolongation is a write. */
const prolongAfterMs = 30 * 60_000;
const sessionsOfOneUser = 50;

export interface Directory {
	readonly site: Site;
	/** Whom the secret of a session or token belongs to now; undefined for one that is unknown, expired or revoked. */
	who(secret: string, address?: string): Promise<Principal | undefined>;
	/** Whether the first person was ever made. */
	isClaimed(): Promise<boolean>;
	/** Rejects with "claimed-already" when the first person was made meanwhile. */
	makeFirst(name: string, password: string): Promise<UserView>;
	users(): Promise<UserView[]>;
	addUser(name: string, role: string, password: string): Promise<UserView>;
	/** Ends the sessions of that user too. Refuses to remove the last one who can make others. */
	removeUser(name: string): Promise<void>;
	/** Ends the user's sessions but the one named. */
	setPassword(name: string, password: string, keepSession?: string): Promise<void>;
	setRole(name: string, role: string): Promise<void>;
	tokens(): Promise<TokenView[]>;
	/** The secret is in the answer and nowhere else. */
	addToken(token: NewToken): Promise<TokenView & { secret: string }>;
	revokeToken(name: string): Promise<void>;
	sessions(): Promise<SessionView[]>;
	/** The user's hash, to check a password against. */
	hashOf(name: string): Promise<string | undefined>;
	startSession(name: string, address: string): Promise<{ secret: string; session: SessionView }>;
	endSession(id: string): Promise<void>;
	/** Makes or updates the user whom a provider vouches for. Rejects with "name-taken" for the name of somebody else. */
	provideUser(person: ProvidedUser): Promise<UserView>;
}

interface Index {
	version: string;
	records: AccessRecords;
	byDigest: Map<string, TokenRecord | SessionRecord>;
	users: Map<string, UserRecord>;
}

export function openDirectory({ site, repository, fixedTokens = [], now = Date.now }: DirectoryOptions): Directory {
	let index: Index | undefined;
	const current = async (): Promise<Index> => {
		const version = await repository.version();
		if (index?.version !== version) index = indexOf(version, await repository.load());
		return index;
	};
	const at = (ms = now()): string => new Date(ms).toISOString();
	const isOver = (expiresAt: string | undefined): boolean => expiresAt !== undefined && Date.parse(expiresAt) <= now();
	const principal = (actor: Actor, roles: readonly string[], session?: string): Principal => ({
		actor,
		roles,
		...(session === undefined ? {} : { session }),
		may: (right) => hasRight(site, roles, right),
	});
	const actorOf = (kind: "user" | "token", name: string, address?: string): Actor => ({
		kind,
		name,
		...(address === undefined ? {} : { address }),
	});
	const insert = (name: string, role: string, hash: string) => (records: AccessRecords) => {
		if (records.users.some((user) => user.name === name)) throw new AccessRefusal("name-taken");
		const user: UserRecord = { name, role, hash, createdAt: at() };
		records.users.push(user);
		records.claimedAt ??= at();
		return userView(user);
	};
	const prolong = (session: SessionRecord): void => {
		const until = now() + sessionHours * 3_600_000;
		if (until - Date.parse(session.expiresAt) < prolongAfterMs) return;
		session.expiresAt = at(until);
		const kept = repository.update((records) => {
			const found = records.sessions.find(({ id }) => id === session.id);
			if (found) found.expiresAt = at(until);
		});
		// A full disk does not sign people out: the session goes on in memory, and the next use tries again.
		kept.catch(() => {});
	};

	return {
		site,
		async who(secret, address) {
			const fixed = fixedTokens.find((token) => sameSecret(token.secret, secret));
			if (fixed) return principal(actorOf("token", fixed.name, address), fixed.roles);
			const { byDigest, users } = await current();
			const found = byDigest.get(digestOf(secret));
			if (!found || isOver(found.expiresAt)) return undefined;
			if ("roles" in found) return principal(actorOf("token", found.name, address), found.roles);
			const user = users.get(found.user);
			if (!user) return undefined;
			prolong(found);
			return principal(actorOf("user", user.name, address), [user.role], found.id);
		},
		isClaimed: async () => (await current()).records.claimedAt !== undefined,
		async makeFirst(name, password) {
			checkNew(site, name, firstRole[site], password);
			const hash = await hashPassword(password, peopleCost);
			return repository.update((records) => {
				if (records.claimedAt !== undefined) throw new AccessRefusal("claimed-already");
				return insert(name, firstRole[site], hash)(records);
			});
		},
		users: async () => (await current()).records.users.map(userView),
		async addUser(name, role, password) {
			checkNew(site, name, role, password);
			return repository.update(insert(name, role, await hashPassword(password, peopleCost)));
		},
		removeUser: (name) =>
			repository.update((records) => {
				mustHaveUser(records, name);
				mustLeaveAChief(site, records, name);
				records.users = records.users.filter((user) => user.name !== name);
				records.sessions = records.sessions.filter(({ user }) => user !== name);
			}),
		async setPassword(name, password, keepSession) {
			const weak = weaknessOf(password, name);
			if (weak) throw new AccessRefusal("password-weak", weak);
			const hash = await hashPassword(password, peopleCost);
			await repository.update((records) => {
				mustHaveUser(records, name).hash = hash;
				records.sessions = records.sessions.filter(({ user, id }) => user !== name || id === keepSession);
			});
		},
		async setRole(name, role) {
			checkRole(site, role, rolesAt[site]);
			await repository.update((records) => {
				const user = mustHaveUser(records, name);
				if (role !== firstRole[site]) mustLeaveAChief(site, records, name);
				user.role = role;
			});
		},
		tokens: async () => (await current()).records.tokens.map(tokenView),
		async addToken({ name, roles, expiresAt, madeBy }) {
			if (!accessName.test(name)) throw new AccessRefusal("name-bad");
			if (roles.length === 0) throw new AccessRefusal("role-unknown");
			for (const role of roles) checkRole(site, role, [...rolesAt[site], ...scopes]);
			if (expiresAt !== undefined && !(Date.parse(expiresAt) > now())) throw new AccessRefusal("expiry-bad");
			const secret = newSecret("gt_");
			const token: TokenRecord = { name, roles: [...roles], digest: digestOf(secret), createdAt: at() };
			if (expiresAt !== undefined) token.expiresAt = new Date(expiresAt).toISOString();
			if (madeBy !== undefined) token.madeBy = madeBy;
			await repository.update((records) => {
				const taken = records.tokens.some((other) => other.name === name) || fixedTokens.some((other) => other.name === name);
				if (taken) throw new AccessRefusal("name-taken");
				records.tokens.push(token);
			});
			return { ...tokenView(token), secret };
		},
		revokeToken: (name) =>
			repository.update((records) => {
				const left = records.tokens.filter((token) => token.name !== name);
				if (left.length === records.tokens.length) throw new AccessRefusal("token-unknown");
				records.tokens = left;
			}),
		sessions: async () => (await current()).records.sessions.filter(({ expiresAt }) => !isOver(expiresAt)).map(sessionView),
		hashOf: async (name) => (await current()).users.get(name)?.hash,
		async startSession(name, address) {
			const secret = newSecret("gs_");
			const digest = digestOf(secret);
			const expiresAt = at(now() + sessionHours * 3_600_000);
			const session: SessionRecord = {
				id: digest.slice(0, 16),
				user: name,
				digest,
				createdAt: at(),
				expiresAt,
				address: address.slice(0, 100),
			};
			await repository.update((records) => {
				mustHaveUser(records, name);
				const open = records.sessions.filter((other) => !isOver(other.expiresAt));
				const surplus = new Set(open.filter(({ user }) => user === name).slice(0, -(sessionsOfOneUser - 1)));
				records.sessions = [...open.filter((other) => !surplus.has(other)), session];
			});
			return { secret, session: sessionView(session) };
		},
		endSession: (id) =>
			repository.update((records) => {
				records.sessions = records.sessions.filter((session) => session.id !== id);
			}),
		provideUser({ issuer, subject, name, role }) {
			checkRole(site, role, rolesAt[site]);
			return repository.update((records) => {
				const known = records.users.find(({ provider }) => provider?.issuer === issuer && provider.subject === subject);
				if (known) {
					known.role = role;
					return userView(known);
				}
				if (!accessName.test(name)) throw new AccessRefusal("name-bad");
				if (records.users.some((user) => user.name === name))
					throw new AccessRefusal("name-taken", `${name} is somebody else here; an administrator removes that user, or renames you there.`);
				const made: UserRecord = { name, role, provider: { issuer, subject }, createdAt: at() };
				records.users.push(made);
				return userView(made);
			});
		},
	};
}

function indexOf(version: string, records: AccessRecords): Index {
	const all = [...records.tokens, ...records.sessions];
	return {
		version,
		records,
		byDigest: new Map(all.map((one) => [one.digest, one])),
		users: new Map(records.users.map((user) => [user.name, user])),
	};
}

const userView = ({ name, role, createdAt }: UserRecord): UserView => ({ name, role, createdAt });
const tokenView = ({ digest: _, ...shown }: TokenRecord): TokenView => shown;
const sessionView = ({ digest: _, ...shown }: SessionRecord): SessionView => shown;

function checkNew(site: Site, name: string, role: string, password: string): void {
	if (!accessName.test(name)) throw new AccessRefusal("name-bad");
	checkRole(site, role, rolesAt[site]);
	const weak = weaknessOf(password, name);
	if (weak) throw new AccessRefusal("password-weak", weak);
}

function checkRole(site: Site, role: string, known: readonly string[]): void {
	if (!known.includes(role)) throw new AccessRefusal("role-unknown", `"${role.slice(0, 40)}" is none of ${known.join(", ")} (${site}).`);
}

function mustHaveUser(records: AccessRecords, name: string): UserRecord {
	const found = records.users.find((user) => user.name === name);
	if (!found) throw new AccessRefusal("user-unknown");
	return found;
}

function mustLeaveAChief(site: Site, records: AccessRecords, name: string): void {
	const chiefs = records.users.filter((user) => user.role === firstRole[site]);
	if (chiefs.length === 1 && chiefs[0]!.name === name) throw new AccessRefusal("last-of-role");
}
