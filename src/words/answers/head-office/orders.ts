import type { OrderView } from "../../orders/view.ts";
import type { Instant } from "../../time.ts";

/** Head office has cancelled the order, and the store has not said so yet. */
export interface CancelAsked {
	at: Instant;
	by: string;
	why: string;
}

/** `pickupCode`: six digits. `pickupQr`: the signed code that the customer's app shows (words/codes/pickup-code.ts). */
export type OrderAtHq = OrderView & { store: string; pickupCode?: string; pickupQr?: string; cancelAsked?: CancelAsked };
