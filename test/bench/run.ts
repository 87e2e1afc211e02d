/**
 * npm run bench [-- NAME …] [--json FILE] [--write]
 *
 * Measures, prints a table, and writes RESULTS.md beside this file when everything was measured, or when --write asks for it. It never
 * judges: numbers of two machines
 * are not compared by a program.
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { version } from "../../src/daemon/version.ts";
import { type BenchResult, shown } from "./result.ts";

const benches: Record<string, () => Promise<BenchResult[]>> = {
	shelves: async () => (await import("./shelves.ts")).benchShelves(),
	start: async () => (await import("./start.ts")).benchStart(),
	memory: async () => (await import("./memory.ts")).benchMemory(),
	scan: async () => (await import("./scan.ts")).benchScan(),
	tills: async () => (await import("./tills.ts")).benchTills(),
	labels: async () => (await import("./labels.ts")).benchLabels(),
	opendisplay: async () => (await import("./opendisplay.ts")).benchOpenDisplay(),
	ledger: async () => (await import("./ledger.ts")).benchLedger(),
	push: async () => (await import("./push.ts")).benchPush(),
	broker: async () => (await import("./broker.ts")).benchBroker({ rounds: 1 }),
	link: async () => (await import("./link.ts")).benchLink(),
	signing: async () => (await import("./signing.ts")).benchSigning(),
	"hq-push": async () => (await import("./hq-push.ts")).benchHqPush(),
	"hq-file": async () => (await import("./hq-file.ts")).benchHqFile(),
	hq: async () => (await import("./hq-stores.ts")).benchHqStores(),
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "string" }, write: { type: "boolean" } } });
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) {
	console.error(`there is no bench ${unknown.join(", ")}; there are ${Object.keys(benches).join(", ")}`);
	process.exit(2);
}

const chosen = positionals.length > 0 ? positionals : Object.keys(benches);
const machine = `${cpus()[0]?.model.trim() ?? "unknown CPU"}, ${cpus().length} cores, ${Math.round(totalmem() / 1e9)} GB; Linux ${release()}; Node ${process.versions.node}; Gondola ${version}`;
const results: Record<string, BenchResult[]> = {};
const failed: string[] = [];
const busy = `Load average ${loadavg()[0]!.toFixed(1)} when it began, ${cpus().length} cores`;
console.log(`${machine}\n${busy}`);
for (const name of chosen) {
	const began = performance.now();
	try {
		results[name] = await benches[name]!();
	} catch (error) {
		failed.push(`${name} could not be measured: ${(error as Error).message}`);
		console.log(`\n${failed.at(-1)}`);
		continue;
	}
	console.log(`\n${name} (${Math.round((performance.now() - began) / 1_000)} s)`);
	const widest = Math.max(...results[name].map((result) => result.name.length));
	for (const { name: what, median, unit, ratio, note } of results[name])
		console.log(
			`  ${what.padEnd(widest)}  ${shown(median).padStart(9)} ${unit.padEnd(7)} ${(ratio === undefined ? "" : `×${ratio.toFixed(2)}`).padEnd(6)} ${note ?? ""}`.trimEnd(),
		);
}

const date = new Date().toISOString().slice(0, 10);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ date, machine, busy, results, failed }, null, "\t")}\n`);
if (positionals.length === 0 || values.write) writeFileSync(new URL("./RESULTS.md", import.meta.url), page());
process.exit(0);

function page(): string {
	const cell = (text: string): string => text.replaceAll("|", "\\|");
	const rows = Object.values(results)
		.flat()
		.map(
			({ name, median, unit, ratio, note }) =>
				`| ${cell(name)} | ${shown(median)} ${unit} | ${ratio === undefined ? "" : `×${ratio.toFixed(2)}`} | ${cell(note ?? "")} |`,
		);
	return [
		"# Measured",
		"",
		`Written by \`npm run bench\`, ${date}. ${machine}. ${busy}: with more load than cores these numbers are poor.`,
		"",
		"| what | median | ratio | how |",
		"|---|---:|---:|---|",
		...rows,
		"",
		...failed.map((sentence) => `${sentence}\n`),
	].join("\n");
}
