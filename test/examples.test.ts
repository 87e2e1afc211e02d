import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseTrace, playTrace } from "../drivers/transport/trace-port.ts";
import { runToyScale } from "../examples/driver/toy-scale.ts";
import { get, type RunningDemo, startDemo } from "./support/demo.ts";
import { eventually } from "./support/until.ts";

const root = resolve(import.meta.dirname, "..");
const run = (...args: string[]) => promisify(execFile)(process.execPath, ["--no-warnings", ...args], { cwd: root });

describe("the example of a driver", () => {
	it("reports what the trace means, and counts what it cannot read", async () => {
		const port = playTrace(parseTrace(readFileSync(join(root, "examples/driver/a-jar-of-coffee.txt"), "utf8")));
		const said: unknown[] = [];
		runToyScale(port, {
			weight: (milligrams) => said.push(milligrams),
			overloaded: () => said.push("overloaded"),
			garbled: (count) => said.push({ garbled: count }),
		});
		await port.played;
		expect(said).toEqual([0, 512_000, { garbled: 1 }, "overloaded"]);
	});
});

describe("the example of a Tasmota shelf", () => {
	it("is a right configuration", async () => {
		const { stdout } = await run("src/cli/main.ts", "config", "check", "examples/tasmota-shelf.yaml");
		expect(stdout).toContain("right");
	});
});

describe("beside a running demo store", () => {
	let demo: RunningDemo;
	let data: string;
	beforeAll(async () => {
		data = await mkdtemp(join(tmpdir(), "gondola-examples-"));
		demo = await startDemo(data);
	}, 120_000);
	afterAll(async () => {
		await demo.stop();
		await rm(data, { recursive: true, force: true, maxRetries: 5 });
	}, 120_000);

	it("the till books a sale", async () => {
		const { stdout } = await run("examples/till-over-mqtt.ts", demo.mqtt, "1001", "till-9");
		expect(JSON.parse(stdout)).toMatchObject({ id: expect.any(String) as string });
		const { items } = await get<{ items: { type: string; till?: string }[] }>(demo.cockpit, "/api/v1/events?limit=500");
		expect(items.filter(({ type, till }) => type === "sale.recorded" && till === "till-9")).toHaveLength(1);
	});

	it("the till fills a basket over MQTT, confirms an age and is paid", async () => {
		await eventually(async () => expect(await get(demo.cockpit, "/api/v1/prices/1049")).toMatchObject({ minimumAge: 18 }));
		const { stdout } = await run("examples/basket-over-mqtt.ts", demo.mqtt, "1013,1049,1049", "till-8");
		expect(stdout).toMatch(/^1 Mineralna.*\n2 Plavac mali.* age\npaid \d+ EUR\n$/);
		const { items } = await get<{ items: { type: string; till?: string; age?: object }[] }>(
			demo.cockpit,
			"/api/v1/events?type=sale.recorded&limit=500",
		);
		expect(items.filter(({ type, till }) => type === "sale.recorded" && till === "till-8")).toMatchObject([
			{ age: { minimumAge: 18, by: "device:till-8", person: "Mara" } },
		]);
	});

	it("head office takes the price list", async () => {
		await run("src/cli/main.ts", "hq", "push", "examples/push.csv", "--stores", "all", "--hq", demo.hq).catch(
			(error: { stderr: string }) => {
				throw new Error(error.stderr);
			},
		);
		await eventually(async () => {
			expect(await get(demo.cockpit, "/api/v1/prices/1003")).toMatchObject({ amountMinor: 99, kind: "promotion" });
		});
	});
});
