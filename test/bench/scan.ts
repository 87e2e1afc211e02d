/** From the last byte of a code on the cable to its committed event, as a till hears of it over the event stream. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "../../src/cli/demo/child.ts";
import { openSerialEnd } from "../../src/sim/serial/pty.ts";
import { pause, percentile } from "./mqtt-load.ts";
import { type BenchResult, resultOf } from "./result.ts";

const scans = 400;
const everyMs = 20;
const patienceMs = 3_000;
const mostMissed = 5;

export async function benchScan(): Promise<BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "gondola-bench-"));
	const cable = await openSerialEnd();
	const at = cable.address as { path?: string; host?: string; port?: number };
	const wired = at.path !== undefined ? { port: at.path } : { host: `${at.host}:${at.port}` };
	const gateway = startChild(new URL("../../src/cli/demo/gateway-process.ts", import.meta.url), "the gateway");
	try {
		const { addresses } = await gateway.ask<{ addresses: { cockpit: string } }>({
			type: "start",
			labelProvesAfterMs: 300,
			config: {
				store: "bench",
				tenant: "bench",
				data: folder,
				desk: { port: 0 },
				broker: { port: 0 },
				devices: [{ id: "scanner-1", family: "scanner", protocol: "serial", suffix: "cr", ...wired }],
			},
		});
		const heard = await listen(addresses.cockpit);
		await pause(1_000);
		const times: number[] = [];
		let missed = 0;
		for (let n = 0; n < scans; n++) {
			const code = `SHELF-${String(n).padStart(6, "0")}`;
			const seen = heard(code);
			const began = performance.now();
			cable.write(Buffer.from(`${code}\r`));
			if (await seen) times.push(performance.now() - began);
			else if ((missed += 1) > mostMissed) throw new Error(`${missed} scans were not told of within ${patienceMs} ms`);
			await pause(everyMs);
		}
		times.sort((a, b) => a - b);
		const note = `${times.length} of ${scans} scans through a pseudo-terminal, one commit each`;
		return [
			resultOf("scan until its commit is told, p50", [percentile(times, 0.5)], "ms", { note }),
			resultOf("scan until its commit is told, p99", [percentile(times, 0.99)], "ms", { note }),
		];
	} finally {
		await gateway.stop();
		await cable.close();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** A code that is not heard of in time is answered with false. */
async function listen(cockpit: string): Promise<(code: string) => Promise<boolean>> {
	const answer = await fetch(new URL("/api/v1/events", cockpit), { headers: { accept: "text/event-stream" } });
	const waiting = new Map<string, () => void>();
	void (async () => {
		let held = "";
		for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
			const frames = (held + piece).split("\n\n");
			held = frames.pop()!;
			for (const frame of frames) {
				const data = /^data: (.*)$/m.exec(frame)?.[1];
				const event = data === undefined ? {} : (JSON.parse(data) as { type?: string; code?: string });
				if (event.type === "article.scanned" && event.code !== undefined) waiting.get(event.code)?.();
			}
		}
	})().catch(() => {});
	return (code) =>
		new Promise((resolve) => {
			const late = setTimeout(() => resolve(false), patienceMs);
			waiting.set(code, () => {
				clearTimeout(late);
				resolve(true);
			});
		});
}
