import { genesis } from "../../words/basics/chain.ts";
import { commonCheckpoint } from "../../words/streams/checkpoints.ts";
import type { DownHead, DownStream, HelloUp, Res, StreamPosition, UpHead, UpStream } from "../protocol/messages.ts";
import { recall, recallRows } from "./recall.ts";
import { isWhole } from "./reconcile.ts";
import type { DownPosition, HqRepository, RestoredStream, UpPosition } from "./repository.ts";

/** Where HQ begins to read an epoch it has never seen. */
export function baseOf(head: UpHead, held: UpPosition | undefined): { position: number; hash: string } {
	const { parent, acked, ackedHash } = head;
	// Either the ledger's first epoch, or one whose parent HQ does not read: HQ begins at number 0, so that nothing can be missing.
	if (!parent || held?.epoch !== parent.epoch) return { position: 0, hash: genesis };
	// HQ came back from a backup and has less than it once acknowledged.
	if (acked > held.position) return { position: held.position, hash: held.hash };
	return { position: acked, hash: ackedHash };
}

/**
 * Whether HQ has more records of this epoch than the store, or another record at the same number. Then the store needs HQ's checkpoints to
 * find the fork.
 */
function isBeyond(own: StreamPosition, head: UpHead): boolean {
	return own.epoch === head.epoch && (own.position > head.last || (own.position === head.last && own.hash !== head.hash));
}

/** HQ's checkpoints of the up streams that the store calls in doubt, and of those in which HQ finds another history than its own. */
export async function pastsFor(
	repository: HqRepository,
	store: string,
	hello: HelloUp,
	positions: Partial<Record<UpStream, StreamPosition>>,
): Promise<Partial<Record<UpStream, [number, string][]>>> {
	const pasts: Partial<Record<UpStream, [number, string][]>> = {};
	for (const [stream, own] of Object.entries(positions) as [UpStream, StreamPosition][]) {
		const head = hello.up[stream];
		if (!head || !repository.upCheckpoints || !(hello.doubts?.includes(stream) || isBeyond(own, head))) continue;
		pasts[stream] = (await repository.upCheckpoints(store, stream)).map(([seq, hash]) => [seq, hash]);
	}
	return pasts;
}

export interface DownAgreement {
	/** With `snapshot` no records are sent: the store fetches the snapshot, greets again, and receives the records after it. */
	head: DownHead;
	/** The position after which HQ sends. */
	at: StreamPosition;
	/** Set where the store has records that HQ lacks, because HQ was restored from a backup: the last number at each end. */
	fork?: { storeHas: number; hqHas: number };
	/** The records that HQ took back from the store's received log, where it did. */
	restored?: RestoredStream;
}

type Ask = (name: string, args: Record<string, unknown>, ttlMs: number) => Promise<Res>;

/**
 * Where to go on sending: after the store's position if it is on HQ's chain, else after the newest common checkpoint, else from the
 * beginning. A store that has received more than HQ has is asked for it first. Undefined: another hello is needed, one with checkpoints.
 * Rejects when the store does not answer.
 */
export async function agreeDown(
	repository: HqRepository,
	store: string,
	stream: DownStream,
	hello: HelloUp,
	{ epoch, last }: DownPosition,
	ask: Ask,
): Promise<DownAgreement | undefined> {
	const own = hello.dn[stream];
	const hashAt = async (seq: number): Promise<string | undefined> => (seq <= last ? repository.downHash(store, stream, seq) : undefined);
	if (own && repository.restore && hello.can?.includes("recall")) {
		if ((await hashAt(own.position)) !== own.hash) return restoreFromStore(repository, store, stream, hello, own, last, ask);
		// The same records under an older epoch: HQ was restored, or its last welcome did not reach the store.
		if (own.epoch !== epoch) return { head: { epoch, last, base: { position: own.position, hash: own.hash } }, at: { ...own, epoch } };
	}
	const { catalog } = repository;
	const canSnapshot = stream === "catalog" && catalog !== undefined && last > 0 && hello.can?.includes("snapshot") === true;
	if (own?.epoch !== epoch) {
		const whole = canSnapshot && last >= catalog.worthFrom ? { snapshot: true as const } : {};
		return { head: { epoch, last, ...whole }, at: { epoch, position: 0, hash: genesis } };
	}
	const known = await hashAt(own.position);
	if (known === own.hash) return { head: { epoch, last }, at: own };
	// The store is on HQ's chain, but so far back that HQ no longer keeps the records after its position.
	if (known === undefined && own.position <= last && canSnapshot) return { head: { epoch, last, snapshot: true }, at: own };

	const agreed = await agreedCheckpoint(hello, stream, hashAt);
	const anew = await repository.forkDown(store, stream, agreed.position);
	const base = agreed.position > 0 ? { base: agreed } : {};
	// A price that only the store's history had keeps its version there; only a snapshot removes it.
	const whole = canSnapshot ? { snapshot: true as const } : {};
	return {
		head: { epoch: anew.epoch, last: anew.last, ...base, ...whole },
		at: { epoch: anew.epoch, ...agreed },
		fork: { storeHas: own.position, hqHas: last },
	};
}

async function agreedCheckpoint(
	hello: HelloUp,
	stream: DownStream,
	hashAt: (seq: number) => Promise<string | undefined>,
): Promise<{ position: number; hash: string }> {
	const theirs = hello.marks?.[stream] ?? [];
	const ours = new Map<number, string | undefined>();
	for (const [seq] of theirs) ours.set(seq, await hashAt(seq));
	return commonCheckpoint(theirs, (seq) => ours.get(seq)) ?? { position: 0, hash: genesis };
}

/**
 * HQ was restored from a backup (decision 0011): it first takes back the records that it lost and the store has. The store is welcomed only
 * after that; until then it sells on with the prices that it has.
 */
async function restoreFromStore(
	repository: HqRepository,
	store: string,
	stream: DownStream,
	hello: HelloUp,
	own: StreamPosition,
	last: number,
	ask: Ask,
): Promise<DownAgreement | undefined> {
	if (!hello.marks) return undefined;
	if (await repository.restoreWaits?.(store)) throw new Error("what the store knows waits for a person's release");
	const { position: after } = await agreedCheckpoint(hello, stream, async (seq) =>
		seq <= last ? repository.downHash(store, stream, seq) : undefined,
	);
	const recalled = await recall(ask, stream, after, own);
	if (recalled === "moved") return undefined;
	const received = recalled?.received;
	const rows = stream === "catalog" && received && !isWhole(after, own.position, received) ? await recallRows(ask) : [];
	if (!received || !rows) throw new Error(`the store has received more of ${stream} than head office remembers, and does not answer what`);
	const restored = await repository.restore!(store, stream, { after, position: own.position, received, seals: recalled!.seals, rows });
	const { epoch, base } = restored;
	// Records that HQ did not take back still have versions in the store; only a snapshot removes them.
	const isToBeWhole = restored.refused === true && stream === "catalog" && repository.catalog && hello.can?.includes("snapshot");
	const whole = isToBeWhole && restored.last > 0 ? { snapshot: true as const } : {};
	return {
		head: { epoch, last: restored.last, base, ...whole },
		at: { epoch, ...base },
		fork: { storeHas: own.position, hqHas: last },
		restored,
	};
}
