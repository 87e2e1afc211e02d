import type { FastifyInstance } from "fastify";
import { type MemberSecrets, makeCode } from "../../members/members.ts";
import { HqRefusal } from "../../refusal.ts";
import { check } from "../answers.ts";
import { memberCodeBody } from "../schemas.ts";

/** Codes that members' apps show at tills. `secrets`: undefined where head office runs without keys. */
export function memberRoutes(app: FastifyInstance, secrets: (() => MemberSecrets) | undefined): void {
	app.post("/api/v1/members/codes", async (request, reply) => {
		const asked = check(memberCodeBody, request.body, "");
		if (!secrets) throw new HqRefusal("member-keys-missing", "Head office runs without keys. Start it with --keys DIR.");
		return reply
			.code(201)
			.header("cache-control", "no-store")
			.send(makeCode(secrets(), asked, new Date().toISOString()));
	});
}
