/** The labels together: by aisle, and which of them do not show their price. */

import type { PlannedPlace } from "../../../words/answers/shelves.ts";
import type { LabelStatus } from "../../../words/label.ts";

export interface Aisle {
	/** Null: labels of articles that the shelf plan does not name. */
	name: string | null;
	total: number;
	shown: number;
	late: number;
}

export interface LateLabel {
	label: LabelStatus;
	place: string | null;
	/** Since when it should show its price. */
	since: string;
}

export interface ShelfEdge {
	/** Labels with an article. */
	total: number;
	shown: number;
	/** Wanted so lately that nobody need look at them yet. */
	underway: number;
	/** In the shelf plan's order; labels without a place last. */
	aisles: Aisle[];
	/** The longest wait first. */
	late: LateLabel[];
}

/** A label takes some seconds; one that takes longer than this is worth a look. */
const soonMs = 60_000;

export function shelfEdge(labels: Iterable<LabelStatus>, places: readonly PlannedPlace[], nowMs: number): ShelfEdge {
	const placeOf = new Map<string, PlannedPlace>();
	for (const place of places) if (!placeOf.has(place.sku)) placeOf.set(place.sku, place);
	const aisles = new Map<string | null, Aisle>();
	for (const { aisle } of places) if (!aisles.has(aisle)) aisles.set(aisle, { name: aisle, total: 0, shown: 0, late: 0 });
	const edge: ShelfEdge = { total: 0, shown: 0, underway: 0, aisles: [], late: [] };
	for (const label of labels) {
		if (label.sku === null || label.state === "UNBOUND") continue;
		const place = placeOf.get(label.sku);
		const name = place?.aisle ?? null;
		const aisle = aisles.get(name) ?? { name, total: 0, shown: 0, late: 0 };
		aisles.set(name, aisle);
		edge.total += 1;
		aisle.total += 1;
		const since = label.desired?.at ?? label.lastCheckInAt;
		if (label.state === "SHOWN") {
			edge.shown += 1;
			aisle.shown += 1;
		} else if (label.state === "PENDING" && since !== null && nowMs - Date.parse(since) < soonMs) {
			edge.underway += 1;
		} else {
			aisle.late += 1;
			edge.late.push({ label, place: place?.place ?? null, since: since ?? new Date(nowMs).toISOString() });
		}
	}
	edge.late.sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : a.label.id < b.label.id ? -1 : 1));
	edge.aisles = [...aisles.values()].filter(({ total }) => total > 0).sort((a, b) => Number(a.name === null) - Number(b.name === null));
	return edge;
}
