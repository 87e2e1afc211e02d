import type { List } from "../../words/answers/list.ts";
import type { HeldPriceRow } from "../../words/answers/prices.ts";
import { defined } from "../../words/defined.ts";
import type { PriceFreeze } from "../../words/prices/hold.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, money, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola prices freeze [--reason TEXT]   the kill switch: no price changes in this store until the thaw; a promotion
                                        that ends meanwhile goes on
gondola prices thaw                     prices change again; what is due comes into force in the order of its times
gondola prices held                     prices that this store keeps and does not let count, and why
gondola prices status                   whether prices are frozen, and how many are held

${deskUsage}`;

const inWords = ({ since, by, reason }: PriceFreeze): string =>
	`prices are frozen since ${since} by ${by}${reason === null ? "" : `: ${reason}`}`;

export const prices: Verb = {
	summary: "stop price changes in this store, allow them again, see what is held",
	usage,
	async run(args) {
		const given = read(args, usage, { ...deskOptions, reason: { type: "string" } });
		if (typeof given === "number") return given;
		const {
			values: { token, reason, ...values },
			words: [verb, ...more],
		} = given;
		if (more.length > 0 || (reason !== undefined && verb !== "freeze")) return fail(2, usage);
		const base = await deskUrl(values.url);
		switch (verb) {
			case "freeze": {
				const body = { ...defined({ reason }) };
				const freeze = await ask<PriceFreeze>(base, "/api/v1/prices/freeze", { method: "POST", token, body });
				if (values.json) return json(freeze);
				say(`${inWords(freeze)}. To end it: gondola prices thaw`);
				return 0;
			}
			case "thaw": {
				const { since } = await ask<{ since: string | null }>(base, "/api/v1/prices/thaw", { method: "POST", token });
				if (values.json) return json({ since });
				say(since === null ? "prices were not frozen" : `prices change again; they were frozen since ${since}`);
				return 0;
			}
			case "held":
				return showHeld(base, token, values.json === true);
			case "status": {
				const { prices: now } = await ask<{ prices: { held: number; frozen: PriceFreeze | null } }>(base, "/api/v1/status", { token });
				if (values.json) return json(now);
				say(`${now.frozen ? inWords(now.frozen) : "prices change as head office decides"}; ${now.held} held`);
				return 0;
			}
			default:
				return fail(2, usage);
		}
	},
};

async function showHeld(base: string, token: string | undefined, asJson: boolean): Promise<number> {
	const items = await everyItem("/api/v1/held-prices?limit=500", (path) => ask<List<HeldPriceRow>>(base, path, { token }));
	if (asJson) return json({ items });
	if (items.length === 0) say("no price is held");
	else
		say(
			table(
				["sku", "name", "price", "push", "since", "why"],
				items.map((it) => [
					it.sku,
					it.name,
					money(it.amountMinor, it.currency),
					it.push ?? "",
					it.since,
					it.reasons.map(({ reason }) => reason).join(" "),
				]),
			),
		);
	return 0;
}
