/** What `gondola demo` tells a newcomer to type reaches that demo, wherever it keeps its data. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Running, start } from "../support/processes.ts";

const data = mkdtempSync(join(tmpdir(), "gondola's demo "));
let demo: Running;
beforeAll(async () => {
	const ports = ["--port", "0", "--hq-port", "0", "--mqtt-port", "0"];
	demo = start("demo", "--data", data, "--store", "hint-7", "--labels", "4", ...ports);
	await demo.until(/Ctrl-C closes the store/);
}, 120_000);
afterAll(async () => {
	await demo.stop();
	rmSync(data, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

it("is typed as it stands there, and asks this demo: store and head office (case P25)", async () => {
	const lines = [...demo.said().matchAll(/^ {4}(.*npm run -s gondola -- (?:status|hq matrix))/gm)].map((found) => found[1]!);
	expect(lines).toHaveLength(2);
	const type = (line: string): Promise<string> =>
		new Promise((done, reject) =>
			execFile("sh", ["-c", line], { cwd: resolve(import.meta.dirname, "../..") }, (error, out, err) =>
				error ? reject(new Error(`${line}: ${err}`)) : done(out),
			),
		);
	expect(await type(lines[0]!)).toMatch(/^store {4}hint-7 /);
	expect(await type(lines[1]!)).toContain("hint-7");
});
