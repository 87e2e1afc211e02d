/** What each process of the demo takes when the store is up and its labels are drawn: the state a box is in nearly all day. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDemo } from "../support/demo.ts";
import { pause } from "./mqtt-load.ts";
import { childrenOf, memoryOf } from "./process-memory.ts";
import { type BenchResult, resultOf } from "./result.ts";

const drawnAfterMs = 10_000;
const idleMs = 30_000;

export async function benchMemory(): Promise<BenchResult[]> {
	const data = mkdtempSync(join(tmpdir(), "gondola-bench-"));
	try {
		const first = await startDemo(data);
		await pause(drawnAfterMs);
		await first.stop();
		const demo = await startDemo(data);
		await pause(idleMs);
		const processes = [demo.process.pid!, ...childrenOf(demo.process.pid!)].map(memoryOf);
		await demo.stop();
		return processes.map(({ name, rssMb, privateMb }) =>
			resultOf(`memory of ${titles[name] ?? name}`, [rssMb], "MB", {
				note: `${Math.round(privateMb)} MB of it private; shoppers are in the store`,
			}),
		);
	} finally {
		rmSync(data, { recursive: true, force: true });
	}
}

const titles: Record<string, string> = {
	"gateway-process": "the gateway",
	"hq-process": "head office, its database inside",
	"sim/main": "the virtual store",
	"cli/main": "the demo's parent",
};
