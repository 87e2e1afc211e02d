/** A price push at head office until it holds in the store: HQ's database, the line, and the ledger's commits on both ends. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { get, startDemo } from "../support/demo.ts";
import { pause } from "./mqtt-load.ts";
import { type BenchResult, resultOf } from "./result.ts";

const changes = 10_000;
const patienceMs = 40_000;

export async function benchPush(): Promise<BenchResult[]> {
	const data = mkdtempSync(join(tmpdir(), "gondola-bench-"));
	const demo = await startDemo(data);
	try {
		await pause(3_000);
		const rows = Array.from(
			{ length: changes },
			(_, i) => `b${i},Bench article ${i},1 kg,${(1 + (i % 900) / 100).toFixed(2)},${(1 + (i % 900) / 100).toFixed(2)},EUR`,
		);
		const csv = `sku,name,net_content,amount,unit_amount,currency\n${rows.join("\n")}\n`;
		const began = performance.now();
		const answer = await fetch(new URL("/api/v1/pushes?id=bench&stores=all", demo.hq), {
			method: "POST",
			headers: { "content-type": "text/csv" },
			body: csv,
		});
		const { accepted } = (await answer.json()) as { accepted: number };
		if (accepted !== changes) throw new Error(`head office accepted ${accepted} of ${changes} changes`);
		const answered = performance.now() - began;
		const reached = { stored: 0, active: 0 };
		while (reached.active === 0) {
			const { items } = await get<{ items: { stored: number; active: number }[] }>(demo.hq, "/api/v1/matrix?push=bench");
			for (const step of ["stored", "active"] as const)
				if (reached[step] === 0 && items[0]?.[step] === changes) reached[step] = performance.now() - began;
			if (performance.now() - began > patienceMs)
				throw new Error(`the push did not hold after ${patienceMs / 1_000} s: ${JSON.stringify(items[0])}`);
			await pause(50);
		}
		const from = "10,000 changes by CSV, from the first byte of the request";
		return [
			resultOf("push until head office has it", [answered / 1_000], "s", { note: from }),
			resultOf("push until the store has stored it", [reached.stored / 1_000], "s", { note: `as head office knows; ${from}` }),
			resultOf("push until it is active in the store", [reached.active / 1_000], "s", {
				note: `as head office knows; ${Math.round(changes / (reached.active / 1_000)).toLocaleString("en")} changes/s`,
			}),
		];
	} finally {
		await demo.stop();
		rmSync(data, { recursive: true, force: true });
	}
}
