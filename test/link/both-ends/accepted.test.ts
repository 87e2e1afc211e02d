import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { flows } from "../../../src/flows/flows.ts";
import { createWriter } from "../../../src/ledger/ledger.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { genesis, nextHash } from "../../../src/words/basics/chain.ts";

const now = { wall: "2026-03-01T08:00:00.000Z", boot: "b", monoMs: 1, quality: "synced" } as const;

it("an online order that HQ sends again under a new epoch takes from its grant once", () => {
	const directory = mkdtempSync(join(tmpdir(), "gondola-granted-"));
	const writer = createWriter(directory, flows);
	const article = { type: "article", article: { sku: "jam", name: "Jam", version: 1 } };
	const delivery = {
		type: "movement",
		movement: { id: "d1", sku: "jam", quantity: 9, reason: "receive", occurredAt: now.wall, origin: "hq" },
	};
	const ask = { type: "grant-ask", sku: "jam", wanted: 5, grant: "g1", expiresAt: "2026-03-02T08:00:00.000Z" };
	const order = { type: "grant-used", grant: "g1", sku: "jam", used: 3, order: "o1" };
	const records = [article, delivery, ask, order].map((record) => ({ record }));
	for (const epoch of ["a".repeat(16), "b".repeat(16)]) {
		const mark = { stream: "stock", epoch, hash: "1".repeat(32) };
		const { answers } = writer.run([
			{ n: 1, flow: "openDownEpoch", args: { ...mark, position: 0 }, now },
			{ n: 2, flow: "acceptDown", args: { ...mark, from: 1, records }, now },
		]);
		expect(answers[1]).toMatchObject({ ok: true, value: { rejected: [] } });
	}
	expect(writer.book.grants.get("g1")).toMatchObject({ granted: 5, used: 3 });
	expect(writer.book.stock.onHand("jam")).toMatchObject({ onHand: 6, granted: 2 });
	writer.close();
	rmSync(directory, { recursive: true });
});

it("a record the store refuses leaves a fact whose chain HQ can follow", () => {
	const directory = mkdtempSync(join(tmpdir(), "gondola-refused-"));
	const writer = createWriter(directory, flows);
	const poison = { poison: { code: "bad-record", why: "no" }, raw: {} };
	writer.run([
		{
			n: 1,
			flow: "acceptDown",
			args: { stream: "catalog", epoch: "e".repeat(16), from: 1, hash: "1".repeat(32), records: [poison, poison, poison] },
			now,
		},
	]);
	const { link } = writer.book;
	const facts = link.upAfter("facts", 0, 100).map(({ record }) => record);
	expect(facts).toMatchObject([1, 2, 3].map((record) => ({ type: "record.refused", stream: "catalog", record })));
	expect(facts.reduce((hash, fact) => nextHash(hash, canonicalText(fact)), genesis)).toBe(link.up("facts").hash);
	writer.close();
	rmSync(directory, { recursive: true });
});
