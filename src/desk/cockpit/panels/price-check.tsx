import { useRef, useState } from "preact/hooks";
import type { PriceOfArticle } from "../../../words/answers/prices.ts";
import type { Article } from "../../../words/article.ts";
import type { EffectivePrice } from "../../../words/prices/price.ts";
import type { OnHand } from "../../../words/stock.ts";
import { instantOfWall } from "../../../words/wall-time.ts";
import { useSpeech } from "../language/language.ts";
import type { Word } from "../language/words.ts";
import { Refused } from "../shared/ask.ts";
import { api, useCockpit } from "../state/state.ts";
import { PrintPaperLabel } from "./morning/paper.tsx";

/** Which guard rail a held price exceeds. */
export const railWords: Readonly<Record<string, Word>> = {
	currency: "railCurrency",
	"amount-low": "railLow",
	"amount-high": "railHigh",
	"no-name": "railName",
	rise: "railRise",
	cut: "railCut",
	"quiet-hours": "railQuiet",
};

interface Found {
	price: PriceOfArticle;
	stock: OnHand | null;
}

/** The price that the till charges for an article, now or at a time, and why; with the article's stock. */
export function PriceCheck() {
	const { say } = useSpeech();
	const timeZone = useCockpit((all) => all.status?.timeZone ?? "UTC");
	const field = useRef<HTMLInputElement>(null);
	const [at, setAt] = useState("");
	const [found, setFound] = useState<Found | null>(null);
	const [said, setSaid] = useState("");
	const [named, setNamed] = useState<Article[]>([]);
	const look = async (event: Event) => {
		event.preventDefault();
		const key = field.current!.value.trim();
		if (key !== "") await lookUp(key);
	};
	const lookUp = async (key: string) => {
		setSaid("");
		setNamed([]);
		try {
			const price = await api.price(key, at === "" ? undefined : instantOfWall(at, timeZone, "from"));
			setFound({ price, stock: await api.stock(price.sku).catch(() => null) });
		} catch (error) {
			setFound(null);
			// The text is not a code: it may be a name.
			const byName = error instanceof Refused && error.code === "article-unknown" ? await api.articles(key).catch(() => []) : [];
			if (byName.length > 0) setNamed(byName);
			else setSaid(error instanceof Refused && error.status !== 0 ? error.message : say("unreachable"));
		}
		// Selects the text, because a hand scanner in keyboard mode types over the selection.
		field.current!.select();
	};
	return (
		<section class="panel price-check" id="priceCheck" aria-labelledby="price-title">
			<header>
				<h2 id="price-title">{say("priceCheck")}</h2>
			</header>
			<form onSubmit={look}>
				<input
					ref={field}
					class="code"
					autocomplete="off"
					spellcheck={false}
					placeholder={say("gtinOrSku")}
					aria-label={say("gtinOrSku")}
				/>
				<button type="submit">{say("look")}</button>
				<label class="quiet">
					{say("atTime")}
					<input type="datetime-local" class={at === "" ? "unset" : ""} value={at} onInput={(e) => setAt(e.currentTarget.value)} />
					{at === "" ? (
						<span>{say("nowUnlessSet")}</span>
					) : (
						<button type="button" class="ghost" onClick={() => setAt("")}>
							{say("now")}
						</button>
					)}
				</label>
			</form>
			<div aria-live="polite">
				{said !== "" && <p class="refused">{said}</p>}
				{named.length > 0 && <Named articles={named} choose={lookUp} />}
				{said === "" && !found && named.length === 0 && <p class="empty">{say("priceHint")}</p>}
				{found && <Answer {...found} />}
			</div>
		</section>
	);
}

function Answer({ price, stock }: Found) {
	const { say, f } = useSpeech();
	const quantity = (value: number) => (stock?.unit === "milligram" ? f.grams(value) : f.number(value));
	return (
		<div class={`answer ${price.kind}`}>
			<p class="name">{price.name}</p>
			<p class="quiet code">
				{price.sku}
				{price.gtin !== null && ` · ${price.gtin}`}
			</p>
			<p class="amount">
				<b>{f.money(price.amountMinor, price.currency)}</b>
				{price.unitPrice && (
					<span class="quiet">
						{f.money(price.unitPrice.amountMinor, price.currency)} {say("per", price.unitPrice.per)}
					</span>
				)}
			</p>
			<p class="why">
				<span class={`kind ${price.kind}`}>{say(price.kind)}</span> {say("from", f.day(price.from))}
				{price.until !== null && ` ${say("until", f.day(price.until))}`}; {say("source", price.source, price.version)}
			</p>
			{price.priorPrice && (
				<p class="why">
					<s>{f.money(price.priorPrice.amountMinor, price.currency)}</s> {say("lowest30")}
				</p>
			)}
			<Offers price={price} />
			<PrintPaperLabel key={price.sku} sku={price.sku} />
			{price.held?.map((held) => (
				<p class="why refused" key={held.version}>
					{say("heldPrice", f.money(held.amountMinor, held.currency), say(railWords[held.reasons[0]?.code ?? ""] ?? "railOther"))}
				</p>
			))}
			{price.frozenSince !== undefined && <p class="why">{say("frozenPrice", f.day(price.frozenSince))}</p>}
			{stock && (
				<p class="why">
					<b>{quantity(stock.onHand)}</b> {say("onHand")} · {quantity(stock.granted)} {say("granted")}
					{" · "}
					<b>{quantity(stock.available)}</b> {say("available")}
				</p>
			)}
		</div>
	);
}

/** The prices for members and several pieces, and the deposit. */
function Offers({ price }: { price: EffectivePrice }) {
	const { say, f } = useSpeech();
	const money = (minor: number) => f.money(minor, price.currency);
	const lines = [
		...[...price.memberPrices, ...price.quantityPrices].map(({ tier, fromQuantity, amountMinor }) =>
			[tier !== null && say("forTier", tier), fromQuantity > 1 && say("fromPieces", String(fromQuantity)), money(amountMinor)]
				.filter(Boolean)
				.join(" "),
		),
		...(price.multiBuy ? [say("together", String(price.multiBuy.quantity), money(price.multiBuy.amountMinor))] : []),
		...(price.depositMinor !== null ? [say("plusDeposit", money(price.depositMinor))] : []),
		...(price.minimumAge !== null ? [say("fromAge", String(price.minimumAge))] : []),
		...(price.onlineAmountMinor !== null ? [say("onlinePrice", money(price.onlineAmountMinor))] : []),
	];
	if (lines.length === 0) return null;
	return <p class="why">{lines.join(" · ")}</p>;
}

/** Articles found by a typed name, to choose from. */
function Named({ articles, choose }: { articles: Article[]; choose(sku: string): void }) {
	const { say } = useSpeech();
	return (
		<ul class="named" aria-label={say("articlesByName")}>
			{articles.map(({ sku, name }) => (
				<li key={sku}>
					<button type="button" class="ghost" onClick={() => choose(sku)}>
						{name} <small class="code">{sku}</small>
					</button>
				</li>
			))}
		</ul>
	);
}
