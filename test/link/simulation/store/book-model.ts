import type { Book, LabelRow } from "../../../../src/ledger/ledger.ts";
import { classOf } from "../../../../src/ledger/space/retention.ts";
import { canonicalText } from "../../../../src/words/basics/canonical-text.ts";
import { genesis, nextHash } from "../../../../src/words/basics/chain.ts";
import type { StoreEvent } from "../../../../src/words/event.ts";
import type { FaceFields } from "../../../../src/words/label.ts";
import { type Checkpoints, withCheckpoint } from "../../../../src/words/streams/checkpoints.ts";
import { streamOf } from "../../../../src/words/streams/event-streams.ts";
import type { Moment } from "../../../../src/words/time.ts";
import { modelHolds, modelRises, modelSettings } from "./book-holds.ts";
import { modelPrices } from "./book-prices.ts";
import { modelSnapshots } from "./book-snapshots.ts";
import { after, bareLabel, bySku, copyOf, emptyState, type Identity, receivedIn, type StoreState, undoable } from "./book-state.ts";
import { emptyHand, handAfter } from "./stock-sum.ts";

export interface BookModel {
	book: Book;
	marks: { of(stream: string, epoch: string): Checkpoints };
	state(): StoreState;
	/** One flow in a transaction: if it throws, nothing happened. Answers the bells it rang. */
	commit<T>(flow: (book: Book) => T): { value: T; bells: string[] };
	/** Answers a way back, for this book or a twin of it. */
	backup(): (into?: BookModel) => void;
	take(state: StoreState): void;
	/** As src/ledger/space/retention.ts where it is shorter: of notes HQ does not have, class C goes, and a fact says how many. */
	thin(now: Moment): string[];
}

