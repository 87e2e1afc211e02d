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

/** The pushes that this process is taking in, by id. */
export function openUnderWay(now: () => string = () => new Date().toISOString()) {
	const pushes = new Map<string, UnderWay>();
	return {
		of: (id: string): UnderWay | undefined => pushes.get(id),
		/** Follows one push. `end` must be called whatever becomes of it. */
		begin(id: string, bytesTotal: number | null, isDryRun: boolean) {
			const push: UnderWay = { stage: "receiving", percent: 0, bytes: 0, bytesTotal, since: now(), isDryRun };
			pushes.set(id, push);
			return {
				received(bytes: number): void {
					push.bytes = bytes;
					push.percent = bytesTotal === null || bytesTotal === 0 ? 0 : Math.min(100, Math.floor((bytes * 100) / bytesTotal));
				},
				at(stage: PushStage, share: number): void {
					push.stage = stage;
					push.percent = Math.min(100, Math.floor(share * 100));
				},
				end(): void {
					if (pushes.get(id) === push) pushes.delete(id);
				},
			};
		},
	};
}

export type PushesUnderWay = ReturnType<typeof openUnderWay>;
