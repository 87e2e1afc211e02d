import type { StoreEvent } from "../../words/event.ts";
import type { DeskLedger } from "../ledger-view.ts";
import { limits } from "../limits.ts";
import { json, type Route, route } from "../route.ts";
import { listOf, shelf } from "../schemas.ts";

/** A weighing shelf as config names it. */
export interface ShelfPlace {
	id: string;
	sku: string | null;
	/** The device that weighs it. */
	scale?: string;
}

interface LastChange {
	because: string;
	pieces: number | null;
	milligrams: number;
	at: string;
}

export type ShelfBoard = ReturnType<typeof shelfBoard>;

/** Keeps the last change of each shelf in memory; the pieces on hand are always read from the ledger. */
export function shelfBoard(ledger: DeskLedger, places: readonly ShelfPlace[]) {
	const board = new Map<string, { sku: string | null; lastChange: LastChange | null }>();
	for (const place of places) board.set(place.id, { sku: place.sku, lastChange: null });
	const scales = new Map(places.map(({ id, scale }) => [id, scale]));
	const scaleOf = (shelf: string) => {
		const scale = scales.get(shelf);
		const device = scale === undefined ? undefined : ledger.read.devices.get(scale);
		return device ? { id: device.id, state: device.state, lastHeardAt: device.lastHeardAt } : null;
	};

	const note = (event: StoreEvent): void => {
		if (event.type !== "shelf.changed") return;
		const known = board.get(event.shelf);
		if (!known && board.size >= limits.shelves) return;
		const { because, milligrams, at } = event;
		board.set(event.shelf, { sku: event.sku ?? known?.sku ?? null, lastChange: { because, pieces: event.pieces ?? null, milligrams, at } });
	};

	const list = () =>
		[...board]
			.sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
			.map(([id, { sku, lastChange }]) => {
				const held = sku === null ? undefined : ledger.read.stock.onHand(sku);
				const name = held?.name ?? (sku === null ? null : (ledger.read.articles.find(sku)?.name ?? null));
				return { id, sku, name, unit: held?.unit ?? "piece", onHand: held?.onHand ?? null, scale: scaleOf(id), lastChange };
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
