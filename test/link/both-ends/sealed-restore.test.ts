import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { restoreOnlySealed } from "../../../src/hq/restore/sealed-only.ts";
import type { RestoreQuestion } from "../../../src/link/hq/repository.ts";
import { signKeyList } from "../../../src/trust/key-list.ts";
import { makeKey } from "../../../src/trust/keys.ts";
import { signStatement } from "../../../src/trust/signing.ts";
import { openStoreTrust } from "../../../src/trust/store-trust.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const root = mkdtempSync(join(tmpdir(), "gondola-sealed-restore-"));
const folder = join(root, "hq");
const kept = join(root, "backup");
const [first, second, line] = [makeKey("root"), makeKey("root"), makeKey("line")];
const notBefore = "2020-01-01T00:00:00.000Z";
const list = signKeyList(
	{
		tenant: "t",
		version: 1,
		issuedAt: notBefore,
		expires: "2099-01-01T00:00:00.000Z",
		keys: [{ kid: line.kid, public: line.public, role: "line", notBefore }],
	},
	first,
);
const boxKeys = { s1: makeKey("store"), s2: makeKey("store") };
const said: string[] = [];
const boxes: Record<string, Box> = {};
let pair: Pair;

/** HQ as `hq run` has it: it takes back its own word only. */
function guard(): void {
	const { link } = pair.hq;
	const guarded = restoreOnlySealed({
		link: { ...link },
		db: pair.db,
		tenant: "t",
		list: () => list,
		notify: (sentence) => void said.push(sentence),
	});
	Object.assign(link, {
		restoreWaits: guarded.restoreWaits,
		restore: guarded.restore,
	});
}
const push = (id: string, amountMinor: number) =>
	pair.hq.acceptPush({
		id,
		stores: "all",
		rejected: [],
		changes: [{ sku: "milk", amountMinor, currency: "EUR", kind: "regular", article: { name: "milk" } }],
	});
const charged = (store: string): number | undefined => {
	boxes[store]!.do("activateDue", {});
	return boxes[store]!.writer.book.prices.winning("milk", new Date().toISOString())?.amountMinor;
};

beforeAll(async () => {
	pair = await openPair(["s1", "s2"], folder, {
		signer: () => line,
		hq: {
			tenant: "t",
			trustForMs: 1_000,
			sign: (domain, store, statement) => signStatement(domain, { tenant: "t", store }, statement, line),
			signLeap: (store, batch) => signStatement("gondola/leap/1", { tenant: "t", store }, batch, line),
			list: () => list,
			successors: () => [],
		},
		store: (store) =>
			openStoreTrust(
				{
					tenant: "t",
					store,
					roots: { first: first.public, second: second.public, number: 0 },
					keyList: list,
					enrolledAt: notBefore,
					key: boxKeys[store as "s1" | "s2"],
				},
				() => {},
			),
	});
	for (const [store, { kid, public: text }] of Object.entries(boxKeys))
		await pair.db.transaction((tx) =>
			tx.query("INSERT INTO store_key (kid, store, public, inc, enrolled_at) VALUES ($1, $2, $3, 1, $4)", [kid, store, text, notBefore]),
		);
	guard();
	for (const store of ["s1", "s2"]) boxes[store] = pair.box(join(root, store), {}, false, store);
	await push("monday", 100);
	await eventually(() => expect([charged("s1"), charged("s2")]).toEqual([100, 100]));
	await pair.reopenHq(() => cpSync(folder, kept, { recursive: true }));
	guard();
	await push("tuesday", 120);
	await eventually(() => expect([charged("s1"), charged("s2")]).toEqual([120, 120]));
}, 240_000);
afterAll(async () => {
	await pair.close();
	rmSync(root, { recursive: true, force: true });
});

describe("head office that came back from yesterday's backup, with its keys", { timeout: 240_000 }, () => {
	it("takes nothing back before a person says that it was restored, and then what it had sealed", async () => {
		await pair.reopenHq(() => {
			rmSync(folder, { recursive: true });
			cpSync(kept, folder, { recursive: true });
		});
		guard();
		for (const store of ["s1", "s2"]) pair.session(store).ask();
		await eventually(() => expect(said.some((sentence) => sentence.includes("restorations release"))).toBe(true));
		await expect(pair.hq.push("tuesday")).rejects.toThrow("No push has the id");
		expect([charged("s1"), charged("s2")]).toEqual([120, 120]);
		await pair.hq.releaseRestore("olga");
		await eventually(async () => {
			for (const store of ["s1", "s2"]) pair.session(store).ask();
			expect((await pair.hq.push("tuesday")).changes).toBe(1);
		});
		await push("wednesday", 130);
		await eventually(() => expect([charged("s1"), charged("s2")]).toEqual([130, 130]));
	});

	it("takes no word for its own that it never sealed, whatever a store says with its own key", async () => {
		const before = said.length;
		const { dn } = (await pair.hq.link.load("s1"))!;
		const after = dn.catalog!.last;
		const price = { sku: "milk", version: 900_000, kind: "regular", amountMinor: 1, currency: "EUR", from: notBefore, push: "cheap" };
		const head = { at: notBefore, changes: 1, stores: "all" };
		const question: RestoreQuestion = {
			after,
			position: after + 1,
			received: [[after + 1, { type: "price", price, head }]],
			rows: [{ type: "price", price }],
		};
		const restored = await pair.hq.link.restore!("s1", "catalog", question);
		expect(restored).toMatchObject({ records: 0, prices: 0, refused: true });
		expect(said.slice(before).join()).toContain("never sealed");
		await expect(pair.hq.push("cheap")).rejects.toThrow("No push has the id");
		await push("thursday", 140);
		await eventually(() => expect([charged("s1"), charged("s2")]).toEqual([140, 140]));
	});
});
