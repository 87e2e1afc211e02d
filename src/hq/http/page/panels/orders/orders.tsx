import { useState } from "preact/hooks";
import type { OrderAtHq } from "../../../../../words/answers/head-office/orders.ts";
import { type OrderState, orderStates } from "../../../../../words/orders/order.ts";
import { useSpeech } from "../../language/language.ts";
import { usePolled } from "../../state/polled.ts";
import { addressOf, api, useOffice } from "../../state/state.ts";

const perStep = 100;
const ordersMost = 1_000;
/** Choices for the list: every order that is not over, or those in one state. */
const choices = ["open", ...orderStates] as const;
type Choice = (typeof choices)[number];

/** Online orders of all stores by state. */
export function Orders() {
	const { say } = useSpeech();
	const [state, setState] = useState<Choice>("open");
	const [store, setStore] = useState("");
	const [many, setMany] = useState(perStep);
	const stores = useOffice((all) => all.stores);
	const asked = stores.some(({ id }) => id === store) ? store : "";
	const { value, problem } = usePolled(() => api.orders(state, asked, many), 4_000, `${state} ${asked} ${many}`);
	return (
		<section class="panel orders" aria-labelledby="orders-title">
			<header>
				<h2 id="orders-title">{say("orders")}</h2>
				<label class="inline">
					<span class="unseen">{say("sortBy")}</span>
					<select value={state} onChange={(e) => setState(e.currentTarget.value as Choice)}>
						{choices.map((each) => (
							<option key={each} value={each}>
								{say(`order_${each}`)}
							</option>
						))}
					</select>
				</label>
				<input
					type="search"
					list="order-stores"
					value={store}
					placeholder={say("findStore")}
					aria-label={say("findStore")}
					onInput={(e) => setStore(e.currentTarget.value.trim())}
				/>
				<datalist id="order-stores">
					{stores.slice(0, 500).map(({ id }) => (
						<option key={id} value={id} />
					))}
				</datalist>
			</header>
			{problem !== "" && <p class="refused">{problem}</p>}
			{value === undefined && problem === "" && <p class="empty">{say("opening")}</p>}
			{value?.items.length === 0 && <p class="empty">{store !== "" && asked === "" ? say("noStoreFits") : say("noOrder")}</p>}
			<ul class="lines">
				{(value?.items ?? []).map((order) => (
					<li key={order.id}>
						<OrderLine order={order} />
					</li>
				))}
			</ul>
			{value?.next !== undefined && many < ordersMost && (
				<button type="button" class="ghost" onClick={() => setMany(many + perStep)}>
					{say("more")}
				</button>
			)}
		</section>
	);
}

/** The colours of a push's states serve for orders too. */
export const toneOf = (state: OrderState): string => {
	if (state === "handed-over" || state === "shipped" || state === "returned-to-shelf") return "done";
	if (state === "refused" || state === "cancelled" || state === "expired") return "withdrawn";
	return state === "ready" ? "active" : "sending";
};

/** The time until which the next step of an order is due. */
export function dueOf({ state, clocks }: OrderAtHq): { clock: keyof OrderAtHq["clocks"]; at: string } | undefined {
	const next: Partial<Record<OrderState, keyof OrderAtHq["clocks"]>> = {
		placed: "acceptBy",
		accepted: "readyBy",
		picking: "readyBy",
		ready: "collectBy",
	};
	const clock = next[state];
	const at = clock && clocks[clock];
	return clock && at !== undefined ? { clock, at } : undefined;
}

function OrderLine({ order }: { order: OrderAtHq }) {
	const { say, f } = useSpeech();
	const now = useOffice((all) => all.now);
	const due = dueOf(order);
	const isLate = due !== undefined && Date.parse(due.at) < now;
	return (
		<a class="push order" href={addressOf("orders", order.id)}>
			<span class={`state ${toneOf(order.state)}`}>{say(`order_${order.state}`)}</span>
			<span class="what">
				<b>{order.id}</b>
				<small>
					{say(`kind_${order.kind}`)} · {order.store} · {f.day(order.history[0]!.at)}
				</small>
			</span>
			<span class="quiet size">
				{say("goods")}: {f.number(order.lines.length)}
			</span>
			{due && (
				<span class={isLate ? "bad" : "quiet"}>{isLate ? say("late", f.ago(due.at, now)) : say(`clock_${due.clock}`, f.day(due.at))}</span>
			)}
		</a>
	);
}
