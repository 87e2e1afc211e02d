import type { Candidate, Change, Shelf } from "./change.ts";
import { chanceFit, isSmall, leastChange, leastStep, readChange, restBand, toleranceOf } from "./change.ts";
import { type Mix, type MixedChange, readMixed } from "./mixed.ts";
import { type Noise, restlessness, startNoise, watchNoise } from "./noise.ts";

/**
 * Turns the weight of one plate into picks and put-backs.
 *
 *   starting ──quiet──▶ still ──differs──▶ moving ──quiet, fits the article──▶ still   + pick | put-back
 *      ▲                                    ▲   │
 *      │ resumeShelf                 moves  │   ├──quiet, fits nothing──▶ puzzled ──stays so──▶ still   + unknown-change
 *      │ (power was away)                   └───┼───────────────────────────┘  └──goes away──▶ still   nothing happened
 *                                               └──20 s without quiet: + not-settling, once
 *
 * Always two still moments are compared, so a piece taken and put back in one movement is nothing, and three pieces in
 * one grip are three. A hand that leans on the shelf fits no article and goes away again. A difference that is hardly larger than
 * what the plate does by itself has to hold for three seconds: a display that alternates never does. A number of pieces has to hold for
 * up to a second, longer on a restless plate, because a hand that is held still for a moment may weigh like some pieces.
 * The state is a plain JSON value: write it down with the findings, and hand it to `resumeShelf` after a restart or a lost link.
 */

export interface WeightSample {
	milligrams: number;
	/** Whether the scale reports that the weight is at rest; a load cell without that is smoothed here. */
	settled: boolean;
	/** From a clock that never steps back. */
	atMs: number;
	/** Milliseconds between two readings of a sensor that reports seldom: one reading alone may be a spike. */
	paceMs?: number;
}

export type ShelfFinding =
	| { type: "pick" | "put-back"; pieces: number; deltaMilligrams: number; restock: boolean }
	| { type: "pick" | "put-back"; milligrams: number; deltaMilligrams: number; restock: boolean }
	/** Of several articles on one plate; the parts add up to the difference, but for what pieces differ. */
	| { type: "mixed"; parts: Mix; deltaMilligrams: number; restock: boolean }
	/** `mixes`: what it may have been, of several articles on one plate. */
	| { type: "unknown-change"; deltaMilligrams: number; candidates: Candidate[]; mixes?: Mix[]; restock: boolean }
	/** The weight differs from the one before power or link were lost; what happened in between is unknown. */
	| { type: "offline-change"; deltaMilligrams: number; candidates: Candidate[]; mixes?: Mix[] }
	| { type: "not-settling"; sinceMs: number }
	/** The sum of the findings is impossible: somebody must count. */
	| { type: "recount"; pieces: number; sku?: string };

type Meaning = Change | MixedChange;

interface Seen extends WeightSample {
	smoothMilligrams: number;
}

export interface ShelfState {
	version: 1;
	baselineMilligrams: number | null;
	/** Pieces on the shelf, once somebody has counted them. */
	pieces: number | null;
	/** Pieces of each of several articles, by SKU, once somebody has counted them. A doubt takes them all away. */
	counts?: Record<string, number>;
	/** Of several articles: the lowest and the highest reading of the movement that goes on. */
	swing?: { low: number; high: number };
	phase:
		| { at: "starting"; sinceMs: number | null; isSaid: boolean }
		| { at: "still" }
		/** `fromMs`: when the plate was left at rest last, where that was before `sinceMs`. */
		| { at: "moving"; sinceMs: number; isSaid: boolean; fromMs?: number }
		| { at: "puzzled"; sinceMs: number; levelMilligrams: number; fromMs?: number };
	recent: Seen[];
	creep: { untilMs: number; withinMilligrams: number };
	noise: Noise;
}

export interface ShelfStep {
	state: ShelfState;
	findings: ShelfFinding[];
	/** Step again after so many milliseconds with the last weight, unless the scale reports before. */
	wakeInMs?: number;
}

