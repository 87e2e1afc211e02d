import { describe, expect, it } from "vitest";
import { type Digest, leafOf, rootFromProof, treeOf } from "../../src/trust/merkle.ts";

const rootOf = (all: Digest[]) => treeOf(all).root;
const proofOf = (all: Digest[], from: number, to: number) => treeOf(all).prove(from, to);
const leaves = (count: number) => Array.from({ length: count }, (_, at) => leafOf(`record ${at}`));

describe("a tree of records", () => {
	it("proves every run of every size up to 20, and no run at another place", () => {
		for (let count = 1; count <= 20; count += 1) {
			const all = leaves(count);
			const root = rootOf(all);
			for (let from = 0; from < count; from += 1)
				for (let to = from + 1; to <= count; to += 1) {
					const proof = proofOf(all, from, to);
					expect(rootFromProof(count, from, all.slice(from, to), proof)).toEqual(root);
					if (from > 0) expect(rootFromProof(count, from - 1, all.slice(from, to), proof)).not.toEqual(root);
				}
		}
	});

	it("needs at most two hashes a level", () => {
		const all = leaves(10_000);
		const proof = Buffer.from(proofOf(all, 4_321, 4_521), "base64url");
		expect(proof.length / 32).toBeLessThanOrEqual(2 * 14);
		expect(rootFromProof(10_000, 4_321, all.slice(4_321, 4_521), proof.toString("base64url"))).toEqual(rootOf(all));
	});

	it("refuses a proof that is cut, longer, malformed, or of another tree", () => {
		const all = leaves(13);
		const root = rootOf(all);
		const run = all.slice(3, 6);
		const proof = proofOf(all, 3, 6);
		const bytes = Buffer.from(proof, "base64url");
		for (const bad of [
			"",
			bytes.subarray(32).toString("base64url"),
			bytes.subarray(0, -32).toString("base64url"),
			bytes.subarray(0, -1).toString("base64url"),
			Buffer.concat([bytes, bytes.subarray(0, 32)]).toString("base64url"),
			`${proof}=`,
			`${proof.slice(0, -1)}!`,
			proofOf(all, 4, 7),
		])
			expect(rootFromProof(13, 3, run, bad), bad).not.toEqual(root);
		for (const [count, from] of [
			[13, 4],
			[13, -1],
			[13, 11],
			[13, 3.5],
			[Number.NaN, 3],
			[2 ** 40, 3],
		] as const)
			expect(rootFromProof(count, from, run, proof)).not.toEqual(root);
		expect(rootFromProof(13, 3, [], proof)).toBeUndefined();
		for (const [from, to] of [
			[3, 3],
			[4, 3],
			[0, 14],
			[-1, 2],
		] as const)
			expect(() => proofOf(all, from, to)).toThrow(RangeError);
		expect(() => treeOf([])).toThrow(RangeError);
	});

	it("takes no inner node for a record, nor two records for another two", () => {
		const all = leaves(4);
		const root = rootOf(all);
		const inner = [rootOf(all.slice(0, 2)), rootOf(all.slice(2, 4))];
		// As if the tree had two records, the inner nodes: it would have the same root if leaves were hashed like nodes.
		expect(rootFromProof(2, 0, [leafOf(inner[0]!)], Buffer.from(inner[1]!, "latin1").toString("base64url"))).not.toEqual(root);
		expect(rootOf([all[1]!, all[0]!])).not.toEqual(rootOf([all[0]!, all[1]!]));
		expect(rootOf([leafOf("ab"), leafOf("c")])).not.toEqual(rootOf([leafOf("a"), leafOf("bc")]));
	});
});
