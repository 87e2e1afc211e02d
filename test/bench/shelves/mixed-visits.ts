/**
 * What people do at one plate that carries several articles: they take of one or of two, exchange one for another, put back, read a packet,
 * fill up, lean on it. A step says the pieces of each article in one number, thousand to the power of the article's place: 1 for a piece of
 * the first, 1,000 for one of the second.
 */
import type { Shelf } from "../../../drivers/scale/shelf/change.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { type Found, type Interaction, interactionsOf } from "./judge.ts";
import { watchPlate } from "./measure.ts";
import { buildPlateModel, type NoiseLevel, type PlateModel } from "./plate-model.ts";
import { type Goods, goodsOf, lean, look, type Playing, pieceOf, put, straighten, type TrueStep, take, type Visit } from "./visits.ts";

/** Pieces in grams on one plate; the last pair weighs nearly the same. */
export const mixedPlates: readonly (readonly number[])[] = [
	[250, 400],
	[330, 500],
	[125, 1_000],
	[250, 270],
	[400, 500, 750],
	[125, 330, 900],
];

export interface MixedOptions {
	level: NoiseLevel;
	/** On each plate. */
	visits: number;
	seed?: number;
	plates?: readonly (readonly number[])[];
}

export function measureMixed({ level, visits, seed = 1, plates = mixedPlates }: MixedOptions): Interaction[] {
	return plates.flatMap((weights, at) => onePlate(level, weights, visits, chanceOf(seed * 1_000 + 500 + at)));
}

const codeOf = (place: number): number => 1_000 ** place;
const startPieces = 8;
const mostOfOne = 16;

function onePlate(level: NoiseLevel, weights: readonly number[], visits: number, chance: Chance): Interaction[] {
	const goods = weights.map((grams) => ({ ...goodsOf(grams, chance), startPieces }));
	const plate = buildPlateModel(
		level,
		goods.reduce((sum, each) => sum + each.startPieces * each.trueGrams, 0),
		chance,
	);
	const articles = weights.map((grams, place) => ({ sku: String(place), pieceMilligrams: grams * 1_000 }));
	const shelf: Shelf = { articles, pieceSpread: level.pieceSpread };
	const watched = watchPlate(plate, shelf, level);
	const played = playMixed(plate, goods, level, visits, chance, watched.until);
	const found: Found[] = [];
	const asked: { atMs: number }[] = [];
	for (const { atMs, finding } of watched.findings)
		if (finding.type !== "mixed") asked.push({ atMs });
		else found.push({ atMs, pieces: finding.parts.reduce((sum, { sku, pieces }) => sum + pieces * codeOf(Number(sku)), 0) });
	return interactionsOf(played, found, asked);
}

/** The articles of a plate, one after another in time. */
interface Crowd {
	of: Playing[];
	atMs: number;
}

function playMixed(
	plate: PlateModel,
	goods: readonly Goods[],
	level: NoiseLevel,
	count: number,
	chance: Chance,
	until: (ms: number) => void,
): Visit[] {
	const of = goods.map((each): Playing => {
		const stack = Array.from({ length: each.startPieces }, () => pieceOf(each, level, chance));
		return { plate, goods: each, level, chance, stack, atMs: 0 };
	});
	const crowd: Crowd = { of, atMs: 20_000 };
	const visits: Visit[] = [];
	for (let at = 0; at < count; at += 1) {
		until(crowd.atMs);
		const fromMs = crowd.atMs;
		const steps: TrueStep[] = [];
		const leansUntilMs = visit(crowd, steps);
		visits.push({ fromMs, untilMs: Math.max(crowd.atMs, leansUntilMs), steps });
		crowd.atMs = Math.max(crowd.atMs, leansUntilMs) + (chance.fraction() < 0.1 ? chance.between(400, 3_000) : 4_000 + chance.wait(14_000));
	}
	until(crowd.atMs + 15_000);
	return visits;
}

/** Plays one visit; until when a hand rests on the plate. */
function visit(crowd: Crowd, steps: TrueStep[]): number {
	const { chance, level } = crowd.of[0]!;
	const place = Math.floor(chance.fraction() * crowd.of.length);
	const other = (place + 1 + Math.floor(chance.fraction() * (crowd.of.length - 1))) % crowd.of.length;
	const mine = crowd.of[place]!;
	let leansUntilMs = 0;
	if (chance.fraction() < level.leans)
		act(crowd, place, steps, (playing) => {
			lean(playing, chance.fraction() < 0.5);
			leansUntilMs = playing.leansUntilMs ?? 0;
		});
	const draw = chance.fraction();
	const pause = (): void => void (crowd.atMs += chance.between(100, 900));
	const takes = (which: number, pieces: number): void =>
		act(crowd, which, steps, (playing, own) => take(playing, Math.min(pieces, playing.stack.length), own));
	const puts = (which: number, pieces: number): void => act(crowd, which, steps, (playing, own) => put(playing, pieces, own));
	if (mine.stack.length < 3) fill(crowd, place, steps);
	else if (draw < 0.08) act(crowd, place, steps, (playing) => straighten(playing));
	else if (draw < 0.18) act(crowd, place, steps, (playing, own) => look(playing, own));
	else if (draw < 0.28 && mine.stack.length < mostOfOne) puts(place, 1);
	else if (draw < 0.36 && crowd.of[other]!.stack.length < mostOfOne) {
		// One is exchanged for another, seldom for two.
		takes(place, 1);
		pause();
		puts(other, chance.fraction() < 0.2 ? 2 : 1);
	} else if (draw < 0.46) {
		takes(place, 1);
		pause();
		takes(other, 1);
	} else takes(place, chance.oneOf([1, 1, 1, 1, 1, 1, 2, 2, 3]));
	return leansUntilMs;
}

function fill(crowd: Crowd, place: number, steps: TrueStep[]): void {
	const { chance } = crowd.of[place]!;
	for (let left = 6; left > 0; left -= 1) {
		act(crowd, place, steps, (playing, own) => put(playing, 1, own));
		crowd.atMs += chance.between(500, 2_500);
	}
}

/** Something with one article, at the crowd's time; its steps are noted as those of its place. */
function act(crowd: Crowd, place: number, steps: TrueStep[], play: (playing: Playing, own: TrueStep[]) => void): void {
	const playing = crowd.of[place]!;
	playing.atMs = crowd.atMs;
	const own: TrueStep[] = [];
	play(playing, own);
	steps.push(...own.map(({ atMs, pieces }) => ({ atMs, pieces: pieces * codeOf(place) })));
	crowd.atMs = playing.atMs;
}
