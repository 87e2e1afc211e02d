import { randomUUID } from "node:crypto";
import type { RedeemAnswer } from "../../flows/coupons/redeem.ts";
import type { CouponHere } from "../../words/answers/coupons.ts";
import type { List } from "../../words/answers/list.ts";
import { ask, deskOptions, deskUrl, deskUsage } from "../verb/ask.ts";
import { json, table } from "../verb/output.ts";
import { everyItem } from "../verb/pages.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola coupons [list]      campaigns that this store knows: what it was lent, has redeemed, and may redeem without the line
gondola coupons redeem CODE --till T [--amount MINOR] [--id ID]
                            CODE as a scanner reads it; --amount: what the goods come to; the same --id again is answered as before
gondola coupons void ID     gives a redemption back

${deskUsage}`;

const options = { ...deskOptions, till: { type: "string" }, amount: { type: "string" }, id: { type: "string" } } as const;

export const coupons: Verb = {
	summary: "coupons: what is lent, redeeming, giving back",
	usage,
	async run(args) {
		const given = read(args, usage, options);
		if (typeof given === "number") return given;
		const { values, words } = given;
		const [act = "list", what] = words;
		const base = await deskUrl(values.url);
		const ofDesk = <T>(path: string, body?: object) =>
			ask<T>(base, `/api/v1/coupons${path}`, { token: values.token, ...(body && { method: "POST", body }) });
		if (act === "list" && words.length <= 1) {
			const items = await everyItem("", (path) => ofDesk<List<CouponHere>>(path));
			if (values.json) return json({ items });
			say(items.length === 0 ? "no campaign is known here" : couponTable(items));
			return 0;
		}
		if (act === "redeem" && words.length === 2 && values.till !== undefined) {
			const { till, amount, id = randomUUID() } = values;
			const body = { id, code: what, till, ...(amount !== undefined && { amountMinor: Number(amount) }) };
			const answer = await ofDesk<RedeemAnswer>("/redeem", body);
			if (values.json) json({ id, ...answer });
			else if (answer.accepted) say(`${answer.coupon} takes ${answer.worth} off; redemption ${id}`);
			// A refusal is an answer of the till's API, and a failure of this command.
			return answer.accepted ? 0 : values.json ? 1 : fail(1, `${answer.why} (${answer.code})`);
		}
		if (act !== "void" || words.length !== 2) return fail(2, usage);
		const voided = await ofDesk<{ coupon: string; duplicate: boolean }>("/void", { id: what });
		if (values.json) return json(voided);
		say(`redemption ${what} of ${voided.coupon} ${voided.duplicate ? "was given back before" : "is given back"}`);
		return 0;
	},
};

const couponTable = (items: readonly CouponHere[]): string =>
	table(
		["coupon", "code", "from", "until", "lent", "redeemed", "left"],
		items.map(({ id, code, from, until, endedAt, lent, used, left }) => [
			...[id, code, from, endedAt === undefined ? until : `ended ${endedAt}`],
			...[lent, used, left].map(String),
		]),
	);
