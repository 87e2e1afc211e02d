/** What a till waits for: a line of a basket over MQTT, from the request to its answer, with the ledger on disk. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { startChild } from "../../src/cli/demo/child.ts";
import { flows } from "../../src/flows/flows.ts";
import { createWriter } from "../../src/ledger/ledger.ts";
import { pause, percentile } from "./mqtt-load.ts";
import { type BenchResult, resultOf } from "./result.ts";

const tills = 20;
const linesEach = 150;
const perSecond = 200;
const articles = 2_000;
const patienceMs = 30_000;

export async function benchTills(): Promise<BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "gondola-bench-"));
	const gateway = startChild(new URL("../../src/cli/demo/gateway-process.ts", import.meta.url), "the gateway");
	try {
		keepCatalog(folder);
		const { addresses } = await gateway.ask<{ addresses: { mqtt: string } }>({
			type: "start",
			labelProvesAfterMs: 300,
			config: {
				store: "bench",
				tenant: "bench",
				data: folder,
				desk: { port: 0 },
				broker: { port: 0, anonymousLoopback: true },
				devices: [],
			},
		});
		const times = await Promise.all(Array.from({ length: tills }, (_, n) => fill(addresses.mqtt, `till-${n}`, n)));
		const all = times.flat().sort((a, b) => a - b);
		const note = `${all.length} lines in baskets of 15, ${tills} tills, ${perSecond} a second; answers after the commit, with fsync`;
		return [
			resultOf("basket line over MQTT until its answer, p50", [percentile(all, 0.5)], "ms", { note }),
			resultOf("basket line over MQTT until its answer, p99", [percentile(all, 0.99)], "ms", { note }),
		];
	} finally {
		await gateway.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

function keepCatalog(folder: string): void {
	const writer = createWriter(folder, flows);
	const now = { wall: new Date().toISOString(), boot: "bench", monoMs: 0, quality: "synced" as const };
	const from = "2026-01-01T00:00:00.000Z";
	const records = Array.from({ length: articles }, (_, n) => [
		{ type: "article", article: { sku: `a${n}`, name: `Article ${n}`, version: 2 * n + 1 } },
		{ type: "price", price: { sku: `a${n}`, version: 2 * n + 2, kind: "regular", amountMinor: 100 + n, currency: "EUR", from } },
	]).flat();
	const down = {
		stream: "catalog",
		epoch: "00000000000000e1",
		from: 1,
		hash: "f".repeat(32),
		records: records.map((record) => ({ record })),
	};
	const steps: [string, object][] = [
		["acceptDown", down],
		["activateDue", {}],
	];
	for (const [n, [flow, args]] of steps.entries()) {
		const [answer] = writer.run([{ n: n + 1, flow, args, now }]).answers;
		if (!answer!.ok) throw new Error(`${flow}: ${answer!.message}`);
	}
	writer.close();
}

/** One till at its share of the pace; the milliseconds of each line. */
async function fill(url: string, till: string, first: number): Promise<number[]> {
	const client = await connectAsync(url, { clientId: till, protocolVersion: 5 });
	const waiting = new Map<string, (at: number) => void>();
	client.on("message", (_, payload) => {
		const { id, refused } = JSON.parse(payload.toString()) as { id: string; refused?: { why: string } };
		if (refused) throw new Error(refused.why);
		waiting.get(id)?.(performance.now());
	});
	await client.subscribeAsync(`gondola/1/till/${till}/basket/+/ack`, { qos: 0 });
	const ask = (act: string, id: string, more: object): Promise<number> => {
		const { promise, resolve, reject } = Promise.withResolvers<number>();
		const late = setTimeout(() => reject(new Error(`${act} ${id} was not answered`)), patienceMs);
		waiting.set(id, (at) => {
			clearTimeout(late);
			resolve(at);
		});
		client.publish(`gondola/1/till/${till}/basket/${act}`, JSON.stringify({ id, ...more }), { qos: 1 });
		return promise;
	};
	const times: Promise<number>[] = [];
	const everyMs = (1_000 * tills) / perSecond;
	await pause((first * everyMs) / tills);
	const began = performance.now();
	for (let n = 0; n < linesEach; n += 1) {
		const basket = `${till}-${Math.floor(n / 15)}`;
		if (n % 15 === 0) await ask("open", `open-${basket}`, { basket });
		const wait = began + n * everyMs - performance.now();
		if (wait > 0) await pause(wait);
		const at = performance.now();
		times.push(ask("add", `${till}-${n}`, { basket, code: `a${(first * linesEach + n * 7) % articles}` }).then((end) => end - at));
	}
	const done = await Promise.all(times);
	await client.endAsync();
	return done;
}
