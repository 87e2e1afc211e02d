import type { BrokenLimit, MeasuredWave, WaveLimits } from "../../../words/answers/head-office/waves.ts";
import type { Instant } from "../../../words/time.ts";
import type { Queries } from "../../database/database.ts";
import { labelsOf } from "../life/labels-of-push.ts";

/** Figures that stores of a wave have reported so far. */
interface StandingHere {
	store: string;
	variant: string | null;
	shown: number;
	/** No label has to show them: unlabelled, masked, or never in force. */
	apart: number;
	refused: number;
}

/** Measures one wave: what its own stores show, could not show, and warn of since it opened. */
export async function measureWave(db: Queries, push: string, wave: number, openedAt: Instant, now: Instant): Promise<MeasuredWave> {
	const due = await db.query<{ variant: string; n: number }>(
		`SELECT c.variant, count(*)::int AS n FROM push_change c JOIN record r ON r.n = c.version
		 WHERE c.push = $1 AND coalesce(c.ended_at > $2, true) AND r.body::json -> 'price' ->> 'from' <= $2 GROUP BY c.variant`,
		[push, now],
	);
	const dueOf = new Map(due.map(({ variant, n }) => [variant, n]));
	const stores = await db.query<StandingHere>(
		`SELECT s.store, s.variant, count(*) FILTER (WHERE c.state = 'shown')::int AS shown,
			count(*) FILTER (WHERE c.state IN ('unlabelled', 'masked', 'never'))::int AS apart,
			count(*) FILTER (WHERE c.state = 'refused')::int AS refused
		 FROM push_wave_store w JOIN push_store s ON s.push = w.push AND s.store = w.store
		 LEFT JOIN (change_state c JOIN push_change p ON p.version = c.version AND coalesce(p.ended_at > $3, true))
			ON c.push = s.push AND c.store = s.store
		 WHERE w.push = $1 AND w.wave = $2 GROUP BY s.store, s.variant`,
		[push, wave, now],
	);
	const labels = await labelsOf(db, push);
	const names = stores.map(({ store }) => store);
	const [red] = await db.query<{ n: number }>(
		"SELECT count(*)::int AS n FROM store_alarm WHERE store = ANY($1) AND level = 'RED' AND since >= $2",
		[names, openedAt],
	);
	const sum = (of: (row: StandingHere) => number): number => stores.reduce((total, row) => total + of(row), 0);
	const needed = sum(({ variant, apart }) => Math.max(0, (dueOf.get(variant ?? "") ?? 0) - apart));
	const shown = sum((row) => row.shown);
	return {
		at: now,
		stores: stores.length,
		due: needed,
		shown,
		shownPercent: needed === 0 ? 100 : Math.floor((100 * shown) / needed),
		failedLabels: sum(({ store, refused }) => (labels.get(store)?.failed ?? 0) + refused),
		redAlarms: red!.n,
	};
}

/** The limit that is broken; how much is shown is asked at the end of the watch only. */
export function brokenLimit(measured: MeasuredWave, limits: WaveLimits, isWatchOver: boolean): BrokenLimit | undefined {
	if (measured.failedLabels > limits.failedLabels) return "wave-labels-failed";
	if (measured.redAlarms > limits.redAlarms) return "wave-red-alarms";
	if (isWatchOver && measured.shownPercent < limits.shownPercent) return "wave-not-shown";
	return undefined;
}
