import type { Shelf } from "../../drivers/scale/shelf/change.ts";
import { countShelf, resumeShelf, type ShelfFinding, type ShelfState, startShelf, stepShelf } from "../../drivers/scale/shelf/shelf.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { defined } from "../words/defined.ts";
import type { Log } from "./tender.ts";

export interface ShelfPlan {
	id: string;
	scale: string;
	sku: string;
	pieceMilligrams?: number | undefined;
	/** Further articles on the same plate. */
	others?: readonly { sku: string; pieceMilligrams?: number | undefined }[];
	loose: boolean;
	posts: boolean;
	toleranceMilligrams?: number | undefined;
	settleMs?: number | undefined;
	pieceSpread?: number | undefined;
	capacityPieces?: number | undefined;
	restocking?: boolean | undefined;
}

/** A smaller change of a settled weight is noise of the plate and is not recorded. */
const newsMilligrams = 1_000;

export interface Shelves {
	/** From a scale that is asked several times a second. Resolves when all that follows is on disk; rejects when it cannot be written. */
	weigh(device: string, milligrams: number, settled: boolean): Promise<void>;
	/** From a sensor that reports by itself, every `paceMs` as far as known. `settled` is undefined where the sensor does not say. */
	report(device: string, milligrams: number, settled: boolean | undefined, paceMs?: number, sourceId?: string): Promise<void>;
	/** Measuring was interrupted: the next weight is compared with the last one before the interruption. */
	resume(device: string): void;
	stop(): void;
}

interface TendedShelf {
	plan: ShelfPlan;
	/** The shelf engine's state (drivers/scale/shelf), kept in the ledger together with its findings. */
	state: ShelfState;
	/** Steps the engine again when it asked for that. */
	timer: NodeJS.Timeout | undefined;
	last: Weight | undefined;
}

interface Weight {
	milligrams: number;
	settled: boolean;
	/** The usual time between two reports, for a sensor that reports by itself. */
	paceMs?: number;
}

/** All weighing shelves of the store. */
interface Tending {
	ledger: StoreLedger;
	plans: readonly ShelfPlan[];
	log: Log;
	/** The weight of each scale that was recorded last, in milligrams. */
	recorded: Map<string, number>;
	/** Timers that step a shelf again. */
	waking: Set<NodeJS.Timeout>;
	shelves: Map<string, TendedShelf>;
	/** When each article of a shelf was counted last. */
	counts: Map<string, string | null>;
	/** Shelves that staff is filling just now. */
	restocking: ReadonlySet<string>;
}

/** Records settled weights as facts, and the picks and put-backs that the shelf engine (drivers/scale/shelf) finds in them. */
export function tendShelves(ledger: StoreLedger, plans: readonly ShelfPlan[], log: Log): Shelves {
	const tending: Tending = {
		ledger,
		plans,
		log,
		recorded: new Map<string, number>(),
		waking: new Set<NodeJS.Timeout>(),
		shelves: new Map<string, TendedShelf>(),
		counts: new Map<string, string | null>(),
		restocking: new Set(),
	};
	readRestocking(tending);
	for (const plan of tending.plans) {
		const kept = tending.ledger.read.shelves.get(plan.id)?.state as ShelfState | null | undefined;
		tending.shelves.set(plan.id, { plan, state: kept ? resumeShelf(kept) : startShelf(), timer: undefined, last: undefined });
	}
	for (const plan of tending.plans) for (const sku of skusOf(plan)) tending.counts.set(sku, countedAt(tending, sku));
	const stopListening = tending.ledger.bells.on("stock", () => {
		readRestocking(tending);
		beginAnewWhereCounted(tending);
	});
	const ending = setInterval(() => endRestocking(tending), lookEveryMs);
	return {
		weigh: (device, milligrams, settled) => take(tending, device, { milligrams, settled }, settled),
		report(device, milligrams, settled, paceMs = Number.POSITIVE_INFINITY, sourceId) {
			// A weight of unknown rest is recorded as a fact, but the shelf engine decides itself when it is settled.
			return take(tending, device, { milligrams, settled: settled ?? false, paceMs }, settled ?? true, sourceId);
		},
		resume(device) {
			for (const it of tending.shelves.values()) if (it.plan.scale === device && it.last) it.state = resumeShelf(it.state);
		},
		stop() {
			stopListening();
			clearInterval(ending);
			for (const timer of tending.waking) clearTimeout(timer);
		},
	};
}

