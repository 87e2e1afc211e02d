/** API tokens of programs. */
import type { NewToken, TokenView } from "../directory.ts";
import { accessName, type TokenRecord } from "../records.ts";
import { AccessRefusal } from "../refusal.ts";
import { rolesAt, scopes } from "../rights.ts";
import { digestOf, newSecret } from "../secrets.ts";
import { checkRole, currentIndex, type DirectoryState, instantOf } from "./index-of-records.ts";

const tokenView = ({ digest: _, ...shown }: TokenRecord): TokenView => shown;

export async function listTokens(directory: DirectoryState): Promise<TokenView[]> {
	return (await currentIndex(directory)).records.tokens.map(tokenView);
}

/** Rejects with "name-bad", "name-taken", "role-unknown" or "expiry-bad". The secret is in the answer and kept nowhere. */
export async function addToken(directory: DirectoryState, asked: NewToken): Promise<TokenView & { secret: string }> {
	const { site, repository, fixedTokens, now } = directory;
	const { name, roles, expiresAt, madeBy } = asked;
	if (!accessName.test(name)) throw new AccessRefusal("name-bad");
	if (roles.length === 0) throw new AccessRefusal("role-unknown");
	for (const role of roles) checkRole(site, role, [...rolesAt[site], ...scopes]);
	if (expiresAt !== undefined && !(Date.parse(expiresAt) > now())) throw new AccessRefusal("expiry-bad");
	const secret = newSecret("gt_");
	const token: TokenRecord = { name, roles: [...roles], digest: digestOf(secret), createdAt: instantOf(now()) };
	if (expiresAt !== undefined) token.expiresAt = new Date(expiresAt).toISOString();
	if (madeBy !== undefined) token.madeBy = madeBy;
	await repository.update((records) => {
		const taken = records.tokens.some((other) => other.name === name) || fixedTokens.some((other) => other.name === name);
		if (taken) throw new AccessRefusal("name-taken");
		records.tokens.push(token);
	});
	return { ...tokenView(token), secret };
}

export function revokeToken({ repository }: DirectoryState, name: string): Promise<void> {
	return repository.update((records) => {
		const left = records.tokens.filter((token) => token.name !== name);
		if (left.length === records.tokens.length) throw new AccessRefusal("token-unknown");
		records.tokens = left;
	});
}
