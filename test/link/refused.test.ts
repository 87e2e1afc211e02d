import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { flows } from "../../src/flows/flows.ts";
import { createWriter } from "../../src/ledger/ledger.ts";
import { canonicalText, genesis, nextHash } from "../../src/wire/chain.ts";

it("a record the store refuses leaves a fact whose chain HQ can follow", () => {
	const directory = mkdtempSync(join(tmpdir(), "gondola-refused-"));
	const writer = createWriter(directory, flows);
	const poison = { poison: { code: "bad-record", why: "no" }, raw: {} };
	writer.run([{
		n: 1, flow: "acceptDown", args: { stream: "catalog", epoch: "e".repeat(16), from: 1, hash: "1".repeat(32), records: [poison, poison, poison] },
		now: { wall: "2026-03-01T08:00:00.000Z", boot: "b", monoMs: 1, quality: "synced" },
	}]);
	const { link } = writer.book;
	const facts = link.upAfter("facts", 0, 100).map(({ record }) => record);
	expect(facts).toMatchObject([1, 2, 3].map((record) => ({ type: "record.refused", stream: "catalog", record })));
	expect(facts.reduce((hash, fact) => nextHash(hash, canonicalText(fact)), genesis)).toBe(link.up("facts").hash);
	writer.close();
	rmSync(directory, { recursive: true });
});
