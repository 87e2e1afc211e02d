/**
 * Compares what a shelf engine found with what people really did.
 *
 * Visits that follow each other within `apartMs` are one interaction: no weighing can tell them apart, and a packet that is looked at and
 * returned may be found as nothing or as a pick and a put-back. An interaction is right when the pieces found in it, added up, are the
 * pieces that really came or went.
 *
 *   precision  right ones of those in which pieces were found          recall  right ones of those in which pieces came or went
 *
 * A finding is invented when the number of pieces on the plate never changed by that much within the time that it could stem from: a
 * confident wrong count.
 */
import { chanceOf } from "./chance.ts";
import type { TrueStep, Visit } from "./visits.ts";

export interface Found {
	atMs: number;
	/** Negative: picked. */
	pieces: number;
}

export interface Interaction {
	truth: number;
	found: number;
	invented: number;
	/** Findings that ask a person instead of naming a number. */
	asked: number;
}

const apartMs = 8_000;
/** The longest that a restless plate makes the engine wait, with what people do meanwhile. */
const stemsFromMs = 30_000;

export function interactionsOf(visits: readonly Visit[], found: readonly Found[], asked: readonly { atMs: number }[]): Interaction[] {
	const groups: { fromMs: number; untilMs: number; steps: TrueStep[] }[] = [];
	for (const { fromMs, untilMs, steps } of visits) {
		const last = groups.at(-1);
		if (last && fromMs - last.untilMs < apartMs) {
			last.untilMs = untilMs;
			last.steps.push(...steps);
		} else groups.push({ fromMs, untilMs, steps: [...steps] });
	}
	// What is found before the first visit counts against it.
	const begins = groups.map(({ fromMs }, at) => (at === 0 ? 0 : fromMs));
	const all = visits.flatMap(({ steps }) => steps);
	return groups.map(({ fromMs, steps }, at) => {
		const [from, until] = [begins[at]!, begins[at + 1] ?? Number.POSITIVE_INFINITY];
		const inside = <Timed extends { atMs: number }>(some: readonly Timed[]): Timed[] =>
			some.filter(({ atMs }) => atMs >= from && atMs < until);
		const mine = inside(found);
		return {
			truth: sum(steps),
			found: sum(mine),
			invented: mine.filter((one) => !couldBe(one, fromMs, all)).length,
			asked: inside(asked).length,
		};
	});
}

/** Whether the pieces on the plate changed by so many between two moments of this interaction, or of the time just before the finding. */
function couldBe({ atMs, pieces }: Found, fromMs: number, steps: readonly TrueStep[]): boolean {
	const levels = [0];
	const sinceMs = Math.min(fromMs, atMs - stemsFromMs);
	for (const step of steps) if (step.atMs <= atMs && step.atMs >= sinceMs) levels.push(levels.at(-1)! + step.pieces);
	return levels.some((before, at) => levels.slice(at + 1).some((after) => after - before === pieces));
}

const sum = (all: readonly { pieces: number }[]): number => all.reduce((total, { pieces }) => total + pieces, 0);

export interface Estimate {
	value: number;
	/** The middle 95 % of the resamples, or Wilson's interval of a share. */
	low: number;
	high: number;
}

export interface Judgement {
	interactions: number;
	precision: Estimate;
	recall: Estimate;
	f1: Estimate;
	/** Pieces that the store's books are off by, for each piece that came or went. */
	countError: Estimate;
	invented: number;
	asked: number;
}

const resamples = 1_000;

export function judge(all: readonly Interaction[]): Judgement {
	const counts = countsOf(all, (at) => at, all.length);
	const chance = chanceOf(1);
	const drawn = Array.from({ length: resamples }, () => countsOf(all, () => Math.floor(chance.fraction() * all.length), all.length));
	const between = (of: (counts: Counts) => number): Estimate => {
		const values = drawn.map(of).sort((a, b) => a - b);
		return { value: of(counts), low: values[Math.floor(0.025 * resamples)]!, high: values[Math.ceil(0.975 * resamples) - 1]! };
	};
	return {
		interactions: all.length,
		precision: shareOf(counts.right, counts.claimed),
		recall: shareOf(counts.right, counts.changed),
		f1: between(({ right, claimed, changed }) => (2 * right) / (claimed + changed)),
		countError: between(({ off, moved }) => off / moved),
		invented: all.reduce((total, { invented }) => total + invented, 0),
		asked: all.reduce((total, { asked }) => total + asked, 0),
	};
}

interface Counts {
	right: number;
	claimed: number;
	changed: number;
	off: number;
	moved: number;
}

function countsOf(all: readonly Interaction[], pick: (at: number) => number, length: number): Counts {
	const counts = { right: 0, claimed: 0, changed: 0, off: 0, moved: 0 };
	for (let at = 0; at < length; at++) {
		const { truth, found } = all[pick(at)]!;
		if (found !== 0) counts.claimed += 1;
		if (truth !== 0) counts.changed += 1;
		if (truth !== 0 && truth === found) counts.right += 1;
		counts.off += Math.abs(found - truth);
		counts.moved += Math.abs(truth);
	}
	return counts;
}

/** Wilson's interval of a share, 95 %. */
export function shareOf(part: number, whole: number): Estimate {
	if (whole === 0) return { value: Number.NaN, low: 0, high: 1 };
	const z = 1.96;
	const share = part / whole;
	const middle = (share + z ** 2 / (2 * whole)) / (1 + z ** 2 / whole);
	const half = (z * Math.sqrt((share * (1 - share)) / whole + z ** 2 / (4 * whole ** 2))) / (1 + z ** 2 / whole);
	return { value: share, low: middle - half, high: Math.min(1, middle + half) };
}
