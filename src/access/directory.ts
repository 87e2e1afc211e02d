/**
 * People and programs of one site: whose a secret is, and how users, tokens and sessions are changed. Knows no HTTP: the desk, head
 * office and the command line all use it.
 */
import type { Actor } from "../words/actor.ts";
import { currentIndex, type DirectoryState } from "./directory/index-of-records.ts";
import { endSession, listSessions, principalBySecret, startSession } from "./directory/sessions.ts";
import { addToken, listTokens, revokeToken } from "./directory/tokens.ts";
import { addUser, isProvidedUser, listUsers, makeFirstUser, provideUser, removeUser, setPassword, setRole } from "./directory/users.ts";
import type { AccessRepository, SessionRecord, TokenRecord, UserRecord } from "./records.ts";
import type { Right, Site } from "./rights.ts";

/** The person or program that sent one request. */
export interface Principal {
	actor: Actor;
	roles: readonly string[];
	/** The id of the session; left out for tokens. */
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

/** A person whom an identity provider has signed in, and the role that the provider's groups give. */
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

export interface Directory {
	readonly site: Site;
	/** The person or program whose secret this is; undefined for a secret that is unknown, expired or revoked. */
	who(secret: string, address?: string): Promise<Principal | undefined>;
	/** Whether the first user was ever made. */
	isClaimed(): Promise<boolean>;
	/** Makes the first user. Rejects with "claimed-already" when there was one already. */
	makeFirst(name: string, password: string): Promise<UserView>;
	users(): Promise<UserView[]>;
	addUser(name: string, role: string, password: string): Promise<UserView>;
	/** Also ends the user's sessions. Rejects with "last-of-role" for the last user who can make other users. */
	removeUser(name: string): Promise<void>;
	/** Also ends the user's sessions, except the one named. */
	setPassword(name: string, password: string, keepSession?: string): Promise<void>;
	setRole(name: string, role: string): Promise<void>;
	tokens(): Promise<TokenView[]>;
	/** The secret is only in the answer; the records keep its digest. */
	addToken(token: NewToken): Promise<TokenView & { secret: string }>;
	revokeToken(name: string): Promise<void>;
	sessions(): Promise<SessionView[]>;
	/** The hash of the user's password; undefined for an unknown user. */
	hashOf(name: string): Promise<string | undefined>;
	startSession(name: string, address: string): Promise<{ secret: string; session: SessionView }>;
	endSession(id: string): Promise<void>;
	/** Makes or updates the user of an identity provider. Rejects with "name-taken" where another user has the name. */
	provideUser(person: ProvidedUser): Promise<UserView>;
	/** Whether an identity provider answers for this user. */
	isProvidedUser(name: string): Promise<boolean>;
}

export function openDirectory({ site, repository, fixedTokens = [], now = Date.now }: DirectoryOptions): Directory {
	const state: DirectoryState = { site, repository, fixedTokens, now, index: undefined };
	return {
		site,
		who: (secret, address) => principalBySecret(state, secret, address),
		isClaimed: async () => (await currentIndex(state)).records.claimedAt !== undefined,
		makeFirst: (name, password) => makeFirstUser(state, name, password),
		users: () => listUsers(state),
		addUser: (name, role, password) => addUser(state, name, role, password),
		removeUser: (name) => removeUser(state, name),
		setPassword: (name, password, keepSession) => setPassword(state, name, password, keepSession),
		setRole: (name, role) => setRole(state, name, role),
		tokens: () => listTokens(state),
		addToken: (token) => addToken(state, token),
		revokeToken: (name) => revokeToken(state, name),
		sessions: () => listSessions(state),
		hashOf: async (name) => (await currentIndex(state)).users.get(name)?.hash,
		startSession: (name, address) => startSession(state, name, address),
		endSession: (id) => endSession(state, id),
		provideUser: (person) => provideUser(state, person),
		isProvidedUser: (name) => isProvidedUser(state, name),
	};
}