/** A plate of four cells swings for about half a second after a jar is put down. */
const quietMs = 600;
/** The scale's own filter has already waited. */
const quietWhenSettledMs = 300;
/** A customer may lean on the shelf for a few seconds while reading a packet. */
const puzzledForMs = 5_000;
/** A change that is hardly larger than the noise. */
const smallHoldsForMs = 3_000;
/**
 * A hand that is held still for a moment may weigh like some number of pieces; it is not still for so long. Where few weights would be
 * taken for a number of pieces (less than this share of all), a fit proves more and need not hold for as long.
 */
const doubtHoldsForMs = 1000;
const oftenFits = 0.25;
const mixedHoldsForMs = 1_500;
const longestGripMs = 2_000;
/** On a plate whose own readings differ by more than this, a hand shows less, and has to be waited for longer. */
const calmBandMilligrams = 3_000;
const mostRestless = 5;
/** Of a sensor that reports seldom, the longest that a reading waits for a second one that agrees. */
const longestPaceHoldMs = 3_000;
const notSettlingAfterMs = 20_000;
/** Load cells give way a little after a great change (creep, OIML R 60). */
const creepMs = 5_000;
const creepShare = 0.015;
/** Warmth moves a load cell by some grams an hour; a fifth of a piece a minute is no drift any more. */
const driftPerMinute = { milligrams: 1_000, ofPiece: 0.2 } as const;
/** At most so many readings of a plate at rest may be outliers. */
const mostWild = 0.2;
const lookAgainMs = 150;
const mostSamples = 128;
const shortestWindowMs = 2_000;

export function startShelf(): ShelfState {
	return {
		version: 1,
		baselineMilligrams: null,
		pieces: null,
		phase: { at: "starting", sinceMs: null, isSaid: false },
		recent: [],
		creep: { untilMs: 0, withinMilligrams: 0 },
		noise: startNoise(),
	};
}

/** After a restart or a lost link: readings are outdated and the clock may differ; baseline and count stay. */
export function resumeShelf(saved: ShelfState): ShelfState {
	const { baselineMilligrams, pieces, counts } = saved;
	return { ...startShelf(), baselineMilligrams, pieces, ...(counts && { counts }) };
}

/** After a count, or when the shelf got another article: the weight on it becomes the new baseline. */
export function countShelf(pieces: number | null, counts?: Record<string, number>): ShelfState {
	return { ...startShelf(), pieces, ...(counts && { counts }) };
}

/**
 * Takes one weight and returns its meaning. A sample older than the last one means that the clock was reset: the shelf starts over
 * from its baseline.
 */
export function stepShelf(before: ShelfState, sample: WeightSample, shelf: Shelf): ShelfStep {
	const last = before.recent.at(-1);
	const state: ShelfState = last && sample.atMs < last.atMs ? resumeShelf(before) : { ...before };
	const noise = restlessness(state.noise);
	const earlier = state.recent.at(-1);
	if (earlier && state.phase.at === "still") followDrift(state, earlier, sample.atMs, shelf, noise);
	state.recent = remember(state.recent, sample, shelf);
	const seen = state.recent.at(-1)!;
	state.noise = watchNoise(state.noise, seen.smoothMilligrams, sample.atMs);
	const level = quietLevel(state.recent, shelf, noise);

	switch (state.phase.at) {
		case "starting":
			return whileStarting(state, seen, level, shelf, noise);
		case "still":
			return whileStill(state, seen, level, shelf, noise);
		case "moving":
		case "puzzled":
			return whileMoving(state, seen, level, shelf, noise);
	}
}

function whileStarting(state: ShelfState, seen: Seen, level: number | undefined, shelf: Shelf, noise: number): ShelfStep {
	if (state.phase.at !== "starting") return { state, findings: [] };
	const { sinceMs, isSaid } = state.phase;
	if (level === undefined) {
		const late = sinceMs !== null && !isSaid && seen.atMs - sinceMs >= notSettlingAfterMs;
		state.phase = { at: "starting", sinceMs: sinceMs ?? seen.atMs, isSaid: isSaid || late };
		return { state, findings: late ? [{ type: "not-settling", sinceMs: sinceMs! }] : [], wakeInMs: lookAgainMs };
	}
	const delta = level - (state.baselineMilligrams ?? level);
	settleAt(state, level, seen.atMs);
	if (Math.abs(delta) <= leastChange(shelf, noise)) return { state, findings: [] };
	const found = { type: "offline-change" as const, deltaMilligrams: delta, ...candidatesOf(state, delta, shelf) };
	delete state.counts;
	return { state, findings: [found] };
}

