import { createHash } from "node:crypto";
import { packText } from "./envelope.ts";
import type { Manifest, Reply, Req } from "./messages.ts";

/** Aimed at: a chunk is at most this on the wire. */
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

/** Halves what does not compress well. One record alone may be larger than aimed at; one that no message can carry is left out. */
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

/** What the chunks together are, so that two snapshots are told apart by one line. */
export function snapshotShaOf(chunkSha: readonly string[]): string {
	return createHash("sha256").update(chunkSha.join("\n")).digest("hex");
}

/**
 * A snapshot's name says how it was made, so that HQ can make the same one again after a restart: the epoch, the number of the newest
 * record in it, and the time for which its prices were chosen.
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

/** Which answer belongs to which request. */
export function keyOf(message: Req | Reply): string {
	if ("key" in message && message.key !== undefined) return message.key;
	if ("bucket" in message) return `bucket:${message.bucket}`;
	if ("buckets" in message) return "buckets";
	if ("chunk" in message && message.chunk !== undefined) return `${message.id}.${message.chunk}`;
	return "snapshot";
}
