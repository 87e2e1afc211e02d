import type { OrderAtHq } from "../../../../../words/answers/head-office/orders.ts";
import { useSpeech } from "../../language/language.ts";
import { usePolled } from "../../state/polled.ts";
import { addressOf, api, useMay, useOffice } from "../../state/state.ts";
import { AskedAct } from "../parts/asked-act.tsx";
import { personOf } from "../pushes.tsx";
import { dueOf, toneOf } from "./orders.tsx";

/** One online order: its goods, its clocks, and every step with who did it. */
export function OrderPanel({ id }: { id: string }) {
	const { say, f } = useSpeech();
	const now = useOffice((all) => all.now);
	const { value: order, problem, again } = usePolled(() => api.order(id), 3_000, id);
	const due = order && dueOf(order);
	return (
		<>
			<section class="panel" aria-labelledby="order-title">
				<header>
					<a class="back" href={addressOf("orders")}>
						← {say("orders")}
					</a>
					<h2 id="order-title">{id}</h2>
					{order && <span class={`state ${toneOf(order.state)}`}>{say(`order_${order.state}`)}</span>}
					{order && !order.over && !order.cancelAsked && <CancelButton id={id} again={again} />}
				</header>
				{problem !== "" && <p class="refused">{problem}</p>}
				{order === undefined && problem === "" && <p class="empty">{say("opening")}</p>}
				{order && (
					<p class="of-order">
						{say(`kind_${order.kind}`)} · <a href={addressOf("stores", order.store)}>{order.store}</a>
						{due && (
							<span class={Date.parse(due.at) < now ? "bad" : "quiet"}>
								{" · "}
								{Date.parse(due.at) < now ? say("late", f.ago(due.at, now)) : say(`clock_${due.clock}`, f.day(due.at))}
							</span>
						)}
					</p>
				)}
				{order?.cancelAsked && <p class="empty">{say("cancelAsked")}</p>}
			</section>
			{order && <Goods order={order} />}
			{order && (
				<section class="panel" aria-labelledby="course-title">
					<header>
						<h2 id="course-title">{say("course")}</h2>
					</header>
					<ul class="lines">
						{order.history.map((step) => (
							<li key={`${step.state} ${step.at}`}>
								<time>{f.day(step.at)}</time>
								<b>{say(`order_${step.state}`)}</b>
								<span class="reason">{step.why}</span>
								<span class="quiet">{personOf(step.by)}</span>
							</li>
						))}
					</ul>
				</section>
			)}
		</>
	);
}

function Goods({ order }: { order: OrderAtHq }) {
	const { say, f } = useSpeech();
	return (
		<section class="panel" aria-labelledby="goods-title">
			<header>
				<h2 id="goods-title">{say("goods")}</h2>
			</header>
			<ul class="lines">
				{order.lines.map((line) => {
					const isWeighed = "milligrams" in line;
					const size = (amount: number): string => (isWeighed ? f.grams(amount) : f.number(amount));
					return (
						<li key={line.sku}>
							<b class="code">{line.sku}</b>
							<span class="reason">
								{say("ordered")}: {size(isWeighed ? line.milligrams : line.quantity)} · {say("picked")}: {size(line.picked)}
								{line.short > 0 && (
									<span class="bad">
										{" · "}
										{say("short")}: {size(line.short)} {line.shortReason}
									</span>
								)}
								{"substitute" in line && <span>{` · ${say("instead", line.substitute)}`}</span>}
							</span>
						</li>
					);
				})}
			</ul>
		</section>
	);
}

function CancelButton({ id, again }: { id: string; again(): void }) {
	const { say } = useSpeech();
	const may = useMay("orders.write");
	if (!may) return null;
	return <AskedAct act={say("cancelOrder")} question={say("sureCancel", id)} send={() => api.cancelOrder(id)} again={again} />;
}
