/** How long a shop waits: the demo until everything is up, and the gateway alone until somebody can connect. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDemo } from "../support/demo.ts";
import { pause } from "./mqtt-load.ts";
import { type BenchResult, resultOf } from "./result.ts";

const runs = 5;
/** A busy machine gets fewer runs of the demo, not a longer bench. */
const demosMs = 40_000;
const patienceMs = 20_000;

export async function benchStart(): Promise<BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "gondola-bench-"));
	try {
		const fresh: number[] = [];
		const again: number[] = [];
		const began = performance.now();
		for (let run = 0; run < runs && performance.now() - began < demosMs; run++) {
			const data = join(folder, `demo-${run}`);
			for (const times of [fresh, again]) {
				const demo = await startDemo(data);
				times.push(demo.readyAfterMs);
				await demo.stop();
			}
		}
		const gateway: number[] = [];
		await gatewayAcceptsAfterMs(folder);
		for (let run = 0; run < runs; run++) gateway.push(await gatewayAcceptsAfterMs(folder));
		return [
			resultOf("demo until ready, new store", fresh, "ms"),
			resultOf("demo until ready, its store from before", again, "ms"),
			resultOf("gondola run until the cockpit and the broker accept", gateway, "ms", { note: "warm" }),
		];
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function gatewayAcceptsAfterMs(folder: string): Promise<number> {
	const [deskPort, brokerPort] = [47_080, 47_083];
	const file = join(folder, "gondola.yaml");
	writeFileSync(
		file,
		JSON.stringify({
			store: "bench",
			tenant: "bench",
			data: join(folder, "gateway"),
			desk: { port: deskPort },
			broker: { port: brokerPort },
		}),
	);
	const began = performance.now();
	const child = spawn(process.execPath, ["--max-semi-space-size=2", "src/cli/main.ts", "run", "--config", file], {
		cwd: new URL("../..", import.meta.url),
		stdio: ["ignore", "ignore", "inherit"],
	});
	try {
		for (const port of [deskPort, brokerPort]) await accepts(port, began + patienceMs);
		return performance.now() - began;
	} finally {
		const gone = new Promise((resolve) => child.once("exit", resolve));
		child.kill("SIGTERM");
		await gone;
	}
}

async function accepts(port: number, untilMs: number): Promise<void> {
	for (;;) {
		const open = await new Promise<boolean>((resolve) => {
			const socket = connect({ host: "127.0.0.1", port });
			socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
			socket.once("connect", () => socket.destroy());
		});
		if (open) return;
		if (performance.now() > untilMs) throw new Error(`nobody accepts connections on port ${port}`);
		await pause(5);
	}
}
