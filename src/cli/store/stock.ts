import type { Movement, OnHand } from "../../words/stock.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola stock GTIN_OR_SKU: on hand, and the movements behind it\n\n${deskUsage}`;

export const stock: Verb = {
	summary: "on hand, and the movements behind it",
	usage,
	async run(args) {
		const given = read(args, usage, deskOptions);
		if (typeof given === "number") return given;
		const [code, ...more] = given.words;
		if (code === undefined || more.length > 0) return fail(2, usage);
		const it = await ask<OnHand & { movements?: Movement[] }>(
			await deskUrl(given.values.url),
			`/api/v1/stock/${encodeURIComponent(code)}`,
			{
				token: given.values.token,
			},
		);
		if (given.values.json) return json(it);
		const amount = (n: number): string => (it.unit === "milligram" ? `${(n / 1_000_000).toFixed(3)} kg` : `${n} pcs`);
		say(
			`${amount(it.onHand)} on hand, ${amount(it.granted)} granted to HQ, ${amount(it.available)} available   ` +
				`${it.name ?? ""} (SKU ${it.sku})`,
		);
		say(it.countedAt ? `last counted ${it.countedAt}` : "never counted");
		if (it.movements?.length)
			say(
				table(
					["when", "quantity", "reason", "reference", "id"],
					it.movements.map((m) => [m.occurredAt, amount(m.quantity), m.reason, m.reference ?? "", m.id]),
				),
			);
		return 0;
	},
};
