import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const by = (name: string) => ({ kind: "user" as const, name });

/** Head office whose own look at prices failed: the store was told the rails, and head office forgets them. */
describe("a store and a head office that lets through what exceeds the rails", () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-rails-"));
	let pair: Pair;
	let box: Box;
	const now = () => new Date().toISOString();
	const push = (id: string, amountMinor: number, sku = "a") =>
		pair.hq.acceptPush({
			...{ id, stores: "all", rejected: [], by: by("pia") },
			changes: [{ sku, amountMinor, currency: "EUR", kind: "regular", article: { name: `Article ${sku}` } }],
		});
	const charged = (sku = "a") => box.writer.book.prices.effective(sku, now())?.amountMinor;
	const position = () => box.ledger.read.link.dn("catalog")?.position ?? 0;
	const atStore = async (id: string) => (await pair.hq.push(id)).stores[0]!;
	const activate = () => box.do("activateDue", {});
	const arrives = async (amountMinor: number, id: string) => {
		const before = position();
		await push(id, amountMinor);
		await eventually(() => expect(position()).toBeGreaterThan(before));
		activate();
	};
	beforeAll(async () => {
		pair = await openPair();
		box = pair.box(join(root, "box"));
		await push("first", 100);
		await eventually(() => expect(position()).toBe(2));
		await eventually(() => expect(String(box.writer.book.settings.value("guardRails"))).toContain('"EUR"'));
		activate();
		await pair.db.query(
			"INSERT INTO guard_rails (store, rails, proposed_by, proposed_at, approved_by, approved_at) VALUES ('', $1, 'x', $2, 'y', $2)",
			[JSON.stringify({ maxRisePercent: null, maxCutPercent: null, minAmountMinor: null }), now()],
		);
		const lax = canonicalText({ clearance: { maxCutPercent: 90 }, currencies: ["EUR"] });
		await pair.db.query("UPDATE rails_told SET rails = $1", [lax]);
	}, 120_000);
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});

	it("holds it, says so up, and lets it count when a second person releases it (case P19)", async () => {
		await arrives(1, "cheap");
		expect(charged()).toBe(100);
		await eventually(async () => expect(await atStore("cheap")).toMatchObject({ stored: 1, held: 1, active: 0 }));
		expect(await pair.hq.push("cheap")).toMatchObject({ state: "held", heldReasons: [{ sku: "a", store: "s1", code: "cut" }] });
		await expect(pair.hq.releasePush("cheap", by("pia"))).rejects.toMatchObject({ code: "own-push" });
		const before = position();
		await pair.hq.releasePush("cheap", by("vera"));
		await eventually(() => expect(position()).toBeGreaterThan(before));
		activate();
		expect(charged()).toBe(1);
		await eventually(async () => expect(await atStore("cheap")).toMatchObject({ held: 0, active: 1 }));
	});

	it("is measured against what the store charges, and lapses when head office takes it back", async () => {
		await arrives(500, "dear");
		expect(charged()).toBe(1);
		const before = position();
		await pair.hq.withdrawPush("dear", undefined, by("pia"));
		await eventually(() => expect(position()).toBeGreaterThan(before));
		activate();
		await eventually(async () => expect(box.writer.book.priceHolds.count()).toBe(0));
		expect(charged()).toBe(1);
	});

	it("takes head office's own word, and what a box lost comes back as it was", async () => {
		const first = await pair.hq.acceptPush({
			...{ id: "own", stores: "all" as const, rejected: [] },
			changes: [{ sku: "a", amountMinor: 700, currency: "EUR", kind: "regular", article: {} }],
		});
		expect(first.accepted).toBe(1);
		await eventually(() => expect(box.writer.book.prices.of("a").at(-1)?.amountMinor).toBe(700));
		activate();
		expect(charged()).toBe(700);
	});

	it("comes to equal sums also while something is held", async () => {
		await arrives(1, "again");
		expect([charged(), box.writer.book.priceHolds.count()]).toEqual([700, 1]);
		expect((await pair.session().command("catalog.compare", {}, 5_000)).out).toMatchObject({ comparison: "equal" });
	});
});
