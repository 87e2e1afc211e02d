/** Sessions of signed-in people, and whose a secret is. */
import type { Principal, SessionView } from "../directory.ts";
import type { SessionRecord } from "../records.ts";
import { digestOf, newSecret, sameSecret } from "../secrets.ts";
import { actorOf, currentIndex, type DirectoryState, instantOf, isOver, principalOf, requireUser } from "./index-of-records.ts";

const sessionMs = 12 * 3_600_000;
/** A session in use is prolonged at most this often: each prolongation is a write. */
const prolongAfterMs = 30 * 60_000;
const sessionsOfOneUser = 50;

const sessionView = ({ digest: _, ...shown }: SessionRecord): SessionView => shown;

/** Whose a secret is: of a fixed token, a token or a session. A session in use is prolonged. */
export async function principalBySecret(
	directory: DirectoryState,
	secret: string,
	address: string | undefined,
): Promise<Principal | undefined> {
	const { site, fixedTokens } = directory;
	const fixed = fixedTokens.find((token) => sameSecret(token.secret, secret));
	if (fixed) return principalOf(site, actorOf("token", fixed.name, address), fixed.roles);
	const { byDigest, users } = await currentIndex(directory);
	const found = byDigest.get(digestOf(secret));
	if (!found || isOver(directory, found.expiresAt)) return undefined;
	if ("roles" in found) return principalOf(site, actorOf("token", found.name, address), found.roles);
	const user = users.get(found.user);
	if (!user) return undefined;
	prolong(directory, found);
	return principalOf(site, actorOf("user", user.name, address), [user.role], found.id);
}

function prolong({ repository, now }: DirectoryState, session: SessionRecord): void {
	const untilMs = now() + sessionMs;
	if (untilMs - Date.parse(session.expiresAt) < prolongAfterMs) return;
	session.expiresAt = instantOf(untilMs);
	const kept = repository.update((records) => {
		const found = records.sessions.find(({ id }) => id === session.id);
		if (found) found.expiresAt = instantOf(untilMs);
	});
	// A full disk does not sign people out: the session goes on in memory, and the next use tries again.
	kept.catch(() => {});
}

export async function listSessions(directory: DirectoryState): Promise<SessionView[]> {
	const { sessions } = (await currentIndex(directory)).records;
	return sessions.filter(({ expiresAt }) => !isOver(directory, expiresAt)).map(sessionView);
}

/** Starts a session for a user who has proved who they are. The user's oldest sessions end where there are too many. */
export async function startSession(
	directory: DirectoryState,
	name: string,
	address: string,
): Promise<{ secret: string; session: SessionView }> {
	const { repository, now } = directory;
	const secret = newSecret("gs_");
	const digest = digestOf(secret);
	const session: SessionRecord = {
		id: digest.slice(0, 16),
		user: name,
		digest,
		createdAt: instantOf(now()),
		expiresAt: instantOf(now() + sessionMs),
		address: address.slice(0, 100),
	};
	await repository.update((records) => {
		requireUser(records, name);
		const open = records.sessions.filter((other) => !isOver(directory, other.expiresAt));
		const surplus = new Set(open.filter(({ user }) => user === name).slice(0, -(sessionsOfOneUser - 1)));
		records.sessions = [...open.filter((other) => !surplus.has(other)), session];
	});
	return { secret, session: sessionView(session) };
}

export function endSession({ repository }: DirectoryState, id: string): Promise<void> {
	return repository.update((records) => {
		records.sessions = records.sessions.filter((session) => session.id !== id);
	});
}
