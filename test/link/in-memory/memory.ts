import type { ArrivedBatch, DownRecord, HqRepository } from "../../../src/link/hq/repository.ts";
import type { DownStream, UpStream } from "../../../src/link/protocol/messages.ts";
import type { LinkLedger } from "../../../src/link/store/ledger-port.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { genesis, nextHash } from "../../../src/words/basics/chain.ts";
import type { StoreEvent } from "../../../src/words/event.ts";
import type { ArrivedDown } from "../../../src/words/streams/arrived.ts";
import { type Checkpoints, withCheckpoint } from "../../../src/words/streams/checkpoints.ts";
import type { World } from "./world.ts";

/** What a planted mistake changes; the invariants must notice each. */
export type Mistake = "none" | "answers-before-commit" | "position-apart-from-effect" | "forgets-what-it-knows";

/** A disk: things asked of it apply in order, a little later, and not at all if the power goes first. */
export function openDisk(world: World) {
	let generation = 0;
	let freeAtMs = 0;
	return {
		write<T>(effect: () => T, mistake = false): Promise<T> {
			const mine = generation;
			freeAtMs = Math.max(freeAtMs, world.nowMs()) + world.between(1, 30);
			return new Promise((resolve, reject) => {
				if (mistake) resolve(undefined as T);
				world.after(freeAtMs - world.nowMs(), () => {
					if (mine !== generation) return;
					try {
						resolve(effect());
					} catch (error) {
						reject(error as Error);
					}
				});
			});
		},
		cutPower(): void {
			generation += 1;
			freeAtMs = 0;
		},
	};
}

type Row = { seq: number; hash: string; record: StoreEvent };

export interface StoreMemory extends LinkLedger {
	applied: Record<"catalog" | "stock", unknown[]>;
	dead: { stream: string; seq: number }[];
	up: Record<UpStream, { epoch: string; rows: Row[]; acked: number }>;
	write(stream: UpStream): void;
	/** Thins a stream: these numbers no longer exist. */
	thin(stream: UpStream, seqs: (seq: number) => boolean): void;
	cutPower(): void;
	/** A backup of now. Restoring it makes a new epoch, as `gondola restore` does, unless the file was merely copied back. */
	backup(): (newEpoch?: string) => void;
	onMoved: (stream: UpStream, upTo: number) => void;
}

