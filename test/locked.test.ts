import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { processStamp } from "../src/access/files/process-stamp.ts";
import { DirectoryBusy, lockDirectory } from "../src/daemon/start/lock.ts";

let directory: string;
let file: string;
let other: ChildProcess;
beforeEach(async () => {
	directory = mkdtempSync(join(tmpdir(), "gondola-lock-"));
	file = join(directory, "running.pid");
	other = spawn("sleep", ["60"]);
	await once(other, "spawn");
});
afterEach(() => {
	other.kill("SIGKILL");
	rmSync(directory, { recursive: true, force: true });
});

describe("a data directory that a process works on", () => {
	it("is nobody else's while it lives, whatever its command line says", async () => {
		writeFileSync(file, processStamp(other.pid!));
		await expect(lockDirectory(directory, 60)).rejects.toThrow(DirectoryBusy);
		setTimeout(() => other.kill("SIGKILL"), 100);
		const unlock = await lockDirectory(directory, 60_000);
		expect(readFileSync(file, "utf8")).toBe(processStamp(process.pid));
		unlock();
		expect(() => readFileSync(file)).toThrow();
	});

	it("is taken over when its number belongs to a younger process, as after a restart of the machine or a container", async () => {
		const [pid, startedAt] = processStamp(other.pid!).split(" ");
		writeFileSync(file, `${pid} ${Number(startedAt) - 100}`);
		(await lockDirectory(directory, 0))();
		writeFileSync(file, `${process.pid} 1`);
		(await lockDirectory(directory, 0))();
		for (const rubbish of ["", "-1", "0 0", "x"]) {
			writeFileSync(file, rubbish);
			(await lockDirectory(directory, 0))();
		}
	});
});
