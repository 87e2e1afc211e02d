import type { CatalogSource } from "../../../../src/hq/catalog/catalog-state.ts";
import type { ArrivedBatch, HqRepository, StoreState } from "../../../../src/link/hq/repository.ts";
import type { DownStream, StreamPosition, UpStream } from "../../../../src/link/protocol/messages.ts";
import { checkRecord } from "../../../../src/link/protocol/records.ts";
import { canonicalText } from "../../../../src/words/basics/canonical-text.ts";
import { genesis, nextHash } from "../../../../src/words/basics/chain.ts";
import type { StoreEvent } from "../../../../src/words/event.ts";
import type { Movement } from "../../../../src/words/stock.ts";
import type { CatalogRecord, StockRecord } from "../../../../src/words/streams/catalog.ts";
import { withCheckpoint } from "../../../../src/words/streams/checkpoints.ts";
import { emptyHand, handAfter } from "../store/stock-sum.ts";
import { type Disk, openDisk, type World } from "../time.ts";
import { type Learned, type LearningPort, restoreFromStore } from "./office-learning.ts";
import { copyOfPlaces, emptyPlaces, openPlaces } from "./office-places.ts";
import type { AtOffice, Down } from "./office-state.ts";

export interface Office {
	link: HqRepository;
	of(store: string): AtOffice;
	enroll(store: string): void;
	/** A box swap: the next incarnation, which fences the old box. */
	replace(store: string): number;
	/** The next incarnation waits for a box that HQ never heard, or for the one of this epoch. */
	grant(store: string, box: string | null): number;
	/** Chains of what is in quarantine. */
	quarantined(store: string): Set<string>;
	sendCatalog(store: string, record: unknown): void;
	moveStock(store: string, movement: Movement): void;
	/** False: the grants did not cover it, and the store was asked for more. */
	takeOrder(store: string, order: string, sku: string, quantity: number): boolean;
	/** A price's or article's version is the number of its record. */
	nextVersion(): number;
	/** Highest position ever committed per store, stream and epoch; a restore does not lower it. */
	everCommitted(store: string, stream: UpStream, epoch: string): number;
	/** Where both sides' pasts part when this epoch began: so far the store has committed it under another name. */
	agreedDown(store: string, stream: DownStream, epoch: string): number;
	onDownMoved(store: string, stream: DownStream, epoch: string, upTo: number, hash: string): void;
	broke(sentence: string): void;
	/** Types of facts that its build does not know yet. */
	unknown: Set<string>;
	disk: Disk;
	/** Where the desk of a head office finds its records: its memory is lost with it, they are not. */
	catalog: CatalogSource;
	/** A new process of HQ, perhaps with an older database; until it ends, HQ answers. */
	begin(): void;
	end(): void;
	/** What customers ordered, whatever HQ remembers. */
	ordered: ReadonlyMap<string, number>;
	backup(): () => void;
}

const keyOf = (stream: UpStream, epoch: string): string => `${stream} ${epoch}`;
const grantLastsMs = 24 * 3_600_000;

