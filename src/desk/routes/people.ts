/** Signing in and out, the first user, users and tokens. Acts are audited under the person's name. */
import { z } from "zod";
import type { Claim } from "../../access/claim.ts";
import type { Directory, Principal, TokenView, UserView } from "../../access/directory.ts";
import { AccessRefusal } from "../../access/refusal.ts";
import { rightsTable } from "../../access/rights.ts";
import type { SignIn } from "../../access/sign-in.ts";
import { actorText } from "../../words/actor.ts";
import { defined } from "../../words/defined.ts";
import { sessionCookie } from "../access/guard.ts";
import type { Audit } from "../ledger-view.ts";
import { Problem } from "../problems.ts";
import { json, type Route, route } from "../route.ts";
import { instantIn, instantOut, listOf } from "../schemas.ts";

export interface People {
	directory: Directory;
	signIn: SignIn;
	/** Left out in `demo`, which needs no first person. */
	claim?: Claim;
	audit: Audit;
}

const name = z.string().min(1).max(40);
const password = z.string().min(1).max(400);
const byName = z.strictObject({ name });
const whoIsIt = z.object({
	kind: z.string(),
	name: z.string(),
	roles: z.array(z.string()),
	rights: z.array(z.string()),
});
const session = whoIsIt.extend({ expiresAt: instantOut });
const user = z.object({ name: z.string(), role: z.string(), createdAt: instantOut });
const token = z.object({
	name: z.string(),
	roles: z.array(z.string()),
	createdAt: instantOut,
	expiresAt: instantOut.optional(),
	madeBy: z.string().optional(),
});

const userOut = ({ name, role, createdAt }: UserView) => ({ name, role, createdAt });
const tokenOut = ({ name, roles, createdAt, expiresAt, madeBy }: TokenView) => defined({ name, roles, createdAt, expiresAt, madeBy });
const rightsOf = (principal: Pick<Principal, "may">): string[] =>
	Object.keys(rightsTable.gateway).filter((right) => principal.may(right as never));
const shown = ({ actor, roles, may }: Principal) => ({ kind: actor.kind, name: actor.name, roles: [...roles], rights: rightsOf({ may }) });

export function peopleRoutes(people: People): Route[] {
	return [...sessionRoutes(people), claimRoute(people), ...userRoutes(people), ...tokenRoutes(people)];
}

function sessionRoutes({ directory, signIn, audit }: People): Route[] {
	return [
		route({
			method: "POST",
			url: "/api/v1/sessions",
			keepsActor: true,
			room: "people",
			summary: "Signs a person in with name and password; the answer sets a cookie",
			right: "anyone",
			body: z.strictObject({ name, password }),
			answers: { 201: session },
			problems: [401, 429],
			run: async ({ body, request, reply }) => {
				try {
					const started = await signIn.signIn(body.name, body.password, request.ip);
					audit({ what: "sign-in", by: { kind: "user", name: body.name, address: request.ip } });
					reply.header("set-cookie", sessionCookie(started.secret, request));
					const principal = (await directory.who(started.secret, request.ip))!;
					return json({ ...shown(principal), expiresAt: started.session.expiresAt }, 201);
				} catch (error) {
					if (error instanceof AccessRefusal)
						audit({ what: "sign-in-refused", by: { kind: "user", name: body.name, address: request.ip }, why: error.code });
					throw error;
				}
			},
		}),
		route({
			method: "GET",
			url: "/api/v1/sessions/current",
			room: "people",
			summary: "Who is asking, and what they may do",
			right: "signed-in",
			answers: { 200: whoIsIt },
			problems: [401],
			run: ({ by }) => json(shown(by)),
		}),
		route({
			method: "DELETE",
			url: "/api/v1/sessions/current",
			keepsActor: true,
			room: "people",
			summary: "Signs out",
			right: "signed-in",
			answers: { 204: z.null() },
			problems: [401],
			run: async ({ by, request, reply }) => {
				if (by.session !== undefined) {
					await directory.endSession(by.session);
					audit({ what: "sign-out", by: by.actor });
				}
				reply.header("set-cookie", sessionCookie("", request));
				return { status: 204 };
			},
		}),
	];
}

function claimRoute({ directory, signIn, claim, audit }: People): Route {
	return route({
		method: "POST",
		url: "/api/v1/claim",
		keepsActor: true,
		room: "people",
		summary: "Makes the first person, a technician, with the code that the gateway said on its console",
		right: "claim",
		body: z.strictObject({ code: z.string().min(1).max(100), name, password }),
		answers: { 201: session },
		problems: [400, 401, 403, 409],
		run: async ({ body, request, reply }) => {
			const by = { kind: "user", name: body.name, address: request.ip } as const;
			if (await directory.isClaimed()) throw new AccessRefusal("claimed-already");
			const checked = claim?.check(body.code) ?? "closed";
			if (checked !== "right") {
				audit({ what: "claim-refused", by, why: checked });
				throw new AccessRefusal(checked === "closed" ? "claim-closed" : "claim-wrong");
			}
			await directory.makeFirst(body.name, body.password);
			claim?.use();
			audit({ what: "claimed", by });
			const started = await signIn.signIn(body.name, body.password, request.ip);
			reply.header("set-cookie", sessionCookie(started.secret, request));
			const principal = (await directory.who(started.secret, request.ip))!;
			return json({ ...shown(principal), expiresAt: started.session.expiresAt }, 201);
		},
	});
}

