import { useState } from "preact/hooks";
import type { ShownOrder } from "../../../../words/answers/orders.ts";
import { orderStates } from "../../../../words/orders/order.ts";
import { useSpeech } from "../../language/language.ts";
import { useSellingWords } from "../../language/selling-words.ts";
import { listOrders, type OrdersAsked, useSelling } from "../../state/selling.ts";
import { useCockpit } from "../../state/state.ts";
import { OrderDetails } from "./order.tsx";

const choices = ["open", ...orderStates] as const;
const rowsMost = 200;

/** A breach that stands first, then one that is predicted, then by deadline. */
const rank = { late: 0, "will-be-late": 1, "in-time": 2 } as const;
const urgency = ({ due, id }: ShownOrder): string => `${due ? rank[due.standing] : 3} ${due?.at ?? ""} ${id}`;

/** Online orders by state, the most urgent first. */
export function Orders() {
	const words = useSellingWords();
	const orders = useSelling((all) => all.orders);
	const asked = useSelling((all) => all.asked);
	const failed = useSelling((all) => all.failed);
	const [opened, open] = useState("");
	const sorted = (orders ?? []).toSorted((a, b) => (urgency(a) < urgency(b) ? -1 : 1));
	return (
		<section class="panel part orders" aria-labelledby="orders-title">
			<header>
				<h2 id="orders-title">{words("orders")}</h2>
				<select
					value={asked}
					aria-label={words("ordersState")}
					onChange={({ currentTarget }) => listOrders(currentTarget.value as OrdersAsked)}
				>
					{choices.map((each) => (
						<option key={each} value={each}>
							{words(`order_${each}`)}
						</option>
					))}
				</select>
			</header>
			{orders === null && <p class="empty">{words(failed ? "notLoaded" : "loading")}</p>}
			{orders?.length === 0 && <p class="empty">{words("noOrders")}</p>}
			<ul class="rows">
				{sorted.slice(0, rowsMost).map((order) => (
					<li key={order.id} class="stacked">
						<OrderRow order={order} isOpen={opened === order.id} toggle={() => open(opened === order.id ? "" : order.id)} />
						{opened === order.id && <OrderDetails order={order} />}
					</li>
				))}
			</ul>
		</section>
	);
}

const toneOf = (state: ShownOrder["state"]): string =>
	state === "ready" ? "well" : state === "refused" || state === "cancelled" || state === "expired" || state === "returning" ? "ill" : "";

function OrderRow({ order, isOpen, toggle }: { order: ShownOrder; isOpen: boolean; toggle(): void }) {
	const words = useSellingWords();
	const { f } = useSpeech();
	const { id, kind, state, lines } = order;
	const open = lines.filter((line) => line.open > 0).length;
	return (
		<button type="button" class="row" aria-expanded={isOpen} onClick={toggle}>
			<span class={`pill ${toneOf(state)}`}>{words(`order_${state}`)}</span>
			<span class="what">
				<b class="code">{id}</b>
				<small>
					{words(`kind_${kind}`)}
					{open > 0 && ` · ${words("openLines", f.number(open))}`}
				</small>
			</span>
			<span class="side">
				<Due order={order} />
			</span>
		</button>
	);
}

function Due({ order: { due } }: { order: ShownOrder }) {
	const words = useSellingWords();
	const { f } = useSpeech();
	const now = useCockpit((all) => all.now);
	if (!due) return null;
	if (due.standing === "late") return <b class="late">{words("late", f.ago(due.at, now))}</b>;
	if (due.standing === "will-be-late") return <b class="soon">{words("willBeLate", f.day(due.at))}</b>;
	return <small>{words(`clock_${due.clock}`, f.day(due.at))}</small>;
}
