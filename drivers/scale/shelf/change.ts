/**
 * The meaning of a difference in weight on one shelf: the difference of two settled weights, divided by the weight of a piece. Nothing is
 * guessed: a difference that is no whole number of pieces is "unknown".
 */

/** One of several articles on a plate. */
export interface StandingArticle {
	sku: string;
	pieceMilligrams: number;
	/** How many stand there; undefined: nobody has counted since the last doubt. */
	pieces?: number | undefined;
}

export interface Shelf {
	/** Weight of one piece of the article that stands here; absent when it is not known. */
	pieceMilligrams?: number;
	/** Two or more articles that stand here together (mixed.ts); instead of `pieceMilligrams`. */
	articles?: readonly StandingArticle[];
	/** Goods without pieces: fruit, sweets, screws. Every change is reported in milligrams. */
	loose?: boolean;
	/** By how much this plate may be wrong between two moments of rest; the default suits a 15 kg plate. */
	toleranceMilligrams?: number;
	/** How long a weight must hold to be believed; longer for a sensor that reports seldom. */
	settleMs?: number;
	/** How much one piece differs from the next, as a share of its weight. */
	pieceSpread?: number;
	/** More than this cannot be on the shelf; a sum above it asks for a count. */
	capacityPieces?: number;
	/** A member of staff is filling the shelf: the same findings, marked. */
	restocking?: boolean;
}

export interface Candidate {
	pieces: number;
	/** The remainder if it were so many pieces. */
	restMilligrams: number;
}

export type Change =
	| { kind: "nothing" }
	/** Negative: taken off. */
	| { kind: "pieces"; pieces: number }
	| { kind: "loose"; milligrams: number }
	| { kind: "unknown"; candidates: Candidate[] };

/** Where a piece is known its weight tells a movement from noise; else two steps of a 15 kg scale's display have to. */
const defaultToleranceMilligrams = { ofPieces: 2_000, ofWeight: 10_000 } as const;

/** Packed goods of one article differ by two or three percent (FAIM and AutoCheckout measured their baskets so). */
export const defaultPieceSpread = 0.03;

/** The catalogue's weight of a piece is off by so much of it: a printed net weight, another packet. It grows with the pieces. */
export const catalogueError = 0.01;

/** Wider than this, a half piece would count as a whole one. */
export const widestShareOfPiece = 0.4;

/** Noise of even spread, seen over a minute, reaches about four times as far as it usually does within one second. */
export const noiseReach = 4;

/** `noise`: milligrams by which the readings of one second usually differ while nothing moves. */
export function toleranceOf(shelf: Shelf, noise = 0): number {
	const usual = leastStep(shelf) !== undefined ? defaultToleranceMilligrams.ofPieces : defaultToleranceMilligrams.ofWeight;
	return Math.max(shelf.toleranceMilligrams ?? usual, noiseReach * noise);
}

/** Readings that differ by no more than this count as equal. */
export function restBand(shelf: Shelf, noise = 0): number {
	return Math.max(shelf.toleranceMilligrams ?? defaultToleranceMilligrams.ofPieces, noiseReach * noise);
}

/** The smallest difference that starts a movement: a third of a piece, and never less than the plate can tell. */
export function leastChange(shelf: Shelf, noise = 0): number {
	return Math.max(toleranceOf(shelf, noise), 0.3 * (leastStep(shelf) ?? 0));
}

/** The lightest movement of pieces: one piece, or of several articles an exchange of two. Undefined: the goods have no pieces. */
export function leastStep({ loose, pieceMilligrams, articles }: Shelf): number | undefined {
	if (loose) return undefined;
	if (!articles) return pieceMilligrams;
	const weights = articles.map((each) => each.pieceMilligrams).sort((a, b) => a - b);
	return Math.min(weights[0]!, ...weights.slice(1).map((weight, at) => weight - weights[at]!));
}

/** Whether the change is so close to the plate's own noise that it must hold for longer. */
export function isSmall(deltaMilligrams: number, shelf: Shelf, noise = 0): boolean {
	return Math.abs(deltaMilligrams) <= 3 * Math.max(defaultToleranceMilligrams.ofWeight, toleranceOf(shelf, noise));
}

/** Milligrams by which so many pieces may differ from what the catalogue says, at so many deviations. */
function spreadOf(pieces: number, piece: number, shelf: Shelf, deviations: number): number {
	const count = Math.abs(pieces);
	// Pieces are heavy or light independently, so their sum is off by the root of their number, not by the number itself.
	return piece * (deviations * (shelf.pieceSpread ?? defaultPieceSpread) * Math.sqrt(count) + catalogueError * count);
}

/** How far a change may be from so many pieces and still be called that. */
function allowedOff(pieces: number, piece: number, shelf: Shelf, noise: number): number {
	return Math.min(widestShareOfPiece * piece, Math.max(toleranceOf(shelf, noise), spreadOf(pieces, piece, shelf, 3)));
}

/** The share of all weights near this one that would count as a number of pieces: the larger, the less a match proves. */
export function chanceFit(pieces: number, shelf: Shelf, noise = 0): number {
	const piece = shelf.pieceMilligrams ?? 0;
	return piece === 0 ? 1 : (2 * allowedOff(pieces, piece, shelf, noise)) / piece;
}

export function readChange(deltaMilligrams: number, shelf: Shelf, noise = 0): Change {
	const size = Math.abs(deltaMilligrams);
	const tolerance = toleranceOf(shelf, noise);
	if (shelf.loose) return size > tolerance ? { kind: "loose", milligrams: deltaMilligrams } : { kind: "nothing" };

	const piece = shelf.pieceMilligrams;
	if (!piece) return size > tolerance ? { kind: "unknown", candidates: [] } : { kind: "nothing" };
	if (size < Math.max(piece / 3, tolerance)) return { kind: "nothing" };

	const pieces = Math.round(deltaMilligrams / piece);
	const allowed = allowedOff(pieces, piece, shelf, noise);
	// On a plate that is as restless as half a piece, any count is a guess; so is one of so many pieces that their spread is half a piece.
	const isTellable =
		noiseReach * noise <= widestShareOfPiece * piece && spreadOf(pieces, piece, shelf, 2) <= (1 - widestShareOfPiece) * piece;
	if (isTellable && pieces !== 0 && Math.abs(deltaMilligrams - pieces * piece) <= allowed) return { kind: "pieces", pieces };

	const nearest = [Math.floor(deltaMilligrams / piece), Math.ceil(deltaMilligrams / piece)].filter((count) => count !== 0);
	const candidates = nearest.map((count) => ({ pieces: count, restMilligrams: Math.round(deltaMilligrams - count * piece) }));
	return { kind: "unknown", candidates };
}
