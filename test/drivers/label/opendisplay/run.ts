/**
 * npm run labels:faults -- --seeds 10000 [--from 1]
 *
 * Plays days of one OpenDisplay label among faults; each is held against what stands on the virtual glass. The last line says how many days
 * were wrong; the exit code is 1 when any was.
 */
import { parseArgs } from "node:util";
import { labelDay } from "./world.ts";

const { values } = parseArgs({ options: { seeds: { type: "string", default: "1000" }, from: { type: "string", default: "1" } } });
const [seeds, from] = [Number(values.seeds), Number(values.from)];
if (!Number.isInteger(seeds) || seeds < 1 || !Number.isInteger(from)) {
	process.stderr.write("--seeds and --from are whole numbers\n");
	process.exit(2);
}
const began = performance.now();
const faults: Record<string, number> = {};
let [shown, unproved, wrongDays] = [0, 0, 0];
for (let seed = from; seed < from + seeds; seed += 1) {
	const day = await labelDay(seed);
	shown += day.shown;
	unproved += day.unproved;
	for (const [fault, times] of Object.entries(day.faults)) faults[fault] = (faults[fault] ?? 0) + times;
	if (day.wrong.length === 0) continue;
	wrongDays += 1;
	process.stdout.write(`seed ${seed}: ${day.wrong.slice(0, 3).join("; ")}\n`);
}
for (const [fault, times] of Object.entries(faults).sort(([, a], [, b]) => b - a))
	process.stdout.write(`${String(times).padStart(8)}  ${fault}\n`);
process.stdout.write(`${shown} pictures shown, ${unproved} doubted and sent again, ${Math.round((performance.now() - began) / 1_000)} s\n`);
process.stdout.write(`${seeds} days, ${wrongDays} wrong\n`);
process.exitCode = wrongDays === 0 ? 0 : 1;
