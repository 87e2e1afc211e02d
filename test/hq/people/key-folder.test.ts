import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/hq/database/database.ts";
import { openEnrolment } from "../../../src/hq/enrolment/enrolment.ts";
import { exportSecondRoot, openKeys, rotateKeys } from "../../../src/hq/enrolment/key-folder.ts";
import { checkKeyList } from "../../../src/trust/key-list.ts";
import { makeKey, readKeyFile } from "../../../src/trust/keys.ts";
import { signSuccessor, takeSuccessor } from "../../../src/trust/roots.ts";
import { signStatement } from "../../../src/trust/signing.ts";

let folder: string;
beforeEach(() => {
	folder = join(mkdtempSync(join(tmpdir(), "keys-")), "keys");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

const days = 86_400_000;
const start = Date.parse("2026-03-01T08:00:00Z");

describe("the folder of head office's keys", { timeout: 90_000 }, () => {
	it("is made once, for its owner alone, and is the same at the next start", async () => {
		const keys = await openKeys(folder, "main");
		expect(statSync(folder).mode & 0o777).toBe(0o700);
		for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
		const again = await openKeys(folder, "main");
		expect([again.rootsSha256, again.caSha256, again.line.kid, again.list]).toEqual([
			keys.rootsSha256,
			keys.caSha256,
			keys.line.kid,
			keys.list,
		]);
	});

	it("is refused at once where no folder can be made, in the system's words", async () => {
		await expect(openKeys("/proc/gondola/keys", "main")).rejects.toThrow(/ENOENT|EACCES|EPERM/);
		await expect(openDatabase({ dataDir: "/proc/gondola/hq" })).rejects.toThrow(/ENOENT|EACCES|EPERM/);
	});

	it("begins again when the first run was cut off in the middle", async () => {
		await openKeys(folder, "main");
		rmSync(join(folder, "roots.json"));
		rmSync(join(folder, "authority.crt"));
		const keys = await openKeys(folder, "main");
		expect(keys.list.version).toBe(1);
		expect(readdirSync(folder).filter((name) => name.startsWith("line-"))).toEqual([`line-${keys.line.kid}.key`]);
	});

	it("is refused when others can use it, when it belongs to another tenant, and when its list was changed", async () => {
		await openKeys(folder, "main");
		chmodSync(folder, 0o755);
		await expect(openKeys(folder, "main")).rejects.toThrow("chmod 700");
		chmodSync(folder, 0o700);
		await expect(openKeys(folder, "other")).rejects.toThrow("tenant main");
		chmodSync(join(folder, "authority.key"), 0o644);
		await expect(openKeys(folder, "main")).rejects.toThrow("chmod 600");
		chmodSync(join(folder, "authority.key"), 0o600);
		const list = JSON.parse(readFileSync(join(folder, "key-list.json"), "utf8"));
		writeFileSync(join(folder, "key-list.json"), JSON.stringify({ ...list, version: 7 }), { mode: 0o600 });
		await expect(openKeys(folder, "main")).rejects.toThrow("key-list-forged");
	});

	it("rotates the line key: a store that knows the list before takes the one after, and both keys count for thirty days", async () => {
		const before = await openKeys(folder, "main", start);
		const after = await rotateKeys(folder, "main", start + days);
		expect(after.line.kid).not.toBe(before.line.kid);
		const roots = [before.roots.first, before.roots.second];
		expect(checkKeyList(after.list, { tenant: "main", roots, current: before.list, now: start + days }).kind).toBe("newer");
		expect(after.list.keys.find(({ kid }) => kid === before.line.kid)!.notAfter).toBe(new Date(start + 31 * days).toISOString());
		expect((await openKeys(folder, "main", start + 2 * days)).line.kid).toBe(after.line.kid);
	});

	it("dates a key anew that was made while the clock was ahead, once the clock is right and the root is there", async () => {
		const ahead = await openKeys(folder, "main", start + 10 * days);
		const rootFile = join(folder, "first-root.key");
		renameSync(rootFile, join(folder, "..", "away"));
		expect((await openKeys(folder, "main", start)).list.version).toBe(1);
		renameSync(join(folder, "..", "away"), rootFile);
		const { list, line, roots } = await openKeys(folder, "main", start);
		expect(line.kid).toBe(ahead.line.kid);
		expect(list.keys.map(({ notBefore }) => notBefore)).toEqual([new Date(start).toISOString()]);
		const check = { tenant: "main", roots: [roots.first, roots.second], current: ahead.list, now: start };
		expect(checkKeyList(list, check)).toMatchObject({ kind: "newer" });
		expect((await openKeys(folder, "main", start + days)).list.version).toBe(2);
	});

	it("lets the root be taken away: head office goes on, does not rotate, and signs the list again when the root is back", async () => {
		await openKeys(folder, "main", start);
		renameSync(join(folder, "first-root.key"), join(folder, "..", "away"));
		const without = await openKeys(folder, "main", start + 300 * days);
		expect(without.list.version).toBe(1);
		await expect(rotateKeys(folder, "main")).rejects.toThrow("is away");
		renameSync(join(folder, "..", "away"), join(folder, "first-root.key"));
		const renewed = await openKeys(folder, "main", start + 300 * days);
		expect(renewed.list.version).toBe(2);
		expect(Date.parse(renewed.list.expires)).toBe(start + 700 * days);
	});

	it("gives the second root to paper, from where it replaces a lost first one without a visit to any store (drill)", async () => {
		const keys = await openKeys(folder, "main", start);
		const paper = join(folder, "..", "paper");
		await exportSecondRoot(folder, paper);
		expect(existsSync(join(folder, "second-root.key"))).toBe(false);
		await expect(exportSecondRoot(folder, paper)).rejects.toThrow("exported before");
		// The first root is lost. What a store does when it hears of the successor:
		const second = readKeyFile(paper, "root");
		const fresh = makeKey("root");
		const { first } = keys.roots;
		const at = new Date(start).toISOString();
		const said = signSuccessor({ tenant: "main", number: 1, replaces: "first", retires: first, successor: fresh.public, at }, second);
		const answer = takeSuccessor({ ...keys.roots, number: 0 }, said, "main", start);
		expect(answer).toMatchObject({ kind: "taken", roots: { first: fresh.public, second: second.public } });
	});

	it("keeps of a code only the digest of its secret", async () => {
		const keys = await openKeys(folder, "main");
		const db = await openDatabase({ memory: true });
		try {
			const enrolment = await openEnrolment({
				db,
				keys: () => keys,
				publicUrls: () => ["https://127.0.0.1:1"],
				line: () => ({ url: "mqtts://x" }),
				alarm: () => {},
			});
			const { code } = (await enrolment.makeCode("0117", false))!;
			expect(code).toMatch(/^GE1\./);
			const [row] = await db.query<{ secret_sha256: string }>("SELECT * FROM enrolment");
			expect(row!.secret_sha256).toMatch(/^[0-9a-f]{64}$/);
		} finally {
			await db.close();
		}
	});
});

describe("head office's database and its keys", { timeout: 90_000 }, () => {
	it("do not start together when boxes have learned other roots", async () => {
		const db = await openDatabase({ memory: true });
		const options = { db, publicUrls: () => ["https://127.0.0.1:1"], line: () => ({ url: "mqtts://x" }), alarm: () => {} };
		try {
			const keys = await openKeys(folder, "main");
			const enrolment = await openEnrolment({ ...options, keys: () => keys });
			const others = await openKeys(`${folder}-others`, "main");
			// Nobody has enrolled yet: the keys may still be exchanged.
			await openEnrolment({ ...options, keys: () => others });
			await openEnrolment({ ...options, keys: () => keys });
			const { code } = (await enrolment.makeCode("0117", false))!;
			const { readEnrolmentCode } = await import("../../../src/trust/enrolment-code.ts");
			const read = readEnrolmentCode(code);
			if ("fault" in read) throw new Error(read.fault);
			const key = makeKey("store");
			const claim = signStatement("gondola/enrolment/1", {}, { secret: read.secret, public: key.public }, key);
			const answer = await enrolment.take(claim, "10.0.0.7");
			expect(answer).toMatchObject({ store: "0117", incarnation: 1, roots: keys.roots });
			expect(await enrolment.keysOf("0117")).toMatchObject([{ kid: key.kid, public: key.public, inc: 1, endedAt: null }]);
			await expect(openEnrolment({ ...options, keys: () => others })).rejects.toThrow("are not those that 1 enrolled boxes have learned");
			expect(await enrolment.isPassword("0117", answer.line.password)).toBe(true);
			for (const wrong of ["", "x", `${answer.line.password} `]) expect(await enrolment.isPassword("0117", wrong)).toBe(false);
			expect(await enrolment.isPassword("0118", answer.line.password)).toBe(false);
			await enrolment.end("0117");
			expect(await enrolment.isPassword("0117", answer.line.password)).toBe(false);
			expect((await enrolment.keysOf("0117"))[0]!.endedAt).not.toBeNull();
		} finally {
			await db.close();
		}
	});

	it("take a claim only from whoever has its key, answer a box again whose answer was lost, and nobody after it confirmed", async () => {
		const db = await openDatabase({ memory: true });
		let now = "2026-03-01T08:00:00.000Z";
		const alarms: string[] = [];
		try {
			const keys = await openKeys(folder, "main");
			const enrolment = await openEnrolment({
				db,
				keys: () => keys,
				publicUrls: () => ["https://127.0.0.1:1"],
				line: () => ({ url: "mqtts://x" }),
				alarm: (sentence) => void alarms.push(sentence),
				clock: () => now,
			});
			const { readEnrolmentCode } = await import("../../../src/trust/enrolment-code.ts");
			const secretFor = async (store: string, again = false): Promise<string> => {
				const read = readEnrolmentCode((await enrolment.makeCode(store, again))!.code);
				if ("fault" in read) throw new Error(read.fault);
				return read.secret;
			};
			const claimOf = (secret: string, key = makeKey("store"), context = {}) =>
				signStatement("gondola/enrolment/1", context, { secret, public: key.public }, key);
			const code = (error: unknown): unknown => (error as { code?: string }).code;
			const refusal = (claim: ReturnType<typeof claimOf>): Promise<unknown> => enrolment.take(claim, "10.0.0.66").then(() => "taken", code);

			const secret = await secretFor("0117");
			const [own, thief] = [makeKey("store"), makeKey("store")];
			expect(await refusal({ ...claimOf(secret, own), public: thief.public })).toBe("enrolment-claim-forged");
			expect(await refusal(claimOf(secret, own, { confirms: true }))).toBe("enrolment-claim-forged");
			now = "2026-03-02T08:00:00.000Z";
			expect(await refusal(claimOf(secret, own))).toBe("enrolment-code-expired");

			const second = await secretFor("0117");
			const first = await enrolment.take(claimOf(second, own), "10.0.0.7");
			const again = await enrolment.take(claimOf(second, own), "10.0.0.7");
			expect(await enrolment.isPassword("0117", first.line.password)).toBe(false);
			expect(await enrolment.isPassword("0117", again.line.password)).toBe(true);
			expect(await refusal(claimOf(second, thief))).toBe("enrolment-code-used");
			await expect(enrolment.confirm({ ...claimOf(second, own) })).rejects.toThrow("did not sign");
			await enrolment.confirm(claimOf(second, thief, { confirms: true }));
			await enrolment.take(claimOf(second, own), "10.0.0.7");
			await enrolment.confirm(claimOf(second, own, { confirms: true }));
			expect(await refusal(claimOf(second, own))).toBe("enrolment-code-used");
			expect(alarms).toHaveLength(2);
			expect(alarms[0]).toContain("from 10.0.0.66; it was used at 2026-03-02T08:00:00.000Z from 10.0.0.7");

			// A box swap grants one incarnation, however often the answer is asked for.
			const swap = await secretFor("0117", true);
			const next = makeKey("store");
			for (let n = 0; n < 2; n += 1) expect((await enrolment.take(claimOf(swap, next), "10.0.0.8")).incarnation).toBe(2);
			expect((await enrolment.keysOf("0117")).map(({ kid, inc, endedAt }) => [kid, inc, endedAt !== null])).toEqual([
				[next.kid, 2, false],
				[own.kid, 1, true],
			]);
			expect(await enrolment.makeCode("0117", false)).toBeUndefined();

			// Of two boxes that show one code at the same moment, one is let in.
			const race = await secretFor("0118");
			const results = await Promise.all([refusal(claimOf(race)), refusal(claimOf(race)), refusal(claimOf(race))]);
			expect(results.sort()).toEqual(["enrolment-code-used", "enrolment-code-used", "taken"]);
		} finally {
			await db.close();
		}
	});
});
