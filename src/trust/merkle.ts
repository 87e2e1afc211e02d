/**
 * A Merkle tree over the records of a decision, in the shape of RFC 9162: the left part of n records has the largest power of two below n.
 *
 *                 root
 *              ┌───┴───┐
 *            0..3     4..5        a batch of records 2, 3, 4 carries the hashes of 0..1 and of 5
 *           ┌──┴──┐   ┌┴┐
 *         0..1  2..3  4 5
 *
 * A batch on the line is any run of records; its proof has at most two hashes a level. Leaves and nodes are hashed under different first
 * bytes, so that a node never passes for a record. The tree says nothing about how many records there are: the seal does.
 */
import { hash } from "node:crypto";

const hashBytes = 32;
/** The most records of one decision; larger pushes are split. */
export const recordsMost = 1_000_000;

/** The 32 bytes of a SHA-256, each as a character of the same number (latin1): Node makes such a text in a third of a Buffer's time. */
export type Digest = string;

export function leafOf(text: string): Digest {
	return hash("sha256", leafMark + text, "binary");
}

const leafMark = "\0gondola/record/1\n";
/** The bytes that are hashed for a node: the byte 1, and the two digests below it. */
const nodeBytes = Buffer.alloc(1 + 2 * hashBytes, 1);

function nodeOf(left: Digest, right: Digest): Digest {
	nodeBytes.write(left, 1, hashBytes, "latin1");
	nodeBytes.write(right, 1 + hashBytes, hashBytes, "latin1");
	return hash("sha256", nodeBytes, "binary");
}

/** The largest power of two below n, for n ≥ 2. */
const leftOf = (n: number): number => 2 ** (31 - Math.clz32(n - 1));

export interface Tree {
	root: Digest;
	/**
	 * The proof of a run of records `from` ≤ i < `to`: the hashes from which, with the run, the root follows; base64url, in the order of the
	 * records that they stand for. Throws RangeError for a run that is empty or reaches outside.
	 */
	prove(from: number, to: number): string;
}

/** Each node is hashed once: a push to 2,000 stores asks for the same proofs 2,000 times. */
export function treeOf(leaves: readonly Digest[]): Tree {
	if (leaves.length === 0 || leaves.length > recordsMost) throw new RangeError(`a tree of ${leaves.length} records`);
	const nodes = new Map<number, Digest>();
	const node = (low: number, high: number): Digest => {
		if (high - low === 1) return leaves[low]!;
		const place = low * 2 ** 21 + high;
		const known = nodes.get(place);
		if (known) return known;
		const middle = low + leftOf(high - low);
		const made = nodeOf(node(low, middle), node(middle, high));
		nodes.set(place, made);
		return made;
	};
	return {
		root: node(0, leaves.length),
		prove(from, to) {
			if (!(from >= 0 && from < to && to <= leaves.length)) throw new RangeError(`no records ${from} to ${to} in ${leaves.length}`);
			let parts: Digest = "";
			const walk = (low: number, high: number): void => {
				if (high <= from || low >= to) return void (parts += node(low, high));
				if (low >= from && high <= to) return;
				const middle = low + leftOf(high - low);
				walk(low, middle);
				walk(middle, high);
			};
			walk(0, leaves.length);
			return Buffer.from(parts, "latin1").toString("base64url");
		},
	};
}

/**
 * The root that a run of leaves beginning at `from`, of `count` in all, makes with its proof. Undefined when the proof is too short, too
 * long or malformed, or the run does not fit. Compare with the sealed root.
 */
export function rootFromProof(count: number, from: number, run: readonly Digest[], proof: string): Digest | undefined {
	const to = from + run.length;
	if (!Number.isInteger(count) || !Number.isInteger(from) || from < 0 || run.length === 0 || to > count || count > recordsMost)
		return undefined;
	const bytes = Buffer.from(proof, "base64url");
	if (bytes.length % hashBytes !== 0 || bytes.toString("base64url") !== proof) return undefined;
	const digests: Digest = bytes.toString("latin1");
	let at = 0;
	const walk = (low: number, high: number): Digest | undefined => {
		if (high <= from || low >= to) {
			at += hashBytes;
			return at <= digests.length ? digests.slice(at - hashBytes, at) : undefined;
		}
		if (high - low === 1) return run[low - from];
		const middle = low + leftOf(high - low);
		const left = walk(low, middle);
		const right = left && walk(middle, high);
		return right && nodeOf(left, right);
	};
	const root = walk(0, count);
	return at === digests.length ? root : undefined;
}