/** A store's ledger in memory, with a disk that takes time. */
export function openStoreMemory(world: World, store: string, epoch: string, mistake: Mistake = "none"): StoreMemory {
	const disk = openDisk(world);
	const up: StoreMemory["up"] = { facts: { epoch, rows: [], acked: 0 }, notes: { epoch, rows: [], acked: 0 } };
	const down: Partial<Record<string, { epoch: string; position: number; hash: string }>> = {};
	const heads: Record<UpStream, { last: number; hash: string }> = { facts: { last: 0, hash: genesis }, notes: { last: 0, hash: genesis } };
	const listeners = new Map<string, Set<() => void>>();
	const downMarks: Record<string, Checkpoints> = {};
	let parent: Record<UpStream, { epoch: string; position: number; hash: string }> | undefined;
	let boots = 1;
	let events = 0;
	let epochs = 0;
	const hashAt = (stream: UpStream, seq: number): string | undefined =>
		seq === 0 ? genesis : up[stream].rows.find((row) => row.seq === seq)?.hash;

	function acceptDown(args: { stream: string; epoch: string; from: number; records: ArrivedDown[]; hash: string }) {
		const { stream, epoch, from, records, hash } = args;
		const here = down[stream];
		if (!here || here.epoch !== epoch) throw new Error("epoch");
		if (from > here.position + 1) throw new Error("gap");
		const rejected: { seq: number; code: string }[] = [];
		records.forEach((item, index) => {
			const seq = from + index;
			if (seq <= here.position) return;
			if ("record" in item) memory.applied[stream as "catalog" | "stock"].push(item.record);
			if ("poison" in item) {
				rejected.push({ seq, code: item.poison.code });
				memory.dead.push({ stream, seq });
			}
		});
		const mark = { epoch, position: from + records.length - 1, hash };
		if (mistake === "position-apart-from-effect") {
			const boot = boots;
			world.after(300, () => {
				if (boot === boots) down[stream] = mark;
			});
		} else if (mark.position > here.position) {
			down[stream] = mark;
			downMarks[stream] = withCheckpoint(downMarks[stream] ?? [], [mark.position, hash]);
		}
		return { position: mark.position, rejected };
	}

	const perform = (flow: string, args: never): unknown => {
		if (flow === "acceptDown") return acceptDown(args);
		if (flow === "openDownEpoch") {
			const { stream, ...mark } = args as { stream: string; epoch: string; position: number; hash: string };
			down[stream] = mark;
			downMarks[stream] = [[mark.position, mark.hash]];
		}
		if (flow === "openUpEpoch") {
			const { ackedTo } = args as { ackedTo: Partial<Record<UpStream, number>> };
			const at = (stream: UpStream) => ackedTo[stream] ?? up[stream].acked;
			const left = (stream: UpStream) => ({ epoch: up[stream].epoch, position: at(stream), hash: hashAt(stream, at(stream))! });
			parent = { facts: left("facts"), notes: left("notes") };
			const epoch = `${(++epochs).toString(16)}c`.padStart(16, "c");
			for (const stream of ["facts", "notes"] as const) Object.assign(up[stream], { epoch, acked: at(stream) });
		}
		if (flow === "moveUpPosition") {
			const { stream, upTo, epoch } = args as { stream: UpStream; upTo: number; epoch: string };
			if (epoch !== up[stream].epoch) return undefined;
			memory.onMoved(stream, upTo);
			up[stream].acked = Math.max(up[stream].acked, upTo);
		}
		return undefined;
	};

	const memory: StoreMemory = {
		applied: { catalog: [], stock: [] },
		dead: [],
		up,
		onMoved() {},
		do: ((flow: string, args: never) => disk.write(() => perform(flow, args))) as LinkLedger["do"],
		read: {
			link: {
				up: (stream) => ({ epoch: up[stream].epoch, ...heads[stream], acked: up[stream].acked }),
				upAfter(stream, seq, limit) {
					const rows = up[stream].rows;
					let low = 0;
					let high = rows.length;
					while (low < high) {
						const middle = (low + high) >> 1;
						if (rows[middle]!.seq <= seq) low = middle + 1;
						else high = middle;
					}
					return rows.slice(low, low + limit);
				},
				upHash: hashAt,
				dn: (stream) => down[stream],
				identity: () => ({ store, tenant: "t", inc: 1 }),
				lastContactAt: () => null,
				commandResult: () => undefined,
			},
			meta: { bytes: () => ({ bytes: 0, freeBytes: 0 }) },
			epochs: { parent: (stream) => parent?.[stream] },
			checkpoints: { of: (stream) => downMarks[stream] ?? [] },
		},
		bells: {
			on(bell, ring) {
				const set = listeners.get(bell) ?? new Set();
				listeners.set(bell, set.add(ring));
				return () => set.delete(ring);
			},
		},
		now: () => ({ wall: world.wall(), boot: `boot${boots}`, monoMs: world.nowMs(), quality: "synced" }),
		write(stream) {
			events += 1;
			const seq = heads[stream].last + 1;
			const head = {
				id: `${store}-1-${up[stream].epoch.slice(0, 6)}-${events}`,
				seq: events,
				at: world.wall(),
				quality: "synced" as const,
			};
			const record: StoreEvent =
				stream === "facts"
					? {
							...head,
							type: "stock.moved",
							movement: { id: `m${events}`, sku: `sku${events % 7}`, quantity: -1, reason: "sale", occurredAt: head.at, origin: "store" },
						}
					: { ...head, type: "weight.settled", device: "scale", milligrams: events };
			const hash = nextHash(heads[stream].hash, canonicalText(record));
			heads[stream] = { last: seq, hash };
			up[stream].rows.push({ seq, hash, record });
			for (const ring of listeners.get(`up:${stream}`) ?? []) ring();
		},
		thin(stream, seqs) {
			up[stream].rows = up[stream].rows.filter((row) => row.seq <= up[stream].acked || row.seq === heads[stream].last || !seqs(row.seq));
		},
		cutPower() {
			boots += 1;
			disk.cutPower();
		},
		backup() {
			const kept = structuredClone({ up, down, heads, events, applied: memory.applied });
			return (newEpoch) => {
				Object.assign(up, kept.up);
				Object.assign(heads, kept.heads);
				for (const stream of Object.keys(down)) delete down[stream];
				Object.assign(down, kept.down);
				Object.assign(memory.applied, kept.applied);
				events = kept.events;
				if (!newEpoch) return;
				parent = {
					facts: { epoch: up.facts.epoch, position: up.facts.acked, hash: hashAt("facts", up.facts.acked)! },
					notes: { epoch: up.notes.epoch, position: up.notes.acked, hash: hashAt("notes", up.notes.acked)! },
				};
				up.facts.epoch = up.notes.epoch = newEpoch;
			};
		},
	};
	return memory;
}

export interface HqMemory extends HqRepository {
	facts: Record<UpStream, { id: string; seq: number; epoch: string; at: string }[]>;
	identity: { inc: number; fenced: boolean } | undefined;
	backup(): () => void;
	lost: Record<UpStream, number>;
	positionOf(stream: UpStream): number;
	push(stream: DownStream, record: unknown): void;
	down: Record<"catalog" | "stock", { epoch: string; rows: DownRecord[]; acked: number }>;
	cutPower(): void;
}

