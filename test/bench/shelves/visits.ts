/**
 * What people do at one plate: they take, put back, look at a packet and return it, fill the shelf, lean on it, push the packets into line.
 * The truth is kept as steps in time: how many pieces really stand there.
 */
import type { Chance } from "./chance.ts";
import type { NoiseLevel, PlateModel, Press } from "./plate-model.ts";

export interface TrueStep {
	atMs: number;
	/** Negative: taken off. */
	pieces: number;
}

export interface Visit {
	fromMs: number;
	untilMs: number;
	steps: TrueStep[];
}

export interface Goods {
	/** As the store's catalogue says. */
	pieceGrams: number;
	/** What the packets of this delivery really weigh on the average: packers and catalogues are off by up to one percent. */
	trueGrams: number;
	startPieces: number;
}

const mostPieces = 24;
const hurriedShare = 0.1;

export function goodsOf(pieceGrams: number, chance: Chance): Goods {
	return { pieceGrams, trueGrams: pieceGrams * (1 + chance.between(-0.01, 0.01)), startPieces: 12 };
}

/** Plays `count` visits on a plate, in order of time; `until` is asked to read the plate up to each moment before hands come. */
export function playVisits(
	plate: PlateModel,
	goods: Goods,
	level: NoiseLevel,
	count: number,
	chance: Chance,
	until: (ms: number) => void,
): Visit[] {
	const visits: Visit[] = [];
	const stack = Array.from({ length: goods.startPieces }, () => pieceOf(goods, level, chance));
	let atMs = 20_000;
	for (let at = 0; at < count; at++) {
		until(atMs);
		const visit = playVisit({ plate, goods, level, chance, stack, atMs });
		visits.push(visit);
		const isHurried = chance.fraction() < hurriedShare;
		atMs = visit.untilMs + (isHurried ? chance.between(400, 3_000) : 4_000 + chance.wait(14_000));
	}
	until(atMs + 15_000);
	return visits;
}

export interface Playing {
	plate: PlateModel;
	goods: Goods;
	level: NoiseLevel;
	chance: Chance;
	/** What each piece on the plate weighs. */
	stack: number[];
	atMs: number;
	/** Until when a hand still rests on the plate. */
	leansUntilMs?: number;
}

function playVisit(playing: Playing): Visit {
	const { chance, level, stack } = playing;
	const fromMs = playing.atMs;
	const steps: TrueStep[] = [];
	if (chance.fraction() < level.leans) lean(playing, chance.fraction() < 0.5);
	const draw = chance.fraction();
	if (stack.length < 4 || (draw < 0.05 && stack.length < mostPieces / 2)) fill(playing, steps);
	else if (draw < 0.12) straighten(playing);
	else if (draw < 0.22) look(playing, steps);
	else if (draw < 0.36 && stack.length < mostPieces) put(playing, 1, steps);
	else take(playing, handful(chance, stack.length), steps);
	return { fromMs, untilMs: Math.max(playing.atMs, playing.leansUntilMs ?? 0), steps };
}

const handful = (chance: Chance, most: number): number => Math.min(most, chance.oneOf([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 6]));
export const pieceOf = (goods: Goods, level: NoiseLevel, chance: Chance): number =>
	goods.trueGrams * (1 + level.pieceSpread * Math.max(-3, Math.min(3, chance.bell())));

/** A part of the handfuls goes in one grip, the rest one after another. */
export function take(playing: Playing, pieces: number, steps: TrueStep[]): void {
	const { plate, chance, stack } = playing;
	const grips = pieces > 1 && chance.fraction() < 0.5 ? Array<number>(pieces).fill(1) : [pieces];
	for (const grip of grips) {
		const grams = stack.splice(stack.length - grip, grip).reduce((sum, piece) => sum + piece, 0);
		touch(playing, grams);
		const overMs = chance.between(120, 350);
		plate.shift({ atMs: playing.atMs, grams: -grams, overMs });
		steps.push({ atMs: playing.atMs, pieces: -grip });
		playing.atMs += overMs + (grips.length > 1 ? chance.between(300, 1_200) : 0);
	}
}

