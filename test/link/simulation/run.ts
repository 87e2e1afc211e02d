/**
 * `npm run simulate -- --seeds 10000 [--from 1] [--profile rough] [--disaster box-restored] [--real] [--liar]`, one again:
 * `npm run simulate -- --seed 12345 --trace`, and the mistakes that must be noticed: `npm run simulate -- --mutants [--seeds 400]`.
 * Thousands of stores that come back at once: `npm run simulate -- --crowd 2000`. Customers, clerks and tills, over both ends' real
 * databases: `--customers`. `--seen` says what came to pass (list.ts).
 */
import { parseArgs } from "node:util";
import { defined } from "../../../src/words/defined.ts";
import { profiles } from "./broker.ts";
import { playCrowd } from "./crowd.ts";
import { customerMutants } from "./customers/mutants.ts";
import { playCustomers } from "./customers/play-customers.ts";
import { disasters } from "./faults.ts";
import { liarMutants } from "./liar/mutants.ts";
import { type Mutant, misfits, plantMutants } from "./mutants/mutant-planting.ts";
import { mutants as linkMutants } from "./mutants/mutants.ts";
import { noticedBy } from "./mutants/noticed-by.ts";
import { play, type Received, type Wishes } from "./play.ts";

const { values } = parseArgs({
	options: {
		seed: { type: "string" },
		seeds: { type: "string" },
		from: { type: "string", default: "1" },
		profile: { type: "string" },
		disaster: { type: "string" },
		real: { type: "boolean", default: false },
		liar: { type: "boolean", default: false },
		trace: { type: "boolean", default: false },
		mutants: { type: "boolean", default: false },
		mutant: { type: "string" },
		crowd: { type: "string" },
		customers: { type: "boolean", default: false },
		seen: { type: "boolean", default: false },
		json: { type: "boolean", default: false },
	},
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
for (const [asked, known] of [
	[values.profile, profiles],
	[values.disaster, disasters],
] as const) {
	if (asked === undefined || asked in known) continue;
	process.stderr.write(`there is no "${asked}"; there are: ${Object.keys(known).join(", ")}\n`);
	process.exit(2);
}
const wishes: Wishes = {
	real: values.real,
	liar: values.liar,
	...(values.trace && { say }),
	...(values.profile !== undefined && { profile: values.profile }),
	...(values.disaster !== undefined && { disaster: values.disaster }),
};
const first = Number(values.seed ?? values.from);

if (values.mutants || values.mutant !== undefined) await hunt(Number(values.seeds ?? 400));
else if (values.crowd !== undefined) await judgeCrowd(Number(values.crowd), Number(values.seeds ?? 1));
else await judge(values.seed === undefined ? Number(values.seeds ?? 1_000) : 1);

async function judge(count: number): Promise<void> {
	const started = performance.now();
	const told: Received[] = [];
	let failed = 0;
	for (let seed = first; seed < first + count; seed++) {
		const one = await (values.customers ? playCustomers(seed, wishes) : play(seed, wishes)).catch(
			(error: Error): Received => ({
				seed,
				profile: "",
				faults: [],
				broken: [`crash: ${error.stack}`],
				healedMs: 0,
				messages: 0,
				facts: 0,
				seen: new Map(),
			}),
		);
		told.push(one);
		if (one.broken.length === 0) continue;
		failed += 1;
		const again = [
			`--seed ${seed}`,
			values.profile && `--profile ${values.profile}`,
			values.disaster && `--disaster ${values.disaster}`,
			values.real && "--real",
			values.liar && "--liar",
			values.customers && "--customers",
		].filter(Boolean);
		say(
			`${one.broken[0]} (${one.profile}; ${[...new Set(one.faults)].join(" ")})\n  replay: npm run simulate -- ${again.join(" ")} --trace`,
		);
	}
	const sum = (of: (one: Received) => number): number => told.reduce((total, one) => total + of(one), 0);
	const healed = told.map((one) => one.healedMs).sort((a, b) => a - b);
	const seconds = (ms: number | undefined): number => Math.round((ms ?? 0) / 1_000);
	say(
		`${count} seeds, ${failed} failed; ${sum((one) => one.messages)} messages, ${sum((one) => one.facts)} facts, ` +
			`${sum((one) => one.faults.length)} faults; ` +
			`healed within ${seconds(healed[count >> 1])} s (half), ${seconds(healed.at(-1))} s (all);` +
			` took ${seconds(performance.now() - started)} s`,
	);
	const seen = new Map<string, number>();
	for (const one of told) for (const [what, count] of one.seen) seen.set(what, count + (seen.get(what) ?? 0));
	if (values.seen)
		say(
			[...seen]
				.sort()
				.map(([what, count]) => `${what} ${count}`)
				.join("; "),
		);
	process.exitCode = failed === 0 ? 0 : 1;
}

/** Thousands of stores that reconnect at once. */
async function judgeCrowd(stores: number, count: number): Promise<void> {
	for (let seed = first; seed < first + count; seed++) {
		const started = performance.now();
		const { broken, healedMs, most } = await playCrowd(seed, stores, values.trace ? say : undefined);
		if (broken[0] !== undefined) {
			process.exitCode = 1;
			say(`${broken[0]}\n  replay: npm run simulate -- --crowd ${stores} --seed ${seed} --trace`);
		}
		say(
			`${stores} stores, seed ${seed}: all equal ${Math.round(healedMs / 1_000)} s after the broker came back; in the busiest second ${most.calls} calls, ` +
				`${most.hellos} hellos, ${most.messagesToHq} messages to HQ; took ${Math.round((performance.now() - started) / 1_000)} s`,
		);
	}
}

/** Each mutant lives until a seed breaks a promise; one that outlives them all is a hole in the promises. */
async function hunt(most: number): Promise<void> {
	const mutants = values.customers ? customerMutants : [...linkMutants, ...liarMutants];
	plantMutants(mutants);
	for (const mutant of mutants.filter((each) => values.mutant === undefined || each.name === values.mutant)) {
		const playedSeed = await withMistake(mutant);
		const misfit = misfits(mutant);
		let died: { seed: number; broken: string } | undefined;
		const quickest = noticedBy[mutant.name];
		for (const seed of [...(quickest === undefined ? [] : [quickest]), ...Array.from({ length: most }, (_, n) => first + n)]) {
			if (died || misfit.length > 0) break;
			const { broken } = await playedSeed(seed).catch((error: Error) => ({ broken: [`crash: ${error.message}`] }));
			if (broken[0] !== undefined) died = { seed, broken: broken[0] };
		}
		const isRight = died !== undefined && mutant.breaks.includes(died.broken.split(":")[0]!);
		if (!isRight) process.exitCode = 1;
		if (values.json) say(JSON.stringify({ mutant: mutant.name, misfit, breaks: mutant.breaks, ...died }));
		else
			say(
				`${mutant.name}: ${
					misfit[0] ?? (died ? `seed ${died.seed}${isRight ? "" : ", not as expected"}: ${died.broken}` : `OUTLIVED ${most} seeds`)
				}`,
			);
	}
}

/** How to play one seed with the mistake planted in all that is played. */
async function withMistake(mutant: Mutant): Promise<(seed: number) => Promise<{ broken: string[] }>> {
	const planted = `?mutant=${encodeURIComponent(mutant.name)}`;
	if (values.customers) {
		const { playCustomers: played } = (await import(`./customers/play-customers.ts${planted}`)) as { playCustomers: typeof playCustomers };
		return (seed) => played(seed, { ...wishes, impatient: true });
	}
	const { crowd, disaster, profile, bulky, emphasis } = mutant;
	if (crowd !== undefined) {
		const { playCrowd: played } = (await import(`./crowd.ts${planted}`)) as { playCrowd: typeof playCrowd };
		return (seed) => played(seed, crowd);
	}
	const { play: played } = (await import(`./play.ts${planted}`)) as { play: typeof play };
	const more = { ...defined({ disaster, profile, emphasis }), ...(bulky && { bulky }) };
	return (seed) => played(seed, { ...wishes, impatient: true, liar: liarMutants.includes(mutant), ...more });
}
