import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Broker, startBroker } from "../../../src/broker/broker.ts";
import { connectClient } from "../clients.ts";
import { createFakeLedger } from "../fake-ledger.ts";

let folder: string;
let broker: Broker;
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), "gondola-verb-"));
	const accounts = { file: join(folder, "accounts.json") };
	broker = await startBroker({ ledger: createFakeLedger().door, host: "127.0.0.1", port: 0, accounts, onWeight: () => {} });
});
afterEach(async () => {
	await broker.stop();
	rmSync(folder, { recursive: true });
});
const gondola = (...words: string[]) => {
	const { status, stdout, stderr } = spawnSync(process.execPath, [resolve(import.meta.dirname, "../../../src/cli/main.ts"), ...words], {
		encoding: "utf8",
		env: { PATH: process.env["PATH"] },
	});
	return { status, stdout, stderr };
};

describe("gondola accounts", () => {
	it("makes, lists, changes and revokes accounts of a running broker; stdout is the password alone (case B6), (case P3)", async () => {
		const place = ["--data", folder];
		const added = gondola("accounts", "add", "till-1", "--kind", "till", ...place);
		expect(added).toMatchObject({ status: 0, stdout: expect.stringMatching(/^[\w-]{24}\n$/) });
		const password = added.stdout.trim();
		await (await connectClient(broker.url, { username: "till-1", password })).endAsync();
		expect(JSON.parse(gondola("accounts", "list", "--json", ...place).stdout)).toEqual({
			items: [{ name: "till-1", kind: "till", hasPassword: true }],
		});
		expect(gondola("accounts", "add", "till-1", "--kind", "till", ...place)).toMatchObject({
			status: 1,
			stderr: expect.stringContaining("exists"),
		});
		expect(gondola("accounts", "add", "x", ...place).status).toBe(2);
		const next = (JSON.parse(gondola("accounts", "passwd", "till-1", "--json", ...place).stdout) as { password: string }).password;
		await expect(connectClient(broker.url, { username: "till-1", password })).rejects.toMatchObject({ code: 4 });
		await (await connectClient(broker.url, { username: "till-1", password: next })).endAsync();
		expect(gondola("accounts", "revoke", "till-1", ...place).status).toBe(0);
		await expect(connectClient(broker.url, { username: "till-1", password: next })).rejects.toMatchObject({ code: 4 });
		expect(statSync(join(folder, "accounts.json")).mode & 0o777).toBe(0o600);
		// The gateway makes facts of these notes: who did what is in the audit, as for accounts that are made at the desk.
		const notes = readFileSync(join(folder, "console-acts.jsonl"), "utf8").trim().split("\n");
		expect(notes.map((line) => JSON.parse(line) as unknown)).toMatchObject([
			{ act: "broker-account-added", subject: "till-1", why: "till" },
			{ act: "broker-account-changed", subject: "till-1", why: "password" },
			{ act: "broker-account-revoked", subject: "till-1" },
		]);
	}, 120_000);

	it("edits the file that a configuration names", () => {
		const config = join(folder, "gondola.yaml");
		const named = join(folder, "named.json");
		writeFileSync(config, `store: a\ndata: ${folder}\nbroker: { accountsFile: ${named} }\n`, { mode: 0o600 });
		expect(gondola("accounts", "add", "wall", "--kind", "viewer", "--config", config).status).toBe(0);
		expect(statSync(named).mode & 0o777).toBe(0o600);
	}, 120_000);
});
