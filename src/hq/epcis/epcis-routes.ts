import type { FastifyInstance } from "fastify";
import { type Article, asGtin14 } from "../../words/article.ts";
import type { Db } from "../database/database.ts";
import { type CloudEvent, readFeed } from "../feed/feed.ts";
import { feedFields, positionOf } from "../feed/feed-routes.ts";
import { check } from "../http/answers.ts";
import { goneHeader } from "../retention/gone.ts";
import { type EpcisEvent, epcisEventOf, epcisTypes } from "./epcis-events.ts";

export const epcisQuery = feedFields.pick({ after: true, limit: true, store: true });

/** `gondola:displays` is this project's own term: EPCIS has none for the article that a label shows. */
const context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", { gondola: "urn:gondola:epcis:" }];

/** Facts of stores as one EPCIS 2.0 document a page; the Link header has the next page. */
export function epcisRoutes(app: FastifyInstance, { db, tenant }: { db: Db; tenant: string }): void {
	app.get("/api/v1/epcis", async (request, reply) => {
		const { after, limit, store } = check(epcisQuery, request.query, "query");
		const from = await positionOf(db, after);
		const { events, upTo } = await readFeed(db, tenant, { after: from, limit, types: epcisTypes, stores: store, notes: false });
		const next = new URLSearchParams({ ...(request.query as Record<string, string>), after: String(upTo) });
		return reply
			.type("application/ld+json; charset=utf-8")
			.headers(await goneHeader(db, from))
			.header("gs1-epcis-version", "2.0.0")
			.header("gs1-cbv-version", "2.0.0")
			.header("link", `</api/v1/epcis?${next}>; rel="next"`)
			.send(JSON.stringify(documentOf(await eventsOf(db, tenant, events), new Date().toISOString())));
	});
}

function documentOf(eventList: EpcisEvent[], creationDate: string): object {
	return { "@context": context, type: "EPCISDocument", schemaVersion: "2.0", creationDate, epcisBody: { eventList } };
}

async function eventsOf(db: Db, tenant: string, facts: readonly CloudEvent[]): Promise<EpcisEvent[]> {
	const stores = await db.query<{ id: string; timeZone: string | null }>(
		'SELECT id, time_zone AS "timeZone" FROM store WHERE id = ANY($1)',
		[[...new Set(facts.map(({ subject }) => subject))]],
	);
	const zones = new Map(stores.map(({ id, timeZone }) => [id, timeZone ?? "UTC"]));
	const skus = facts.flatMap(({ data }) => (data.type === "stock.moved" ? data.movement.sku : "sku" in data && data.sku ? data.sku : []));
	const rows = await db.query<{ body: string }>("SELECT body FROM article WHERE sku = ANY($1)", [[...new Set(skus)]]);
	const articles = new Map(rows.map(({ body }) => JSON.parse(body) as Article).map((article) => [article.sku, article]));
	return facts.flatMap(
		({ subject: store, data }) =>
			epcisEventOf(data, {
				...{ tenant, store, timeZone: zones.get(store) ?? "UTC" },
				gtinOf: (sku) => asGtin14(articles.get(sku)?.gtin ?? ""),
				isWeighed: (sku) => articles.get(sku)?.weighed === true,
			}) ?? [],
	);
}
