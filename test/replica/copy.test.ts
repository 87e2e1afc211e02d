import {
	closeSync,
	copyFileSync,
	existsSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
	writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStoreLedger } from "../../src/daemon/ledger.ts";
import type { StoreLedger } from "../../src/flows/flows.ts";
import { checkCopiedLedger } from "../../src/ledger/copy/copied-ledger.ts";
import type { CopyRules } from "../../src/ledger/ledger.ts";
import { type CopierStatus, type RunningCopier, startCopier } from "../../src/replica/copier.ts";
import { CopyRefused, type CopyRulesKept, markTakenOver, openCopyFolder, readCopyState } from "../../src/replica/copy-folder.ts";
import { type CopyTarget, folderTarget } from "../../src/replica/target.ts";
import { moment, noon } from "../support/store.ts";
import { eventually, until } from "../support/until.ts";

const kept: CopyRulesKept = { store: "s1", tenant: "main", build: "test", mode: "sync", whenAway: "go-on", aheadMost: 3 };
const usual: CopyRules = { mode: "sync", whenAway: "go-on", waitMs: 60_000, aheadMost: 3, holdBytes: 100_000_000 };

let root: string;
let ledger: StoreLedger;
const data = (): string => join(root, "data");
const folder = (): string => join(root, "copy");
beforeEach(async () => {
	root = mkdtempSync(join(tmpdir(), "gondola-copy-"));
	ledger = await openStoreLedger(data(), () => moment(noon));
	await ledger.do("setIdentity", { store: "s1", tenant: "main" });
});
afterEach(async () => {
	await ledger.close();
	rmSync(root, { recursive: true, force: true });
});

/** A copier on this thread, whose target a test can take away, delay, and count. */
function copying(rules: Partial<CopyRules> = {}) {
	const { port1, port2 } = new MessageChannel();
	ledger.holdForCopy(port1, { ...usual, ...rules });
	const line = { isCut: false, bases: 0, statuses: [] as CopierStatus[], gate: undefined as Promise<void> | undefined };
	const open = async (): Promise<CopyTarget> => {
		if (line.isCut) throw new Error("the cable is out");
		const target = folderTarget(folder(), kept);
		return {
			...target,
			async beginBase() {
				line.bases += 1;
				return target.beginBase();
			},
			async append(from, frames, isLast) {
				if (line.isCut) throw new Error("the cable is out");
				await line.gate;
				return target.append(from, frames, isLast);
			},
			async heard(at) {
				if (line.isCut) throw new Error("the cable is out");
				return target.heard(at);
			},
		};
	};
	const copier: RunningCopier = startCopier({
		ledger: join(data(), "ledger.db"),
		files: {},
		open,
		writer: port2,
		now: () => noon,
		report: (status) => line.statuses.push(status),
		ended: () => {},
	});
	const state = (): string | undefined => line.statuses.at(-1)?.state;
	return { line, copier, state, follows: () => until(() => state() === "following", "the copy follows") };
}

const scan = (id: string): Promise<unknown> =>
	ledger.do("recordScans", { scans: [{ device: "scanner-1", code: "4006381333931", symbologySource: "guess", sourceId: id }] });
const prints = async (count: number, size: number, from = 0): Promise<void> => {
	await ledger.do("recordDevice", {
		...{ id: "printer-1", family: "printer", protocol: "esc-pos", address: "here", state: "well" },
	});
	for (let n = from; n < from + count; n += 1) await ledger.do("queuePrint", { id: `job-${n}`, document: `${n} ${"x".repeat(size)}` });
};

/** Rows of every table, of the ledger and of what a spare would take over. */
function tables(file: string): Record<string, unknown[]> {
	const db = new Database(file, { readonly: true });
	try {
		const names = db.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
		return Object.fromEntries(names.map(({ name }) => [name, db.prepare(`SELECT * FROM "${name}"`).all()]));
	} finally {
		db.close();
	}
}
function taken(): Record<string, unknown[]> {
	const room = mkdtempSync(join(root, "taken-"));
	const { file } = readCopyState(folder())!;
	for (const tail of ["", "-wal"])
		if (existsSync(join(folder(), file! + tail))) copyFileSync(join(folder(), file! + tail), join(room, `ledger.db${tail}`));
	checkCopiedLedger(room);
	return tables(join(room, "ledger.db"));
}
const isEqual = (): void => expect(taken()).toEqual(tables(join(data(), "ledger.db")));

