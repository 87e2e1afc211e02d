/**
 * How fast an article sells, by the hour of the week, and when a shelf of it is empty. Pure: sales in, rates and intervals out.
 *
 * A rate is a mean over the weeks that were seen, the newest ones weighing most, drawn towards what neighbouring hours and the same hour of
 * other days sell: a single week tells little of one hour. Sales are counted as a negative binomial distribution, a Poisson whose rate
 * is itself uncertain, because real weeks differ by more than chance.
 */
export const hoursOfWeek = 168;

/** Quantities sold (pieces, or grams of weighed goods) in one hour of one past week. */
export interface HourSold {
	/** 0: the seven days that end now; 1: the seven before. */
	weeksAgo: number;
	/** Hours since the week's first one, Sunday 00:00 UTC. */
	hourOfWeek: number;
	quantity: number;
}

export interface Demand {
	/** Expected quantity of each hour of the week. */
	rates: readonly number[];
	/** Of the negative binomial distribution: the smaller, the more weeks differ. */
	dispersion: number;
	weeks: number;
}

/** The weight of a week of `weeksAgo` beside the newest. */
const decay = 0.85;
/** How many weeks' worth the neighbourhood of an hour weighs beside what was seen in that very hour. */
const priorWeeks = 3;
const mostDispersion = 1_000;

/** Undefined: nothing was sold, or no whole week was seen. `weeks`: how many weeks there is anything known of. */
export function demandOf(sold: readonly HourSold[], weeks: number): Demand | undefined {
	if (weeks < 1 || sold.length === 0) return undefined;
	const seen = Array.from({ length: hoursOfWeek }, () => 0);
	const totals = Array.from({ length: weeks }, () => 0);
	let weights = 0;
	for (let week = 0; week < weeks; week += 1) weights += decay ** week;
	for (const { weeksAgo, hourOfWeek, quantity } of sold) {
		if (weeksAgo >= weeks) continue;
		seen[hourOfWeek]! += quantity * decay ** weeksAgo;
		totals[weeksAgo]! += quantity;
	}
	const means = seen.map((sum) => sum / weights);
	const rates = means.map((_, hour) => (seen[hour]! + priorWeeks * neighbourhood(means, hour)) / (weights + priorWeeks));
	return rates.some((rate) => rate > 0) ? { rates, dispersion: dispersionOf(totals), weeks } : undefined;
}

/** The mean of the hours beside this one, and of the same hour on the other days. */
function neighbourhood(means: readonly number[], hour: number): number {
	const at = (index: number): number => means[(index + hoursOfWeek) % hoursOfWeek]!;
	const beside = (at(hour - 1) + 2 * at(hour) + at(hour + 1)) / 4;
	let otherDays = 0;
	for (let day = 1; day < 7; day += 1) otherDays += at(hour + 24 * day) / 6;
	return (beside + otherDays) / 2;
}

/** By the method of moments over the weeks' sums; weeks that differ no more than chance does give the Poisson's. */
function dispersionOf(totals: readonly number[]): number {
	if (totals.length < 2) return 8;
	const mean = totals.reduce((sum, total) => sum + total, 0) / totals.length;
	const variance = totals.reduce((sum, total) => sum + (total - mean) ** 2, 0) / (totals.length - 1);
	return variance > mean ? Math.min(mostDispersion, Math.max(1, mean ** 2 / (variance - mean))) : mostDispersion;
}

/** Hours until so much is sold: with one chance in ten by `early`, as likely as not by `likely`, with nine in ten by `late`. */
export interface EmptyIn {
	early: number;
	likely: number;
	/** Null: later than one looks ahead. */
	late: number | null;
}

const hoursAhead = 14 * 24;

/** Undefined: probably not within two weeks. `fromHour`: the hour of the week that it is now. */
export function emptyIn(left: number, { rates, dispersion }: Demand, fromHour: number): EmptyIn | undefined {
	if (left <= 0) return { early: 0, likely: 0, late: 0 };
	const expected = [0];
	for (let hour = 0; hour < hoursAhead; hour += 1) expected.push(expected[hour]! + rates[(fromHour + hour) % hoursOfWeek]!);
	const first = (chance: number): number | null => {
		let [low, high] = [0, hoursAhead];
		if (chanceOfSelling(left, expected[high]!, dispersion) < chance) return null;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (chanceOfSelling(left, expected[middle]!, dispersion) >= chance) high = middle;
			else low = middle + 1;
		}
		return low;
	};
	const [early, likely] = [first(0.1), first(0.5)];
	return early === null || likely === null ? undefined : { early, likely, late: first(0.9) };
}

/** The chance that at least `quantity` is sold where `mean` is expected. */
function chanceOfSelling(quantity: number, mean: number, dispersion: number): number {
	if (mean <= 0) return 0;
	// The sum of many small chances; beyond some hundred pieces the bell curve is near enough.
	if (quantity > 400) return bell((mean - quantity + 0.5) / Math.sqrt(mean + mean ** 2 / dispersion));
	const isNone = dispersion / (dispersion + mean);
	let term = isNone ** dispersion;
	let below = term;
	for (let k = 1; k < quantity; k += 1) {
		term *= ((dispersion + k - 1) / k) * (1 - isNone);
		below += term;
	}
	return 1 - below;
}

/** The normal distribution (Abramowitz and Stegun 26.2.17, error below 1e-7). */
function bell(z: number): number {
	const t = 1 / (1 + 0.2316419 * Math.abs(z));
	const tail =
		(Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
		t *
		(0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
	return z >= 0 ? 1 - tail : tail;
}
