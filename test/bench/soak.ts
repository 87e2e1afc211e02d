/**
 * A store left alone with busy shoppers: does the gateway grow? `node test/bench/soak.ts [MINUTES]` (default 30) prints the resident
 * memory every
 * half minute and, at the end, its slope after the first third. Bounded, stops by itself, loopback only.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { get, startDemo } from "../support/demo.ts";

const minutes = Number(process.argv[2] ?? 30);
const lookEveryMs = 30_000;

const data = mkdtempSync(join(tmpdir(), "gondola-soak-"));
const demo = await startDemo(data, ["--speed", "60"]);
const gateway = childOf(demo.process.pid!, "gateway-process");
const samples: { minute: number; megabytes: number }[] = [];
const began = performance.now();
while (performance.now() - began < minutes * 60_000) {
	await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
	const minute = (performance.now() - began) / 60_000;
	const { lastEvent, hq } = await get<{ lastEvent: number; hq: { factsWaiting: number } }>(demo.cockpit, "/api/v1/status");
	const sample = { minute, megabytes: residentOf(gateway) };
	samples.push(sample);
	console.log(`${minute.toFixed(1)} min  ${sample.megabytes.toFixed(0)} MB  ${lastEvent} events  ${hq.factsWaiting} facts waiting`);
}
await demo.stop();
rmSync(data, { recursive: true, force: true, maxRetries: 5 });
const late = samples.filter(({ minute }) => minute > minutes / 3);
console.log(
	`slope after the first third: ${(slopeOf(late) * 60).toFixed(1)} MB an hour, over ${late.length} samples; from ${late[0]?.megabytes.toFixed(0)} to ${late.at(-1)?.megabytes.toFixed(0)} MB`,
);
process.exit(0);

function childOf(parent: number, name: string): number {
	for (const entry of readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
		try {
			const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
			if (
				Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent &&
				readFileSync(`/proc/${entry}/cmdline`, "utf8").includes(name)
			)
				return Number(entry);
		} catch {
			continue; // it ended while we looked
		}
	}
	throw new Error(`no child of ${parent} is called ${name}`);
}

function residentOf(pid: number): number {
	return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1_000;
}

/** Least squares, megabytes a minute. */
function slopeOf(points: { minute: number; megabytes: number }[]): number {
	const n = points.length;
	const meanX = points.reduce((sum, { minute }) => sum + minute, 0) / n;
	const meanY = points.reduce((sum, { megabytes }) => sum + megabytes, 0) / n;
	const over = points.reduce((sum, { minute, megabytes }) => sum + (minute - meanX) * (megabytes - meanY), 0);
	return over / points.reduce((sum, { minute }) => sum + (minute - meanX) ** 2, 0);
}
