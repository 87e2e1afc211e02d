/** Picking online orders, and putting back what was picked for orders that ended. */

import { useEffect, useState } from "preact/hooks";
import type { OrderView } from "../../../words/orders/view.ts";
import { RefusalText } from "../../cockpit/shared/refusal-text.tsx";
import { amountText, useSpeech } from "../language/speech.ts";
import { ScanField } from "../scanning/scan-field.tsx";
import type { KeptAct } from "../state/act.ts";
import { type KnownArticle, knownArticle } from "../state/articles.ts";
import { acceptOrder, pick, putBack, readyOrder, shortLine } from "../state/do.ts";
import { refreshWork } from "../state/live.ts";
import { useAnswered, useHand } from "../state/state.ts";
import { keepScanned, useDoing } from "./kept-act.tsx";
import { Quantity } from "./quantity.tsx";

const pickStates = ["placed", "accepted", "picking"];
const backStates = ["cancelled", "expired", "returning"];
const nothing = (): void => {};

/** The orders as the gateway said last, asked again as acts end. */
function useOrders(states: readonly string[]): OrderView[] {
	const orders = useHand((all) => all.orders);
	const answered = useAnswered();
	const line = useHand((all) => all.line);
	useEffect(() => void refreshWork("orders"), [answered, line]);
	return orders.filter(({ state }) => states.includes(state));
}

/** Acts on an order that the gateway has not answered yet: its lines are shown without them. */
const waitingFor = (acts: readonly KeptAct[], order: OrderView, did: string, sku?: string): number =>
	acts
		.filter(
			({ state, about }) => state === "waiting" && about.at === order.id && about.did === did && (sku === undefined || about.sku === sku),
		)
		.reduce((sum, { about }) => sum + (about.quantity ?? 1), 0);

function openOf(line: OrderView["lines"][number], order: OrderView, acts: readonly KeptAct[]): number {
	if (waitingFor(acts, order, "short", line.sku) > 0) return 0;
	return Math.max(0, line.open - waitingFor(acts, order, "pick", line.sku));
}

const nameOf = (sku: string): string => knownArticle(sku)?.name ?? sku;

export function PickScreen() {
	const { say, f } = useSpeech();
	const [chosen, choose] = useState<string>();
	const acts = useHand((all) => all.acts);
	const orders = useOrders(pickStates).filter((order) => waitingFor(acts, order, "ready") === 0);
	const order = orders.find(({ id }) => id === chosen);
	if (order) return <PickOrder order={order} acts={acts} onReady={() => choose(undefined)} />;
	return (
		<>
			{orders.length === 0 && <p class="hint">{say("noOrders")}</p>}
			<ul class="cards">
				{orders.map((each) => (
					<li key={each.id}>
						<button type="button" class="card" onClick={() => choose(each.id)}>
							<strong class="code">{each.id}</strong>
							<span>{say("toPick", each.lines.filter((line) => openOf(line, each, acts) > 0).length)}</span>
							{each.clocks.readyBy !== undefined && <small>{say("readyBy", f.minute(Date.parse(each.clocks.readyBy)))}</small>}
						</button>
					</li>
				))}
			</ul>
		</>
	);
}

function PickOrder({ order, acts, onReady }: { order: OrderView; acts: readonly KeptAct[]; onReady(): void }) {
	const { say, f } = useSpeech();
	const [weighing, setWeighing] = useState<{ article: KnownArticle; code: string }>();
	const doing = useDoing(nothing);
	const doingReady = useDoing(onReady);
	const isPlaced = order.state === "placed" && waitingFor(acts, order, "accept") === 0;
	const isDone = order.lines.every((line) => openOf(line, order, acts) === 0);
	const take = (article: KnownArticle, code: string): void => {
		// A code that is longer than a GTIN may carry the weight.
		if (article.weighed && code.length <= 14) setWeighing({ article, code });
		else keepScanned(pick(order, article, code));
	};
	if (isPlaced)
		return (
			<>
				<h2 class="code">{say("order", order.id)}</h2>
				<Lines order={order} acts={acts} />
				<button type="button" class="act" onClick={() => doing(acceptOrder(order))}>
					{say("accept")}
				</button>
			</>
		);
	return (
		<>
			<ScanField onArticle={take} />
			<h2 class="code">{say("order", order.id)}</h2>
			{weighing && (
				<Quantity
					key={weighing.code}
					first={undefined}
					isWeight
					least={1}
					word="receiveNow"
					onDone={(milligrams) => {
						doing(pick(order, weighing.article, weighing.code, milligrams));
						setWeighing(undefined);
					}}
				/>
			)}
			<Lines order={order} acts={acts} onShort={(sku) => doing(shortLine(order, { sku, name: nameOf(sku) }, say("shortReason")))} />
			{order.clocks.readyBy !== undefined && <p class="quiet">{say("readyBy", f.minute(Date.parse(order.clocks.readyBy)))}</p>}
			<button type="button" class="act" disabled={!isDone} onClick={() => doingReady(readyOrder(order))}>
				{say("ready")}
			</button>
		</>
	);
}

function Lines({ order, acts, onShort }: { order: OrderView; acts: readonly KeptAct[]; onShort?(sku: string): void }) {
	const { say, f } = useSpeech();
	return (
		<ul class="lines">
			{order.lines.map((line) => {
				const open = openOf(line, order, acts);
				const isWeight = "milligrams" in line;
				return (
					<li key={line.sku} class={open === 0 ? "done" : ""}>
						<span>
							{nameOf(line.sku)} <small class="code">{line.sku}</small>
						</span>
						<strong>{open === 0 ? "✓" : amountText(open, isWeight, f)}</strong>
						{onShort && open > 0 && (
							<button type="button" class="second" aria-label={`${say("short")}: ${nameOf(line.sku)}`} onClick={() => onShort(line.sku)}>
								{say("short")}
							</button>
						)}
					</li>
				);
			})}
		</ul>
	);
}

/** Scan what is in the bags of orders that ended: each piece finds its order by itself. */
export function ReturnScreen() {
	const { say, f } = useSpeech();
	const acts = useHand((all) => all.acts);
	const [said, setSaid] = useState("");
	const orders = useOrders(backStates).map((order) => ({
		order,
		staged: order.staged
			.map(({ sku, quantity }) => ({ sku, quantity: Math.max(0, quantity - waitingFor(acts, order, "return", sku)) }))
			.filter(({ quantity }) => quantity > 0),
	}));
	const left = orders.filter(({ staged }) => staged.length > 0);
	const take = (article: KnownArticle, code: string): void => {
		setSaid("");
		const its = left.find(({ staged }) => staged.some(({ sku }) => sku === article.sku));
		if (its) keepScanned(putBack(its.order, article, code));
		else setSaid(`${article.name}: ${say("noReturns")}`);
	};
	return (
		<>
			<ScanField onArticle={take} />
			<RefusalText said={said} />
			{left.length === 0 && <p class="hint">{say("noReturns")}</p>}
			{left.map(({ order, staged }) => (
				<section key={order.id} class="card" aria-label={say("order", order.id)}>
					<h2 class="code">{say("order", order.id)}</h2>
					<ul class="lines">
						{staged.map(({ sku, quantity }) => (
							<li key={sku}>
								<span>
									{nameOf(sku)} <small class="code">{sku}</small>
								</span>
								<strong>{amountText(quantity, knownArticle(sku)?.weighed === true, f)}</strong>
							</li>
						))}
					</ul>
				</section>
			))}
		</>
	);
}
