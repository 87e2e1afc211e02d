import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/hq/database/database.ts";
import { exportSecondRoot, type HqKeys, openKeys, rotateKeys } from "../../../src/hq/enrolment/key-folder.ts";
import { rememberRoots } from "../../../src/hq/enrolment/known-roots.ts";
import { replaceRoot } from "../../../src/hq/enrolment/replace-root.ts";
import { rotated, signKeyList } from "../../../src/trust/key-list.ts";
import { makeKey, readKeyFile } from "../../../src/trust/keys.ts";
import { signSuccessor } from "../../../src/trust/roots.ts";
import { signStatement } from "../../../src/trust/signing.ts";
import { openStoreTrust, type StoreTrust } from "../../../src/trust/store-trust.ts";

let around: string;
let folder: string;
let paper: string;
let keys: HqKeys;
const days = 86_400_000;
const start = Date.parse("2026-03-01T08:00:00Z");

beforeEach(async () => {
	around = mkdtempSync(join(tmpdir(), "root-lost-"));
	[folder, paper] = [join(around, "keys"), join(around, "paper")];
	keys = await openKeys(folder, "main", start);
	await exportSecondRoot(folder, paper);
});
afterEach(() => rmSync(around, { recursive: true, force: true }));

/** A store that enrolled with what head office had then. */
const storeOf = ({ roots, list }: HqKeys): StoreTrust =>
	openStoreTrust(
		{
			...{ tenant: "main", store: "0117", keyList: list, enrolledAt: new Date(start).toISOString(), key: makeKey("store") },
			roots: { ...roots, number: 0 },
		},
		() => {},
	);
const hear = (store: StoreTrust, { list, successors }: Pick<HqKeys, "list" | "successors">, now: number) =>
	store.takeKeys({ list, successors }, now);
/** Why the store does not follow what this line key says. */
const refusal = (store: StoreTrust, { line }: Pick<HqKeys, "line">, now: number) =>
	store.statementRefusal("gondola/ack/1", signStatement("gondola/ack/1", { tenant: "main", store: "0117" }, { n: 1 }, line), now);

describe("a root of head office that is lost", { timeout: 90_000 }, () => {
	it("is replaced by the one on paper, and no store is visited: not one that was away for months either", async () => {
		const [near, away] = [storeOf(keys), storeOf(keys)];
		rmSync(join(folder, "first-root.key"));
		await expect(rotateKeys(folder, "main", start)).rejects.toThrow("is away");
		const replaced = await replaceRoot(folder, "main", "first", paper, start + days);
		expect(hear(near, replaced, start + days)).toEqual([]);
		const fresh = await rotateKeys(folder, "main", start + 2 * days);
		expect(hear(near, fresh, start + 2 * days)).toEqual([]);
		const later = await rotateKeys(folder, "main", start + 100 * days);
		expect(hear(away, later, start + 101 * days)).toEqual([]);
		for (const store of [near, away]) {
			hear(store, later, start + 101 * days);
			expect(refusal(store, later, start + 101 * days)).toBeUndefined();
		}
		// A box that enrolls afterwards learns the roots of that day, and is told nothing of the earlier ones.
		expect(refusal(storeOf(later), later, start + 101 * days)).toBeUndefined();
	});

	it("that was stolen signs nothing any more, although the thief had named himself in lists of higher versions", async () => {
		const store = storeOf(keys);
		const stolen = readKeyFile(join(folder, "first-root.key"), "root");
		const thief = makeKey("line");
		const hisList = { ...rotated(keys.list, thief, start), version: keys.list.version + 300 };
		expect(hear(store, { list: signKeyList(hisList, stolen), successors: [] }, start)).toEqual([]);
		expect(refusal(store, { line: thief }, start)).toBeUndefined();

		const replaced = await replaceRoot(folder, "main", "first", paper, start + days);
		expect(hear(store, replaced, start + days)).toEqual([]);
		expect(refusal(store, { line: thief }, start + days)).toBe("key-unknown");
		expect(refusal(store, replaced, start + days)).toBeUndefined();
		const again = signKeyList({ ...hisList, version: replaced.list.version + 1 }, stolen);
		expect(hear(store, { list: again, successors: [] }, start + days)).toEqual(["key-list-forged"]);
		const himself = { tenant: "main", number: 9, replaces: "second" as const, at: new Date(start).toISOString() };
		const successor = signSuccessor({ ...himself, retires: keys.roots.second, successor: makeKey("root").public }, stolen);
		expect(hear(store, { ...replaced, successors: [successor] }, start + days)).toEqual(["successor-forged"]);
	});

	it("on paper is replaced by the first one, and counts in each store after 14 days", async () => {
		const store = storeOf(keys);
		const [fresh, newPaper] = [start + days, join(around, "new-paper")];
		const replaced = await replaceRoot(folder, "main", "second", newPaper, fresh);
		expect(hear(store, replaced, fresh)).toEqual([]);
		expect(hear(store, replaced, fresh + 15 * days)).toEqual([]);
		rmSync(join(folder, "first-root.key"));
		const both = await replaceRoot(folder, "main", "first", newPaper, fresh + 16 * days);
		expect(hear(store, both, fresh + 16 * days)).toEqual([]);
		const rotatedOnce = await rotateKeys(folder, "main", fresh + 17 * days);
		hear(store, rotatedOnce, fresh + 17 * days);
		expect(refusal(store, rotatedOnce, fresh + 17 * days)).toBeUndefined();
	});

	it("is replaced by no other key, and what is refused changes nothing", async () => {
		await expect(replaceRoot(folder, "main", "first", join(around, "nothing"))).rejects.toThrow("is not there");
		await expect(replaceRoot(folder, "main", "first", join(folder, "first-root.key"))).rejects.toThrow("is not the second root");
		await expect(replaceRoot(folder, "main", "second", paper)).rejects.toThrow("is there already");
		renameSync(join(folder, "first-root.key"), join(around, "away"));
		await expect(replaceRoot(folder, "main", "second", join(around, "new"))).rejects.toThrow("is away");
		renameSync(join(around, "away"), join(folder, "first-root.key"));
		expect((await openKeys(folder, "main", start)).roots).toEqual(keys.roots);
	});

	it("does not keep head office from starting with the boxes that learned it", async () => {
		const db = await openDatabase({ memory: true });
		const at = new Date(start).toISOString();
		await rememberRoots(db, keys, at);
		await db.query("INSERT INTO store (id) VALUES ('0117')").catch(() => {});
		await db.query("INSERT INTO store_key (kid, store, public, inc, enrolled_at) VALUES ('k', '0117', 'p', 1, $1)", [at]);
		const replaced = await replaceRoot(folder, "main", "first", paper, start);
		await rememberRoots(db, replaced, at);
		const other = await openKeys(join(around, "others"), "main", start);
		await expect(rememberRoots(db, other, at)).rejects.toThrow("enrolled boxes have learned");
		await db.close();
	});
});
