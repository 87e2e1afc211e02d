import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BoxFolder, codeIn, gondola, newBox, type Office, start, startOffice } from "../support/processes.ts";
import { eventually, until } from "../support/until.ts";
import { runTakeovers } from "./takeovers.ts";

describe("a gateway that is killed under load, and the spare that takes over", { timeout: 600_000 }, () => {
	it("sync: has everything that was acknowledged, prints no slip twice, and the old box answers nobody", async () => {
		const tally = await runTakeovers({ kills: 3, mode: "sync", whenAway: "refuse", seed: 7 });
		expect(tally).toMatchObject({ kills: 3, lost: 0, doubledSlips: 0, twoWriters: 0, faults: [] });
		expect(tally.acknowledged).toBeGreaterThan(60);
	});

	it("async, on a slow line: loses no more than the takeover named, and prints no slip twice", async () => {
		const tally = await runTakeovers({ kills: 3, mode: "async", seed: 8, lateMs: 30 });
		expect(tally).toMatchObject({ kills: 3, doubledSlips: 0, twoWriters: 0, faults: [] });
	});

	it("can tell: acknowledging before the copy has it is noticed", async () => {
		const tally = await runTakeovers({ kills: 2, mode: "async", judgedAs: "sync", seed: 9, lateMs: 400 });
		expect(tally.lost).toBeGreaterThan(0);
		expect(tally.faults[0]).toMatch(/^kill \d: \d+ lost, 0 named/);
	});
});

describe("gondola takeover", { timeout: 240_000 }, () => {
	let office: Office;
	let box: BoxFolder;
	let root: string;
	const copy = (): string => join(root, "copy");
	beforeAll(async () => {
		root = mkdtempSync(join(tmpdir(), "gondola-spare-"));
		mkdirSync(copy());
		office = await startOffice();
		box = await newBox("0117", `replica:\n  to: ${copy()}\n  mode: sync\n  sameDisk: true\n`);
		expect((await box.enroll(codeIn(await office.hq("enroll", "0117")))).err).toBe("");
		const gateway = await box.run();
		await eventually(() => expect(existsSync(join(copy(), "gondola.yaml"))).toBe(true));
		await until(async () => (await storeView()).connected, "head office hears the box");
		await gateway.stop();
	}, 240_000);
	afterAll(async () => {
		await office.end();
		box.remove();
		rmSync(root, { recursive: true, force: true });
	});
	const storeView = async (): Promise<{ connected: boolean; incarnation: number }> =>
		(await (await office.ask("/api/v1/stores/0117")).json()) as { connected: boolean; incarnation: number };
	const takeOver = (...more: string[]) =>
		gondola("takeover", "--from", copy(), "--data", join(root, "data"), "--config", join(root, "gondola.yaml"), ...more);

	it("changes nothing for a folder without a copy, a code of another store, a damaged copy, or a box that has a ledger", async () => {
		const empty = mkdtempSync(join(root, "empty-"));
		expect((await gondola("takeover", "--from", empty, "--data", join(root, "data"))).err).toContain("there is no copy of a ledger in");
		expect((await takeOver("--code", codeIn(await office.hq("enroll", "0999")))).err).toContain("the code is for store 0999");
		expect((await takeOver("--code", "GE1.nonsense")).err).toContain("no whole enrolment code");
		expect((await gondola("takeover", "--from", copy(), "--data", box.data)).err).toContain("holds a ledger already");
		const [file] = readdirSync(copy()).filter((name) => /^ledger-\d+\.db$/.test(name));
		const whole = readFileSync(join(copy(), file!));
		writeFileSync(join(copy(), file!), Buffer.concat([whole.subarray(0, 4_096), Buffer.alloc(whole.length - 4_096, 7)]));
		const damaged = await takeOver();
		expect([damaged.code, damaged.err]).toEqual([1, expect.stringContaining("the copy is not whole")]);
		writeFileSync(join(copy(), file!), whole);
		expect(existsSync(join(root, "data", "ledger.db"))).toBe(false);
		expect(existsSync(join(root, "gondola.yaml"))).toBe(false);
		expect(readFileSync(join(copy(), "copy.json"), "utf8")).not.toContain("takenOver");
	});

	it("makes the spare the store's box: head office gives it the next incarnation, and fences the old one", async () => {
		const code = codeIn(await office.hq("enroll", "0117", "--again"));
		const done = await takeOver("--code", code);
		expect(done.err).toBe("");
		expect(done.out).toContain("This box has store 0117 now");
		expect(done.out).toContain("Head office fenced the old box; this one is number 2 in its place.");
		expect((await takeOver()).err).toContain("was taken over already");
		chmodSync(join(root, "data"), 0o700);
		const old = await box.run();
		await old.until(/another box took this store over|taken-over/);
		await old.stop();
		const spare = { ...box, config: join(root, "gondola.yaml") };
		expect(readFileSync(spare.config, "utf8")).not.toContain("replica:");
		const running = start("run", "--config", spare.config);
		await running.until(/cockpit http/);
		try {
			await until(async () => (await storeView()).connected && (await storeView()).incarnation === 2, "head office hears the spare");
		} finally {
			await running.stop();
		}
	});

	it("leaves the old box silent after a restart, too, with an alarm that says who has its place", async () => {
		const again = await box.run();
		try {
			await again.until(/another box took this store over; this one acknowledges nothing/);
		} finally {
			await again.stop();
		}
	});
});
