import type { FastifyInstance } from "fastify";
import type { SigningKey } from "../../../trust/keys.ts";
import { type MemberSecrets, makeCode } from "../../members/members.ts";
import { HqRefusal } from "../../refusal.ts";
import type { Repositories } from "../../repositories.ts";
import { check } from "../answers.ts";
import { byOf } from "../order-routes.ts";
import { noQuery } from "../schemas.ts";
import { endKeyBody, enrolmentsQuery, erasureBody, memberCodeBody, pointsRuleBody } from "./member-schema.ts";

/** Keys for members in head office's key folder. */
export interface MemberKeys {
	now(): MemberSecrets;
	/** Makes a key that waits in the folder. */
	make(): Promise<SigningKey>;
	/** Signs with a waiting key from now on. Undefined: no such key waits. */
	use(kid: string): Promise<SigningKey | undefined>;
}

interface Params {
	Params: { id: string };
}

/** Members: codes, their keys, enrolments, erasure. `keys`: undefined where head office runs without. */
export function memberRoutes(app: FastifyInstance, repositories: Repositories, keys: MemberKeys | undefined): void {
	const required = (): MemberKeys => {
		if (!keys) throw new HqRefusal("member-keys-missing", "Head office runs without keys. Start it with --keys DIR.");
		return keys;
	};
	app.post("/api/v1/members/codes", async (request, reply) => {
		const { member, enrolment, tier, ...asked } = check(memberCodeBody, request.body, "");
		const secrets = required().now();
		const of =
			member === undefined
				? await repositories.enrolledAs(enrolment!)
				: { pseudonym: await repositories.pseudonymOf(member, secrets.secret), tier: tier! };
		return reply
			.code(201)
			.header("cache-control", "no-store")
			.send(makeCode(secrets, { ...of, ...asked }, new Date().toISOString()));
	});
	app.get("/api/v1/members/enrolments", async ({ query }) => {
		const { after, limit } = check(enrolmentsQuery, query, "query");
		const items = await repositories.enrolments(after, limit);
		return { items, ...(items.length === limit && { next: items.at(-1)!.n }) };
	});
	app.post("/api/v1/members/erasures", async (request, reply) => {
		const { created, erasure } = await repositories.eraseMember(check(erasureBody, request.body, ""), byOf(request));
		return reply.code(created ? 202 : 200).send(erasure);
	});
	app.get<Params>("/api/v1/members/erasures/:id", async ({ params, query }) => {
		check(noQuery, query, "query");
		return repositories.erasure(params.id);
	});
	keyRoutes(app, repositories, required);
	pointsRoutes(app, repositories);
}

function pointsRoutes(app: FastifyInstance, repositories: Repositories): void {
	app.get<Params>("/api/v1/members/:id/points", async ({ params, query }) => {
		check(noQuery, query, "query");
		return repositories.points(params.id);
	});
	app.get("/api/v1/points/rules", async ({ query }) => {
		check(noQuery, query, "query");
		return { items: await repositories.pointsRules() };
	});
	app.post("/api/v1/points/rules", async (request, reply) => {
		const { from = new Date().toISOString(), ...rule } = check(pointsRuleBody, request.body, "");
		const known = (await repositories.pointsRules()).find(({ id }) => id === rule.id);
		// The same request again names no beginning and means the one it had.
		const isAgain = known !== undefined && (request.body as { from?: unknown }).from === undefined;
		const made = await repositories.makePointsRule({ ...rule, from: isAgain ? known.from : from }, byOf(request));
		return reply.code(made.created ? 201 : 200).send({ ...made.rule, stores: made.stores.length, tooOld: made.tooOld });
	});
}

function keyRoutes(app: FastifyInstance, repositories: Repositories, required: () => MemberKeys): void {
	const list = async () => ({ items: await repositories.memberKeys(required().now().key.kid) });
	app.get("/api/v1/members/keys", async ({ query }) => {
		check(noQuery, query, "query");
		return list();
	});
	app.post("/api/v1/members/keys", async (request, reply) => {
		check(noQuery, request.body ?? {}, "");
		await repositories.sendMemberKey(await required().make());
		return reply.code(201).send(await list());
	});
	app.post<Params>("/api/v1/members/keys/:id/use", async ({ params, body }) => {
		check(noQuery, body ?? {}, "");
		if (!(await required().use(params.id))) throw new HqRefusal("member-key-unknown", `No member key ${params.id} waits to be used.`);
		return list();
	});
	app.post<Params>("/api/v1/members/keys/:id/end", async ({ params, body }) => {
		const { replace = false } = check(endKeyBody, body ?? {}, "");
		const isUsed = required().now().key.kid === params.id;
		if (isUsed && !replace)
			throw new HqRefusal(
				"member-key-used",
				`Head office signs with ${params.id}. Use another key first, or send {"replace": true}: stores that are cut off then take no codes.`,
			);
		if (isUsed) {
			const fresh = await required().make();
			await repositories.sendMemberKey(fresh);
			await required().use(fresh.kid);
		}
		await repositories.endMemberKey(params.id);
		return list();
	});
}
