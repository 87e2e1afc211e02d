/**
 * npm run handhelds -- [--sessions N] [--seed N] [--planted other-id|forgets]
 * Cut sessions of a handheld against a demo store; the last line says what was counted. Exits 1 when an act was lost or doubled.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startDemo } from "../support/demo.ts";
import { mistakes, playCuts } from "./cuts.ts";

const { values } = parseArgs({
	options: { sessions: { type: "string", default: "1000" }, seed: { type: "string", default: "1" }, planted: { type: "string" } },
});
const planted = Object.keys(mistakes).find((name) => name === values.planted) as keyof typeof mistakes | undefined;
if (values.planted !== undefined && !planted) throw new Error(`--planted is one of ${Object.keys(mistakes).join(", ")}`);
const data = mkdtempSync(join(tmpdir(), "gondola-handhelds-"));
const demo = await startDemo(data, [], true);
const began = performance.now();
try {
	const run = { sessions: Number(values.sessions), seed: Number(values.seed), say: (line: string) => console.log(line) };
	const { lost, doubled, different, ...counts } = await playCuts(demo, planted ? { ...run, planted } : run);
	for (const [what, keys] of Object.entries({ lost, doubled, different })) for (const key of keys) console.log(`${what}: ${key}`);
	const cut = Object.entries(counts.cuts).map(([name, times]) => `${name} ${times}`);
	console.log(
		`${counts.sessions} cut sessions (${cut.join(", ")}) in ${Math.round((performance.now() - began) / 1_000)} s: ` +
			`${counts.kept} acts kept, ${counts.unsure} unsure; ${lost.length} lost, ${doubled.length} doubled, ` +
			`${different.length} different at head office, ${counts.refused} refused`,
	);
	process.exitCode = lost.length + doubled.length + different.length > 0 ? 1 : 0;
} finally {
	await demo.stop();
	rmSync(data, { recursive: true, force: true, maxRetries: 5 });
}
