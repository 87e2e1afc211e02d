/**
 * Signing in at head office through the chain's own identity provider: OpenID Connect, authorization code with PKCE.
 *
 *     GET …/oidc ──▶ provider ──▶ GET …/oidc/callback?code ──▶ code and id token checked ──▶ subject is a user, with a role ──▶ session
 *
 * A person known to the provider may sign in only if one of their claims is mapped to a role. A user is identified by issuer and
 * subject; the name is for lists, and never takes over a user who has a password here.
 */
import { readFileSync } from "node:fs";
import * as client from "openid-client";
import { parse } from "yaml";
import { z } from "zod";
import type { ProvidedUser } from "../../access/directory.ts";
import { AccessRefusal } from "../../access/refusal.ts";
import { hqRoles } from "../../access/rights.ts";
import { readSecretFile } from "../../access/secret-file.ts";
import { defined } from "../../words/defined.ts";

const settings = z.strictObject({
	/** The provider's address, exactly as in its discovery document. */
	issuer: z.url({ protocol: /^https?$/ }),
	clientId: z.string().min(1),
	/** Left out: a public client, protected by PKCE alone. */
	clientSecretFile: z.string().optional(),
	/** The text on the button of the sign-in page. */
	label: z.string().max(40).default("single sign-on"),
	scopes: z.array(z.string()).default(["openid", "profile", "email"]),
	nameClaim: z.string().default("preferred_username"),
	/** The claim that has a person's groups, and which group gets which role. */
	roleClaim: z.string().default("groups"),
	roles: z.record(z.string(), z.enum(hqRoles)),
});
export type OidcSettings = z.output<typeof settings> & { clientSecret?: string };

/** Throws a sentence where the file is wrong, or where other users can read the secret. */
export function readOidcSettings(file: string): OidcSettings {
	const read = settings.safeParse(parse(readFileSync(file, "utf8")));
	if (!read.success) throw new Error(`${file}: ${z.prettifyError(read.error)}`);
	const { issuer, clientSecretFile } = read.data;
	const { protocol, hostname } = new URL(issuer);
	if (protocol === "http:" && !isNear(hostname))
		throw new Error(`${file}: issuer must be https://; http:// lets everybody on the way sign in.`);
	const clientSecret = clientSecretFile === undefined ? undefined : readSecretFile(clientSecretFile).trim();
	return { ...read.data, ...defined({ clientSecret }) };
}

const isNear = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);

/** The browser's cookie between leaving for the provider and coming back; it holds no secret of head office. */
const pending = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string() });
type Pending = z.output<typeof pending>;

export interface Oidc {
	label: string;
	/** The address that the browser is sent to, and the content of its cookie. */
	begin(): Promise<{ to: URL; keep: string }>;
	/** The person who came back. Rejects with AccessRefusal. */
	finish(query: URLSearchParams, kept: string | undefined): Promise<ProvidedUser>;
	/**
	 * Where a browser ends its session at the provider, and comes back to `returnTo`, which has to be registered there. Undefined where the
	 * provider has no such page or does not answer.
	 */
	signOutAt(returnTo: string): Promise<string | undefined>;
}

/** The provider's discovery document is read at the first sign-in, so that head office starts without the provider. */
export function openOidc(given: OidcSettings, redirectUri: () => string): Oidc {
	let found: Promise<client.Configuration> | undefined;
	const provider = (): Promise<client.Configuration> => {
		const execute = given.issuer.startsWith("http:") ? [client.allowInsecureRequests] : [];
		found ??= client.discovery(new URL(given.issuer), given.clientId, given.clientSecret, undefined, { execute });
		found.catch(() => (found = undefined));
		return found;
	};
	return {
		label: given.label,
		async begin() {
			const config = await provider().catch((error: Error) => {
				throw new AccessRefusal("provider-away", `${given.label} (${given.issuer}) does not answer: ${error.message}.`);
			});
			const kept: Pending = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() };
			const to = client.buildAuthorizationUrl(config, {
				redirect_uri: redirectUri(),
				scope: given.scopes.join(" "),
				state: kept.state,
				nonce: kept.nonce,
				code_challenge: await client.calculatePKCECodeChallenge(kept.verifier),
				code_challenge_method: "S256",
			});
			return { to, keep: Buffer.from(JSON.stringify(kept)).toString("base64url") };
		},
		async finish(query, kept) {
			const began = pendingOf(kept);
			if (!began) throw new AccessRefusal("provider-refused", "This browser did not begin to sign in here, or too long ago. Begin again.");
			const at = new URL(redirectUri());
			at.search = query.toString();
			const claims = await claimsOf(await provider(), at, began);
			return personOf(claims, given);
		},
		async signOutAt(returnTo) {
			const config = await provider().catch(() => undefined);
			if (config?.serverMetadata().end_session_endpoint === undefined) return undefined;
			return client.buildEndSessionUrl(config, { post_logout_redirect_uri: returnTo }).href;
		},
	};
}

async function claimsOf(config: client.Configuration, at: URL, { state, nonce, verifier }: Pending): Promise<Record<string, unknown>> {
	try {
		const answer = await client.authorizationCodeGrant(config, at, {
			pkceCodeVerifier: verifier,
			expectedState: state,
			expectedNonce: nonce,
			idTokenExpected: true,
		});
		const claims = answer.claims()!;
		if (config.serverMetadata().userinfo_endpoint === undefined) return claims;
		// Many providers list groups only in the user info; fetchUserInfo checks that its subject is the same.
		return { ...(await client.fetchUserInfo(config, answer.access_token, claims.sub)), ...claims };
	} catch (error) {
		const { error: said } = error as { error?: string };
		throw new AccessRefusal(
			"provider-refused",
			`The identity provider's answer was not taken (${said ?? (error as Error).message}). Begin again.`,
		);
	}
}

function personOf(claims: Record<string, unknown>, { issuer, nameClaim, roleClaim, roles }: OidcSettings): ProvidedUser {
	const subject = String(claims["sub"]);
	const said = claims[roleClaim];
	const values = (Array.isArray(said) ? said : [said]).filter((value) => typeof value === "string");
	const held = values.flatMap((value) => (Object.hasOwn(roles, value) ? [roles[value]!] : []));
	// Of several roles the one with the most rights: `roles` is ordered, with admin last.
	const role = hqRoles.findLast((each) => held.includes(each));
	if (role === undefined)
		throw new AccessRefusal(
			"provider-no-role",
			`You are known there, but none of your ${roleClaim} (${values.join(", ").slice(0, 200) || "none"}) has a role at head office.`,
		);
	const named = [claims[nameClaim], claims["email"], subject].find((value): value is string => typeof value === "string" && value !== "")!;
	return { issuer, subject, role, name: nameFrom(named) };
}

/** Turns a provider's name into one that is allowed here: `Olga.P@chain.example` becomes `olga.p-chain.example`. */
function nameFrom(text: string): string {
	const plain = text
		.normalize("NFKD")
		.toLowerCase()
		.replace(/[^a-z0-9._-]+/g, "-")
		.replace(/^[^a-z0-9]+/, "")
		.slice(0, 40);
	return plain === "" ? "user" : plain;
}

function pendingOf(kept: string | undefined): Pending | undefined {
	try {
		return pending.parse(JSON.parse(Buffer.from(kept ?? "", "base64url").toString("utf8")));
	} catch {
		return undefined;
	}
}
