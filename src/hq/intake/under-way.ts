import type { PushStage } from "./change-parts.ts";

/** How far a push is that was not answered yet. */
export interface UnderWay {
	stage: PushStage;
	/** Of the stage, 0 to 100. */
	percent: number;
	bytes: number;
	/** As the sender announced it; null: it did not. */
	bytesTotal: number | null;
	since: string;
	isDryRun: boolean;
}

/** The end of a push whose sender did not wait: the answer that it would have had. `looked`: of a dry run. */
export type Outcome = { since: string } & ({ stage: "taken" | "looked"; answer: object } | { stage: "refused"; problem: object });

/** Outcomes are kept in memory: a sender who asks no more has lost interest. */
const outcomesMost = 8;
const outcomeForMs = 3_600_000;

/** The pushes that this process is taking in, by id, and what became of the last ones whose senders did not wait. */
export function openUnderWay(now: () => string = () => new Date().toISOString()) {
	const pushes = new Map<string, UnderWay>();
	const outcomes = new Map<string, Outcome>();
	return {
		of: (id: string): UnderWay | undefined => pushes.get(id),
		outcomeOf(id: string): Outcome | undefined {
			const outcome = outcomes.get(id);
			return outcome && Date.parse(now()) - Date.parse(outcome.since) < outcomeForMs ? outcome : undefined;
		},
		/** Follows one push. `end` must be called whatever becomes of it. */
		begin(id: string, bytesTotal: number | null, isDryRun: boolean) {
			const push: UnderWay = { stage: "receiving", percent: 0, bytes: 0, bytesTotal, since: now(), isDryRun };
			pushes.set(id, push);
			outcomes.delete(id);
			return {
				received(bytes: number): void {
					push.bytes = bytes;
					push.percent = bytesTotal === null || bytesTotal === 0 ? 0 : Math.min(100, Math.floor((bytes * 100) / bytesTotal));
				},
				at(stage: PushStage, share: number): void {
					push.stage = stage;
					push.percent = Math.min(100, Math.floor(share * 100));
				},
				/** `outcome`: for a sender who did not wait. */
				end(outcome?: Outcome): void {
					if (pushes.get(id) !== push) return;
					pushes.delete(id);
					if (outcome === undefined) return;
					outcomes.set(id, outcome);
					for (const oldest of [...outcomes.keys()].slice(0, -outcomesMost)) outcomes.delete(oldest);
				},
			};
		},
	};
}

export type PushesUnderWay = ReturnType<typeof openUnderWay>;
