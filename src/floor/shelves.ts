import type { Shelf } from "../../drivers/scale/shelf/change.ts";
import { countShelf, resumeShelf, type ShelfFinding, type ShelfState, startShelf, stepShelf } from "../../drivers/scale/shelf/shelf.ts";
import type { StoreLedger } from "../flows/flows.ts";
import { defined } from "../words/defined.ts";
import { type Pace, startPace, usualGapOf, withReport } from "./mqtt/pace.ts";
import type { Log } from "./tender.ts";

export interface ShelfPlan {
	id: string;
	scale: string;
	sku: string;
	pieceMilligrams?: number | undefined;
	loose: boolean;
	posts: boolean;
	toleranceMilligrams?: number | undefined;
	settleMs?: number | undefined;
	pieceSpread?: number | undefined;
	capacityPieces?: number | undefined;
	restocking?: boolean | undefined;
}

/** A smaller change is noise of the plate, and no fact. */
const newsMilligrams = 1_000;

export interface Shelves {
	/** A scale on a cable, asked several times a second. Resolves when what came of it is on disk; rejects when the disk said no. */
	weigh(device: string, milligrams: number, settled: boolean): Promise<void>;
	/** A sensor that reports by itself, now and then. `settled`: undefined where it does not say. */
	report(device: string, milligrams: number, settled: boolean | undefined, sourceId?: string): Promise<void>;
	/** Nobody was measuring: what the shelf weighs now is compared with what it weighed before the cable or the power was away. */
	resume(device: string): void;
	stop(): void;
}