const lookEveryMs = 5_000;

function readRestocking(tending: Tending): void {
	tending.restocking = new Set(Object.keys(tending.ledger.read.link.restocking()));
}

/** Ends a restock that somebody forgot; writes nothing while no shelf is being filled. */
function endRestocking(tending: Tending): void {
	if (tending.restocking.size === 0) return;
	tending.ledger
		.do("tendRestocking", {})
		.catch((error: Error) => tending.log.error({ error: error.message }, "restocks could not be looked at; trying again"));
}

function complain(tending: Tending, shelf: string) {
	return (error: Error) => tending.log.error({ shelf, error: error.message }, "what a shelf saw could not be recorded");
}

const skusOf = ({ sku, others = [] }: ShelfPlan): string[] => [sku, ...others.map((other) => other.sku)];

/**
 * The weight of a piece is the one that the store configured, else the article's from HQ. Of several articles each must have one: with a
 * piece of unknown weight among them no change can be told.
 */
function shelfOf(tending: Tending, plan: ShelfPlan): Shelf {
	const article = tending.ledger.read.articles.bySku(plan.sku);
	const { toleranceMilligrams, settleMs, pieceSpread, capacityPieces, others = [] } = plan;
	const restocking = plan.restocking === true || tending.restocking.has(plan.id);
	if (others.length > 0) {
		const articles = [plan, ...others].flatMap(({ sku, pieceMilligrams }) => {
			const known = tending.ledger.read.articles.bySku(sku);
			const piece = pieceMilligrams ?? known?.pieceMilligrams;
			return piece === undefined || known?.weighed ? [] : [{ sku, pieceMilligrams: piece }];
		});
		const isWhole = articles.length === 1 + others.length;
		return { ...(isWhole && { articles }), ...defined({ toleranceMilligrams, settleMs, pieceSpread, restocking }) };
	}
	const piece = plan.pieceMilligrams ?? article?.pieceMilligrams;
	return {
		loose: plan.loose || article?.weighed === true,
		...defined({ pieceMilligrams: piece, toleranceMilligrams, settleMs, pieceSpread, capacityPieces, restocking }),
	};
}

function step(tending: Tending, id: string): Promise<unknown> {
	const it = tending.shelves.get(id)!;
	if (!it.last) return Promise.resolve();
	clearTimeout(it.timer);
	if (it.timer) tending.waking.delete(it.timer);
	it.timer = undefined;
	const before = it.state.baselineMilligrams;
	const { state, findings, wakeInMs } = stepShelf(it.state, { ...it.last, atMs: performance.now() }, shelfOf(tending, it.plan));
	it.state = state;
	const written: Promise<unknown>[] = findings.map((finding) => record(tending, it.plan, finding, state));
	if (
		findings.length === 0 &&
		state.baselineMilligrams !== null &&
		(before === null || Math.abs(state.baselineMilligrams - before) > newsMilligrams)
	)
		written.push(tending.ledger.do("keepShelf", { shelf: id, state }));
	if (wakeInMs !== undefined) {
		const timer = setTimeout(() => {
			tending.waking.delete(timer);
			step(tending, id).catch(complain(tending, id));
		}, wakeInMs);
		it.timer = timer;
		tending.waking.add(timer);
	}
	return Promise.all(written);
}