export function put(playing: Playing, pieces: number, steps: TrueStep[]): void {
	const { plate, chance, stack, goods, level } = playing;
	const added = Array.from({ length: pieces }, () => pieceOf(goods, level, chance));
	const grams = added.reduce((sum, piece) => sum + piece, 0);
	stack.push(...added);
	const overMs = chance.between(40, 200);
	plate.shift({ atMs: playing.atMs, grams, overMs });
	// It is set down harder than it weighs.
	plate.press({ fromMs: playing.atMs + overMs, untilMs: playing.atMs + overMs + 30, grams: () => grams * 0.7 });
	steps.push({ atMs: playing.atMs, pieces });
	playing.atMs += overMs + 30;
	touch(playing, grams);
}

function fill(playing: Playing, steps: TrueStep[]): void {
	const { chance, stack } = playing;
	const wanted = Math.min(mostPieces - stack.length, Math.round(chance.between(4, 14)));
	for (let left = wanted; left > 0; ) {
		const grip = Math.min(left, chance.oneOf([1, 1, 2, 2, 3]));
		put(playing, grip, steps);
		left -= grip;
		playing.atMs += chance.between(500, 2_500);
		if (chance.fraction() < 0.2) straighten(playing);
	}
}

/** A packet is read and put back. */
export function look(playing: Playing, steps: TrueStep[]): void {
	take(playing, 1, steps);
	playing.atMs += playing.chance.between(500, 7_000);
	put(playing, 1, steps);
}

export function straighten(playing: Playing): void {
	const { plate, chance } = playing;
	for (let pushes = Math.round(chance.between(1, 4)); pushes > 0; pushes--) {
		const press = handOf(chance, playing.atMs, chance.between(200, 900), chance.oneOf([-1, 1]) * chance.between(30, 600));
		plate.press(press);
		playing.atMs = press.untilMs + chance.between(100, 600);
	}
}

/** Fingers on the packet before it moves, or after it was set down. */
function touch(playing: Playing, grams: number): void {
	const { plate, chance } = playing;
	const press = handOf(chance, playing.atMs, chance.between(80, 500), chance.between(-0.3, 0.3) * grams + chance.between(-30, 30));
	plate.press(press);
	playing.atMs = press.untilMs;
}

/** An elbow or a hand rests on the plate; `isMeanwhile`: what follows happens behind it. */
export function lean(playing: Playing, isMeanwhile: boolean): void {
	const { plate, chance } = playing;
	const press = handOf(chance, playing.atMs, chance.between(500, 6_000), Math.exp(chance.between(Math.log(100), Math.log(4_000))));
	plate.press(press);
	playing.atMs = isMeanwhile ? playing.atMs + chance.between(200, 900) : press.untilMs;
	playing.leansUntilMs = Math.max(playing.leansUntilMs ?? 0, press.untilMs);
}

/** A force that a hand holds: it comes within a fifth of a second, wanders, and trembles. */
function handOf(chance: Chance, fromMs: number, forMs: number, grams: number): Press {
	const size = Math.abs(grams);
	const wander = 10 + 0.03 * size;
	const tremble = 3 + 0.01 * size;
	const tones = [0.4, 0.9, 1.7, 3.1].map((hertz) => ({ hertz, turn: chance.fraction() * 2 * Math.PI, part: chance.bell() * 0.7 }));
	const tremor = { hertz: chance.between(8, 10), turn: chance.fraction() * 2 * Math.PI };
	const wave = (hertz: number, turn: number, ms: number): number => Math.sin(2 * Math.PI * hertz * (ms / 1_000) + turn);
	return {
		fromMs,
		untilMs: fromMs + forMs,
		grams(atMs) {
			const ms = atMs - fromMs;
			const grip = Math.min(1, ms / 200, (forMs - ms) / 200);
			const slow = tones.reduce((sum, { hertz, turn, part }) => sum + part * wave(hertz, turn, ms), 0);
			return grip * (grams + wander * slow + tremble * 1.4 * wave(tremor.hertz, tremor.turn, ms));
		},
	};
}
