import { z } from "zod";
import { problems } from "./problems.ts";
import type { Route } from "./route.ts";
import { problem, shapes } from "./schemas.ts";

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document, made from the table of routes that is mounted, so that both always agree. */
export function openApi(routes: readonly Route[], version: string): Json {
	const schemas: Json = {};
	const refTo = (schema: z.ZodType): Json => {
		const { $schema: _, $defs, ...plain } = z.toJSONSchema(schema, { io: "input", metadata: shapes }) as Json & { $defs?: Json };
		for (const [id, made] of Object.entries(($defs ?? {}) as Json)) schemas[id] = refsToComponents(made);
		const id = shapes.get(schema)?.id;
		if (id === undefined) return refsToComponents(plain) as Json;
		schemas[id] ??= refsToComponents(plain);
		return { $ref: `#/components/schemas/${id}` };
	};
	const problemAnswer = { description: "Problem details", content: { "application/problem+json": { schema: refTo(problem) } } };

	const paths: Record<string, Json> = {};
	for (const each of routes) {
		const responses: Json = {};
		for (const [status, answer] of Object.entries(each.answers)) {
			const content: Json =
				typeof answer === "string"
					? { [answer]: { schema: { type: "string", ...(answer.startsWith("image/") && { contentEncoding: "binary" }) } } }
					: { "application/json": { schema: refTo(answer) } };
			if (each.streams && status === "200") content["text/event-stream"] = { schema: { type: "string" } };
			responses[status] = { description: status === "204" ? "Done" : each.summary, ...(status !== "204" && { content }) };
		}
		const refusals = each.right === "anyone" || each.right === "claim" ? [] : [401, 403];
		for (const status of new Set([...each.problems, ...refusals, ...(each.query || each.path || each.body ? [400] : [])])) {
			responses[String(status)] ??= problemAnswer;
		}
		const operation: Json = {
			operationId: operationId(each),
			tags: [each.room],
			summary: each.summary,
			parameters: [...parametersOf("path", each.path, refTo), ...parametersOf("query", each.query, refTo)],
			responses,
			...(each.body && { requestBody: { required: true, content: { "application/json": { schema: refTo(each.body) } } } }),
			...(each.right === "anyone" || each.right === "claim" ? { security: [] } : { "x-right": each.right }),
		};
		(paths[each.url] ??= {})[each.method.toLowerCase()] = operation;
	}
	const codes = Object.entries(problems).map(([code, [status, title]]) => `- \`${code}\` (${status}): ${title}`);
	return {
		openapi: "3.1.0",
		info: {
			title: "Gondola, gateway of one store",
			version,
			description:
				"Amounts are integers in minor units of the currency, weights integers in milligrams. Unknown fields are refused. " +
				`Errors are problem details (RFC 9457) with a stable \`code\`:\n\n${codes.join("\n")}`,
		},
		servers: [{ url: "/" }],
		security: [{ token: [] }, { session: [] }],
		paths,
		components: {
			schemas,
			securitySchemes: { token: { type: "http", scheme: "bearer" }, session: { type: "apiKey", in: "cookie", name: "gondola_desk" } },
		},
	};
}

function parametersOf(where: "path" | "query", schema: z.ZodObject | undefined, refTo: (schema: z.ZodType) => Json): Json[] {
	if (!schema) return [];
	return Object.entries(schema.shape).map(([name, field]) => ({
		name,
		in: where,
		required: where === "path",
		schema: refTo(field as z.ZodType),
	}));
}

/** Zod puts shared schemas under `$defs`; OpenAPI expects them under components. */
function refsToComponents(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(refsToComponents);
	if (value === null || typeof value !== "object") return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([key, inner]) => !(key === "id" && typeof inner === "string"))
			.map(([key, inner]) => [
				key,
				key === "$ref" && typeof inner === "string" ? inner.replace("#/$defs/", "#/components/schemas/") : refsToComponents(inner),
			]),
	);
}

function operationId({ method, url }: Route): string {
	const words = url
		.replace(/^\/api\/v1\//, "")
		.split(/[/{}.\-]+/)
		.filter(Boolean);
	return method.toLowerCase() + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
}
