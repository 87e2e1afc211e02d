import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { name as storeName } from "../../link/protocol/ids.ts";
import { actorText } from "../../words/actor.ts";
import { defined } from "../../words/defined.ts";
import { eventTypes, factTypes, noSuchType } from "../../words/streams/event-streams.ts";
import type { Db } from "../database/database.ts";
import { check } from "../http/answers.ts";
import { HqRefusal } from "../refusal.ts";
import { goneHeader } from "../retention/gone.ts";
import { requireStores } from "../stores/stores.ts";
import { type Allowed, refusedUrl } from "./addresses.ts";
import { numberOf, readFeed } from "./feed.ts";
import { deleteWebhook, listWebhooks, makeWebhook } from "./webhooks.ts";

const eventType = z.string().refine((type) => eventTypes.includes(type), { error: ({ input }) => noSuchType(String(input)) });
/** Types that come with `notes` only are refused without it: nothing would ever come. */
function checkNotes(asked: { types?: string[] | undefined; notes: boolean }, context: z.RefinementCtx): void {
	const note = asked.notes ? undefined : asked.types?.find((type) => !factTypes.includes(type));
	if (note !== undefined)
		context.addIssue({ code: "custom", path: ["notes"], message: `${note} is a note, which comes with notes=true only` });
}
const listed = (text: string): string[] => text.split(",");

/** `after`: the `sequence` of the last event that was seen, or its id. `type`, `store`: several, with commas between them. */
export const feedFields = z.strictObject({
	after: z.string().max(128).default("0"),
	limit: z.coerce.number().int().min(1).max(1_000).default(200),
	type: z.string().transform(listed).pipe(z.array(eventType).max(50)).optional(),
	store: z.string().transform(listed).pipe(z.array(storeName).max(1_000)).optional(),
	notes: z
		.enum(["true", "false"])
		.transform((text) => text === "true")
		.default(false),
});
export const feedQuery = feedFields.superRefine(({ type, notes }, context) => checkNotes({ types: type, notes }, context));

export const webhookBody = z
	.strictObject({
		id: z.string().regex(/^[A-Za-z0-9._-]{1,48}$/, "1 to 48 letters, digits, . _ or -"),
		url: z.string().max(2_000),
		types: z.array(eventType).min(1).max(50).optional(),
		stores: z.array(storeName).min(1).max(1_000).optional(),
		notes: z.boolean().default(false),
		/** A `sequence`: facts after it. Left out: only future ones. */
		after: z.int().min(0).optional(),
	})
	.superRefine(checkNotes);

/** The number that `after` means. Throws where it is neither a sequence nor the id of exactly one fact. */
export async function positionOf(db: Db, after: string): Promise<number> {
	const number = /^\d{1,15}$/.test(after) ? Number(after) : await numberOf(db, after);
	if (number !== undefined) return number;
	throw new HqRefusal("bad-field", `query.after: no single fact has the id ${after}. Give the sequence of the last event.`, [
		{ path: "query.after", message: "is neither a sequence nor the id of one fact" },
	]);
}

/** Every fact of every store as a CloudEvent: read page by page, or sent to another program's address. */
export function feedRoutes(app: FastifyInstance, { db, tenant, allowed }: { db: Db; tenant: string; allowed: Allowed }): void {
	app.get("/api/v1/feed", async (request, reply) => {
		const { after, limit, type, store, notes } = check(feedQuery, request.query, "query");
		const from = await positionOf(db, after);
		const { events, upTo } = await readFeed(db, tenant, { after: from, limit, types: type, stores: store, notes });
		const next = new URLSearchParams({ ...(request.query as Record<string, string>), after: String(upTo) });
		return reply
			.type("application/cloudevents-batch+json; charset=utf-8")
			.headers(await goneHeader(db, from))
			.header("link", `</api/v1/feed?${next}>; rel="next"`)
			.send(JSON.stringify(events));
	});
	app.get("/api/v1/webhooks", async () => ({ items: await listWebhooks(db) }));
	app.post("/api/v1/webhooks", async (request, reply) => {
		const asked = check(webhookBody, request.body, "");
		const refused = refusedUrl(asked.url, allowed);
		if (refused)
			throw new HqRefusal(
				"webhook-url",
				`url: ${asked.url.slice(0, 100)} ${refused}. Start head office with --webhooks-to HOST where it may call there all the same.`,
				[{ path: "url", message: refused }],
			);
		if (asked.stores) await requireStores(db, asked.stores);
		const by = request.asker?.actor ?? ({ kind: "system", name: "anybody" } as const);
		const { created, webhook, secret } = await makeWebhook(
			db,
			asked,
			actorText({ kind: by.kind, name: by.name }),
			new Date().toISOString(),
		);
		return reply
			.code(created ? 201 : 200)
			.header("cache-control", "no-store")
			.send({ ...webhook, ...defined({ secret }) });
	});
	app.delete<{ Params: { id: string } }>("/api/v1/webhooks/:id", async (request, reply) => {
		await deleteWebhook(db, request.params.id);
		return reply.code(204).send();
	});
}