function userRoutes({ directory, audit }: People): Route[] {
	return [
		route({
			method: "GET",
			url: "/api/v1/users",
			room: "people",
			summary: "The people of this gateway",
			right: "users.read",
			answers: { 200: listOf(user) },
			problems: [],
			run: async () => json({ items: (await directory.users()).map(userOut) }),
		}),
		route({
			method: "POST",
			url: "/api/v1/users",
			keepsActor: true,
			room: "people",
			summary: "Makes a person",
			right: "users.write",
			body: z.strictObject({ name, role: z.string().max(40), password }),
			answers: { 201: user },
			problems: [400, 409],
			run: async ({ body, by }) => {
				const made = await directory.addUser(body.name, body.role, body.password);
				audit({ what: "user-added", by: by.actor, subject: made.name, why: made.role });
				return json(userOut(made), 201);
			},
		}),
		route({
			method: "PUT",
			url: "/api/v1/users/{name}",
			keepsActor: true,
			room: "people",
			summary: "Gives a person another role or password; another password ends their sessions",
			right: "users.write",
			path: byName,
			body: z
				.strictObject({ role: z.string().max(40).optional(), password: password.optional() })
				.refine(({ role, password }) => role !== undefined || password !== undefined, "role or password is missing"),
			answers: { 200: user },
			problems: [400, 404, 409],
			run: async ({ path, body, by }) => {
				const found = async () => (await directory.users()).find((each) => each.name === path.name);
				if (!(await found())) throw new AccessRefusal("user-unknown");
				if (body.role !== undefined) await directory.setRole(path.name, body.role);
				if (body.password !== undefined) await directory.setPassword(path.name, body.password, by.session);
				audit({ what: "user-changed", by: by.actor, subject: path.name, why: body.role ?? "password" });
				return json(userOut((await found())!));
			},
		}),
		route({
			method: "DELETE",
			url: "/api/v1/users/{name}",
			keepsActor: true,
			room: "people",
			summary: "Removes a person and ends their sessions at once",
			right: "users.write",
			path: byName,
			answers: { 204: z.null() },
			problems: [404, 409],
			run: async ({ path, by }) => {
				await directory.removeUser(path.name);
				audit({ what: "user-removed", by: by.actor, subject: path.name });
				return { status: 204 };
			},
		}),
	];
}

function tokenRoutes({ directory, audit }: People): Route[] {
	return [
		route({
			method: "GET",
			url: "/api/v1/tokens",
			room: "people",
			summary: "Tokens of programs; their secrets are nowhere",
			right: "users.read",
			answers: { 200: listOf(token) },
			problems: [],
			run: async () => json({ items: (await directory.tokens()).map(tokenOut) }),
		}),
		route({
			method: "POST",
			url: "/api/v1/tokens",
			keepsActor: true,
			room: "people",
			summary: "Makes a token for a program, of a role or a scope; `token` of the answer is said this once",
			right: "users.write",
			body: z.strictObject({ name, role: z.string().max(40), expires: instantIn.optional() }),
			answers: { 201: token.extend({ token: z.string() }) },
			problems: [400, 409],
			run: async ({ body, by }) => {
				const asked = defined({ name: body.name, roles: [body.role], expiresAt: body.expires, madeBy: actorText(by.actor).slice(0, 40) });
				const { secret, ...made } = await directory.addToken(asked);
				audit({ what: "token-added", by: by.actor, subject: made.name, why: body.role });
				return json({ ...tokenOut(made), token: secret }, 201);
			},
		}),
		route({
			method: "DELETE",
			url: "/api/v1/tokens/{name}",
			keepsActor: true,
			room: "people",
			summary: "Revokes a token; it opens nothing from now on, and its streams end",
			right: "users.write",
			path: byName,
			answers: { 204: z.null() },
			problems: [404],
			run: async ({ path, by }) => {
				if (path.name === "file" || path.name === "box")
					throw new Problem("refused", "This token is a file of the box; remove or replace the file, and restart.", {
						code: "token-is-a-file",
					});
				await directory.revokeToken(path.name);
				audit({ what: "token-revoked", by: by.actor, subject: path.name });
				return { status: 204 };
			},
		}),
	];
}
