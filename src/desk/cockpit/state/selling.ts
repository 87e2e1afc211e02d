/** Requests of the page of selling. Kept when the page is left, so that it opens at once. */
import { useEffect } from "preact/hooks";
import type { CouponHere, PointsHere } from "../../../words/answers/coupons.ts";
import type { ShownOrder } from "../../../words/answers/orders.ts";
import type { OrderState } from "../../../words/orders/order.ts";
import { watched } from "../shared/watched.ts";
import { api, useCockpit } from "./state.ts";

export type OrdersAsked = OrderState | "open";

export interface Selling {
	/** Which orders are listed. */
	asked: OrdersAsked;
	/** Null until it is known. */
	orders: ShownOrder[] | null;
	coupons: CouponHere[] | null;
	points: PointsHere | null;
	/** The last asking failed, and what is shown may be old or missing. */
	failed: boolean;
}

const selling = watched<Selling>({ asked: "open", orders: null, coupons: null, points: null, failed: false });
export const useSelling = selling.use;

const askEveryMs = 5_000;

/** An answer about a state that nobody asks for any more is dropped. */
export async function askSelling(): Promise<void> {
	const { asked } = selling.read();
	const done = await Promise.allSettled([
		api.orders(asked).then((orders) => {
			if (selling.read().asked === asked) selling.change({ orders });
		}),
		api.coupons().then((coupons) => selling.change({ coupons })),
		api.points().then((points) => selling.change({ points })),
	]);
	selling.change({ failed: done.some(({ status }) => status === "rejected") });
}

export function listOrders(asked: OrdersAsked): void {
	selling.change({ asked, orders: null });
	void askSelling();
}

/** An act's answer, so that nobody waits for the next asking. An order that is in another state now stays until then. */
export function putOrder(order: ShownOrder): void {
	selling.change({ orders: selling.read().orders?.map((each) => (each.id === order.id ? order : each)) ?? null });
}

/** Asks while the page is shown. */
export function useSellingAsked(): void {
	const isLive = useCockpit((all) => all.line === "live");
	useEffect(() => {
		if (!isLive) return;
		void askSelling();
		const timer = setInterval(() => void askSelling(), askEveryMs);
		return () => clearInterval(timer);
	}, [isLive]);
}
