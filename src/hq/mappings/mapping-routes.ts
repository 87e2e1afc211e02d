import type { FastifyInstance, FastifyRequest } from "fastify";
import { parse } from "yaml";
import { z } from "zod";
import type { Actor } from "../../words/actor.ts";
import type { AskedMapping } from "../../words/prices/csv-mapping.ts";
import { guessFile } from "../csv/guess/guess-file.ts";
import { builtInNamed, mappingSchema, partialMappingSchema } from "../csv/mapping.ts";
import { collect } from "../csv/read.ts";
import { check } from "../http/answers.ts";
import { fileTypes } from "../http/push-routes.ts";
import { noQuery } from "../http/schemas.ts";
import { isReadAtOnce, readApart } from "../intake/read-apart.ts";
import { HqRefusal } from "../refusal.ts";
import type { Repositories } from "../repositories.ts";

export const guessQuery = z.strictObject({ mapping: z.string().max(8_192).optional() });
export const mappingsQuery = z.strictObject({
	after: z.string().max(48).default(""),
	limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
export const mappingBody = mappingSchema;

const name = z.string().regex(/^[A-Za-z0-9][\w.-]{0,47}$/, "1 to 48 letters, digits, . _ or -, a letter or digit first");

const askerOf = (request: FastifyRequest): Actor => request.asker?.actor ?? { kind: "system", name: "anybody" };

/** Routes about price files of unknown shape, and the mappings that people saved. */
export function mappingRoutes(app: FastifyInstance, repositories: Repositories): void {
	app.post("/api/v1/price-lists/guess", async (request) => {
		const { mapping } = check(guessQuery, request.query, "query");
		if (!fileTypes.test(request.headers["content-type"] ?? ""))
			throw new HqRefusal("media-type", "Send the file itself, as text/csv or application/octet-stream.");
		const content = request.body === undefined ? new Uint8Array() : await collect(request.body as AsyncIterable<Buffer>);
		const asked = mapping === undefined ? undefined : await askedMapping(mapping, repositories);
		const usualCurrency = await repositories.usualCurrency();
		if (isReadAtOnce(content)) return guessFile(content, asked, usualCurrency);
		return readApart({ job: "guess", content, asked, usualCurrency }, () => {});
	});
	app.get("/api/v1/mappings", async (request) => {
		const { after, limit } = check(mappingsQuery, request.query, "query");
		const items = await repositories.mappings(after, limit);
		return { items, ...(items.length === limit && { next: items.at(-1)!.name }) };
	});
	const path = "/api/v1/mappings/:name";
	app.get<{ Params: { name: string } }>(path, async (request) => {
		check(noQuery, request.query, "query");
		return repositories.mapping(request.params.name);
	});
	app.put<{ Params: { name: string } }>(path, async (request, reply) => {
		check(noQuery, request.query, "query");
		const { name: called } = check(z.strictObject({ name }), request.params, "");
		const mapping = check(mappingBody, request.body, "");
		const { saved, isNew } = await repositories.saveMapping(called, mapping, askerOf(request));
		return reply.code(isNew && saved.version === 1 ? 201 : 200).send(saved);
	});
	app.delete<{ Params: { name: string } }>(path, async (request, reply) => {
		check(noQuery, request.query, "query");
		await repositories.removeMapping(request.params.name, askerOf(request));
		return reply.code(204).send();
	});
}

/** A saved or built-in mapping by its name, or what a person has decided so far as YAML or JSON. */
async function askedMapping(text: string, repositories: Repositories): Promise<AskedMapping> {
	const known = (await repositories.mappingNamed(text))?.mapping ?? builtInNamed(text.trim());
	if (known) {
		const { isStrict: _, ...open } = known;
		return open;
	}
	let value: unknown;
	try {
		value = parse(text, { maxAliasCount: 0 });
	} catch (error) {
		throw new HqRefusal(
			"bad-mapping",
			`The mapping is neither a name that is known nor YAML or JSON: ${(error as Error).message.split("\n")[0]}`,
		);
	}
	const read = partialMappingSchema.safeParse(value);
	if (read.success) return read.data;
	const errors = read.error.issues.map((issue) => ({ path: `mapping.${issue.path.join(".")}`, message: issue.message }));
	throw new HqRefusal("bad-mapping", `The mapping is not right: ${errors[0]!.path}: ${errors[0]!.message}.`, errors);
}
