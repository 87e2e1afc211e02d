import { useSellingAsked } from "../../state/selling.ts";
import { Coupons, Points } from "./coupons.tsx";
import { Orders } from "./orders.tsx";

/** The work of a store for the online shop and for members: orders, coupons, points. */
export function Selling() {
	useSellingAsked();
	return (
		<main class="selling">
			<Orders />
			<Coupons />
			<Points />
		</main>
	);
}
