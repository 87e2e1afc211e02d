import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { check } from "../../http/answers.ts";
import { noQuery } from "../../http/schemas.ts";
import type { Repositories } from "../../repositories.ts";

const place = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const contentsQuery = z.strictObject({ after: place.default(0), limit: z.coerce.number().int().min(1).max(1_000).default(200) });

interface PushParams {
	Params: { id: string };
}

/** Routes about a kept push: its file as it came, its changes, and the rows that were refused. */
export function keptRoutes(app: FastifyInstance, repositories: Pick<Repositories, "pushFile" | "pushChanges" | "pushRejected">): void {
	const path = "/api/v1/pushes/:id";
	app.get<PushParams>(`${path}/file`, async (request, reply) => {
		check(noQuery, request.query, "query");
		const { type, content } = await repositories.pushFile(request.params.id);
		// A file of strangers is never shown as a page.
		return reply
			.header("content-disposition", `attachment; filename="${request.params.id.replaceAll(/[^A-Za-z0-9._-]/g, "-")}"`)
			.header("x-content-type-options", "nosniff")
			.type(type)
			.send(Buffer.from(content));
	});
	app.get<PushParams>(`${path}/changes`, async (request) => {
		const { after, limit } = check(contentsQuery, request.query, "query");
		return repositories.pushChanges(request.params.id, after, limit);
	});
	app.get<PushParams>(`${path}/rejected`, async (request) => {
		const { after, limit } = check(contentsQuery, request.query, "query");
		return repositories.pushRejected(request.params.id, after, limit);
	});
}
