import { z } from "zod";
import type { PlannedPlace } from "../../../words/answers/shelves.ts";
import { aisleOf, type ShelfPosition } from "../../../words/replenishment/shelf-plan.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { limits } from "../../limits.ts";
import { Problem } from "../../problems.ts";
import { json, page, type Route, route } from "../../route.ts";
import { listOf, noted } from "../../schemas.ts";

const planned: z.ZodType<PlannedPlace> = z.object({
	place: z.string(),
	aisle: noted(z.string(), "The part of the place's name before its first - or _"),
	sku: z.string(),
	name: z.string().nullable(),
	unit: z.enum(["piece", "milligram"]),
	capacity: z.number(),
	minimum: z.number(),
	onHand: noted(z.number().nullable(), "In the whole store; null: nobody has counted or moved it yet"),
});

/** The shelf plan of the configuration, as the page needs it to say where something stands. */
export function shelfPlanRoute({ read }: DeskLedger, plan: readonly ShelfPosition[]): Route {
	return route({
		method: "GET",
		url: "/api/v1/shelf-plan",
		room: "stock",
		right: "shelves.read",
		summary: "The places of the shelf plan and what stands there, in walking order",
		query: z.strictObject({
			after: z.string().max(64).default(""),
			limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
		}),
		answers: { 200: listOf(planned) },
		problems: [400, 404],
		run: ({ query: { after, limit } }) => {
			const from = after === "" ? 0 : plan.findIndex(({ place }) => place === after) + 1;
			if (after !== "" && from === 0) throw new Problem("place-unknown", `No place of the shelf plan is called ${after}.`);
			const rows = plan.slice(from, from + limit + 1).map(({ place, sku, capacity, minimum }) => {
				const held = read.stock.onHand(sku);
				const name = held?.name ?? read.articles.find(sku)?.name ?? null;
				return { place, aisle: aisleOf(place), sku, name, unit: held?.unit ?? "piece", capacity, minimum, onHand: held?.onHand ?? null };
			});
			return json(page(rows, limit, ({ place }) => place));
		},
	});
}
