/** Users of one site: making, changing and removing them. Every function rejects with an AccessRefusal and changes nothing then. */
import type { ProvidedUser, UserView } from "../directory.ts";
import { hashPassword, peopleCost, weaknessOf } from "../passwords.ts";
import { type AccessRecords, accessName, type UserRecord } from "../records.ts";
import { AccessRefusal } from "../refusal.ts";
import { firstRole, rolesAt, type Site } from "../rights.ts";
import { checkRole, currentIndex, type DirectoryState, instantOf, requireUser } from "./index-of-records.ts";

const userView = ({ name, role, createdAt }: UserRecord): UserView => ({ name, role, createdAt });

export async function listUsers(directory: DirectoryState): Promise<UserView[]> {
	return (await currentIndex(directory)).records.users.map(userView);
}

/** Makes the first person of a site, with the role that may do everything. Rejects with "claimed-already" when there has been one. */
export async function makeFirstUser(directory: DirectoryState, name: string, password: string): Promise<UserView> {
	const role = firstRole[directory.site];
	checkNewUser(directory.site, name, role, password);
	const hash = await hashPassword(password, peopleCost);
	return directory.repository.update((records) => {
		if (records.claimedAt !== undefined) throw new AccessRefusal("claimed-already");
		return insertUser(directory, records, { name, role, hash });
	});
}

export async function addUser(directory: DirectoryState, name: string, role: string, password: string): Promise<UserView> {
	checkNewUser(directory.site, name, role, password);
	const hash = await hashPassword(password, peopleCost);
	return directory.repository.update((records) => insertUser(directory, records, { name, role, hash }));
}

function insertUser(directory: DirectoryState, records: AccessRecords, made: Omit<UserRecord, "createdAt">): UserView {
	if (records.users.some((user) => user.name === made.name)) throw new AccessRefusal("name-taken");
	const user: UserRecord = { ...made, createdAt: instantOf(directory.now()) };
	records.users.push(user);
	records.claimedAt ??= instantOf(directory.now());
	return userView(user);
}

/** Whether an identity provider answers for this user. */
export async function isProvidedUser(directory: DirectoryState, name: string): Promise<boolean> {
	return (await currentIndex(directory)).records.users.some((user) => user.name === name && user.provider !== undefined);
}

/** Removes the user and ends the user's sessions. */
export function removeUser({ site, repository }: DirectoryState, name: string): Promise<void> {
	return repository.update((records) => {
		requireUser(records, name);
		refuseLastOfFirstRole(site, records, name);
		records.users = records.users.filter((user) => user.name !== name);
		records.sessions = records.sessions.filter(({ user }) => user !== name);
	});
}

/** Ends the user's sessions, except the one with the id `keepSession`. */
export async function setPassword(
	{ repository }: DirectoryState,
	name: string,
	password: string,
	keepSession: string | undefined,
): Promise<void> {
	checkPassword(password, name);
	const hash = await hashPassword(password, peopleCost);
	await repository.update((records) => {
		requireUser(records, name).hash = hash;
		records.sessions = records.sessions.filter(({ user, id }) => user !== name || id === keepSession);
	});
}

export async function setRole({ site, repository }: DirectoryState, name: string, role: string): Promise<void> {
	checkRole(site, role, rolesAt[site]);
	await repository.update((records) => {
		const user = requireUser(records, name);
		if (role !== firstRole[site]) refuseLastOfFirstRole(site, records, name);
		user.role = role;
	});
}

/** Makes the user whom an identity provider vouches for, or gives a known one the role that the provider names. */
export async function provideUser(directory: DirectoryState, { issuer, subject, name, role }: ProvidedUser): Promise<UserView> {
	checkRole(directory.site, role, rolesAt[directory.site]);
	return directory.repository.update((records) => {
		const known = records.users.find(({ provider }) => provider?.issuer === issuer && provider.subject === subject);
		if (known) {
			known.role = role;
			return userView(known);
		}
		if (!accessName.test(name)) throw new AccessRefusal("name-bad");
		if (records.users.some((user) => user.name === name))
			throw new AccessRefusal("name-taken", `${name} is somebody else here; an administrator removes that user, or renames you there.`);
		const made: UserRecord = { name, role, provider: { issuer, subject }, createdAt: instantOf(directory.now()) };
		records.users.push(made);
		return userView(made);
	});
}

function checkNewUser(site: Site, name: string, role: string, password: string): void {
	if (!accessName.test(name)) throw new AccessRefusal("name-bad");
	checkRole(site, role, rolesAt[site]);
	checkPassword(password, name);
}

function checkPassword(password: string, name: string): void {
	const weak = weaknessOf(password, name);
	if (weak) throw new AccessRefusal("password-weak", weak);
}

/** The last user with the site's first role can neither be removed nor lose that role: only that role can make other users. */
function refuseLastOfFirstRole(site: Site, records: AccessRecords, name: string): void {
	const holders = records.users.filter((user) => user.role === firstRole[site]);
	if (holders.length === 1 && holders[0]!.name === name) throw new AccessRefusal("last-of-role");
}
