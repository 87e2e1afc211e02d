import { z } from "zod";
import type { RefillTask } from "../../../words/answers/replenishment.ts";
import { asGtin14, barcodesOf } from "../../../words/article.ts";
import { defined } from "../../../words/defined.ts";
import { type Demand, demandOf, hoursOfWeek } from "../../../words/replenishment/demand.ts";
import { type ReplenishmentTask, reckonedFrom, type ShelfPosition, taskOf } from "../../../words/replenishment/shelf-plan.ts";
import type { Instant } from "../../../words/time.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { limits } from "../../limits.ts";
import { Problem } from "../../problems.ts";
import { json, type Route, route } from "../../route.ts";
import { idIn, listOf, noted } from "../../schemas.ts";

const hourMs = 3_600_000;
const weekMs = hoursOfWeek * hourMs;
const weeksMost = 8;
/** Rates of weighed goods count units of 100 g; milligrams are too fine for the demand model. */
const weighedUnit = 100_000;
/** Rates are computed at most every ten minutes: each time reads eight weeks of sales. */
const ratesLastMs = 600_000;

const instant = z.string().nullable();
const task: z.ZodType<RefillTask> = z.object({
	id: z.string(),
	place: z.string(),
	sku: z.string(),
	gtin: z.string().nullable(),
	name: z.string().nullable(),
	unit: z.enum(["piece", "milligram"]),
	onShelf: z.number(),
	basis: noted(
		z.enum(["since-filled", "assumed"]),
		"Whether the shelf was confirmed full once, or is assumed to have been when the day began",
	),
	capacity: z.number(),
	minimum: z.number(),
	bring: noted(z.number(), "From the back room, as far as it has so much"),
	backRoom: z.number(),
	because: z.enum(["below-minimum", "empty-soon"]),
	emptyAt: noted(
		z.object({ early: instant, likely: instant, late: instant }).nullable(),
		"When the shelf is empty: one chance in ten by `early`, nine in ten by `late`; null: not within two weeks, or too few sales to say",
	),
});
const done = z.object({ id: z.string(), sku: z.string(), quantity: z.number(), onShelf: z.number(), duplicate: z.boolean() });

/** Routes about goods to bring from the back room to which shelf, in walking order. */
export function replenishmentRoutes(ledger: DeskLedger, plan: readonly ShelfPosition[]): Route[] {
	const demandFor = keptDemand(ledger);
	const taskAt = (position: ShelfPosition) => {
		const { read } = ledger;
		const now = ledger.now().wall;
		const held = read.stock.onHand(position.sku);
		const newest = read.shelfFills.newest(position.place);
		const isWeighed = held?.unit === "milligram";
		const found = taskOf(
			{
				...{ position, filled: newest?.fill, fills: newest?.count ?? 0 },
				goneSince: read.shelfFills.goneSince(position.sku, reckonedFrom(newest?.fill, now, read.link.timeZone())),
				inStore: held ? held.onHand - held.staged : 0,
				demand: demandFor(position.sku, isWeighed, now),
			},
			{ hourOfWeek: hourOfWeek(now), unitsPer: isWeighed ? weighedUnit : 1 },
		);
		return (
			found && { ...shownTask(found, now), gtin: held?.gtin ?? null, name: held?.name ?? null, unit: held?.unit ?? ("piece" as const) }
		);
	};
	return [
		route({
			method: "GET",
			url: "/api/v1/replenishment",
			room: "stock",
			right: "orders.read",
			summary: "What to bring from the back room to which shelf, in the shelf plan's walking order",
			query: z.strictObject({
				after: z.string().max(64).default(""),
				limit: z.coerce.number().int().min(1).max(limits.pageMost).default(limits.pageDefault),
			}),
			answers: { 200: listOf(task) },
			problems: [400],
			run: ({ query: { after, limit } }) => {
				const from = after === "" ? 0 : plan.findIndex(({ place }) => place === placeOf(after)) + 1;
				if (after !== "" && from === 0) throw new Problem("task-unknown", `No place of the shelf plan belongs to ${after}.`);
				const items: NonNullable<ReturnType<typeof taskAt>>[] = [];
				for (const position of plan.slice(from)) {
					const found = taskAt(position);
					if (found) items.push(found);
					if (items.length > limit) break;
				}
				return json(items.length > limit ? { items: items.slice(0, limit), next: items[limit - 1]!.id } : { items });
			},
		}),
		route({
			method: "POST",
			url: "/api/v1/replenishment/{id}/done",
			room: "stock",
			right: "stock.write",
			keepsActor: true,
			summary: "The shelf was filled; `quantity` where it was not what was asked for, `code` to confirm the article by a scan",
			path: z.strictObject({ id: z.string().min(1).max(64) }),
			body: z.strictObject({
				quantity: z.number().int().positive().max(1_000_000_000).optional(),
				code: z.string().min(1).max(64).optional(),
				id: noted(idIn, "The act's id, made by the caller: the same one again changes nothing").optional(),
			}),
			answers: { 200: done },
			problems: [400, 404, 409, 503],
			run: async ({ path: { id }, body, by }) => {
				const position = plan.find(({ place }) => place === placeOf(id));
				if (!position) throw new Problem("task-unknown", `No place of the shelf plan belongs to ${id}.`);
				checkCode(ledger, position, body.code);
				const kept = ledger.read.shelfFills.get(id);
				const open = kept ? undefined : taskAt(position);
				const quantity = body.quantity ?? kept?.quantity ?? (open?.id === id ? open.bring : undefined);
				if (quantity === undefined)
					throw new Problem("task-unknown", `There is nothing to bring for ${id} at the moment; say the quantity.`);
				const filled = await ledger.do("fillShelf", { fill: id, position, quantity, ...defined({ id: body.id }) }, { actor: by.actor });
				return json({ id, sku: position.sku, ...filled });
			},
		}),
	];
}

