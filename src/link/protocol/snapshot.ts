import { createHash } from "node:crypto";
import { packText } from "./envelope.ts";
import type { Manifest, Reply, Req } from "./messages.ts";

/** The size that a chunk should not exceed on the wire, in bytes. */
export const chunkWireBytes = 48 * 1024;
export const chunkRecords = 2_000;
const chunkBytes = 256 * 1024;

/** Cuts records, as canonical texts, into chunks that fit the wire. */
export function cutChunks(texts: readonly string[], most = chunkRecords): string[][] {
	const chunks: string[][] = [];
	let chunk: string[] = [];
	let bytes = 0;
	for (const text of texts) {
		if (chunk.length > 0 && (chunk.length === most || bytes + text.length > chunkBytes)) {
			chunks.push(...fitting(chunk));
			chunk = [];
			bytes = 0;
		}
		chunk.push(text);
		bytes += text.length + 1;
	}
	return chunk.length > 0 ? [...chunks, ...fitting(chunk)] : chunks;
}

/** Halves chunks that do not compress well. One record alone may exceed the aimed size; a record that no message can carry is left out. */
function fitting(chunk: string[]): string[][] {
	const packed = packText(`{"session":"${"x".repeat(64)}","records":[${chunk.join(",")}]}`);
	if (chunk.length === 1) return packed ? [chunk] : [];
	if (packed && packed.length <= chunkWireBytes) return [chunk];
	const half = chunk.length >> 1;
	return [...fitting(chunk.slice(0, half)), ...fitting(chunk.slice(half))];
}

export function chunkShaOf(texts: readonly string[]): string {
	return createHash("sha256").update(texts.join("\n")).digest("hex");
}

/** One hash over the hashes of all chunks, by which two snapshots are told apart. */
export function snapshotShaOf(chunkSha: readonly string[]): string {
	return createHash("sha256").update(chunkSha.join("\n")).digest("hex");
}

/**
 * A snapshot's id names what it was made from, so that HQ can make it again after a restart: the epoch, the number of its newest record,
 * and the time at which its prices were chosen.
 */
export const snapshotIdOf = (epoch: string, baseSeq: number, atMs: number): string => `${epoch}-${baseSeq}-${atMs}`;

export function readSnapshotId(id: string): { epoch: string; baseSeq: number; atMs: number } {
	const [epoch, baseSeq, atMs] = id.split("-") as [string, string, string];
	return { epoch, baseSeq: Number(baseSeq), atMs: Number(atMs) };
}

export function manifestOf(id: string, baseHash: string, chunks: readonly (readonly string[])[]): Manifest {
	const { epoch, baseSeq } = readSnapshotId(id);
	const chunkSha = chunks.map(chunkShaOf);
	const count = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
	return { id, epoch, baseSeq, baseHash, count, chunks: chunks.length, sha256: snapshotShaOf(chunkSha), chunkSha };
}

/** The key by which a reply finds its request. */
export function keyOf(message: Req | Reply): string {
	if ("key" in message && message.key !== undefined) return message.key;
	if ("ask" in message) return `stock:${message.ask}`;
	if ("bucket" in message) return `bucket:${message.bucket}`;
	if ("buckets" in message) return "buckets";
	if ("chunk" in message && message.chunk !== undefined) return `${message.id}.${message.chunk}`;
	return "snapshot";
}
