import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { flows } from "../../src/flows/flows.ts";
import { type Book, createWriter, type LedgerRefusal } from "../../src/ledger/ledger.ts";
import type { Actor } from "../../src/words/actor.ts";
import type { Moment } from "../../src/words/time.ts";

type Flows = typeof flows;

/** A real ledger in a temporary folder, without a worker: each call is a commit of its own. */
export interface TestStore {
	directory: string;
	book: Book;
	do<N extends keyof Flows>(flow: N, args: Parameters<Flows[N]>[1], at?: string): ReturnType<Flows[N]>;
	/** The same with a clock that is only a guess. */
	guessing<N extends keyof Flows>(flow: N, args: Parameters<Flows[N]>[1], at: string): void;
	/** The refusal's code, when the flow said no. */
	refused<N extends keyof Flows>(flow: N, args: Parameters<Flows[N]>[1], at?: string): string;
	/** Who asks from here on. */
	actor?: Actor;
	reopen(): void;
	close(): void;
}

export const noon = "2026-03-02T12:00:00.000Z";
export const moment = (wall: string, quality: Moment["quality"] = "synced"): Moment => ({ wall, boot: "boot1", monoMs: 0, quality });

export function openTestStore(): TestStore {
	const directory = mkdtempSync(join(tmpdir(), "gondola-test-"));
	let writer = createWriter(directory, flows);
	let n = 0;
	const call = (flow: string, args: unknown, at: string) =>
		writer.run([{ n: (n += 1), flow, args, now: { ...moment(at), ...(store.actor && { actor: store.actor }) } }]).answers[0]!;
	const store: TestStore = {
		directory,
		get book() {
			return writer.book;
		},
		do(flow, args, at = noon) {
			const answer = call(flow, args, at);
			if (!answer.ok) throw new Error(`${flow}: ${answer.code}: ${answer.message}`);
			return answer.value as never;
		},
		guessing(flow, args, at) {
			writer.run([{ n: (n += 1), flow, args, now: moment(at, "guess") }]);
		},
		refused(flow, args, at = noon) {
			const answer = call(flow, args, at);
			if (answer.ok) throw new Error(`${flow} was not refused`);
			return (answer as { code: LedgerRefusal["code"] }).code;
		},
		reopen() {
			writer.close();
			writer = createWriter(directory, flows);
		},
		close() {
			writer.close();
			rmSync(directory, { recursive: true, force: true });
		},
	};
	return store;
}

const epoch = "00000000000000e1";

/** HQ's next records, as they would come down the line. */
export function fromHq(
	store: TestStore,
	stream: "catalog" | "stock" | "config",
	records: object[],
	at = noon,
): ReturnType<Flows["acceptDown"]> {
	const head = store.book.link.dn(stream);
	return store.do(
		"acceptDown",
		{
			stream,
			epoch: head?.epoch ?? epoch,
			from: (head?.position ?? 0) + 1,
			records: records.map((record) => ({ record })) as never,
			hash: "f".repeat(32),
		},
		at,
	);
}

export const article = (sku: string, more: object = {}) => ({
	type: "article",
	article: { sku, name: `Article ${sku}`, version: 1, ...more },
});
export const price = (sku: string, version: number, amountMinor: number, more: object = {}) => ({
	type: "price",
	price: { sku, version, kind: "regular", amountMinor, currency: "EUR", from: "2026-01-01T00:00:00.000Z", ...more },
});

/** The catalog as a whole, under an epoch of its own; its prices are not put in force yet. */
export function snapshotFromHq(store: TestStore, records: object[]): void {
	const epoch = "00000000000000e9";
	const manifest = { id: "s", epoch, baseSeq: 9, baseHash: "f".repeat(32), count: 2, chunks: 1, sha256: "", chunkSha: [""] };
	store.do("beginSnapshot", manifest);
	store.do("takeChunk", { id: "s", chunk: 0, records: records as never });
	store.do("swapSnapshot", { id: "s" });
}
