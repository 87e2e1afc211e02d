/** `npm run takeovers -- --kills 200 [--mode sync|async] [--seed N] [--minutes N]`: both modes in turn unless one is named. */
import { parseArgs } from "node:util";
import { runTakeovers, type Tally } from "./takeovers.ts";

const { values } = parseArgs({
	options: {
		kills: { type: "string", default: "200" },
		mode: { type: "string" },
		seed: { type: "string", default: "1" },
		minutes: { type: "string", default: "60" },
	},
});
const kills = Number(values.kills);
const modes = values.mode === undefined ? (["sync", "async"] as const) : [values.mode as "sync" | "async"];
const until = performance.now() + Number(values.minutes) * 60_000;
/** Boxes, spares and paper of one run are kept until its end. */
const killsARun = 20;
let isWell = true;
for (const mode of modes) {
	const tallies: Tally[] = [];
	const end = mode === modes.at(-1) ? until : until - (until - performance.now()) / 2;
	for (let done = 0; done < kills && performance.now() < end; done += killsARun) {
		const seed = Number(values.seed) + done;
		const tally = await runTakeovers({
			...{ kills: Math.min(killsARun, kills - done), mode, seed },
			...{ whenAway: seed % 2 === 0 ? "go-on" : "refuse", lateMs: (done / killsARun) % 2 === 0 ? 0 : 10 },
		});
		tallies.push(tally);
		for (const fault of tally.faults) console.log(`${mode}, seed ${seed}: ${fault}`);
	}
	const sum = (of: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
	const slowest = Math.max(...tallies.flatMap(({ takeoverMs }) => takeoverMs));
	console.log(
		`${mode}: ${sum((one) => one.kills)} kills, ${sum((one) => one.acknowledged)} acknowledged, ${sum((one) => one.lost)} lost ` +
			`(most in one takeover ${Math.max(...tallies.map((one) => one.worst.lost))}), ${sum((one) => one.slips)} slips, ` +
			`${sum((one) => one.doubledSlips)} doubled, ${sum((one) => one.twoWriters)} answers of replaced boxes, slowest takeover ${slowest} ms`,
	);
	isWell &&= tallies.every(({ faults }) => faults.length === 0);
}
process.exit(isWell ? 0 : 1);