/** The store's ledger in memory: what the real one keeps in SQLite, for the flows a store lives by. The flows are the real ones. */
export function openBookModel(identity: Identity, newEpoch: () => string): BookModel {
	let state = emptyState();
	let undo: (() => void)[] = [];
	let bells = new Set<string>();
	for (const name of ["event", "facts", "notes"]) state.heads.set(name, { last: 0, hash: genesis, acked: 0 });
	for (const [key, value] of Object.entries({ tenant: "t", ...identity })) state.meta.set(key, String(value));

	const { put, drop } = undoable(() => undo);
	const setLabel = (id: string, change: Partial<LabelRow>): void => put(state.labels, id, { ...state.labels.get(id)!, ...change });
	const marks = { of: (stream: string, epoch: string): Checkpoints => state.marks.get(`${stream} ${epoch}`) ?? [] };
	const nouns = {
		ring: (bell) => void bells.add(bell),
		events: {
			flushHeads() {},
			forget() {},
			last: () => state.heads.get("event")!.last,
			bySource: (device, sourceId) => state.sources.get(`${device} ${sourceId}`),
			append(body, now, source) {
				const all = state.heads.get("event")!;
				const stream = streamOf(body.type);
				const head = state.heads.get(stream)!;
				const prefix = `${state.meta.get("store")}-${state.meta.get("inc")}-${state.meta.get("epoch")!.slice(0, 6)}-`;
				const record = {
					id: prefix + (all.last + 1),
					seq: all.last + 1,
					at: now.wall,
					quality: now.quality,
					...(source && { sourceId: source.id }),
					...body,
				} as StoreEvent;
				const row = { seq: head.last + 1, hash: nextHash(head.hash, canonicalText(record)), record };
				const rows = state.up[stream];
				rows.push(row);
				undo.push(() => rows.pop());
				put(state.heads, "event", { ...all, last: all.last + 1 });
				put(state.heads, stream, { ...head, last: row.seq, hash: row.hash });
				if (source) put(state.sources, `${source.device} ${source.id}`, record);
				bells.add("event").add(`up:${stream}`);
				return record;
			},
		},
		articles: {
			bySku: (sku) => state.articles.get(sku),
			find: (code) => state.articles.get(code),
			page: (after, limit) =>
				[...state.articles.values()]
					.filter(({ sku }) => sku > after)
					.sort(bySku)
					.slice(0, limit),
			accept(article) {
				const known = state.articles.get(article.sku);
				if (
					known &&
					(known.version > article.version || (known.version === article.version && canonicalText(known) === canonicalText(article)))
				)
					return false;
				put(state.articles, article.sku, article);
				return true;
			},
		},
		prices: modelPrices(() => state, put),
		priceRises: modelRises(() => state, put, drop),
		priceHolds: modelHolds(() => state, put, drop),
		settings: modelSettings(() => state, put),
		stock: {
			onHand(sku) {
				if (!state.hands.has(sku) && !state.articles.has(sku)) return undefined;
				const { onHand, countedAt, lastAt } = state.hands.get(sku) ?? emptyHand;
				const granted = [...state.grants.values()]
					.filter((grant) => grant.sku === sku)
					.reduce((sum, grant) => sum + grant.granted - grant.used, 0);
				return {
					sku,
					gtin: null,
					name: null,
					unit: "piece",
					onHand,
					granted,
					staged: 0,
					reserved: 0,
					available: onHand - granted,
					countedAt,
					lastMovementAt: lastAt,
				};
			},
			movement: (id) => state.movements.get(id),
			movements: (sku, limit) => [...state.movements.values()].filter((each) => each.sku === sku).slice(0, limit),
			move(movement) {
				if (state.movements.has(movement.id)) return false;
				put(state.movements, movement.id, movement);
				put(state.hands, movement.sku, handAfter(state.hands.get(movement.sku) ?? emptyHand, movement, state.movements.values()));
				return true;
			},
		},
		grants: {
			get: (id) => state.grants.get(id),
			of: (sku) => [...state.grants.values()].filter((grant) => grant.sku === sku),
			give(grant) {
				if (state.grants.has(grant.id)) return false;
				put(state.grants, grant.id, { ...grant, used: 0 });
				return true;
			},
			use(id, quantity) {
				const grant = state.grants.get(id);
				if (!grant || grant.used + quantity > grant.granted) return false;
				put(state.grants, id, { ...grant, used: grant.used + quantity });
				return true;
			},
		},
		paperLabels: { get: () => undefined, list: () => [] },
		stopSales: { of: () => [] },
		labels: {
			row: (id) => state.labels.get(id),
			rowsForSku: (sku) => [...state.labels.values()].filter((row) => row.sku === sku),
			get: () => undefined,
			skus: () => [...new Set([...state.labels.values()].flatMap(({ sku }) => sku ?? []))].sort(),
			mayShowAnother: (sku) =>
				[...state.labels.values()].some((row) => {
					const isBehind = row.confirmed_version !== row.desired_version;
					if (row.sku === sku) return isBehind && row.desired_version > 0 && (row.sent_version ?? row.confirmed_version) !== null;
					return row.sku !== null && isBehind && ["sent", "confirmed"].some((slot) => state.pictures.get(`${row.id} ${slot}`)?.sku === sku);
				}),
			tasks: (_after, limit) =>
				[...state.tasks].slice(0, limit).map(([label, version]) => {
					const row = state.labels.get(label)!;
					return {
						label,
						version,
						at: row.desired_at!,
						hwType: 1,
						firmware: 0,
						face: row.face,
						fields: JSON.parse(row.desired_fields!) as FaceFields,
					};
				}),
			picture: (id, slot) => state.pictures.get(`${id} ${slot}`),
			ensure(id) {
				if (state.labels.has(id)) return false;
				put(state.labels, id, { ...bareLabel, id });
				return true;
			},
			bind: (id, sku, face) => setLabel(id, { sku, face, trouble: null }),
			setModel: (id, hwType) => setLabel(id, { hw_type: hwType }),
			trouble: (id, trouble) => setLabel(id, { trouble }),
			desire(id, version, at, fields, priceVersion, upTo) {
				setLabel(id, {
					desired_version: version,
					desired_at: at,
					desired_fields: JSON.stringify(fields),
					desired_price_version: priceVersion,
					desired_up_to: upTo,
					trouble: null,
				});
				put(state.tasks, id, version);
			},
			takesIntoAccount(id, version, priceVersion, upTo) {
				setLabel(id, { desired_price_version: priceVersion, desired_up_to: upTo });
				for (const slot of ["latest", "sent", "confirmed"]) {
					const picture = state.pictures.get(`${id} ${slot}`);
					if (picture?.version === version) put(state.pictures, `${id} ${slot}`, { ...picture, priceVersion, upToVersion: upTo });
				}
			},
			dropTask: (id) => drop(state.tasks, id),
			drawn: (id, picture) => put(state.pictures, `${id} latest`, picture),
			sent(id, version, at) {
				const latest = state.pictures.get(`${id} latest`);
				if (latest?.version === version) put(state.pictures, `${id} sent`, latest);
				setLabel(id, { sent_version: version, sent_at: at });
			},
			confirmed(id, version, upTo, at) {
				const sent = state.pictures.get(`${id} sent`);
				if (sent?.version === version) put(state.pictures, `${id} confirmed`, sent);
				setLabel(id, { confirmed_version: version, confirmed_at: at, confirmed_up_to: upTo, trouble: null });
			},
			confirmedUpTo: (id, version) => setLabel(id, { confirmed_up_to: version }),
		},
		alarms: {
			get: (id) => state.alarms.get(id),
			list: () => [...state.alarms.values()],
			raise(alarm, at) {
				const known = state.alarms.get(alarm.id);
				put(state.alarms, alarm.id, { ...alarm, since: at, count: (known?.count ?? 0) + 1, acknowledgedAt: null, clearedAt: null });
			},
			clear(id, at) {
				put(state.alarms, id, { ...state.alarms.get(id)!, clearedAt: at });
				return true;
			},
		},
		parked: {
			page(after, limit) {
				const from = after ? `${after.stream} ${after.epoch} ${String(after.seq).padStart(9, "0")}` : "";
				return [...state.parked]
					.filter(([key]) => key > from)
					.sort(([a], [b]) => (a < b ? -1 : 1))
					.slice(0, limit)
					.map(([, { stream, epoch, seq, code, record }]) => ({ stream, epoch, seq, type: code, record }));
			},
			take({ stream, epoch, seq }) {
				const key = `${stream} ${epoch} ${String(seq).padStart(9, "0")}`;
				const isHere = state.parked.has(key);
				drop(state.parked, key);
				return isHere;
			},
		},
		snapshots: modelSnapshots(() => state, put, drop),
		epochs: {
			parent: (stream) => state.parents.get(`${stream} ${state.meta.get("epoch")}`),
			open(bases) {
				const parent = state.meta.get("epoch")!;
				const epoch = newEpoch();
				put(state.meta, "epoch", epoch);
				for (const stream of ["facts", "notes"] as const) {
					put(state.heads, stream, { ...state.heads.get(stream)!, acked: bases[stream].position });
					put(state.parents, `${stream} ${epoch}`, { epoch: parent, ...bases[stream] });
				}
				return epoch;
			},
		},
		receivedLog: {
			after: (stream, seq, letters) => ({ ...receivedIn(state, stream, seq, letters), seals: [] }),
			keep: (stream, first, records) => put(state.told, `${stream} ${first}`, { stream, first, records }),
			keepSeals() {},
			forgetAfter(stream, seq) {
				for (const [key, row] of state.told) if (row.stream === stream && row.first + row.records.length - 1 > seq) drop(state.told, key);
			},
		},
		link: {
			up: (stream) => ({ epoch: state.meta.get("epoch")!, ...state.heads.get(stream)! }),
			upAfter: (stream, seq, limit) => after(state.up[stream], seq, limit),
			upHash: (stream, seq) => (seq === 0 ? genesis : after(state.up[stream], seq - 1, 1).find((row) => row.seq === seq)?.hash),
			dn: (stream) => state.down.get(stream),
			identity: () => ({ store: state.meta.get("store")!, tenant: state.meta.get("tenant")!, inc: Number(state.meta.get("inc")) }),
			lastContactAt: () => state.meta.get("lastContactAt") ?? null,
			commandResult: (id) => state.results.get(id),
			risesWentOn: () => Number(state.meta.get("risesWentOn") ?? "0"),
			clockFloor: () => state.meta.get("clockFloor") ?? null,
			locale: () => "en",
			timeZone: () => "UTC",
			set: (key, value) => put(state.meta, key, value),
			moveUp(stream, upTo) {
				const head = state.heads.get(stream)!;
				if (upTo > head.acked && upTo <= head.last) put(state.heads, stream, { ...head, acked: upTo });
			},
			moveDown(stream, epoch, position, hash) {
				put(state.down, stream, { epoch, position, hash });
				put(state.marks, `${stream} ${epoch}`, withCheckpoint(marks.of(stream, epoch), [position, hash]));
			},
			bury: (stream, epoch, seq, code, _why, record) => put(state.dead, `${stream} ${epoch} ${seq}`, { stream, epoch, seq, code, record }),
			park: (stream, epoch, seq, type, record) =>
				put(state.parked, `${stream} ${epoch} ${String(seq).padStart(9, "0")}`, { stream, epoch, seq, code: type, record }),
			storeResult: (id, code, out) => put(state.results, id, { code, out }),
		},
	} satisfies { [Noun in keyof Book]?: Book[Noun] extends (...given: never[]) => unknown ? Book[Noun] : Partial<Book[Noun]> };
	const book = nouns as unknown as Book;

	const model: BookModel = {
		book,
		marks,
		state: () => state,
		commit(flow) {
			undo = [];
			bells = new Set();
			try {
				return { value: flow(book), bells: [...bells] };
			} catch (error) {
				for (const back of undo.reverse()) back();
				throw error;
			}
		},
		backup() {
			const kept = copyOf(state);
			return (into = model) => into.take(copyOf(kept));
		},
		take: (taken) => void (state = taken),
		thin(now) {
			const { acked, last } = state.heads.get("notes")!;
			const gone = state.up.notes.filter(({ seq, record }) => seq > acked && seq < last && classOf(record.type) === "C");
			if (gone.length === 0) return [];
			state.up.notes = state.up.notes.filter((row) => !gone.includes(row));
			return model.commit(() =>
				book.events.append(
					{
						type: "loss.recorded",
						class: "C",
						count: gone.length,
						fromSeq: gone[0]!.record.seq,
						toSeq: gone.at(-1)!.record.seq,
						why: "space",
					},
					now,
				),
			).bells;
		},
	};
	return model;
}