describe("a copy of the ledger that goes on", () => {
	it("is equal to the ledger after every answer, over many checkpoints, with one base", async () => {
		await prints(20, 1_000);
		const { line, follows } = copying();
		await follows();
		isEqual();
		for (let round = 1; round <= 4; round += 1) {
			await prints(60, 40_000, round * 100);
			isEqual();
		}
		expect(line.bases).toBe(1);
	});

	it("goes on by position when its line is back, without a new base", async () => {
		const { line, follows, state } = copying({ mode: "async" });
		await follows();
		line.isCut = true;
		await until(() => state() === "away", "the copy is away");
		await prints(10, 1_000);
		line.isCut = false;
		await follows();
		await eventually(isEqual);
		expect(line.bases).toBe(1);
	});

	it("is made anew, in the blocks that differ, when more was written than is held for it", async () => {
		const { line, follows, state } = copying({ mode: "async", holdBytes: 400_000 });
		await follows();
		line.isCut = true;
		await until(() => state() === "away", "the copy is away");
		await prints(40, 40_000);
		line.isCut = false;
		await follows();
		await eventually(isEqual);
		expect(line.bases).toBe(2);
	});

	it("keeps the answer back in sync until the copy has it on its disk, and gives it then", async () => {
		const { line, follows } = copying();
		await follows();
		let open: () => void = () => {};
		line.gate = new Promise((resolve) => (open = resolve));
		let isAnswered = false;
		const asked = scan("a").then(() => (isAnswered = true));
		await until(
			() => tables(join(data(), "ledger.db"))["event"]!.some((row) => JSON.stringify(row).includes('\\"a\\"')),
			"it is committed here",
		);
		expect(isAnswered).toBe(false);
		open();
		await asked;
		isEqual();
	});

	it("gives no more answers in async beyond what the copy has than it says, and none before paper", async () => {
		await prints(1, 10);
		const { line, follows } = copying({ mode: "async" });
		await follows();
		let open: () => void = () => {};
		line.gate = new Promise((resolve) => (open = resolve));
		await scan("a");
		await scan("b");
		await scan("c");
		let late = 0;
		const waiting = [scan("d").then(() => (late += 1)), ledger.do("startPrint", { id: "job-0" }).then(() => (late += 1))];
		await ledger.do("keepClockFloor", {});
		expect(late).toBe(0);
		open();
		await Promise.all(waiting);
		isEqual();
	});

	it("refuses writes while the copy is away, where it is told to, and takes them when it is back", async () => {
		const { line, follows, state } = copying({ whenAway: "refuse", waitMs: 100 });
		await follows();
		line.isCut = true;
		await expect(eventually(async () => expect(await scan("a").catch((error: { code: string }) => error.code)).toBe("replica-behind")))
			.resolves;
		await until(() => state() === "away", "the copy is away");
		await eventually(() => expect(scan("b")).rejects.toMatchObject({ code: "replica-behind" }));
		// Upkeep goes on: the alarm about it is written.
		await ledger.do("raiseAlarm", { code: "replica-behind", subject: "replica", facts: { to: "x", why: "y" } });
		line.isCut = false;
		await eventually(() => scan("c"));
		isEqual();
	});

	it("acknowledges nothing when another box has taken over, from the first word of the copy on", async () => {
		const { follows, state } = copying();
		await follows();
		markTakenOver(folder(), { at: noon, by: "spare" });
		await eventually(() => expect(scan("late")).rejects.toMatchObject({ code: "taken-over" }));
		expect(state()).toBe("taken-over");
		expect(JSON.stringify(taken()["event"])).not.toContain("late");
	});
});

describe("the folder of a copy", () => {
	it("takes whole frames in their order and nothing else; a torn end is not read", async () => {
		const { follows } = copying();
		await follows();
		await prints(3, 1_000);
		const before = taken();
		const file = join(folder(), readCopyState(folder())!.file!);
		const log = readFileSync(`${file}-wal`);
		const copy = openCopyFolder(folder(), kept);
		const { frames } = copy.position()!;
		const frame = Buffer.from(log.subarray(32 + 4_120 * (frames - 1)));
		expect(() => copy.append(frames + 1, frame)).toThrow(CopyRefused);
		expect(() => copy.append(frames, frame)).toThrow("a frame is damaged");
		expect(() => copy.beginLog(Buffer.alloc(32))).toThrow(CopyRefused);
		expect(() => copy.putFile("../ledger.db" as never, Buffer.alloc(1))).toThrow(CopyRefused);
		copy.close();
		const fd = openSync(`${file}-wal`, "r+");
		writeSync(fd, frame.subarray(0, 2_000), 0, 2_000, log.length);
		closeSync(fd);
		expect(taken()).toEqual(before);
		truncateSync(`${file}-wal`, log.length - 10);
		expect(openCopyFolder(folder(), kept).position()!.frames).toBeLessThan(frames);
	});

	it("is not given to another store, and a damaged one is said", () => {
		openCopyFolder(folder(), kept).close();
		expect(() => openCopyFolder(folder(), { ...kept, store: "s2" })).toThrow("holds the copy of store s1");
		writeFileSync(join(folder(), "copy.json"), "{");
		expect(() => openCopyFolder(folder(), kept)).toThrow("is damaged; empty the folder");
	});
});
