import { useState } from "preact/hooks";
import { RefusalText } from "../../../../desk/cockpit/shared/refusal-text.tsx";
import type { StockOfArticle } from "../../../../words/answers/head-office/stock.ts";
import { useSpeech } from "../language/language.ts";
import { addressOf, api, failed, useOffice } from "../state/state.ts";
import { useRowHeight, VirtualList } from "./virtual-list.tsx";

/** One article's stock in every store, and how old each number is. */
export function Stock() {
	const { say } = useSpeech();
	const [article, setArticle] = useState("");
	const [stock, setStock] = useState<StockOfArticle | null>(null);
	const [said, setSaid] = useState("");
	const submit = (event: Event) => {
		event.preventDefault();
		setSaid("");
		api.stock(article.trim()).then(setStock, (error: unknown) => {
			setStock(null);
			setSaid(failed(error) || say("unreachable"));
		});
	};
	return (
		<section class="panel stock" aria-labelledby="stock-title">
			<header>
				<h2 id="stock-title">{say("stock")}</h2>
				<form class="inline" onSubmit={submit}>
					<input
						required
						value={article}
						placeholder={say("article")}
						aria-label={say("article")}
						onInput={(e) => setArticle(e.currentTarget.value)}
					/>
					<button type="submit" disabled={article.trim() === ""}>
						{say("look")}
					</button>
				</form>
			</header>
			<RefusalText said={said} />
			{stock && <StockOfArticle stock={stock} />}
		</section>
	);
}

function StockOfArticle({ stock }: { stock: StockOfArticle }) {
	const { say, f } = useSpeech();
	const now = useOffice((all) => all.now);
	const rowHeight = useRowHeight(36, 60);
	const size = (quantity: number): string => {
		const unit = stock.unit;
		return unit === "piece" ? f.number(quantity) : quantity < 0 ? `−${f.grams(-quantity)}` : f.grams(quantity);
	};
	const sum = (name: "onHand" | "granted" | "staged" | "available"): string =>
		size(stock.items.reduce((total, row) => total + row[name], 0));
	return (
		<>
			<p>
				<b>{stock.name}</b> <span class="code quiet">{[stock.sku, stock.gtin].filter(Boolean).join(" · ")}</span>
			</p>
			<div class="row stocked heads" aria-hidden="true">
				<span>{say("store")}</span>
				<span>{say("onHand")}</span>
				<span>{say("granted")}</span>
				<span>{say("staged")}</span>
				<span>{say("available")}</span>
				<span>{say("asOf")}</span>
			</div>
			<div class="row stocked sum">
				<b>{say("total")}</b>
				<b>{sum("onHand")}</b>
				<span>{sum("granted")}</span>
				<span>{sum("staged")}</span>
				<b>{sum("available")}</b>
				<span />
			</div>
			<VirtualList items={stock.items} rowHeight={rowHeight} label={say("stock")} keyOf={({ store }) => store}>
				{(row) => (
					<a class="row stocked" href={addressOf("stores", row.store)}>
						<b class="id">{row.store}</b>
						<span class={row.onHand < 0 ? "bad" : ""}>{size(row.onHand)}</span>
						<span>{size(row.granted)}</span>
						<span>{size(row.staged)}</span>
						<b>{size(row.available)}</b>
						<span class="quiet">{row.asOf === null ? say("never") : say("ago", f.ago(row.asOf, now))}</span>
					</a>
				)}
			</VirtualList>
		</>
	);
}
