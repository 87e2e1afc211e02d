import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { createThrottle } from "../../access/throttle.ts";
import { publicPattern } from "../../trust/keys.ts";
import { check } from "../http/answers.ts";
import { releaseBody } from "../http/schemas.ts";
import type { PlaceSigning } from "../http/signatures.ts";
import type { Audit } from "../people/audit.ts";
import { HqRefusal } from "../refusal.ts";
import { accessFiles, brokerKinds } from "./broker-access.ts";
import type { Enrolment } from "./enrolment.ts";

export const enrolmentBody = z.strictObject({
	secret: z.string().regex(/^[\w-]{22}$/),
	public: z.string().regex(publicPattern),
	request: z.string().max(4_096).optional(),
	kid: z.string().max(16),
	sig: z.string().max(86),
});

export const accessBody = z.strictObject({ kind: z.enum(brokerKinds) });

/**
 * Where a box presents its enrolment code. No right is needed, because the code's secret is the permission. Guessing 128 bits is
 * hopeless; attempts are slowed down nevertheless.
 */
export function enrolmentRoutes(app: FastifyInstance, enrolment: Enrolment, places: PlaceSigning, audit?: Audit): void {
	const throttle = createThrottle();
	app.post("/api/v1/enrolments", async (request, reply) => {
		const waitMs = throttle.waitMs("enrolment", request.ip);
		if (waitMs > 0) {
			reply.header("retry-after", String(Math.ceil(waitMs / 1_000)));
			throw new HqRefusal("enrolment-throttled", `Too many wrong codes; try again in ${Math.ceil(waitMs / 1_000)} s.`);
		}
		const claim = check(enrolmentBody, request.body, "");
		try {
			const answer = await enrolment.take(claim, request.ip);
			await audit?.note({ kind: "store", name: answer.store, address: request.ip }, "enrolment", claim.kid, "done");
			return reply.code(201).header("cache-control", "no-store").send(answer);
		} catch (error) {
			if (!(error instanceof HqRefusal)) throw error;
			if (error.code === "enrolment-code-unknown") throttle.failed("enrolment", request.ip);
			if (error.code === "enrolment-code-used")
				await audit?.note({ kind: "device", name: "unknown box", address: request.ip }, "enrolment", claim.kid, error.code);
			throw error;
		}
	});
	app.post("/api/v1/enrolments/confirm", async (request, reply) => {
		await enrolment.confirm(check(enrolmentBody, request.body, ""));
		return reply.code(204).send();
	});
	app.delete<{ Params: { store: string } }>("/api/v1/stores/:store/enrolment", async (request, reply) => {
		const { store } = request.params;
		const { approval } = check(releaseBody, request.body ?? {}, "");
		const todo = `End the enrolment of store ${store} on head office's page`;
		await enrolment.end(store, await places.approvalOf(request, approval, { does: "end", store }, todo));
		return reply.code(204).send();
	});
	app.post("/api/v1/broker-access", async (request, reply) => {
		const { kind } = check(accessBody, request.body, "");
		return reply.header("cache-control", "no-store").send({ items: accessFiles(kind, await enrolment.accounts()) });
	});
}
