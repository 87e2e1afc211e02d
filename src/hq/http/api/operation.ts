import type { z } from "zod";
import type { RefusalCode } from "../../refusal.ts";

/** The OpenAPI description of one route. `query` and `body` are the schemas by which the route reads a request. */
export interface Operation {
	/** The heading under which the page lists it. */
	of: "prices" | "stores" | "stock and orders" | "people" | "head office";
	summary: string;
	query?: z.ZodType;
	body?: z.ZodType;
	/** An example body, which the page uses in a call to try. */
	say?: object;
	/** Media types of files that are taken in place of JSON. */
	files?: readonly string[];
	/** The status of success, and an answer as it comes. A text names its media type; undefined: no body. */
	answers: readonly [status: number, example: unknown, mediaType?: string];
	/** Another status of success, with its JSON answer and what it means. */
	orElse?: readonly [status: number, example: object, description: string];
	/** Refusals beside those that every route may give: bad fields, and rights. */
	refusals?: readonly RefusalCode[];
}

export type Operations = Readonly<Record<string, Operation>>;