/** The weighing shelves: settled weights become facts, and picks and put-backs by the shelf engine, whose memory is kept with them. */
export function tendShelves(ledger: StoreLedger, plans: readonly ShelfPlan[], log: Log): Shelves {
	const recorded = new Map<string, number>();
	const paces = new Map<string, Pace>();
	const waking = new Set<NodeJS.Timeout>();
	const shelves = new Map<
		string,
		{
			plan: ShelfPlan;
			state: ShelfState;
			timer: NodeJS.Timeout | undefined;
			last: { milligrams: number; settled: boolean; paceMs?: number } | undefined;
			keptAt: string;
		}
	>();
	for (const plan of plans) {
		const kept = ledger.read.shelves.get(plan.id)?.state as ShelfState | null | undefined;
		shelves.set(plan.id, { plan, state: kept ? resumeShelf(kept) : startShelf(), timer: undefined, last: undefined, keptAt: "" });
	}
	const complain = (shelf: string) => (error: Error) =>
		log.error({ shelf, error: error.message }, "what a shelf saw could not be recorded");

	/** The article's own weight, as HQ gives it, unless the store measured its own. */
	const shelfOf = (plan: ShelfPlan): Shelf => {
		const article = ledger.read.articles.bySku(plan.sku);
		const piece = plan.pieceMilligrams ?? article?.pieceMilligrams;
		const { toleranceMilligrams, settleMs, pieceSpread, capacityPieces, restocking } = plan;
		return {
			loose: plan.loose || article?.weighed === true,
			...defined({ pieceMilligrams: piece, toleranceMilligrams, settleMs, pieceSpread, capacityPieces, restocking }),
		};
	};

	const step = (id: string): Promise<unknown> => {
		const it = shelves.get(id)!;
		if (!it.last) return Promise.resolve();
		clearTimeout(it.timer);
		if (it.timer) waking.delete(it.timer);
		it.timer = undefined;
		const before = it.state.baselineMilligrams;
		const { state, findings, wakeInMs } = stepShelf(it.state, { ...it.last, atMs: performance.now() }, shelfOf(it.plan));
		it.state = state;
		const written: Promise<unknown>[] = findings.map((finding) => record(it.plan, finding, state));
		if (
			findings.length === 0 &&
			state.baselineMilligrams !== null &&
			(before === null || Math.abs(state.baselineMilligrams - before) > newsMilligrams)
		)
			written.push(ledger.do("keepShelf", { shelf: id, state }));
		if (wakeInMs !== undefined) {
			const timer = setTimeout(() => {
				waking.delete(timer);
				step(id).catch(complain(id));
			}, wakeInMs);
			it.timer = timer;
			waking.add(timer);
		}
		return Promise.all(written);
	};

	const record = (plan: ShelfPlan, finding: ShelfFinding, state: ShelfState): Promise<unknown> => {
		const common = { shelf: plan.id, sku: plan.sku, state, post: plan.posts };
		switch (finding.type) {
			case "pick":
			case "put-back": {
				const because = finding.restock && finding.type === "put-back" ? "restock" : finding.type;
				const change = "pieces" in finding ? { pieces: signed(finding.type, finding.pieces) } : {};
				return ledger.do("recordShelf", { ...common, because, milligrams: finding.deltaMilligrams, ...change });
			}
			case "unknown-change":
				return ledger.do("recordShelf", { ...common, because: "unknown", milligrams: finding.deltaMilligrams });
			case "offline-change":
				return ledger.do("recordShelf", { ...common, because: "offline-change", milligrams: finding.deltaMilligrams });
			case "not-settling":
				return ledger.do("raiseAlarm", { code: "scale-not-settling", subject: plan.id, facts: { device: plan.id } });
			case "recount":
				return ledger.do("raiseAlarm", {
					code: "shelf-unknown-change",
					subject: plan.id,
					facts: { device: plan.id, grams: 0, sku: plan.sku },
				});
		}
		finding satisfies never;
		return Promise.resolve();
	};

	/**
	 * Somebody counted: what stands on the shelf is the new beginning. The count is the shelf's own where the article stands on no
	 * other and so much fits on it; else it says nothing about this shelf's pieces.
	 */
	const countedAt = (sku: string): string | null => ledger.read.stock.onHand(sku)?.countedAt ?? null;
	const counts = new Map(plans.map(({ sku }) => [sku, countedAt(sku)]));
	const beginAnewWhereCounted = (): void => {
		for (const sku of counts.keys()) {
			const at = countedAt(sku);
			if (at === counts.get(sku)) continue;
			counts.set(sku, at);
			const standing = [...shelves].filter(([, { plan }]) => plan.sku === sku);
			const { onHand = 0, unit } = ledger.read.stock.onHand(sku) ?? {};
			for (const [id, it] of standing) {
				const isItsOwn = standing.length === 1 && unit === "piece" && onHand <= (it.plan.capacityPieces ?? Number.POSITIVE_INFINITY);
				it.state = countShelf(isItsOwn ? onHand : null);
				ledger.do("keepShelf", { shelf: id, state: it.state }).catch(complain(id));
				step(id).catch(complain(id));
			}
		}
	};
	const stopListening = ledger.bells.on("stock", beginAnewWhereCounted);

	const take = async (
		device: string,
		weight: { milligrams: number; settled: boolean; paceMs?: number },
		worthFact: boolean,
		sourceId?: string,
	): Promise<void> => {
		const written: Promise<unknown>[] = [];
		const { milligrams } = weight;
		const last = recorded.get(device);
		if (worthFact && (sourceId !== undefined || last === undefined || Math.abs(last - milligrams) >= newsMilligrams)) {
			recorded.set(device, milligrams);
			written.push(ledger.do("recordWeights", { weights: [{ device, milligrams, ...defined({ sourceId }) }] }));
		}
		for (const [id, it] of shelves)
			if (it.plan.scale === device) {
				it.last = weight;
				written.push(step(id));
			}
		await Promise.all(written);
	};

	return {
		weigh: (device, milligrams, settled) => take(device, { milligrams, settled }, settled),
		report(device, milligrams, settled, sourceId) {
			const { pace } = withReport(paces.get(device) ?? startPace(), performance.now());
			paces.set(device, pace);
			const paceMs = usualGapOf(pace) ?? Number.POSITIVE_INFINITY;
			// A sensor that does not say whether it is at rest reports weights all the same; the shelf looks for itself.
			return take(device, { milligrams, settled: settled ?? false, paceMs }, settled ?? true, sourceId);
		},
		resume(device) {
			for (const it of shelves.values()) if (it.plan.scale === device && it.last) it.state = resumeShelf(it.state);
		},
		stop() {
			stopListening();
			for (const timer of waking) clearTimeout(timer);
		},
	};
}

const signed = (type: "pick" | "put-back", pieces: number): number => (type === "pick" ? -Math.abs(pieces) : Math.abs(pieces));
