import { z } from "zod";
import type { WeighingShelf } from "../../words/answers/shelves.ts";
import type { StoreEvent } from "../../words/event.ts";
import type { DeskLedger } from "../ledger-view.ts";
import { limits } from "../limits.ts";
import { Problem } from "../problems.ts";
import { json, type Route, route } from "../route.ts";
import { idIn, listOf, noted, shelf } from "../schemas.ts";

/** A weighing shelf as config names it. */
export interface ShelfPlace {
	id: string;
	sku: string | null;
	/** Further articles on the same plate. */
	others?: readonly { sku: string }[];
	/** The device that weighs it. */
	scale?: string;
}

export type ShelfBoard = ReturnType<typeof shelfBoard>;

/** Keeps the last change of each shelf in memory; the pieces on hand are always read from the ledger. */
export function shelfBoard(ledger: DeskLedger, places: readonly ShelfPlace[]) {
	const board = new Map<string, { sku: string | null; lastChange: WeighingShelf["lastChange"] }>();
	for (const place of places) board.set(place.id, { sku: place.sku, lastChange: null });
	const scales = new Map(places.map(({ id, scale }) => [id, scale]));
	const others = new Map(places.map((place) => [place.id, place.others ?? []]));
	const standing = (sku: string) => {
		const held = ledger.read.stock.onHand(sku);
		return { sku, name: held?.name ?? ledger.read.articles.find(sku)?.name ?? null, onHand: held?.onHand ?? null };
	};
	const scaleOf = (shelf: string) => {
		const scale = scales.get(shelf);
		const device = scale === undefined ? undefined : ledger.read.devices.get(scale);
		return device ? { id: device.id, state: device.state, lastHeardAt: device.lastHeardAt } : null;
	};

	/** Changes that a person can settle by a choice, the oldest first. */
	const openOn = (id: string) =>
		(ledger.read.link.shelfDoubts()[id] ?? [])
			.filter(({ candidates }) => candidates.length > 0)
			.map(({ change, at, milligrams, candidates }) => ({
				change,
				at,
				milligrams,
				candidates: candidates.map((mix) => mix.map(({ sku, pieces }) => ({ sku, pieces }))),
			}));

	const note = (event: StoreEvent): void => {
		if (event.type !== "shelf.changed") return;
		const known = board.get(event.shelf);
		if (!known && board.size >= limits.shelves) return;
		const { because, milligrams, at, candidates = [] } = event;
		// The first of several articles stands for the shelf, whichever of them moved.
		const sku = known?.sku ?? event.sku;
		board.set(event.shelf, { sku, lastChange: { because, pieces: event.pieces ?? null, milligrams, at, candidates } });
	};

	const list = (): WeighingShelf[] => {
		const restocking = ledger.read.link.restocking();
		return [...board]
			.sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
			.map(([id, { sku, lastChange }]) => {
				const held = sku === null ? undefined : ledger.read.stock.onHand(sku);
				const name = held?.name ?? (sku === null ? null : (ledger.read.articles.find(sku)?.name ?? null));
				return {
					id,
					sku,
					name,
					unit: held?.unit ?? "piece",
					onHand: held?.onHand ?? null,
					scale: scaleOf(id),
					lastChange,
					others: (others.get(id) ?? []).map(({ sku }) => standing(sku)),
					open: openOn(id),
					restocking: restocking[id] ?? null,
				};
			});
	};
	const known = (id: string): string => {
		if (!scales.has(id)) throw new Problem("shelf-unknown", `No weighing shelf is called ${id}.`);
		return id;
	};

	return { note, routes: shelfRoutes(ledger, list, known) };
}

function shelfRoutes(ledger: DeskLedger, list: () => unknown[], known: (id: string) => string): Route[] {
	return [
		route({
			method: "GET",
			url: "/api/v1/shelves",
			room: "stock",
			right: "shelves.read",
			summary: "Weighing shelves: what is on hand and what was last taken or put back",
			answers: { 200: listOf(shelf) },
			problems: [],
			run: () => json({ items: list() }),
		}),
		route({
			method: "POST",
			url: "/api/v1/shelves/{shelf}/choose",
			room: "stock",
			right: "stock.write",
			keepsActor: true,
			summary: "Which of its candidates a change of a shelf with several articles was",
			path: z.strictObject({ shelf: z.string().min(1).max(64) }),
			body: z.strictObject({
				id: noted(idIn, "The act's id, made by the caller: the same one again changes nothing"),
				change: noted(z.number().int().positive(), "Of the shelf's `open` changes"),
				choice: noted(
					z
						.array(z.strictObject({ sku: z.string().min(1).max(64), pieces: z.number().int() }))
						.min(1)
						.max(8),
					"One of its candidates, as it was listed",
				),
			}),
			answers: { 200: z.object({ id: z.string(), change: z.number(), duplicate: z.boolean() }) },
			problems: [400, 404, 409, 503],
			run: async ({ path, body, by }) => {
				const done = await ledger.do("chooseCandidate", { ...body, shelf: known(path.shelf) }, { actor: by.actor });
				return json({ id: body.id, change: body.change, ...done });
			},
		}),
		route({
			method: "POST",
			url: "/api/v1/shelves/{shelf}/restock",
			room: "stock",
			right: "stock.write",
			keepsActor: true,
			summary: "Staff begins to fill a shelf, or has filled it: what is put there meanwhile counts as restocked; ends after half an hour",
			path: z.strictObject({ shelf: z.string().min(1).max(64) }),
			body: z.strictObject({
				id: noted(idIn, "The act's id, made by the caller: the same one again changes nothing"),
				on: noted(z.boolean(), "true: begins, or goes on for another half hour; false: ends"),
			}),
			answers: { 200: z.object({ id: z.string(), shelf: z.string(), until: z.string().nullable(), duplicate: z.boolean() }) },
			problems: [400, 404, 409, 503],
			run: async ({ path, body, by }) => {
				const done = await ledger.do("setRestocking", { ...body, shelf: known(path.shelf) }, { actor: by.actor });
				return json({ id: body.id, shelf: path.shelf, ...done });
			},
		}),
	];
}