/** HQ's database for one store, in memory, with a disk that takes time. */
export function openHqMemory(world: World, mistake: Mistake = "none"): HqMemory {
	const disk = openDisk(world);
	const up: Partial<Record<UpStream, { epoch: string; position: number; hash: string }>> = {};
	let upCheckpoints: Partial<Record<UpStream, Checkpoints>> = {};
	const listeners = new Set<(store: string, stream: DownStream) => void>();
	let epochs = 0;
	const newEpoch = (): string => (++epochs).toString(16).padStart(16, "d");

	function accept({ stream, from, upTo, hash, records, lost, epoch }: ArrivedBatch) {
		const here = up[stream];
		if (!here || here.epoch !== epoch || (from !== here.position + 1 && mistake !== "forgets-what-it-knows"))
			return { position: here?.position ?? 0, hash: here?.hash ?? genesis, rejected: [] };
		for (const { record, poison } of records) {
			const { id, seq, at } = record as StoreEvent;
			// Submitted again under a new epoch: known by its id. Within one epoch the position alone must keep doubles out.
			const known = memory.facts[stream].find((fact) => fact.epoch !== epoch && fact.id === id);
			if (!poison && !known) memory.facts[stream].push({ id, seq, epoch, at });
			if (!poison && known && known.at !== at) memory.facts[stream].push({ id: `${id}~`, seq, epoch, at });
		}
		for (const hole of lost ?? []) memory.lost[stream] += hole.to - hole.from + 1;
		up[stream] = { epoch, position: upTo, hash };
		upCheckpoints[stream] = withCheckpoint(upCheckpoints[stream] ?? [], [upTo, hash]);
		return { position: upTo, hash, rejected: [] };
	}

	const memory: HqMemory = {
		identity: { inc: 1, fenced: false },
		facts: { facts: [], notes: [] },
		lost: { facts: 0, notes: 0 },
		down: { catalog: { epoch: newEpoch(), rows: [], acked: 0 }, stock: { epoch: newEpoch(), rows: [], acked: 0 } },
		positionOf: (stream) => up[stream]?.position ?? 0,
		push(stream, record) {
			const { rows } = memory.down[stream as "catalog" | "stock"];
			const hash = nextHash(rows.at(-1)?.hash ?? genesis, canonicalText(record));
			rows.push({ seq: rows.length + 1, hash, record });
			for (const listener of listeners) listener("s1", stream);
		},
		load: () =>
			disk.write(
				() =>
					memory.identity && {
						tenant: "t",
						...memory.identity,
						up:
							mistake === "forgets-what-it-knows"
								? Object.fromEntries(Object.entries(up).map(([stream, mark]) => [stream, { ...mark, position: 0, hash: genesis }]))
								: { ...up },
						dn: Object.fromEntries(
							(["catalog", "stock"] as const).map((stream) => {
								const { epoch, rows, acked } = memory.down[stream];
								return [stream, { epoch, last: rows.length, hash: rows.at(-1)?.hash ?? genesis, acked }];
							}),
						),
					},
			),
		heard: () => disk.write(() => {}),
		async acceptUp(_store, batch) {
			if (mistake !== "answers-before-commit") return disk.write(() => accept(batch));
			void disk.write(() => accept(batch));
			return { position: batch.upTo, hash: batch.hash, rejected: [] };
		},
		openUpEpoch: (_store, stream, epoch, base) => disk.write(() => (up[stream] = { epoch, ...base })),
		upCheckpoints: async (_store, stream) => upCheckpoints[stream] ?? [],
		downAfter: (_store, stream, after, limit) => disk.write(() => memory.down[stream as "catalog"]?.rows.slice(after, after + limit) ?? []),
		downHash: (_store, stream, seq) => disk.write(() => (seq === 0 ? genesis : memory.down[stream as "catalog"].rows[seq - 1]?.hash)),
		moveDown: (_store, stream, epoch, upTo) =>
			disk.write(() => {
				const row = memory.down[stream as "catalog"];
				if (row.epoch === epoch) row.acked = Math.max(row.acked, upTo);
			}),
		forkDown: (_store, stream, agreed = 0) =>
			disk.write(() => {
				const row = memory.down[stream as "catalog"];
				Object.assign(row, { epoch: newEpoch(), acked: agreed });
				return { epoch: row.epoch, last: row.rows.length, hash: row.rows.at(-1)?.hash ?? genesis, acked: agreed };
			}),
		stores: async () => ["s1"],
		onNews(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		cutPower: () => disk.cutPower(),
		backup() {
			const kept = structuredClone({ up, upCheckpoints, facts: memory.facts, down: memory.down });
			return () => {
				upCheckpoints = kept.upCheckpoints;
				for (const stream of ["facts", "notes"] as const) delete up[stream];
				Object.assign(up, kept.up);
				Object.assign(memory.facts, kept.facts);
				Object.assign(memory.down, kept.down);
			};
		},
	};
	return memory;
}