function whileStill(state: ShelfState, seen: Seen, level: number | undefined, shelf: Shelf, noise: number): ShelfStep {
	const away = seen.smoothMilligrams - state.baselineMilligrams!;
	const least = leastChange(shelf, noise);
	if (Math.abs(away) > least) {
		state.phase = { at: "moving", sinceMs: seen.atMs, isSaid: false };
		return { state, findings: [], wakeInMs: lookAgainMs };
	}
	if (level !== undefined && seen.atMs < state.creep.untilMs && Math.abs(away) <= Math.min(state.creep.withinMilligrams, least))
		state.baselineMilligrams = Math.round(seen.smoothMilligrams);
	// A single reading does not count until the median has moved; the scale may not report again.
	return seen.milligrams === seen.smoothMilligrams ? { state, findings: [] } : { state, findings: [], wakeInMs: lookAgainMs };
}

function whileMoving(state: ShelfState, seen: Seen, level: number | undefined, shelf: Shelf, noise: number): ShelfStep {
	const fromMs = beganAt(state.phase, seen.atMs);
	if (shelf.articles) {
		const { low, high } = state.swing ?? { low: seen.smoothMilligrams, high: seen.smoothMilligrams };
		state.swing = { low: Math.min(low, seen.smoothMilligrams), high: Math.max(high, seen.smoothMilligrams) };
	}
	if (level === undefined) {
		const moving = state.phase.at === "moving" ? state.phase : { at: "moving" as const, sinceMs: seen.atMs, isSaid: false, fromMs };
		const late = !moving.isSaid && seen.atMs - moving.sinceMs >= notSettlingAfterMs;
		state.phase = { ...moving, isSaid: moving.isSaid || late };
		return { state, findings: late ? [{ type: "not-settling", sinceMs: moving.sinceMs }] : [], wakeInMs: lookAgainMs };
	}

	const delta = level - state.baselineMilligrams!;
	const quietSinceMs = state.phase.at === "puzzled" ? state.phase.sinceMs : seen.atMs;
	const change = surely(meaningOf(state, delta, shelf, noise), delta, quietSinceMs - fromMs, state, shelf);
	if (change.kind === "nothing" && Math.abs(delta) <= leastChange(shelf, noise)) {
		state.phase = { at: "still" };
		delete state.swing;
		return { state, findings: [] };
	}
	const holdsForMs = holdOf(change, delta, shelf, noise);
	const fresh = { at: "puzzled" as const, sinceMs: seen.atMs, levelMilligrams: level, fromMs };
	// A scale that reports rest itself shows a single weight then.
	const sameWithin = (seen.settled ? 1 : 2) * toleranceOf(shelf, noise);
	const isSame = state.phase.at === "puzzled" && Math.abs(level - state.phase.levelMilligrams) <= sameWithin;
	const puzzled = isSame && state.phase.at === "puzzled" ? state.phase : fresh;
	const waited = seen.atMs - puzzled.sinceMs;
	if (waited < holdsForMs) {
		state.phase = puzzled;
		return { state, findings: [], wakeInMs: Math.ceil(holdsForMs - waited) };
	}
	settleAt(state, level, seen.atMs, delta);
	return { state, findings: change.kind === "nothing" ? [] : findingsOf(state, change, delta, shelf) };
}

const beganAt = (phase: ShelfState["phase"], nowMs: number): number =>
	phase.at === "moving" || phase.at === "puzzled" ? (phase.fromMs ?? phase.sinceMs) : nowMs;

/**
 * Of several articles an explanation is sure only where one grip can have made the change: the plate was not restless for long, and never
 * weighed half a piece more before goods were taken, or less before goods were put there.
 */
