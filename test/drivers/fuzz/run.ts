/**
 * `npm run fuzz`: every codec takes 1,000,000 random and mutated inputs. `-- --inputs N --seed S --codec NAME` for fewer, others, or one.
 * Ends with 1 at the first input that throws or hangs, or when the process holds much more at the end than after the first tenth.
 */
import { parseArgs } from "node:util";
import { allCodecs } from "./codecs.ts";
import { fuzz } from "./fuzz.ts";

const { values } = parseArgs({ options: { inputs: { type: "string" }, seed: { type: "string" }, codec: { type: "string" } } });
const inputs = Number(values.inputs ?? 1_000_000);
const seed = Number(values.seed ?? 1);
const collect = (globalThis as { gc?: () => void }).gc ?? (() => {});
const megabytes = (): number => (collect(), process.memoryUsage().heapUsed / 1_048_576);
/** What a codec may hold of half a message is some kilobytes; more than this is growth. */
const mostGrowthMegabytes = 8;

let total = 0;
for (const codec of allCodecs()) {
	if (values.codec !== undefined && codec.name !== values.codec) continue;
	const stop = codec.stop;
	delete codec.stop;
	fuzz(codec, Math.ceil(inputs / 10), seed + 1);
	const before = megabytes();
	const { slowestMs } = fuzz(codec, inputs, seed);
	const grownMegabytes = megabytes() - before;
	stop?.();
	total += inputs;
	process.stdout.write(
		`${codec.name.padEnd(22)} ${inputs} inputs, slowest ${slowestMs.toFixed(1)} ms, grown ${grownMegabytes.toFixed(1)} MB\n`,
	);
	if (grownMegabytes > mostGrowthMegabytes) throw new Error(`${codec.name} has grown by ${grownMegabytes.toFixed(1)} MB`);
}
process.stdout.write(`${total} inputs, none threw, hung or grew\n`);
