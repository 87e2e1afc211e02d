/** What a clerk does for one order, in this order; each act with an id of its own, such as `4-pick-2`. */
export const codeOf = (order: number): string => String(100_000 + order);

export interface ClerksAct {
	flow: "actOnOrder" | "pickForOrder" | "handOverOrder";
	args: { order: string; id: string; act?: { act: "accept" | "ready" }; code?: string };
}

export function actsOf(n: number): ClerksAct[] {
	const order = `o${n}`;
	return [
		{ flow: "actOnOrder", args: { order, id: `${n}-accept`, act: { act: "accept" } } },
		{ flow: "pickForOrder", args: { order, id: `${n}-pick-1`, code: "100" } },
		{ flow: "pickForOrder", args: { order, id: `${n}-pick-2`, code: "100" } },
		{ flow: "actOnOrder", args: { order, id: `${n}-ready`, act: { act: "ready" } } },
		{ flow: "handOverOrder", args: { order, id: `${n}-hand-over`, code: codeOf(n) } },
	];
}
