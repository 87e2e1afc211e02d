/**
 * What a difference in weight means on one shelf. Pure weighing practice: the difference of two still moments, divided by
 * the weight of one piece. Nothing is guessed: a difference that fits no whole number of pieces is "unknown".
 */

export interface Shelf {
	/** Weight of one piece of the article that stands here; absent when it is not known. */
	pieceMilligrams?: number;
	/** Goods without pieces: fruit, sweets, screws. Every change is told in milligrams. */
	loose?: boolean;
	/** What this plate may be wrong by between two still moments; the default suits a 15 kg plate. */
	toleranceMilligrams?: number;
	/** How much one piece differs from the next, as a share of its weight. */
	pieceSpread?: number;
	/** More than this cannot stand here; a sum above it asks for a count. */
	capacityPieces?: number;
	/** A member of staff is filling the shelf: the same findings, marked. */
	restocking?: boolean;
}

export interface Candidate {
	pieces: number;
	/** What would be left over if it were so many pieces. */
	restMilligrams: number;
}

export type Change =
	| { kind: "nothing" }
	/** Negative: taken off. */
	| { kind: "pieces"; pieces: number }
	| { kind: "loose"; milligrams: number }
	| { kind: "unknown"; candidates: Candidate[] };

const defaultToleranceMilligrams = 2_000;

/** Packed goods of one article differ by two or three percent (FAIM and AutoCheckout measured their baskets so). */
const defaultPieceSpread = 0.03;

/** Wider than this, a half piece would count as a whole one. */
const widestShareOfPiece = 0.4;

export function toleranceOf(shelf: Shelf): number {
	return shelf.toleranceMilligrams ?? defaultToleranceMilligrams;
}

/** The smallest difference that starts a movement: a third of a piece, and never less than the plate can tell. */
export function leastChange(shelf: Shelf): number {
	return Math.max(toleranceOf(shelf), shelf.pieceMilligrams && !shelf.loose ? shelf.pieceMilligrams * 0.3 : 0);
}

export function readChange(deltaMilligrams: number, shelf: Shelf): Change {
	const size = Math.abs(deltaMilligrams);
	if (shelf.loose) return size > toleranceOf(shelf) ? { kind: "loose", milligrams: deltaMilligrams } : { kind: "nothing" };

	const piece = shelf.pieceMilligrams;
	if (!piece) return size > toleranceOf(shelf) ? { kind: "unknown", candidates: [] } : { kind: "nothing" };
	if (size < Math.max(piece / 3, toleranceOf(shelf))) return { kind: "nothing" };

	const pieces = Math.round(deltaMilligrams / piece);
	// Pieces are heavy or light independently, so their sum is off by the root of their number, not by the number itself.
	const spread = 2 * (shelf.pieceSpread ?? defaultPieceSpread) * piece * Math.sqrt(Math.abs(pieces));
	const allowed = Math.min(widestShareOfPiece * piece, Math.max(toleranceOf(shelf), spread));
	if (pieces !== 0 && Math.abs(deltaMilligrams - pieces * piece) <= allowed) return { kind: "pieces", pieces };

	const nearest = [Math.floor(deltaMilligrams / piece), Math.ceil(deltaMilligrams / piece)].filter((count) => count !== 0);
	const candidates = nearest.map((count) => ({ pieces: count, restMilligrams: Math.round(deltaMilligrams - count * piece) }));
	return { kind: "unknown", candidates };
}
