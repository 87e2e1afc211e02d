import { defined } from "../defined.ts";
import { isOver, type Order, type OrderLine, openOf, sumOf } from "./order.ts";

/** An order as both APIs show it. Amounts of weighed lines are milligrams, also `picked` and `short`. */
export function orderView(order: Order) {
	const { id, kind, state, lines, staged, history, acceptBy, readyBy, collectBy, member } = order;
	return defined({
		id,
		kind,
		state,
		over: isOver(order),
		lines: lines.map(lineView),
		staged,
		history,
		clocks: defined({ acceptBy, readyBy, collectBy }),
		member,
	});
}

export type OrderView = ReturnType<typeof orderView>;

function lineView(line: OrderLine) {
	const { sku, quantity, weighed, substitution, picked, short, shortReason, substitutes } = line;
	return {
		sku,
		...(weighed ? { milligrams: quantity } : { quantity }),
		substitution,
		picked,
		short,
		...defined({ shortReason }),
		open: openOf(line),
		...(substitutes.length > 0 && { substitute: substitutes[0]!.sku, substituted: sumOf(substitutes), substitutes }),
	};
}
