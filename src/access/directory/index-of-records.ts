/** The records of one site, read once per version and indexed by what requests ask for. */
import type { Actor } from "../../words/actor.ts";
import { defined } from "../../words/defined.ts";
import type { FixedToken, Principal } from "../directory.ts";
import type { AccessRecords, AccessRepository, SessionRecord, TokenRecord, UserRecord } from "../records.ts";
import { AccessRefusal } from "../refusal.ts";
import { hasRight, type Site } from "../rights.ts";

/** State that every function of this folder works on. */
export interface DirectoryState {
	readonly site: Site;
	readonly repository: AccessRepository;
	readonly fixedTokens: readonly FixedToken[];
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** The newest records that were read; undefined before the first request. */
	index: RecordIndex | undefined;
}

export interface RecordIndex {
	version: string;
	records: AccessRecords;
	/** Tokens and sessions by the digest of their secret. */
	byDigest: Map<string, TokenRecord | SessionRecord>;
	users: Map<string, UserRecord>;
}

/** The index of the newest records: read again only when their version has changed. */
export async function currentIndex(directory: DirectoryState): Promise<RecordIndex> {
	const version = await directory.repository.version();
	if (directory.index?.version !== version) directory.index = indexOf(version, await directory.repository.load());
	return directory.index;
}

function indexOf(version: string, records: AccessRecords): RecordIndex {
	const all = [...records.tokens, ...records.sessions];
	return {
		version,
		records,
		byDigest: new Map(all.map((one) => [one.digest, one])),
		users: new Map(records.users.map((user) => [user.name, user])),
	};
}

export function principalOf(site: Site, actor: Actor, roles: readonly string[], session?: string): Principal {
	return { actor, roles, ...defined({ session }), may: (right) => hasRight(site, roles, right) };
}

export function actorOf(kind: "user" | "token", name: string, address?: string): Actor {
	return { kind, name, ...defined({ address }) };
}

/** The time `ms` (milliseconds since 1970) as it is written into records. */
export const instantOf = (ms: number): string => new Date(ms).toISOString();

export const isOver = (directory: DirectoryState, expiresAt: string | undefined): boolean =>
	expiresAt !== undefined && Date.parse(expiresAt) <= directory.now();

/** Throws "role-unknown" for a role that is not one of `known`. */
export function checkRole(site: Site, role: string, known: readonly string[]): void {
	if (!known.includes(role)) throw new AccessRefusal("role-unknown", `"${role.slice(0, 40)}" is none of ${known.join(", ")} (${site}).`);
}

/** Throws "user-unknown" where there is no such user. */
export function requireUser(records: AccessRecords, name: string): UserRecord {
	const found = records.users.find((user) => user.name === name);
	if (!found) throw new AccessRefusal("user-unknown");
	return found;
}
