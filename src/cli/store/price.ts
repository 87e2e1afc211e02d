import type { EffectivePrice } from "../../words/prices/price.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, money } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola price GTIN_OR_SKU [--at TIME]: what the till would charge, and why

  --at TIME    RFC 3339; default now
${deskUsage}`;

/** Beside the price that counts. */
interface Kept {
	name?: string;
	held?: { amountMinor: number; currency: string; reasons: { reason: string }[] }[];
	frozenSince?: string;
}

export const price: Verb = {
	summary: "what the till would charge for an article, and why",
	usage,
	async run(args) {
		const given = read(args, usage, { ...deskOptions, at: { type: "string" } });
		if (typeof given === "number") return given;
		const [code, ...more] = given.words;
		if (code === undefined || more.length > 0) return fail(2, usage);
		const query = given.values.at === undefined ? "" : `?at=${encodeURIComponent(given.values.at)}`;
		const it = await ask<EffectivePrice & Kept>(await deskUrl(given.values.url), `/api/v1/prices/${encodeURIComponent(code)}${query}`, {
			token: given.values.token,
		});
		if (given.values.json) return json(it);
		say(`${money(it.amountMinor, it.currency)}   ${it.kind}   ${it.name ?? ""} (SKU ${it.sku}${it.gtin ? `, GTIN ${it.gtin}` : ""})`);
		if (it.unitPrice) say(`unit price   ${money(it.unitPrice.amountMinor, it.currency)} per ${it.unitPrice.per}`);
		if (it.priorPrice) say(`lowest price of the 30 days before   ${money(it.priorPrice.amountMinor, it.currency)}`);
		say(`in force from ${it.from}${it.until ? ` until ${it.until}` : ""}, version ${it.version}, from ${it.source}`);
		for (const held of it.held ?? [])
			say(`held, not in force: ${money(held.amountMinor, held.currency)}; ${held.reasons.map(({ reason }) => reason).join(" ")}`);
		if (it.frozenSince) say(`prices are frozen since ${it.frozenSince}`);
		return 0;
	},
};
