import type { ReplenishmentTask } from "../replenishment/shelf-plan.ts";
import type { Instant } from "../time.ts";

/** Goods to bring from the back room to one place of the shelf plan. */
export interface RefillTask extends Omit<ReplenishmentTask, "emptyIn"> {
	gtin: string | null;
	name: string | null;
	unit: "piece" | "milligram";
	/** When the shelf is empty: one chance in ten by `early`, nine in ten by `late`; null: not within two weeks, or too few sales. */
	emptyAt: { early: Instant | null; likely: Instant | null; late: Instant | null } | null;
}
