/** Evidence of what a label showed: the answer by the facts, and files that somebody changed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { answerAt, decidingFacts } from "../../src/cli/evidence/answer.ts";
import { type Proof, proofFaults, proofSchema } from "../../src/cli/evidence/proof.ts";
import { verify } from "../../src/cli/evidence/verify.ts";
import type { LabelFact } from "../../src/ledger/file/label-facts.ts";
import { chainHash } from "../../src/ledger/tables/events.ts";
import { makeKey } from "../../src/trust/keys.ts";
import { signStatement } from "../../src/trust/signing.ts";

const time = (hour: number): string => `2026-03-02T${String(hour).padStart(2, "0")}:00:00.000Z`;
let seq = 0;
const fact = (hour: number, body: object): LabelFact =>
	({ id: `e${(seq += 1)}`, seq, at: time(hour), quality: "synced", label: "L1", sku: "1", ...body }) as never;
const shown = (hour: number, picture: string, amountMinor: number, more: object = {}): LabelFact =>
	fact(hour, {
		...{ type: "label.shown", version: 1, priceVersion: 1, upToVersion: 1, amountMinor, currency: "EUR", picture },
		...{ downloadedAt: time(hour), ...more },
	});
const bound = (hour: number): LabelFact => fact(hour, { type: "label.bound", face: null });

describe("answerAt", () => {
	const sure = [bound(6), shown(8, "a", 100), shown(12, "a", 100), shown(16, "b", 120)];
	it.each([
		["before any confirmation", sure, 7, "unknown", null],
		["between two confirmations of one picture", sure, 10, "proven", 100],
		["at the very moment of one", sure, 8, "proven", 100],
		["before the next picture was fetched", sure, 14, "proven", 100],
		["after the last one", sure, 20, "probable", 120],
		["while the picture was changing", [shown(8, "a", 100), shown(16, "b", 120, { downloadedAt: time(12) })], 14, "probable", 100],
		["where the fetching is not known", [shown(8, "a", 100), shown(16, "b", 120, { downloadedAt: null })], 10, "probable", 100],
		["after it was given to another article", [shown(8, "a", 100), bound(9), shown(11, "b", 120)], 10, "unknown", null],
		["after a newer picture failed", [shown(8, "a", 100), fact(9, { type: "label.failed" }), shown(11, "a", 100)], 10, "probable", 100],
		["where the clock was a guess", [shown(8, "a", 100, { quality: "guess" }), shown(12, "a", 100)], 10, "probable", 100],
		["of a label without facts", [], 10, "unknown", null],
	] as const)("%s", (_, facts, hour, strength, amountMinor) => {
		const answer = answerAt(facts, time(hour));
		expect([answer.strength, answer.shown?.amountMinor ?? null]).toEqual([strength, amountMinor]);
		// The facts that are put into the evidence lead to the same answer as all of them.
		expect(answerAt(decidingFacts(facts, time(hour)), time(hour)).strength).toBe(strength);
	});
});

describe("gondola verify", () => {
	const folder = mkdtempSync(join(tmpdir(), "gondola-proof-"));
	afterAll(() => rmSync(folder, { recursive: true, force: true }));
	const key = makeKey("store");
	const records = [shown(8, "a", 100), shown(12, "a", 100)];
	const first = { position: 7, before: "1".repeat(32), record: records[0]!, hash: chainHash("1".repeat(32), records[0]) };
	const second = { position: 8, before: first.hash, record: records[1]!, hash: chainHash(first.hash, records[1]) };
	const statement = {
		format: "gondola-proof/1",
		...{ tenant: "main", store: "s1", label: "L1", at: time(10), madeAt: time(20) },
		answer: answerAt(records, time(10)),
		facts: [first, second],
		key: key.public,
	} as const;
	const honest = signStatement("gondola/proof/1", {}, statement, key);
	const copy = (): Proof => structuredClone(honest) as never;
	const signedAgain = (change: (proof: Proof) => void): Proof => {
		const proof = copy();
		change(proof);
		return signStatement("gondola/proof/1", {}, proof, key) as never;
	};
	const faultsOf = (proof: Proof): string => proofFaults(proofSchema.parse(proof), proof).join(" ");

	it("believes what is whole", () => {
		expect(faultsOf(copy())).toBe("");
	});

	it.each<[string, () => Proof, RegExp]>([
		[
			"an amount in the answer",
			() => ({ ...copy(), answer: { ...copy().answer, shown: { ...copy().answer.shown!, amountMinor: 1 } } }),
			/does not follow/,
		],
		[
			"an amount in a fact, signed again by the store",
			() => signedAgain((it) => void ((it.facts[0]!.record as never as { amountMinor: number }).amountMinor = 1)),
			/was changed/,
		],
		["the moment, signed again", () => signedAgain((it) => void (it.at = time(15))), /does not follow/],
		["the label, signed again", () => signedAgain((it) => void (it.label = "L2")), /not about label L2/],
		["the order of facts, signed again", () => signedAgain((it) => void it.facts.reverse()), /stands behind/],
		["the store", () => ({ ...copy(), store: "s2" }), /signature/],
		["the key", () => ({ ...copy(), key: makeKey("store").public }), /signature/],
		["the signature taken away", () => ({ ...copy(), key: null }), /nobody signed/],
		["a member that nobody knows", () => ({ ...copy(), note: "x" }) as never, /signature/],
	])("refuses a file with another %s", (_, made, sentence) => {
		expect(faultsOf(made())).toMatch(sentence);
	});

	it("refuses the evidence of another key than the one that is named, and what is no evidence", async () => {
		const file = join(folder, "proof.json");
		writeFileSync(file, JSON.stringify(honest));
		expect(await verify.run([file, "--key", key.public, "--json"])).toBe(0);
		expect(await verify.run([file, "--key", makeKey("store").public, "--json"])).toBe(1);
		expect(await verify.run([file, "--key", `-${makeKey("store").public.slice(1)}`, "--json"])).toBe(1);
		for (const text of ["", "[]", "{}", "\0", '{"format":"gondola-proof/2"}']) {
			writeFileSync(file, text);
			expect(await verify.run([file, "--json"])).toBe(1);
		}
		expect(await verify.run([])).toBe(2);
	});
});
