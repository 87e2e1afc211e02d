/**
 * The meaning of a difference in weight on a plate that carries several articles: every combination of pieces that came and went which
 * explains it. One explanation is a movement; several are candidates, and a person has to say. Nothing is guessed: an explanation counts as
 * another one as long as pieces as uneven as five deviations of their weight could make it true.
 *
 *   500 g and 330 g, the plate lost 503 g        one of 500 g was taken          (no other number of pieces weighs so much)
 *   500 g and 330 g, the plate lost 1,660 g      two and two, or none and five   candidates
 *
 * Within one movement of the plate either goods are taken or goods are put back, or one or two pieces are exchanged for another.
 */
import type { Shelf, StandingArticle } from "./change.ts";
import { catalogueError, defaultPieceSpread, noiseReach, toleranceOf, widestShareOfPiece } from "./change.ts";

export interface MixedPart {
	sku: string;
	/** Negative: taken off. */
	pieces: number;
	milligrams: number;
}
/** Pieces that may have come and gone together. */
export type Mix = MixedPart[];

export type MixedChange = { kind: "nothing" } | { kind: "mixed"; parts: Mix } | { kind: "unknown"; mixes: Mix[] };

/** More pieces than that are asked about: too many combinations weigh the same. `inAGrip`: nobody moves more at once. */
const mostPieces = { inAGrip: 6, candidates: 12 } as const;
/** In an exchange, taken and put back together. */
const mostExchanged = 3;
/** For a person; more would be no help. */
const mostCandidates = 6;
/**
 * The best explanation fits within three deviations, and no other one within five. An exchange is never the best one: its difference is
 * small, and many things look like it, such as a heavier packet of the same article put back for a lighter one.
 */
const deviations = { fits: 3, possible: 5 } as const;

export function readMixed(deltaMilligrams: number, articles: readonly StandingArticle[], shelf: Shelf, noise = 0): MixedChange {
	const tolerance = toleranceOf(shelf, noise);
	if (Math.abs(deltaMilligrams) <= tolerance) return { kind: "nothing" };
	const lightest = Math.min(...articles.map(({ pieceMilligrams }) => pieceMilligrams));
	const spread = shelf.pieceSpread ?? defaultPieceSpread;
	const off = (counts: readonly number[]): number => Math.abs(deltaMilligrams - weightOf(counts, articles));
	const possible = combinations(articles, mostNeeded(deltaMilligrams, lightest))
		.filter((counts) => off(counts) <= allowedOff(counts, articles, spread, tolerance, deviations.possible))
		.map((counts) => ({ counts, off: off(counts) }))
		.sort((a, b) => a.off - b.off);
	const sure = possible.filter(({ counts }) => piecesOf(counts) <= (isExchange(counts) ? mostExchanged : mostPieces.inAGrip));
	const [best] = sure;
	const isTellable = noiseReach * noise <= widestShareOfPiece * lightest;
	if (isTellable && best && sure.length === 1 && !isExchange(best.counts)) {
		const fits = best.off <= allowedOff(best.counts, articles, spread, tolerance, deviations.fits);
		if (fits) return { kind: "mixed", parts: partsOf(best.counts, articles) };
	}
	if (possible.length === 0 && Math.abs(deltaMilligrams) < lightest / 3) return { kind: "nothing" };
	return { kind: "unknown", mixes: possible.slice(0, mostCandidates).map(({ counts }) => partsOf(counts, articles)) };
}

const piecesOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + Math.abs(count), 0);
const isExchange = (counts: readonly number[]): boolean => counts.some((count) => count < 0) && counts.some((count) => count > 0);

/** With so many of the lightest piece the difference would be explained, heavy ones or light ones. */
const mostNeeded = (deltaMilligrams: number, lightest: number): number =>
	Math.max(mostExchanged, Math.ceil((1.2 * Math.abs(deltaMilligrams)) / lightest));

const weightOf = (counts: readonly number[], articles: readonly StandingArticle[]): number =>
	counts.reduce((sum, count, at) => sum + count * articles[at]!.pieceMilligrams, 0);

function allowedOff(
	counts: readonly number[],
	articles: readonly StandingArticle[],
	spread: number,
	tolerance: number,
	deviation: number,
): number {
	let variance = 0;
	let catalogue = 0;
	for (const [at, count] of counts.entries()) {
		const piece = articles[at]!.pieceMilligrams;
		variance += Math.abs(count) * (spread * piece) ** 2;
		catalogue += Math.abs(count) * catalogueError * piece;
	}
	return tolerance + deviation * Math.sqrt(variance) + catalogue;
}

/** All numbers of pieces that one movement may have, but none at all; nobody takes more than are known to stand there. */
function combinations(articles: readonly StandingArticle[], needed: number): number[][] {
	const most = Math.min(mostPieces.candidates, needed);
	const all: number[][] = [];
	const add = (counts: number[], left: number, sign: 1 | -1): void => {
		if (counts.length === articles.length) {
			if (counts.some((count) => count !== 0)) all.push(counts);
			return;
		}
		for (let count = 0; count <= left; count += 1) add([...counts, sign * count], left - count, sign);
	};
	add([], most, 1);
	add([], most, -1);
	for (const [taken] of articles.entries())
		for (const [put] of articles.entries()) {
			if (taken === put) continue;
			for (const [away, back] of [
				[1, 1],
				[2, 1],
				[1, 2],
			] as const)
				all.push(articles.map((_, at) => (at === taken ? -away : at === put ? back : 0)));
		}
	return all.filter((counts) => counts.every((count, at) => count >= -(articles[at]!.pieces ?? Number.POSITIVE_INFINITY)));
}

const partsOf = (counts: readonly number[], articles: readonly StandingArticle[]): Mix =>
	counts.flatMap((pieces, at) =>
		pieces === 0 ? [] : [{ sku: articles[at]!.sku, pieces, milligrams: pieces * articles[at]!.pieceMilligrams }],
	);
