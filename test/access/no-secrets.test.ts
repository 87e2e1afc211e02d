/** Secrets stay out of lists of processes and of what programs print. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../support/ports.ts";
import { gondola, start } from "../support/processes.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "secrets-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const secret = "hunter2-and-more";

async function refusingBroker(): Promise<Server & { port: number }> {
	const server = createServer((socket) => {
		socket.on("error", () => {});
		// CONNACK: not authorized.
		socket.once("data", () => socket.end(Buffer.from([0x20, 0x02, 0x00, 0x05])));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return Object.assign(server, { port: (server.address() as { port: number }).port });
}

describe("gondola hq run --broker", () => {
	it("takes no password in the address, and does not repeat it (case P8)", async () => {
		const said = await gondola("hq", "run", "--data", join(folder, "hq"), "--broker", `mqtts://u:${secret}@127.0.0.1:1`);
		expect(said).toMatchObject({ code: 1, err: expect.stringContaining("--broker-password-file") });
		expect(said.out + said.err).not.toContain(secret);
	}, 120_000);

	it("says that the broker refuses, and why, and not the password (case P8)", async () => {
		const broker = await refusingBroker();
		const file = join(folder, "password");
		writeFileSync(file, `${secret}\n`, { mode: 0o600 });
		const options = [
			"--data",
			join(folder, "hq"),
			"--port",
			String(await freePort()),
			"--broker-user",
			"u",
			"--broker-password-file",
			file,
		];
		const running = start("hq", "run", ...options, "--broker", `mqtt://127.0.0.1:${broker.port}`);
		try {
			const [sentence] = await running.until(/[^\n]*(not authorized|refuse)[^\n]*/i);
			expect(sentence).toMatch(/broker|line/i);
			expect(running.said()).not.toContain(secret);
		} finally {
			await running.stop();
			broker.close();
		}
	}, 120_000);
});

describe("--token-file", () => {
	it("holds the token instead of the command line, and is refused where others can read it", async () => {
		const file = join(folder, "token");
		writeFileSync(file, "gt_a-token-nobody-knows\n", { mode: 0o600 });
		const seen: string[] = [];
		const { createServer: http } = await import("node:http");
		const hq = http((request, answer) => {
			seen.push(String(request.headers.authorization));
			answer.setHeader("content-type", "application/json").end('{"items":[]}');
		});
		await new Promise<void>((resolve) => hq.listen(0, "127.0.0.1", resolve));
		const url = `http://127.0.0.1:${(hq.address() as { port: number }).port}`;
		try {
			expect((await gondola("hq", "stores", "--hq", url, "--token-file", file)).code).toBe(0);
			expect((await gondola("devices", "--url", url, "--token-file", file)).code).toBe(0);
			expect(seen).toEqual(["Bearer gt_a-token-nobody-knows", "Bearer gt_a-token-nobody-knows"]);
			chmodSync(file, 0o644);
			const open = await gondola("hq", "stores", "--hq", url, "--token-file", file);
			expect(open.code).not.toBe(0);
			expect(open.err).toContain(`chmod 600 ${file}`);
			expect(open.err).not.toContain("gt_a-token");
		} finally {
			hq.close();
			hq.closeAllConnections();
		}
	}, 120_000);
});
