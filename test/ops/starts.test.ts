/** A start that fails: one sentence that names what to change, exit 1, and no process that stays. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type BoxFolder, gondola, newBox } from "../support/processes.ts";

let box: BoxFolder;
let taken: Server;
let port = 0;
beforeAll(async () => {
	box = await newBox("0303");
	taken = createServer();
	await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
	({ port } = taken.address() as { port: number });
});
afterAll(() => {
	taken.close();
	box.remove();
});

it("names an accounts file that does not exist, and opens nothing (case B1)", async () => {
	const file = join(box.folder, "named.yaml");
	writeFileSync(
		file,
		`store: a\ndata: ${box.folder}/other\nbroker: { port: 0, accountsFile: ${box.folder}/none.json }\ndesk: { port: 0 }\n`,
	);
	const { code, out, err } = await gondola("run", "--config", file);
	expect([code, out]).toEqual([1, ""]);
	expect(err).toMatch(/^gondola: broker\.accountsFile: .*none\.json.*\n$/);
});

it.each([["--port"], ["--hq-port"], ["--mqtt-port"]])("ends a demo whose %s is taken with one sentence (case P21)", async (option) => {
	const ports = new Map([
		["--port", "0"],
		["--hq-port", "0"],
		["--mqtt-port", "0"],
		[option, String(port)],
	]);
	const data = join(box.folder, `demo${option}`);
	const { code, out, err } = await gondola("demo", "--headless", "--data", data, ...[...ports].flat());
	rmSync(data, { recursive: true, force: true, maxRetries: 5 });
	expect([code, out]).toEqual([1, ""]);
	expect(err).toContain(`another program listens on 127.0.0.1:${port}.`);
	expect(err).toContain(option);
	expect(err.trimEnd().split("\n")).toHaveLength(1);
});

it("head office does not start on a database that everybody on the machine can read", async () => {
	const data = join(box.folder, "hq");
	const database = join(data, "database");
	mkdirSync(database, { recursive: true });
	chmodSync(database, 0o755);
	const { code, out, err } = await gondola("hq", "run", "--data", data, "--port", "0", "--line-port", "0");
	expect([code, out, err]).toEqual([
		1,
		"",
		`gondola: ${database} can be used by everybody on this machine; set it with: chmod o= ${database}\n`,
	]);
});
