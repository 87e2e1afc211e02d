import type { Shelf } from "../../drivers/scale/shelf/change.ts";
import { resumeShelf, type ShelfFinding, type ShelfState, startShelf, stepShelf } from "../../drivers/scale/shelf/shelf.ts";
import type { StoreLedger } from "../flows/flows.ts";
import type { Log } from "./tender.ts";

export interface ShelfPlan {
	id: string;
	scale: string;
	sku: string;
	pieceMilligrams?: number | undefined;
	loose: boolean;
	posts: boolean;
}

/** Less than this is the plate's own unrest and not worth a fact. */
const newsMilligrams = 1_000;

export interface Shelves {
	/** Resolves when what came of it is on disk; rejects when the disk said no. */
	weigh(device: string, milligrams: number, settled: boolean, sourceId?: string): Promise<void>;
	/** A fresh link: what the shelf weighs now is compared with what it weighed before the cable or the power was away. */
	resume(device: string): void;
	stop(): void;
}

/** The weighing shelves: settled weights become facts, and picks and put-backs by the shelf engine, whose memory is kept with them. */
export function tendShelves(ledger: StoreLedger, plans: readonly ShelfPlan[], log: Log): Shelves {
	const told = new Map<string, number>();
	const waking = new Set<NodeJS.Timeout>();
	const shelves = new Map<
		string,
		{
			plan: ShelfPlan;
			state: ShelfState;
			timer: NodeJS.Timeout | undefined;
			last: { milligrams: number; settled: boolean } | undefined;
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
		return { loose: plan.loose || article?.weighed === true, ...(piece !== undefined && { pieceMilligrams: piece }) };
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

	return {
		async weigh(device, milligrams, settled, sourceId) {
			const written: Promise<unknown>[] = [];
			const last = told.get(device);
			if (settled && (sourceId !== undefined || last === undefined || Math.abs(last - milligrams) >= newsMilligrams)) {
				told.set(device, milligrams);
				written.push(ledger.do("recordWeights", { weights: [{ device, milligrams, ...(sourceId !== undefined && { sourceId }) }] }));
			}
			for (const [id, it] of shelves)
				if (it.plan.scale === device) {
					it.last = { milligrams, settled };
					written.push(step(id));
				}
			await Promise.all(written);
		},
		resume(device) {
			for (const it of shelves.values()) if (it.plan.scale === device && it.last) it.state = resumeShelf(it.state);
		},
		stop() {
			for (const timer of waking) clearTimeout(timer);
		},
	};
}

const signed = (type: "pick" | "put-back", pieces: number): number => (type === "pick" ? -Math.abs(pieces) : Math.abs(pieces));