/** Head office's book in memory: what src/hq/book keeps in PostgreSQL. */
export function openOffice(world: World, slowestMs?: number): Office {
	const disk = openDisk(world, slowestMs);
	const listeners = new Set<(store: string, stream: DownStream) => void>();
	const highWater = new Map<string, number>();
	const agreedAt = new Map<string, number>();
	let stores = new Map<string, AtOffice>();
	let counter = 0;
	let generations: number[] = [];
	let learned: Learned = new Map();
	let saidAgain = new Set<number>();
	let foundBefore = 0;
	let answers = false;
	const ordered = new Map<string, number>();
	const newEpoch = (): string => Array.from({ length: 16 }, () => world.between(0, 15).toString(16)).join("");
	const of = (store: string): AtOffice => stores.get(store)!;
	const tell = (store: string, stream: DownStream): void => listeners.forEach((listener) => listener(store, stream));
	const wall = (): string => new Date(world.trueMs()).toISOString();

	function append(store: string, stream: "catalog" | "stock", record: unknown): void {
		const { rows } = of(store).down[stream];
		rows.push({ seq: rows.length + 1, hash: nextHash(rows.at(-1)?.hash ?? genesis, canonicalText(record)), record, n: (counter += 1) });
	}

	function book(at: AtOffice, movement: Movement): void {
		if (at.movements.has(movement.id)) return;
		at.movements.set(movement.id, movement);
		at.hands.set(movement.sku, handAfter(at.hands.get(movement.sku) ?? emptyHand, movement, at.movements.values()));
	}

	function takeFact(at: AtOffice, event: StoreEvent, id: string): void {
		at.facts.set(id, event);
		if (event.type === "stock.moved") book(at, event.movement);
		if (event.type === "grant.given" && !at.grants.has(event.grant)) {
			const { grant, sku, granted, expiresAt } = event;
			const used = [...at.takes.values()].reduce((sum, take) => sum + (take.grant === grant ? take.quantity : 0), 0);
			at.grants.set(grant, { id: grant, sku, granted, used: Math.min(granted, used), expiresAt });
		}
	}

	/** Two boxes under one identity mint the same ids for different facts: neither may be lost for the other. */
	function nameOf(known: StoreEvent | undefined, event: StoreEvent, epoch: string): { reused: boolean; keptAs: string } {
		const reused = known !== undefined && canonicalText(known) !== canonicalText(event);
		return { reused, keptAs: reused ? `${event.id}~${epoch}` : event.id };
	}

	/** After an upgrade, as src/hq/streams/unpark.ts: facts take effect now, in their order. */
	function unpark(at: AtOffice): number {
		let done = 0;
		at.taken = at.taken.map((taken) => {
			const event = taken.record as StoreEvent;
			if (taken.kind !== "parked" || office.unknown.has(event.type) || checkRecord(taken.stream, event).kind !== "known") return taken;
			const known = at.facts.get(event.id);
			const { reused, keptAs } = nameOf(known, event, taken.epoch);
			if (!known || reused) takeFact(at, event, keptAs);
			done += 1;
			world.saw("done after an upgrade of HQ");
			return { ...taken, keptAs, kind: known && !reused ? "known" : "fact" };
		});
		return done;
	}

	function accept(
		store: string,
		{ inc, stream, epoch, from, upTo, hash, records, lost }: ArrivedBatch,
	): { position: number; hash: string; rejected: { seq: number; code: string }[] } {
		const at = of(store);
		const key = keyOf(stream, epoch);
		const here = at.up.get(key);
		// What was on its way when the other one greeted still counts as its.
		if (inc < at.heardInc && world.nowMs() > at.heardAtMs + 1_000)
			office.broke(`fenced: HQ takes ${stream} ${from} of ${store} from incarnation ${inc}, after ${at.heardInc} greeted`);
		if (!here || from !== here.position + 1) return { position: here?.position ?? 0, hash: here?.hash ?? genesis, rejected: [] };
		const rejected: { seq: number; code: string }[] = [];
		for (const { seq, hash, record, poison, parked: isUnknown } of records) {
			const event = record as StoreEvent;
			const parked = isUnknown || (!poison && office.unknown.has(event.type));
			if (poison) world.saw("poison at HQ");
			if (parked && !isUnknown) world.saw("put aside by an older build of HQ");
			const known = poison || parked ? undefined : at.facts.get(event.id);
			const { reused, keptAs } = nameOf(known, event, epoch);
			const kind = poison ? "dead" : parked ? "parked" : known && !reused ? "known" : "fact";
			if (kind === "fact") takeFact(at, event, keptAs);
			at.taken.push({ stream, epoch, seq, hash, record, kind, keptAs });
		}
		for (const { why } of lost ?? []) if (why === "too-large") world.saw("too large for the wire");
		for (const hole of lost ?? []) at.lost.push({ stream, epoch, from: hole.from, to: hole.to, why: hole.why });
		at.up.set(key, { ...here, position: upTo, hash, marks: withCheckpoint(here.marks, [upTo, hash]) });
		noteCommitted(store, stream, epoch, upTo);
		return { position: upTo, hash, rejected };
	}

	function openUp(
		store: string,
		stream: UpStream,
		epoch: string,
		{ position, hash }: { position: number; hash: string },
		parent?: StreamPosition,
	): StreamPosition {
		const at = of(store);
		const key = keyOf(stream, epoch);
		const base = { epoch, position, hash };
		const past = (parent && at.up.get(keyOf(stream, parent.epoch))?.marks.filter(([seq]) => seq < position)) ?? [];
		if (!at.up.has(key)) at.up.set(key, { ...base, base, marks: position > 0 ? withCheckpoint(past, [position, hash]) : past });
		at.current.set(stream, epoch);
		noteCommitted(store, stream, epoch, position);
		const mark = at.up.get(key)!;
		return { epoch, position: mark.position, hash: mark.hash };
	}

	const noteCommitted = (store: string, stream: UpStream, epoch: string, upTo: number): void => {
		const key = `${store} ${keyOf(stream, epoch)}`;
		highWater.set(key, Math.max(upTo, highWater.get(key) ?? 0));
	};
	const places = openPlaces({ disk, of, openUp, accept, committed: noteCommitted, saw: world.saw });

	function stateOf(store: string): StoreState | undefined {
		const at = stores.get(store);
		if (!at) return undefined;
		const up: StoreState["up"] = {};
		for (const [stream, epoch] of at.current) {
			const { position, hash } = at.up.get(keyOf(stream, epoch))!;
			up[stream] = { epoch, position, hash };
		}
		const dn: StoreState["dn"] = {};
		for (const stream of ["catalog", "stock"] as const) dn[stream] = headOf(at.down[stream]);
		return { tenant: "t", inc: at.inc, fenced: false, up, dn };
	}

	const headOf = ({ epoch, rows, acked }: Down) => ({ epoch, last: rows.length, hash: rows.at(-1)?.hash ?? genesis, acked });
	const downOf = (store: string, stream: DownStream): Down | undefined => (stream === "config" ? undefined : of(store).down[stream]);

	const learning: LearningPort = {
		stores: () => stores,
		generations: () => generations,
		learned: () => learned,
		saidAgain: () => saidAgain,
		newEpoch,
		book,
		wall,
		foundBefore: () => foundBefore,
		found: (before) => (foundBefore = before),
		nextNumber: () => (counter += 1),
		raise: (to) => (counter = Math.max(counter, to)),
	};
	const link: HqRepository = {
		load: (store) => disk.write(() => stateOf(store)),
		heard: (store, hello) =>
			disk.write(
				() =>
					void Object.assign(of(store), {
						inc: Math.max(of(store).inc, hello.inc),
						heardInc: Math.max(of(store).heardInc, hello.inc),
						heardAtMs: hello.inc > of(store).heardInc ? world.nowMs() : of(store).heardAtMs,
					}),
			),
		acceptUp: (store, batch) => disk.write(() => accept(store, batch)),
		upCheckpoints: (store, stream) => disk.write(() => of(store).up.get(keyOf(stream, of(store).current.get(stream) ?? ""))?.marks ?? []),
		openUpEpoch: (store, stream, epoch, base, parent) => disk.write(() => openUp(store, stream, epoch, base, parent)),
		takeIncarnation: places.takeIncarnation,
		openQuarantine: places.openQuarantine,
		quarantine: places.quarantine,
		downAfter: (store, stream, after, limit) => disk.write(() => downOf(store, stream)?.rows.slice(after, after + limit) ?? []),
		downHash: (store, stream, seq) => disk.write(() => (seq === 0 ? genesis : downOf(store, stream)?.rows[seq - 1]?.hash)),
		moveDown: (store, stream, epoch, upTo, hash) =>
			disk.write(() => {
				const down = downOf(store, stream);
				office.onDownMoved(store, stream, epoch, upTo, hash);
				if (down && down.epoch === epoch && upTo <= down.rows.length) down.acked = Math.max(down.acked, upTo);
			}),
		forkDown: (store, stream, agreed = 0) =>
			disk.write(() => {
				const down = downOf(store, stream)!;
				Object.assign(down, { epoch: newEpoch(), acked: agreed });
				agreedAt.set(`${store} ${stream} ${down.epoch}`, agreed);
				return headOf(down);
			}),
		async restore(store, stream, asked) {
			const { touched, ...back } = await disk.write(() => restoreFromStore(learning, store, stream as "catalog" | "stock", asked));
			world.saw("HQ learned back");
			agreedAt.set(`${store} ${stream} ${back.epoch}`, back.base.position);
			for (const other of touched) if (other !== store) tell(other, stream);
			return back;
		},
		greeted: (store) => disk.write(() => void (of(store).greetedIn = generations.length)),
		async unpark() {
			let done = 0;
			for (const store of stores.keys()) done += await disk.write(() => unpark(of(store)));
			return done;
		},
		stores: async () => [...stores.keys()],
		onNews(listener) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
	};

	const catalog: CatalogSource = {
		positionAt: (store, seq) =>
			disk.write(() => {
				const down = stores.get(store)?.down.catalog;
				return down && { epoch: down.epoch, last: down.rows.length, hash: down.rows[seq - 1]?.hash };
			}),
		// What no store can read is refused at HQ's own door, and would never be in a snapshot.
		records: (store, after, upTo, limit) =>
			disk.write(() =>
				of(store)
					.down.catalog.rows.slice(after, Math.min(upTo, after + limit))
					.flatMap(({ seq, record }) =>
						checkRecord("catalog", record).kind === "poison" ? [] : [{ seq, record: record as CatalogRecord }],
					),
			),
	};

	const office: Office = {
		link,
		of,
		disk,
		catalog,
		onDownMoved() {},
		broke() {},
		unknown: new Set(),
		ordered,
		enroll(store) {
			stores.set(store, {
				inc: 1,
				current: new Map(),
				up: new Map(),
				taken: [],
				facts: new Map(),
				lost: [],
				movements: new Map(),
				hands: new Map(),
				grants: new Map(),
				asked: new Set(),
				orders: new Map(),
				takes: new Map(),
				greetedIn: 0,
				places: emptyPlaces(),
				heardInc: 1,
				heardAtMs: 0,
				down: { catalog: { epoch: newEpoch(), rows: [], acked: 0 }, stock: { epoch: newEpoch(), rows: [], acked: 0 } },
			});
		},
		replace: (store) => places.grant(store, null),
		grant: places.grant,
		quarantined: places.held,
		nextVersion: () => (counter += 1),
		sendCatalog(store, record) {
			append(store, "catalog", record);
			tell(store, "catalog");
		},
		moveStock(store, movement) {
			book(of(store), movement);
			append(store, "stock", { type: "movement", movement } satisfies StockRecord);
			tell(store, "stock");
		},
		takeOrder(store, order, sku, asked) {
			const at = of(store);
			if (!answers) return false;
			ordered.set(order, asked);
			const parts = [...at.takes.keys()].filter((part) => part.replace(/~\d+$/, "") === order);
			const quantity = asked - parts.reduce((sum, part) => sum + at.takes.get(part)!.quantity, 0);
			if (quantity <= 0) return true;
			if (at.greetedIn !== generations.length) return false;
			const usable = [...at.grants.values()].filter((grant) => grant.sku === sku && grant.expiresAt > wall() && grant.used < grant.granted);
			const left = usable.reduce((sum, grant) => sum + grant.granted - grant.used, 0);
			if (left < quantity) {
				const grant = `ask-${order}`;
				if (!at.asked.has(grant))
					append(store, "stock", {
						type: "grant-ask",
						sku,
						wanted: quantity - left,
						grant,
						expiresAt: new Date(world.trueMs() + grantLastsMs).toISOString(),
					} satisfies StockRecord);
				at.asked.add(grant);
				tell(store, "stock");
				return false;
			}
			let missing = quantity;
			usable.forEach((grant, nth) => {
				const used = Math.min(missing, grant.granted - grant.used);
				if (used === 0) return;
				missing -= used;
				at.grants.set(grant.id, { ...grant, used: grant.used + used });
				const index = nth + parts.length;
				const part = index === 0 ? order : `${order}~${index + 1}`;
				at.takes.set(part, { grant: grant.id, sku, quantity: used });
				append(store, "stock", { type: "grant-used", grant: grant.id, sku, used, order: part } satisfies StockRecord);
			});
			at.orders.set(order, { sku, quantity });
			tell(store, "stock");
			return true;
		},
		begin() {
			generations.push(counter + 1);
			answers = true;
		},
		end: () => void (answers = false),
		everCommitted: (store, stream, epoch) => highWater.get(`${store} ${keyOf(stream, epoch)}`) ?? 0,
		agreedDown: (store, stream, epoch) => agreedAt.get(`${store} ${stream} ${epoch}`) ?? 0,
		backup() {
			const copy = (from: Map<string, AtOffice>): Map<string, AtOffice> =>
				new Map(
					[...from].map(([store, at]) => [
						store,
						{
							...at,
							current: new Map(at.current),
							up: new Map(at.up),
							taken: [...at.taken],
							facts: new Map(at.facts),
							lost: [...at.lost],
							movements: new Map(at.movements),
							hands: new Map(at.hands),
							grants: new Map(at.grants),
							asked: new Set(at.asked),
							orders: new Map(at.orders),
							takes: new Map(at.takes),
							places: copyOfPlaces(at.places),
							down: {
								catalog: { ...at.down.catalog, rows: [...at.down.catalog.rows] },
								stock: { ...at.down.stock, rows: [...at.down.stock.rows] },
							},
						},
					]),
				);
			const kept = copy(stores);
			const numbers = counter;
			const memory = structuredClone({ generations, learned, saidAgain, foundBefore });
			return () => {
				stores = copy(kept);
				counter = numbers;
				({ generations, learned, saidAgain, foundBefore } = structuredClone(memory));
			};
		},
	};
	return office;
}

/** The records a store must end up with, in their order. */
export const recordsOf = (at: AtOffice, stream: "catalog" | "stock"): (CatalogRecord | StockRecord)[] =>
	at.down[stream].rows.map((row) => row.record as CatalogRecord | StockRecord);
