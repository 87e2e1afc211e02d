import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { deviceCost, hashPassword } from "../../../src/access/passwords.ts";
import { type Broker, type BrokerOptions, startBroker } from "../../../src/broker/broker.ts";
import type { FakeLedger } from "../fake-ledger.ts";

/** Options of a client that connects under an account of `withAccounts`. */
export const as = (name: string, more = {}) => ({ username: name, password: `secret of ${name}`, clientId: name, ...more });

/**
 * For each test an accounts file, with these accounts of a kind where any are named, and brokers that stop after it. Without `kinds`
 * there is no file yet.
 */
export function withAccounts(kinds?: Record<string, "device" | "till" | "viewer" | "service">) {
	const at = { folder: "", file: "" };
	const running: Broker[] = [];
	beforeEach(async () => {
		at.folder = mkdtempSync(join(tmpdir(), "gondola-accounts-"));
		at.file = join(at.folder, "accounts.json");
		if (!kinds) return;
		const accounts = Object.entries(kinds).map(async ([name, kind]) => ({
			name,
			kind,
			hash: await hashPassword(`secret of ${name}`, deviceCost),
		}));
		writeFileSync(at.file, JSON.stringify({ accounts: await Promise.all(accounts) }), { mode: 0o600 });
	});
	afterEach(async () => {
		for (const one of running.splice(0)) await one.stop();
		rmSync(at.folder, { recursive: true });
	});
	return {
		/** Brokers that are stopped after the test: a test that stops one itself takes it out. */
		running,
		/** Where the files of this test are. */
		at,
		async open(ledger: FakeLedger, options: Partial<BrokerOptions> = {}): Promise<Broker> {
			const accounts = { file: at.file };
			const broker = await startBroker({ ledger: ledger.door, host: "127.0.0.1", port: 0, accounts, onWeight: () => {}, ...options });
			running.push(broker);
			return broker;
		},
	};
}
