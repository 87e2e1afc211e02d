/** How many picks and put-backs the shelf engine finds, miscounts and invents, on plates of the physical model in shelves/. */
import { type BenchResult, resultOf } from "./result.ts";
import { type Estimate, judge } from "./shelves/judge.ts";
import { measurePicks, measureQuiet, untouchedShelves } from "./shelves/measure.ts";
import { measureMixed } from "./shelves/mixed-visits.ts";
import { noiseLevels } from "./shelves/plate-model.ts";

const visits = 15_300;
/** On each plate with several articles. */
const mixedVisits = 2_500;
const quietHours = 12;

/** Two and three articles on one plate. The pieces that the books are off by are not computed: articles differ in what they are worth. */
function benchMixed(): BenchResult[] {
	return Object.values(noiseLevels).flatMap((level) => {
		const { interactions, precision, recall, f1, invented, asked } = judge(measureMixed({ level, visits: mixedVisits }));
		const name = `shelf engine, several articles on a plate, ${level.name} noise`;
		const one = (what: string, { value, low, high }: Estimate, more = ""): BenchResult =>
			resultOf(`${name}: ${what}`, [100 * value], "%", {
				note: `${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)} with 95 % confidence${more}`,
			});
		return [
			one("precision", precision, `; ${interactions.toLocaleString("en")} interactions, seed 1`),
			one("recall", recall, `; ${asked} times a person is asked`),
			one("F1", f1),
			resultOf(`${name}: confident wrong counts`, [invented], "", { note: `${level.noiseGrams} g of noise` }),
		];
	});
}

export function benchShelves(): Promise<BenchResult[]> {
	const results = Object.values(noiseLevels).flatMap((level) => {
		const { interactions, precision, recall, f1, countError, invented, asked } = judge(measurePicks({ level, visits }));
		const one = (what: string, { value, low, high }: Estimate, more = ""): BenchResult =>
			resultOf(`shelf engine, ${level.name} noise: ${what}`, [100 * value], "%", {
				note: `${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)} with 95 % confidence${more}`,
			});
		return [
			one("precision", precision, `; ${interactions.toLocaleString("en")} interactions, seed 1`),
			one("recall", recall),
			one("F1", f1),
			one("pieces that the books are off by, of those that moved", countError, `; ${asked} times a person is asked instead`),
			resultOf(`shelf engine, ${level.name} noise: confident wrong counts`, [invented], "", { note: `${level.noiseGrams} g of noise` }),
		];
	});
	for (const level of Object.values(noiseLevels)) {
		const movements = untouchedShelves.map(([, shelf], at) => measureQuiet(level, shelf, quietHours, at + 1).length);
		const note = untouchedShelves.map(([name], at) => `${name}: ${movements[at]}`).join(", ");
		const total = movements.reduce((sum, count) => sum + count, 0);
		results.push(resultOf(`shelf engine, ${level.name} noise: movements in ${quietHours} hours without a hand`, [total], "", { note }));
	}
	results.push(...benchMixed());
	return Promise.resolve(results);
}