function surely(change: Meaning, delta: number, movedForMs: number, { swing, baselineMilligrams }: ShelfState, shelf: Shelf): Meaning {
	if (change.kind !== "mixed" || !swing) return change;
	const otherWay = delta < 0 ? swing.high - baselineMilligrams! : baselineMilligrams! - swing.low;
	const lightest = Math.min(...shelf.articles!.map(({ pieceMilligrams }) => pieceMilligrams));
	const isOneGrip = movedForMs <= longestGripMs && otherWay <= lightest / 2;
	return isOneGrip ? change : { kind: "unknown", mixes: [change.parts] };
}

/** How long a changed weight must hold, after it is quiet, until it counts. */
function holdOf(change: Meaning, delta: number, shelf: Shelf, noise: number): number {
	if (change.kind === "unknown" || change.kind === "nothing") return puzzledForMs;
	if (isSmall(delta, shelf, noise)) return smallHoldsForMs;
	// A configured `settleMs` is used as it is.
	if (change.kind === "loose" || shelf.settleMs !== undefined) return 0;
	const restless = Math.min(mostRestless, Math.max(1, restBand(shelf, noise) / calmBandMilligrams));
	// Of several articles many weights are some number of pieces: a fit proves least.
	if (change.kind === "mixed") return restless * mixedHoldsForMs;
	return restless * doubtHoldsForMs * Math.min(1, chanceFit(change.pieces, shelf, noise) / oftenFits);
}

/** The meaning of a difference: of one article by its piece, of several by what they can weigh together. */
function meaningOf({ counts }: ShelfState, delta: number, shelf: Shelf, noise = 0): Meaning {
	if (!shelf.articles) return readChange(delta, shelf, noise);
	const standing = shelf.articles.map((article) => ({ ...article, pieces: counts?.[article.sku] }));
	return readMixed(delta, standing, shelf, noise);
}

/** After a doubt nobody knows how many of each of several articles stand there. */
function mixedFindings(state: ShelfState, parts: Mix, delta: number, restock: boolean): ShelfFinding[] {
	const findings: ShelfFinding[] = [{ type: "mixed", parts, deltaMilligrams: delta, restock }];
	const { counts } = state;
	if (!counts) return findings;
	state.counts = { ...counts };
	for (const { sku, pieces } of parts) {
		const before = counts[sku];
		if (before === undefined) continue;
		state.counts[sku] = before + pieces;
		if (before + pieces < 0) findings.push({ type: "recount", pieces: before + pieces, sku });
	}
	return findings;
}

function findingsOf(state: ShelfState, change: Exclude<Meaning, { kind: "nothing" }>, delta: number, shelf: Shelf): ShelfFinding[] {
	const restock = shelf.restocking ?? false;
	const type = delta < 0 ? "pick" : "put-back";
	switch (change.kind) {
		case "mixed":
			return mixedFindings(state, change.parts, delta, restock);
		case "unknown":
			if ("mixes" in change) {
				delete state.counts;
				return [{ type: "unknown-change", deltaMilligrams: delta, candidates: [], mixes: change.mixes, restock }];
			}
			return [{ type: "unknown-change", deltaMilligrams: delta, candidates: change.candidates, restock }];
		case "loose":
			return [{ type, milligrams: Math.abs(change.milligrams), deltaMilligrams: delta, restock }];
		case "pieces": {
			const findings: ShelfFinding[] = [{ type, pieces: Math.abs(change.pieces), deltaMilligrams: delta, restock }];
			if (state.pieces === null) return findings;
			state.pieces += change.pieces;
			const tooMany = shelf.capacityPieces !== undefined && state.pieces > shelf.capacityPieces;
			if (state.pieces < 0 || tooMany) findings.push({ type: "recount", pieces: state.pieces });
			return findings;
		}
	}
}

function settleAt(state: ShelfState, level: number, atMs: number, delta = 0): void {
	state.baselineMilligrams = level;
	state.phase = { at: "still" };
	delete state.swing;
	state.creep = { untilMs: atMs + creepMs, withinMilligrams: Math.round(Math.abs(delta) * creepShare) };
}