function record(tending: Tending, plan: ShelfPlan, finding: ShelfFinding, state: ShelfState): Promise<unknown> {
	const skus = skusOf(plan);
	const common = { shelf: plan.id, sku: skus.length > 1 ? null : plan.sku, state, post: plan.posts, ...(skus.length > 1 && { skus }) };
	const candidates = "mixes" in finding ? { candidates: finding.mixes } : {};
	switch (finding.type) {
		case "mixed": {
			const { parts, restock } = finding;
			return tending.ledger.do("recordPlate", { shelf: plan.id, parts, restock, state, post: plan.posts });
		}
		case "pick":
		case "put-back": {
			const because = finding.restock && finding.type === "put-back" ? "restock" : finding.type;
			const change = "pieces" in finding ? { pieces: signed(finding.type, finding.pieces) } : {};
			return tending.ledger.do("recordShelf", { ...common, because, milligrams: finding.deltaMilligrams, ...change });
		}
		case "unknown-change":
			return tending.ledger.do("recordShelf", { ...common, because: "unknown", milligrams: finding.deltaMilligrams, ...candidates });
		case "offline-change":
			return tending.ledger.do("recordShelf", { ...common, because: "offline-change", milligrams: finding.deltaMilligrams, ...candidates });
		case "not-settling":
			return tending.ledger.do("raiseAlarm", { code: "scale-not-settling", subject: plan.id, facts: { device: plan.id } });
		case "recount":
			return tending.ledger.do("raiseAlarm", {
				code: "shelf-unknown-change",
				subject: plan.id,
				facts: { device: plan.id, grams: 0, sku: finding.sku ?? plan.sku },
			});
	}
	finding satisfies never;
	return Promise.resolve();
}

function countedAt(tending: Tending, sku: string): string | null {
	return tending.ledger.read.stock.onHand(sku)?.countedAt ?? null;
}

/**
 * After a stocktake the shelf engine begins anew from what stands on the shelf. The count is also the number of pieces on this shelf if the
 * article stands on no other shelf and the count fits on it; otherwise the number of pieces here is unknown.
 */
function beginAnewWhereCounted(tending: Tending): void {
	for (const sku of tending.counts.keys()) {
		const at = countedAt(tending, sku);
		if (at === tending.counts.get(sku)) continue;
		tending.counts.set(sku, at);
		const standing = [...tending.shelves].filter(([, { plan }]) => skusOf(plan).includes(sku));
		const { onHand = 0, unit } = tending.ledger.read.stock.onHand(sku) ?? {};
		for (const [id, it] of standing) {
			const isItsOwn = standing.length === 1 && unit === "piece" && onHand <= (it.plan.capacityPieces ?? Number.POSITIVE_INFINITY);
			it.state =
				skusOf(it.plan).length > 1 ? countOneOf(it.state, sku, isItsOwn ? onHand : undefined) : countShelf(isItsOwn ? onHand : null);
			tending.ledger.do("keepShelf", { shelf: id, state: it.state }).catch(complain(tending, id));
			step(tending, id).catch(complain(tending, id));
		}
	}
}

/** A count of one of several articles says nothing of the others. */
function countOneOf({ counts }: ShelfState, sku: string, pieces: number | undefined): ShelfState {
	const { [sku]: _, ...others } = counts ?? {};
	return countShelf(null, pieces === undefined ? others : { ...others, [sku]: pieces });
}

async function take(tending: Tending, device: string, weight: Weight, worthFact: boolean, sourceId?: string): Promise<void> {
	const written: Promise<unknown>[] = [];
	const { milligrams } = weight;
	const last = tending.recorded.get(device);
	if (worthFact && (sourceId !== undefined || last === undefined || Math.abs(last - milligrams) >= newsMilligrams)) {
		tending.recorded.set(device, milligrams);
		written.push(tending.ledger.do("recordWeights", { weights: [{ device, milligrams, ...defined({ sourceId }) }] }));
	}
	for (const [id, it] of tending.shelves)
		if (it.plan.scale === device) {
			it.last = weight;
			written.push(step(tending, id));
		}
	await Promise.all(written);
}

const signed = (type: "pick" | "put-back", pieces: number): number => (type === "pick" ? -Math.abs(pieces) : Math.abs(pieces));
