import type { StoreEvent } from "../../words/event.ts";
import type { DeskLedger } from "../ledger-view.ts";
import { limits } from "../limits.ts";
import { json, type Route, route } from "../route.ts";
import { listOf, shelf } from "../schemas.ts";

/** A weighing shelf as config names it. */
export interface ShelfPlace {
	id: string;
	sku: string | null;
	/** Further articles on the same plate. */
	others?: readonly { sku: string }[];
	/** The device that weighs it. */
	scale?: string;
}

interface LastChange {
	because: string;
	pieces: number | null;
	milligrams: number;
	at: string;
	candidates: { sku: string; pieces: number }[][];
}

export type ShelfBoard = ReturnType<typeof shelfBoard>;

/** Keeps the last change of each shelf in memory; the pieces on hand are always read from the ledger. */
export function shelfBoard(ledger: DeskLedger, places: readonly ShelfPlace[]) {
	const board = new Map<string, { sku: string | null; lastChange: LastChange | null }>();
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

	const note = (event: StoreEvent): void => {
		if (event.type !== "shelf.changed") return;
		const known = board.get(event.shelf);
		if (!known && board.size >= limits.shelves) return;
		const { because, milligrams, at, candidates = [] } = event;
		// The first of several articles stands for the shelf, whichever of them moved.
		const sku = known?.sku ?? event.sku;
		board.set(event.shelf, { sku, lastChange: { because, pieces: event.pieces ?? null, milligrams, at, candidates } });
	};

	const list = () =>
		[...board]
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
				};
			});

	const routes: Route[] = [
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
	];
	return { note, routes };
}
