import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Principal } from "../../access/directory.ts";
import type { StoreEvent } from "../../words/event.ts";
import { typesAndFamilies } from "../../words/streams/event-streams.ts";
import { instantOfText } from "../../words/wall-time.ts";
import { eventsAfter, newestEvents, testOf } from "../event-search.ts";
import type { DeskLedger } from "../ledger-view.ts";
import { limits } from "../limits.ts";
import { Problem } from "../problems.ts";
import { json, page, type Route, route } from "../route.ts";
import { instantOrWallIn, listOf, storeEvent } from "../schemas.ts";
import type { EventStreams } from "./event-stream.ts";

const seq = z.coerce.number().int().min(0);

/** Of `type`, types or families with commas between them. */
const typesIn = z
	.string()
	.max(500)
	.regex(/^[a-z.,-]+$/, "types or families of types, with commas between: price.activated,label")
	.transform((list) => list.split(",").filter(Boolean))
	.superRefine((list, context) => {
		const wrong = list.find((type) => !typesAndFamilies.includes(type));
		if (wrong !== undefined) context.addIssue(`no event has the type ${wrong}; there are ${typesAndFamilies.join(", ")}`);
	});

/** `again` checks anew who sent a request. */
export function eventRoutes(
	ledger: DeskLedger,
	streams: EventStreams,
	again: (request: FastifyRequest) => Promise<Principal | undefined>,
): Route[] {
	const { events, link, articles } = ledger.read;
	/** A day or minute without a time zone is meant by the store's clock. */
	const instantIn = (text: string | undefined, edge: "from" | "until"): string | undefined =>
		text && instantOfText(text, link.timeZone(), edge);
	return [
		route({
			method: "GET",
			url: "/api/v1/events",
			room: "events",
			right: "events.read",
			summary:
				"A page of events in their order; `newest` asks for the last so many, the others for those that fit. " +
				"With `Accept: text/event-stream` a stream, " +
				"from `after` or Last-Event-ID, else from now; an `event: restart` says that numbers begin anew after a restore",
			query: z.strictObject({
				after: seq.optional(),
				limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
				newest: z.coerce.number().int().min(1).max(limits.pageMost).optional(),
				type: typesIn.optional(),
				sku: z.string().min(1).max(64).optional(),
				device: z.string().min(1).max(64).optional(),
				since: instantOrWallIn.optional(),
				until: instantOrWallIn.optional(),
			}),
			answers: { 200: listOf(storeEvent) },
			problems: [400, 404, 503],
			streams: true,
			run: async ({ query, by, request, reply }) => {
				const { type: types, device } = query;
				const sku = query.sku === undefined ? undefined : (articles.find(query.sku)?.sku ?? query.sku);
				const since = instantIn(query.since, "from");
				const until = instantIn(query.until, "until");
				checkOrder(since, until);
				const test = testOf({ types, sku, device, since, until });
				if (/\btext\/event-stream\b/.test(request.headers.accept ?? "")) {
					if (test)
						throw new Problem("bad-field", "A stream carries every event; type, sku, device, since and until are for pages.", {
							errors: [{ path: "query", message: "no filter with a stream" }],
						});
					// Where both are given the header is newer: EventSource repeats the address with which it was made.
					const remembered = request.headers["last-event-id"];
					if (remembered !== undefined && !/^\d{1,15}$/.test(String(remembered))) {
						throw new Problem("bad-field", "Last-Event-ID is not the seq of an event.", {
							errors: [{ path: "header.last-event-id", message: "a whole number" }],
						});
					}
					streams.open(reply, remembered === undefined ? query.after : Number(remembered), {
						name: `${by.actor.kind}:${by.actor.name}`,
						isAllowed: async () => (await again(request))?.may("events.read") ?? false,
					});
					return { taken: true };
				}
				await caughtUp(ledger);
				if (test) {
					const found: { items: StoreEvent[]; next?: number } =
						query.newest === undefined
							? await eventsAfter(events, test, query.after ?? 0, query.limit)
							: { items: await newestEvents(events, test, query.newest) };
					if (found.items.length === 0 && found.next === undefined && !query.after) refuseUnknown(ledger, { sku, device });
					return json(found);
				}
				if (query.newest !== undefined) {
					return json({ items: events.after(Math.max(0, events.last() - query.newest), query.newest) });
				}
				return json(page(events.after(query.after ?? 0, query.limit + 1), query.limit, (event) => event.seq));
			},
		}),
	];
}

function checkOrder(since: string | undefined, until: string | undefined): void {
	if (since === undefined || until === undefined || since < until) return;
	throw new Problem("bad-field", "query.until is not after query.since.", {
		errors: [{ path: "query.until", message: "must be after since" }],
	});
}

/** An article or device that nobody knows has no events: the answer would be the same as that for a quiet one. */
function refuseUnknown({ read }: DeskLedger, { sku, device }: { sku: string | undefined; device: string | undefined }): void {
	if (sku !== undefined && !read.articles.find(sku) && !read.stock.onHand(sku))
		throw new Problem("article-unknown", `No article has SKU or GTIN ${sku}.`);
	if (device !== undefined && !read.devices.get(device)) throw new Problem("device-unknown", `No device has the name ${device}.`);
}

/** Also finds a scan that was acknowledged in a storm and is no fact yet. */
async function caughtUp({ read, do: ask }: DeskLedger): Promise<void> {
	for (let rows = read.scanBacklog.rows(); rows > 0; rows--) if (!(await ask("readScanBacklog", {}))) return;
}