/**
 * Temperature moves a load cell slowly, and the baseline follows what the plate showed since the reading before. What moves faster
 * is a movement; what stays within the tolerance for minutes belongs to the plate.
 */
function followDrift(state: ShelfState, earlier: Seen, untilMs: number, shelf: Shelf, noise: number): void {
	const away = earlier.smoothMilligrams - state.baselineMilligrams!;
	if (Math.abs(away) > leastChange(shelf, noise)) return;
	const piece = leastStep(shelf);
	const perMinute = Math.min(driftPerMinute.milligrams, piece === undefined ? Number.POSITIVE_INFINITY : driftPerMinute.ofPiece * piece);
	const most = (perMinute * (untilMs - earlier.atMs)) / 60_000;
	state.baselineMilligrams! += Math.sign(away) * Math.min(Math.abs(away), most);
}

function candidatesOf(state: ShelfState, delta: number, shelf: Shelf): { candidates: Candidate[]; mixes?: Mix[] } {
	const change = meaningOf(state, delta, shelf);
	if (change.kind === "mixed") return { candidates: [], mixes: [change.parts] };
	if (change.kind === "unknown") return "mixes" in change ? { candidates: [], mixes: change.mixes } : { candidates: change.candidates };
	if (change.kind !== "pieces") return { candidates: [] };
	return { candidates: [{ pieces: change.pieces, restMilligrams: Math.round(delta - change.pieces * shelf.pieceMilligrams!) }] };
}

function remember(recent: readonly Seen[], sample: WeightSample, shelf: Shelf): Seen[] {
	// A bump is one outlier, which the median of five ignores.
	const lastFive = [...recent.slice(-4).map((seen) => seen.milligrams), sample.milligrams];
	const smoothMilligrams = sample.settled ? sample.milligrams : median(lastFive);
	const windowMs = Math.max(shortestWindowMs, 1.2 * Math.max(shelf.settleMs ?? 0, paceHoldOf(sample)));
	const kept = recent.filter((seen, index) => seen.atMs >= sample.atMs - windowMs || index >= recent.length - 4);
	return [...kept.slice(1 - mostSamples), { ...sample, smoothMilligrams }];
}

function paceHoldOf({ paceMs }: WeightSample): number {
	return paceMs === undefined ? 0 : Math.min(longestPaceHoldMs, 1.5 * paceMs);
}

/** The weight that has held long enough to count; undefined while it moves. A reading holds until the next one. */
function quietLevel(recent: readonly Seen[], shelf: Shelf, noise: number): number | undefined {
	const now = recent.at(-1)!;
	const band = restBand(shelf, noise);
	let low = now.smoothMilligrams;
	let high = low;
	let heldSinceMs = now.atMs;
	let settledSinceMs: number | undefined;
	let settledSoFar = true;
	const held: Seen[] = [];
	for (const seen of recent.toReversed()) {
		low = Math.min(low, seen.smoothMilligrams);
		high = Math.max(high, seen.smoothMilligrams);
		if (high - low > band) break;
		held.push(seen);
		heldSinceMs = seen.atMs;
		settledSoFar &&= seen.settled;
		if (settledSoFar) settledSinceMs = seen.atMs;
	}
	if (now.atMs - heldSinceMs < paceHoldOf(now)) return undefined;
	const settledLongEnough = settledSinceMs !== undefined && now.atMs - settledSinceMs >= (shelf.settleMs ?? quietWhenSettledMs);
	if (now.atMs - heldSinceMs < (shelf.settleMs ?? quietMs) && !settledLongEnough) return undefined;
	if (now.settled) return now.milligrams;
	const level = Math.round(median(held.map(({ smoothMilligrams }) => smoothMilligrams)));
	// The median of five hides the trembling of a hand; the readings themselves show it. A single outlier is no hand.
	const wild = held.filter(({ milligrams }) => Math.abs(milligrams - level) > band).length;
	return wild > held.length * mostWild ? undefined : level;
}

function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
