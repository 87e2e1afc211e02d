import { z } from "zod";
import { rightOfRoute } from "../../people/route-rights.ts";
import { type RefusalCode, refusals } from "../../refusal.ts";
import { goodsOperations } from "./goods-operations.ts";
import { memberOperations } from "./member-operations.ts";
import { officeOperations } from "./office-operations.ts";
import type { Operation, Operations } from "./operation.ts";
import { priceOperations } from "./price-operations.ts";
import { retentionOperations } from "./retention-operations.ts";
import { storeOperations } from "./store-operations.ts";

type Json = Record<string, unknown>;

export const operations: Operations = {
	...priceOperations,
	...storeOperations,
	...goodsOperations,
	...memberOperations,
	...officeOperations,
	...retentionOperations,
};

export interface MountedRoute {
	method: string;
	url: string;
}

/** The OpenAPI 3.1 document of the mounted routes; bodies and queries come from the schemas by which the routes read them. */
export function openApiOf(mounted: readonly MountedRoute[], version: string): Json {
	const paths: Record<string, Json> = {};
	for (const { method, url } of mounted) {
		const operation = operations[`${method} ${url}`];
		if (!operation) continue;
		const path = url.replaceAll(/:(\w+)/g, "{$1}");
		(paths[path] ??= {})[method.toLowerCase()] = described(method, url, operation);
	}
	const codes = Object.entries(refusals).map(([code, [status, title]]) => `- \`${code}\` (${status}): ${title}`);
	const description =
		"Amounts are integers in minor units of the currency, weights integers in milligrams, instants RFC 3339 in UTC. Lists are " +
		"`{items, next?}`; `next` is the value for `after`. Unknown fields are refused. Errors are problem details (RFC 9457) with a stable " +
		`\`code\`:\n\n${codes.join("\n")}`;
	return {
		openapi: "3.1.0",
		info: { title: "Gondola, head office", version, description },
		servers: [{ url: "/" }],
		security: [{ token: [] }, { session: [] }],
		paths,
		components: {
			schemas: { Problem: problem },
			securitySchemes: { token: { type: "http", scheme: "bearer" }, session: { type: "apiKey", in: "cookie", name: "gondola_hq" } },
		},
	};
}

const problem: Json = {
	type: "object",
	required: ["type", "title", "status", "code", "detail"],
	properties: {
		...{ type: { type: "string" }, title: { type: "string" }, status: { type: "integer" } },
		...{ code: { enum: Object.keys(refusals) }, detail: { type: "string" } },
		errors: { type: "array", items: { type: "object", properties: { path: { type: "string" }, message: { type: "string" } } } },
	},
};

function described(
	method: string,
	url: string,
	{ of, summary, query, body, say, files = [], answers, orElse, refusals: own = [] }: Operation,
): Json {
	const [status, example, mediaType = "application/json"] = answers;
	const right = rightOfRoute(method, url);
	const isOpen = right === "claim" || right === "anyone";
	const content = { [mediaType]: { schema: mediaType === "application/json" ? schemaOf(example) : { type: "string" }, example } };
	const responses: Json = { [status]: { description: summary, ...(example !== undefined && { content }) } };
	if (orElse) {
		const [otherStatus, other, description] = orElse;
		responses[otherStatus] = { description, content: { "application/json": { schema: schemaOf(other), example: other } } };
	}
	const codes: RefusalCode[] = [...own, ...(query || body ? (["bad-field", "unknown-field"] as const) : [])];
	if ("store" in ((query as { shape?: object } | undefined)?.shape ?? {}) && !own.includes("store-unknown")) codes.push("store-unknown");
	if (!isOpen) codes.push("token-missing", "right-missing");
	for (const [code, of] of Map.groupBy(codes, (each) => refusals[each][0])) {
		const title = of.map((each) => `${each}: ${refusals[each][1]}`).join("; ");
		responses[code] = { description: title, content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } } };
	}
	const json = body && { "application/json": { schema: schemaIn(body), ...(say && { example: say }) } };
	const asFiles = Object.fromEntries(files.map((type) => [type, { schema: { type: "string", contentEncoding: "binary" } }]));
	return {
		operationId: operationIdOf(method, url),
		tags: [of],
		summary,
		parameters: [...[...url.matchAll(/:(\w+)/g)].map(([, name]) => inPath(name!)), ...(query ? inQuery(query) : [])],
		...((json || files.length > 0) && { requestBody: { required: true, content: { ...json, ...asFiles } } }),
		responses,
		...(isOpen ? { security: [] } : { "x-right": right }),
	};
}

const inPath = (name: string): Json => ({ name, in: "path", required: true, schema: { type: "string" } });

interface ObjectSchema {
	properties?: Json;
	required?: string[];
	anyOf?: ObjectSchema[];
}

/** The parameters of one schema, or of several where the route may read the query by any of them; then none is required. */
function inQuery(query: z.ZodType): Json[] {
	const made = schemaIn(query) as ObjectSchema;
	const forms = made.anyOf ?? [made];
	const names = new Set(forms.flatMap(({ properties = {} }) => Object.keys(properties)));
	return [...names].map((name) => ({
		name,
		in: "query",
		required: forms.every(({ required = [] }) => required.includes(name)),
		schema: forms.find(({ properties = {} }) => name in properties)!.properties![name],
	}));
}

/** The input side of a schema: before defaults and conversions. */
function schemaIn(schema: z.ZodType): Json {
	const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;
	return plain;
}

/** The schema of an answer, made from its example. Further members are allowed. */
function schemaOf(example: unknown): Json {
	if (example === null) return {};
	if (Array.isArray(example)) return { type: "array", ...(example.length > 0 && { items: schemaOf(example[0]) }) };
	if (typeof example === "object")
		return { type: "object", properties: Object.fromEntries(Object.entries(example).map(([name, value]) => [name, schemaOf(value)])) };
	return { type: typeof example === "number" ? "number" : typeof example };
}

function operationIdOf(method: string, url: string): string {
	const words = url
		.replace(/^\/(api\/v1\/)?/, "")
		.split(/[/:.-]+/)
		.filter(Boolean);
	// A page for people may have the name of a noun of the API.
	const of = url.startsWith("/api/") ? "" : "Root";
	return method.toLowerCase() + of + (words.length === 0 ? "Page" : words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join(""));
}
