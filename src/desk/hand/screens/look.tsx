import { useEffect, useState } from "preact/hooks";
import type { LabelStatus } from "../../../words/label.ts";
import type { EffectivePrice } from "../../../words/prices/price.ts";
import type { OnHand } from "../../../words/stock.ts";
import { Refused } from "../../cockpit/shared/ask.ts";
import { amountText, useSpeech } from "../language/speech.ts";
import type { KnownArticle } from "../state/articles.ts";
import { gateway } from "../state/gateway.ts";
import { heard, keepHeard } from "../state/kept.ts";
import { useAnswered, useHand } from "../state/state.ts";

export interface Figures {
	price: EffectivePrice | null;
	stock: OnHand | null;
	labels: LabelStatus[];
	atMs: number;
	/** The figures are those that the device heard earlier: there is no network. */
	isOld: boolean;
}

/** Null where the gateway knows none; other refusals and a missing network are errors. */
const orNone = async <T,>(asked: Promise<T>): Promise<T | null> => {
	try {
		return await asked;
	} catch (error) {
		if (error instanceof Refused && error.status === 404) return null;
		throw error;
	}
};

async function figuresOf(sku: string): Promise<Figures | undefined> {
	try {
		const [price, stock, labels] = await Promise.all([orNone(gateway.price(sku)), orNone(gateway.stock(sku)), gateway.labelsOf(sku)]);
		const figures: Figures = { price, stock, labels, atMs: Date.now(), isOld: false };
		await keepHeard(`figures-${sku}`, figures);
		return figures;
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		const kept = await heard<Figures>(`figures-${sku}`);
		return kept && { ...kept, isOld: true };
	}
}

/** The figures of an article now, asked again as acts end; undefined while they are asked, null where neither gateway nor device knows. */
export function useFigures(sku: string): Figures | null | undefined {
	const [figures, setFigures] = useState<{ sku: string; is: Figures | null } | undefined>();
	const answered = useAnswered();
	const line = useHand((all) => all.line);
	useEffect(() => {
		let isGone = false;
		void figuresOf(sku).then((is) => {
			if (!isGone) setFigures({ sku, is: is ?? null });
		});
		return () => {
			isGone = true;
		};
	}, [sku, answered, line]);
	return figures?.sku === sku ? figures.is : undefined;
}

/** Price, stock and labels of one article. */
export function ArticleCard({ article, figures }: { article: KnownArticle; figures: Figures | null | undefined }) {
	const { say, f } = useSpeech();
	const { price, stock, labels = [] } = figures ?? {};
	const amount = (quantity: number): string => amountText(quantity, stock?.unit === "milligram", f);
	const shown = (value: string | null | undefined, none?: string | null): string => (figures === undefined ? "…" : (value ?? none ?? "–"));
	return (
		<section class="card article" aria-label={article.name}>
			<h2>{article.name}</h2>
			<p class="quiet code">
				{article.sku}
				{article.gtin !== undefined && ` · ${article.gtin.replace(/^0+/, "")}`}
			</p>
			{figures === null && <p class="refused">{say("noFigures")}</p>}
			<dl class={figures === undefined ? "asked" : ""}>
				<div>
					<dt>{say("priceHere")}</dt>
					<dd class="big">{shown(price && f.money(price.amountMinor, price.currency), figures && say("noPrice"))}</dd>
					<dd class="quiet">
						{price?.unitPrice ? `${f.money(price.unitPrice.amountMinor, price.currency)} / ${price.unitPrice.per}` : ""}
					</dd>
				</div>
				<div>
					<dt>{say("onHand")}</dt>
					<dd class="big">{shown(stock && amount(stock.onHand))}</dd>
					<dd class="quiet">{stock ? say("available", amount(stock.available)) : ""}</dd>
				</div>
			</dl>
			{figures && (
				<p class="labels-of">
					{say("labels")}: {labels.length === 0 ? say("noLabel") : labels.map(({ state }) => say(state)).join(", ")}
				</p>
			)}
			{figures?.isOld && <p class="amber">{say("asOf", f.minute(figures.atMs))}</p>}
		</section>
	);
}
