import { z } from "zod";
import type { DeskLedger } from "../../ledger-view.ts";
import { limits } from "../../limits.ts";
import { json, page, type Route, route } from "../../route.ts";
import { instantOut, listOf } from "../../schemas.ts";

const recall = z.object({ id: z.string(), gtin: z.string(), lot: z.string().optional(), reason: z.string(), at: instantOut });

export function recallRoute({ read }: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/recalls",
		room: "prices",
		right: "prices.read",
		summary: "What head office has stopped the sale of, by the recall's id; without `lot` every lot of the article",
		query: z.strictObject({
			after: z.string().max(128).default(""),
			limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
		}),
		answers: { 200: listOf(recall) },
		problems: [400],
		run: ({ query: { after, limit } }) => json(page(read.stopSales.list(after, limit + 1), limit, ({ id }) => id)),
	});
}
