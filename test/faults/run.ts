/**
 * `npm run faults -- --cuts 2000 --seed 7 [--sync NORMAL]`: power cuts as long as one likes; a seed and a cut count tell a failure again.
 */
import { parseArgs } from "node:util";
import { compileShim, pullPlugs } from "./power-cuts.ts";

const { values } = parseArgs({
	options: {
		cuts: { type: "string", default: "500" },
		seed: { type: "string", default: "1" },
		sync: { type: "string", default: "FULL" },
		parallel: { type: "string", default: "2" },
	},
});
const synchronous = values.sync === "NORMAL" ? "NORMAL" : "FULL";
const made = compileShim();
if ("why" in made) {
	process.stderr.write(`no power-cut VFS: ${made.why}\n`);
	process.exit(2);
}
const started = Date.now();
// A long run is looked at now and then.
let saidAt = started;
const say = (line: string): void => {
	if (Date.now() - saidAt < 60_000) return;
	saidAt = Date.now();
	process.stderr.write(`${line}\n`);
};
const result = await pullPlugs({
	shim: made.shim,
	cuts: Number(values.cuts),
	seed: Number(values.seed),
	synchronous,
	parallel: Number(values.parallel),
	say,
});
for (const { seed, at, faults } of result.lossy.slice(0, 20))
	process.stdout.write(
		`box ${seed}, cut at I/O ${at}: ${faults.slice(0, 4).join(" | ")}${faults.length > 4 ? ` | and ${faults.length - 4} more` : ""}\n`,
	);
process.stdout.write(
	`synchronous=${synchronous}: ${result.cuts} power cuts (${result.ended} days ended before theirs), ${result.acknowledged} acknowledged answers, ` +
		`${result.lossy.length} cuts lost something, ${Math.round((Date.now() - started) / 1000)} s\n`,
);
process.exitCode = (synchronous === "FULL") === (result.lossy.length === 0) ? 0 : 1;