/** The place of a task: what stands before the number of the filling. */
const placeOf = (id: string): string => id.replace(/\.\d+$/, "");

function checkCode({ read }: DeskLedger, { sku }: ShelfPosition, code: string | undefined): void {
	if (code === undefined || code === sku) return;
	const article = read.articles.find(sku);
	const gtin = asGtin14(code);
	if (article && gtin !== undefined && barcodesOf(article).has(gtin)) return;
	const other = read.articles.find(gtin ?? code);
	throw new Problem("task-wrong-article", `${other?.name ?? code} does not belong there; the place is for ${article?.name ?? sku}.`);
}

function shownTask(found: ReplenishmentTask, now: Instant) {
	const { emptyIn, ...rest } = found;
	const at = (hours: number | null): Instant | null => (hours === null ? null : new Date(Date.parse(now) + hours * hourMs).toISOString());
	return { ...rest, emptyAt: emptyIn && { early: at(emptyIn.early), likely: at(emptyIn.likely), late: at(emptyIn.late) } };
}

function hourOfWeek(now: Instant): number {
	const at = new Date(now);
	return at.getUTCDay() * 24 + at.getUTCHours();
}

/** Rates by article, read anew when they are ten minutes old. */
function keptDemand({ read }: DeskLedger): (sku: string, isWeighed: boolean, now: Instant) => Demand | undefined {
	const kept = new Map<string, { atMs: number; demand: Demand | undefined }>();
	return (sku, isWeighed, now) => {
		const nowMs = Date.parse(now);
		const known = kept.get(sku);
		if (known && Math.abs(nowMs - known.atMs) < ratesLastMs) return known.demand;
		const first = read.shelfFills.firstSaleAt();
		const weeks = first === null ? 0 : Math.min(weeksMost, Math.floor((nowMs - Date.parse(first)) / weekMs));
		const from = new Date(nowMs - weeks * weekMs).toISOString();
		const sold = weeks === 0 ? [] : read.shelfFills.soldByHour(sku, from, now);
		const inUnits = isWeighed ? sold.map((hour) => ({ ...hour, quantity: hour.quantity / weighedUnit })) : sold;
		const demand = demandOf(inUnits, weeks);
		kept.set(sku, { atMs: nowMs, demand });
		return demand;
	};
}
