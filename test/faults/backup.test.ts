import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import { flows } from "../../src/flows/flows.ts";
import { backupLedger } from "../../src/ledger/file/backup.ts";
import { restoreLedger } from "../../src/ledger/file/integrity-check.ts";
import { createWriter } from "../../src/ledger/ledger.ts";
import { faultsOf } from "./checks.ts";
import { dice, momentOf, shopDay, type Witness } from "./shop-day.ts";

let root: string;
let data: string;
let file: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "gondola-backup-"));
	data = join(root, "data");
	file = join(root, "backup.db");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const gondola = (...args: string[]) => spawnSync(process.execPath, ["--no-warnings", "src/cli/main.ts", ...args], { encoding: "utf8" });

function aDay(directory: string, calls: number, from = 1): void {
	const writer = createWriter(directory, flows);
	const down = { catalog: writer.book.link.dn("catalog")?.position ?? 0, stock: writer.book.link.dn("stock")?.position ?? 0 };
	const next = shopDay(dice(5 + from), down);
	for (let n = from; n < from + calls; n += 1) writer.run([next(n).call]);
	writer.close();
}

describe("a backup", () => {
	it("made while the gateway sells holds everything acknowledged before it, and nothing by halves", async () => {
		const ledger = await openStoreLedger(data, () => momentOf(1));
		const next = shopDay(dice(3), { catalog: 0, stock: 0 });
		const witnesses: Witness[] = [];
		const work = async (from: number, to: number): Promise<void> => {
			for (let n = from; n < to; n += 1) {
				const { call, trace } = next(n);
				const ok = await ledger.do(call.flow as never, call.args as never, call.now).then(
					() => true,
					() => false,
				);
				witnesses.push({ n, ok, trace, event: 0, facts: { seq: 0, hash: "" }, notes: { seq: 0, hash: "" } });
			}
		};
		await work(1, 300);
		const before = [...witnesses];
		const selling = work(300, 500);
		backupLedger(data, file);
		await selling;
		await ledger.close();
		restoreLedger(join(root, "check"), file);
		const copy = join(root, "copy");
		execFileSync("mkdir", [copy]);
		execFileSync("cp", [file, join(copy, "ledger.db")]);
		expect(faultsOf(copy, before)).toEqual([]);
	});

	it("is not left half-made when it cannot be written", () => {
		aDay(data, 20);
		expect(() => backupLedger(data, join(root, "no-such-folder", "backup.db"))).toThrow();
		expect(() => backupLedger(join(root, "nothing-here"), file)).toThrow(/no ledger/);
		expect(existsSync(file)).toBe(false);
	});

	it("comes back as a fork of history that head office can tell from the old one", () => {
		aDay(data, 200);
		const yesterday = createWriter(data, flows);
		const was = {
			...yesterday.book.link.up("facts"),
			hand: yesterday.book.stock.onHand("1001"),
			ids: yesterday.book.link.upAfter("facts", 0, 10_000).map(({ record }) => record.id),
		};
		yesterday.close();
		backupLedger(data, file);
		aDay(data, 100, 201);
		const { setAside } = restoreLedger(data, file);
		expect(existsSync(join(data, setAside!))).toBe(true);

		const writer = createWriter(data, flows);
		const now = writer.book.link.up("facts");
		expect(now.epoch).not.toBe(was.epoch);
		expect(writer.book.link.upAfter("facts", 0, 10_000).map(({ record }) => record.id)).toEqual(was.ids);
		expect(writer.book.stock.onHand("1001")).toEqual(was.hand);
		expect(writer.book.meta.rebuilt()).toBeUndefined();
		writer.close();
		aDay(data, 50, 900);
		expect(faultsOf(data, [], { whole: false })).toEqual([]);
	});

	it("that is damaged, or is no backup, is refused and changes nothing", () => {
		aDay(data, 50);
		backupLedger(data, file);
		const before = readFileSync(join(data, "ledger.db"));
		truncateSync(file, 20_000);
		expect(() => restoreLedger(data, file)).toThrow(/not a whole ledger/);
		writeFileSync(file, "hello");
		expect(() => restoreLedger(data, file)).toThrow(/not a whole ledger/);
		expect(readFileSync(join(data, "ledger.db")).equals(before)).toBe(true);
	});

	it("is not put under a gateway that runs", async () => {
		aDay(data, 20);
		backupLedger(data, file);
		const ledger = await openStoreLedger(data, () => momentOf(1));
		expect(() => restoreLedger(data, file)).toThrow(/Stop it first/);
		await ledger.close();
	});

	it("is made, checked and brought back from the command line", () => {
		aDay(data, 20);
		expect(gondola("backup", file, "--data", data)).toMatchObject({ status: 0 });
		expect(gondola("faults", "--data", data)).toMatchObject({ status: 0 });
		const restored = gondola("restore", file, "--data", data);
		expect(restored.stdout).toContain("as a fork");
		expect(restored.status).toBe(0);
		truncateSync(join(data, "ledger.db"), 9_000);
		expect(gondola("faults", "--data", data)).toMatchObject({ status: 1 });
		expect(gondola("backup")).toMatchObject({ status: 2 });
	});
});
