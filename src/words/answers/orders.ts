import type { DueClock } from "../orders/prediction.ts";
import type { OrderView } from "../orders/view.ts";

/** An order as the gateway shows it. */
export type ShownOrder = OrderView & { due?: DueClock };
