import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tendSpace } from "../../src/daemon/watch/space.ts";
import { flows, type StoreLedger } from "../../src/flows/flows.ts";
import { createWriter, type Writer } from "../../src/ledger/ledger.ts";
import { moment, noon } from "../support/store.ts";
import { faultsOf } from "./checks.ts";

/** The writer as the daemon sees it, without a thread between: what a full disk does is the same. */
function storeOn(directory: string): {
	writer: Writer;
	ledger: StoreLedger;
	ask(flow: string, args: object, at?: string): { ok: boolean; code?: string };
} {
	const writer = createWriter(directory, flows);
	let n = 0;
	let mono = 0;
	const at = (wall: string) => ({ ...moment(wall), monoMs: (mono += 5_000) });
	const ask = (flow: string, args: object, wall = noon): { ok: boolean; code?: string } => {
		const [answer] = writer.run([{ n: (n += 1), flow, args, now: at(wall) }]).answers;
		return answer!.ok ? { ok: true } : { ok: false, code: answer!.code };
	};
	const ledger = {
		read: writer.book,
		do: async (flow: string, args: object) => {
			const answer = ask(flow, args);
			if (!answer.ok) throw new Error(answer.code);
		},
		maintain: async (budget: number) => {
			const dropped = { B: 0, C: 0 };
			for (;;) {
				const { done: tended } = writer.maintain(budget, at(noon));
				dropped.B += tended.dropped.B;
				dropped.C += tended.dropped.C;
				if (!tended.more) return { ...tended, dropped };
			}
		},
	};
	return { writer, ledger: ledger as unknown as StoreLedger, ask };
}

const sale = (n: number) => ({ id: `s${n}`, till: "till-1", at: noon, lines: [{ sku: "100", quantity: 1, amountMinor: 199 }] });
const quiet = { warn: () => {} };
const openAlarms = (writer: Writer) => writer.book.alarms.list().map(({ code }) => code);
const lossesOf = (writer: Writer) =>
	writer.book.events.after(0, 1_000_000).flatMap((event) => (event.type === "loss.recorded" ? [event] : []));

describe("a disk that fills up", () => {
	let directory: string;
	let mounted = false;
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "gondola-small-"));
		try {
			execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", directory], { stdio: "pipe" });
			mounted = true;
		} catch {
			mounted = false;
		}
	});
	afterEach(() => {
		if (mounted) execFileSync("umount", [directory]);
		rmSync(directory, { recursive: true, force: true });
	});

	it("costs notes, counted, before it costs facts; and all comes right by itself once there is room", async (context) => {
		if (!mounted) {
			console.warn("NOT TESTED: a full disk needs a small tmpfs, and this user may not mount one.");
			return context.skip("no small disk to be had");
		}
		const { writer, ledger, ask } = storeOn(directory);
		const space = tendSpace(ledger, 64_000_000, quiet);
		await space.look();
		// Somebody else's file takes most of what is there.
		writeFileSync(
			join(directory, "somebody-elses"),
			Buffer.alloc(Math.max(0, statfsSync(directory).bavail * statfsSync(directory).bsize - 2_500_000), 1),
		);
		const sold: number[] = [];
		let refusedSales = 0;
		for (let n = 0; n < 8_000 && refusedSales < 20; n += 1) {
			ask("recordWeights", { weights: [{ device: `scale-${n % 3}`, milligrams: n }] });
			const { ok, code } = ask("recordSale", sale(n));
			if (ok) sold.push(n);
			else {
				expect(code).toBe("disk-full");
				refusedSales += 1;
			}
			if (n % 200 === 0) await space.look();
		}
		expect(refusedSales).toBe(20);
		expect(openAlarms(writer)).toContain("ledger-disk-short");
		const counted = lossesOf(writer).reduce((sum, { count }) => sum + count, 0);
		expect(counted).toBeGreaterThan(100);

		rmSync(join(directory, "somebody-elses"));
		expect(ask("recordSale", sale(9_999)).ok).toBe(true);
		await space.look();
		await space.look();
		expect(openAlarms(writer)).not.toContain("ledger-disk-full");
		for (const n of [...sold, 9_999]) expect(writer.book.events.bySource("till-1", `s${n}`)).toBeDefined();
		const weights = sold.length + refusedSales;
		const kept = writer.book.events.after(0, 1_000_000).filter(({ type }) => type === "weight.settled").length;
		const lost = lossesOf(writer).reduce((sum, { count }) => sum + count, 0);
		// Weights that were refused outright were never acknowledged; everything else is there or counted.
		expect(kept + lost).toBeLessThanOrEqual(weights + openAlarms(writer).length + 10);
		writer.close();
		expect(faultsOf(directory, [], { whole: false })).toEqual([]);
	});
});

describe("a ledger over its budget", () => {
	let directory: string;
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "gondola-budget-"));
	});
	afterEach(() => rmSync(directory, { recursive: true, force: true }));

	it("first lets go of what head office has, then samples notes, and never touches facts head office lacks", async () => {
		const { writer, ledger, ask } = storeOn(directory);
		for (let n = 0; n < 1_500; n += 1)
			ask("recordWeights", { weights: [{ device: `scale-${n % 3}`, milligrams: n }] }, "2026-01-01T00:00:00.000Z");
		for (let n = 0; n < 300; n += 1) ask("recordSale", sale(n), "2026-01-01T00:00:00.000Z");
		const { epoch } = writer.book.link.up("facts");
		ask("moveUpPosition", { stream: "notes", epoch, upTo: 1_000 });
		const used = writer.book.meta.space(1e9).usedBytes;
		const before = writer.book.events.after(0, 1_000_000).length;

		await ledger.maintain(used * 10);
		const afterWell = writer.book.events.after(0, 1_000_000);
		expect(before - afterWell.length).toBe(1_000 - 256);
		expect(lossesOf(writer)).toEqual([]);

		const space = tendSpace(ledger, Math.round(writer.book.meta.space(1e9).usedBytes / 0.8), quiet);
		await space.look();
		const losses = lossesOf(writer);
		expect(losses).not.toEqual([]);
		expect(losses.every((loss) => loss.class === "C")).toBe(true);
		expect(openAlarms(writer)).toEqual(["ledger-disk-short"]);
		const sales = writer.book.events.after(0, 1_000_000).filter(({ type }) => type === "sale.recorded");
		expect(sales).toHaveLength(300);
		const { last, hash } = writer.book.link.up("notes");
		expect(writer.book.link.upHash("notes", last)).toBe(hash);
		writer.close();
		expect(faultsOf(directory, [], { whole: false })).toEqual([]);
	});

	it("gives the freed pages back to the disk", async () => {
		const { writer, ledger, ask } = storeOn(directory);
		for (let n = 0; n < 4_000; n += 1)
			ask("recordWeights", { weights: [{ device: `scale-${n % 3}`, milligrams: n }] }, "2026-01-01T00:00:00.000Z");
		ask("moveUpPosition", { stream: "notes", epoch: writer.book.link.up("notes").epoch, upTo: 4_000 });
		const before = writer.book.meta.bytes().bytes;
		await ledger.maintain(1e9);
		await ledger.maintain(1e9);
		writer.close();
		expect(statfsSync(directory)).toBeDefined();
		const again = storeOn(directory);
		expect(again.writer.book.meta.bytes().bytes).toBeLessThan(before / 2);
		again.writer.close();
	});
});
