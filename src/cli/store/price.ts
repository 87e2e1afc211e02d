import type { PriceOfArticle } from "../../words/answers/prices.ts";
import type { EffectivePrice } from "../../words/prices/price.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, money } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola price GTIN_OR_SKU [--at TIME] [--tier TIER] [--quantity N]: what the till would charge, and why

  --at TIME      RFC 3339; default now
  --tier TIER    of the member who pays; default anybody
  --quantity N   pieces; default one
${deskUsage}`;

export const price: Verb = {
	summary: "what the till would charge for an article, and why",
	usage,
	async run(args) {
		const given = read(args, usage, { ...deskOptions, at: { type: "string" }, tier: { type: "string" }, quantity: { type: "string" } });
		if (typeof given === "number") return given;
		const [code, ...more] = given.words;
		if (code === undefined || more.length > 0) return fail(2, usage);
		const { at, tier, quantity } = given.values;
		const query = new URLSearchParams(
			Object.entries({ at, tier, quantity }).filter((pair): pair is [string, string] => pair[1] !== undefined),
		);
		const it = await ask<PriceOfArticle>(await deskUrl(given.values.url), `/api/v1/prices/${encodeURIComponent(code)}?${query}`, {
			token: given.values.token,
		});
		if (given.values.json) return json(it);
		say(`${money(it.amountMinor, it.currency)}   ${it.kind}   ${it.name ?? ""} (SKU ${it.sku}${it.gtin ? `, GTIN ${it.gtin}` : ""})`);
		if (it.unitPrice) say(`unit price   ${money(it.unitPrice.amountMinor, it.currency)} per ${it.unitPrice.per}`);
		if (it.priorPrice) say(`lowest price of the 30 days before   ${money(it.priorPrice.amountMinor, it.currency)}`);
		for (const line of conditionsOf(it)) say(line);
		say(`in force from ${it.from}${it.until ? ` until ${it.until}` : ""}, version ${it.version}, from ${it.source}`);
		say(it.why);
		for (const held of it.held ?? [])
			say(`held, not in force: ${money(held.amountMinor, held.currency)}; ${held.reasons.map(({ reason }) => reason).join(" ")}`);
		if (it.frozenSince) say(`prices are frozen since ${it.frozenSince}`);
		return 0;
	},
};

/** Lines about the prices of several pieces, of members, and the deposit. */
function conditionsOf(it: EffectivePrice): string[] {
	const amount = (minor: number): string => money(minor, it.currency);
	const better = [...it.memberPrices, ...it.quantityPrices].map(({ tier, fromQuantity, amountMinor }) => {
		const who = [tier !== null && `member ${tier}`, fromQuantity > 1 && `from ${fromQuantity} pieces, each`].filter(Boolean).join(" ");
		return `${who}   ${amount(amountMinor)}`;
	});
	return [
		...better,
		...(it.multiBuy ? [`${it.multiBuy.quantity} for   ${amount(it.multiBuy.amountMinor)}`] : []),
		...(it.depositMinor !== null ? [`deposit, on top   ${amount(it.depositMinor)}`] : []),
		...(it.minimumAge ? [`only for customers of ${it.minimumAge} years and older`] : []),
		...(it.onlineAmountMinor !== null ? [`online   ${amount(it.onlineAmountMinor)}`] : []),
		...(it.total ? [`${it.total.quantity} pieces   ${amount(it.total.amountMinor)}`] : []),
	];
}
