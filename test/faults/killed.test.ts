import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWriter } from "../../src/ledger/ledger.ts";
import { faultsOf } from "./checks.ts";
import type { Witness } from "./shop-day.ts";

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "gondola-kill-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Runs until it is up and working, then kills it as the kernel would when memory is short. */
function runAndKill(from: number, afterMs: number): Promise<void> {
	return new Promise((resolve, reject) => {
		const order = JSON.stringify({ directory, witness: join(directory, "witness"), seed: from, from });
		const child = spawn(process.execPath, ["--no-warnings", join(import.meta.dirname, "kill-child.ts"), order], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), afterMs));
		child.on("exit", (code, signal) => (signal === "SIGKILL" ? resolve() : reject(new Error(`ended by itself with ${code}`))));
	});
}

describe("a gateway that is killed in the middle of its work", () => {
	it("has everything it answered for, again and again", async () => {
		let answers = 0;
		for (let round = 0; round < 4; round += 1) {
			await runAndKill(1 + round * 100_000, 60 + round * 90);
			const writer = createWriter(directory, {});
			expect(writer.book.meta.rebuilt()).toBeUndefined();
			writer.close();
			const witnesses = readFileSync(join(directory, "witness"), "utf8")
				.split("\n")
				.filter((line) => line.endsWith("}"))
				.map((line) => JSON.parse(line) as Witness);
			expect(witnesses.length).toBeGreaterThan(answers);
			answers = witnesses.length;
			expect(faultsOf(directory, witnesses)).toEqual([]);
		}
		expect(answers).toBeGreaterThan(50);
	});
});
