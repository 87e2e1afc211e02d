import { z } from "zod";
import { defined } from "../../../words/defined.ts";
import { longestCode } from "../../../words/scan.ts";
import { basketStops } from "../../../words/tills/basket.ts";
import { weightDoubts } from "../../../words/tills/plate.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { json, type Route, route } from "../../route.ts";
import { idIn, instantOut, shapes } from "../../schemas.ts";
import { decidedBy, fiscalOut } from "./fiscal.ts";
import { memberCodeIn } from "./members.ts";
import { goodsReturn, returnDaysUsual, returnIn } from "./returns.ts";

const path = z.strictObject({ id: idIn });

const lineFields = {
	sku: z.string(),
	name: z.string(),
	quantity: z.int(),
	unit: z.enum(["piece", "milligram"]),
	amountMinor: z.int(),
	depositMinor: z.int().optional(),
	why: z.string(),
	minimumAge: z.int().optional(),
	stop: z.enum(basketStops).optional(),
};
const line = z.object({ line: z.int(), ...lineFields });
shapes.add(line, {
	id: "BasketLine",
	description:
		"Pieces, or milligrams of a weighed article; the amount is the line's, deposit apart. What has a `stop` is not " +
		"sold: `recall` and `expired` to nobody, `age` before a person has confirmed that the customer is old enough",
});
const weight = z.object({
	expectedMilligrams: z.int(),
	toleranceMilligrams: z.int(),
	unknown: z.array(z.int()),
	measuredMilligrams: z.int().nullable(),
	at: instantOut.nullable(),
	doubt: z.enum(weightDoubts).optional(),
	like: z.array(z.int()).optional(),
	accepted: z.object({ by: z.string(), person: z.string().optional(), at: instantOut }).optional(),
});
shapes.add(weight, {
	id: "BasketWeight",
	description:
		"What the plate of a self-checkout says, and what the basket should weigh. `unknown`: lines whose weight is not known; `like`: lines " +
		"of which one piece weighs as much as is too much or missing. No `doubt`: it fits",
});
const basketFields = {
	id: z.string(),
	till: z.string(),
	state: z.enum(["open", "settled"]),
	lines: z.array(line),
	member: z.object({ pseudonym: z.string(), tier: z.string() }).optional(),
	age: z.object({ minimumAge: z.int(), by: z.string(), person: z.string().optional(), at: instantOut }).optional(),
	weight: weight.optional(),
	coupons: z.array(z.object({ coupon: z.string(), name: z.string(), amountMinor: z.int(), serial: z.string().optional() })),
	points: z.object({ points: z.int(), amountMinor: z.int() }).optional(),
	currency: z.string().nullable(),
	depositMinor: z.int(),
	totalMinor: z.int(),
};
export const basket = z.object(basketFields);
shapes.add(basket, {
	id: "Basket",
	description:
		"What a customer has put before a till; `totalMinor` is to be paid: lines and deposit, less what coupons and points take off",
});
const added = z.object({ line: z.int(), ...lineFields, ...basketFields });
shapes.add(added, {
	id: "BasketWithLine",
	description: "The basket, and beside it the line that the code went into; `depositMinor` is the basket's",
});
const settled = z.object({
	...{ ...basketFields, sale: z.string(), event: z.string(), job: z.string().nullable(), duplicate: z.boolean() },
	returns: z.array(goodsReturn).optional(),
	refundMinor: z.int().optional(),
	dueMinor: z.int().optional(),
	refundJob: z.string().optional(),
	fiscal: fiscalOut.optional(),
});
shapes.add(settled, {
	id: "SettledBasket",
	description:
		"The basket as it was paid; `job` is its receipt's print job; `fiscal`, where a device signs sales: how far that is. In exchange: " +
		"`dueMinor` is the total less `refundMinor`; below 0 the customer gets it",
});

/** `country`: of the store, where configured. `returnDays`: days within which goods are taken back in exchange. */
export function basketRoutes(
	ledger: DeskLedger,
	{ country, returnDays = returnDaysUsual }: { country?: string; returnDays?: number },
): Route[] {
	return [
		open(ledger),
		show(ledger),
		add(ledger),
		drop(ledger),
		member(ledger),
		coupon(ledger),
		withoutCoupon(ledger),
		points(ledger),
		age(ledger),
		settle(ledger, country, returnDays),
	];
}

const common = { room: "tills", right: "sales.write", keepsActor: true } as const;

function open(ledger: DeskLedger): Route {
	return route({
		...common,
		method: "POST",
		url: "/api/v1/baskets",
		summary:
			"Opens a basket: 201 the first time, 200 again. A basket that nobody works on is forgotten after a week. `plate`: the till has a " +
			"weighing plate, and the basket is not paid before it was weighed",
		body: z.strictObject({ id: idIn, till: idIn, plate: z.literal(true).optional() }),
		answers: { 200: basket, 201: basket },
		problems: [400, 409, 503],
		run: async ({ body, by }) => {
			const opened = await ledger.do("openBasket", defined(body), { actor: by.actor });
			return json(opened.basket, opened.duplicate ? 200 : 201);
		},
	});
}

function show(ledger: DeskLedger): Route {
	return route({
		method: "GET",
		url: "/api/v1/baskets/{id}",
		room: "tills",
		right: "sales.write",
		summary: "A basket, priced as of now; a settled one as it was paid",
		path,
		answers: { 200: basket },
		problems: [404],
		run: async ({ path: { id } }) => json(await ledger.do("showBasket", { basket: id })),
	});
}

function add(ledger: DeskLedger): Route {
	return route({
		...common,
		method: "POST",
		url: "/api/v1/baskets/{id}/lines",
		summary:
			"A scanned code goes into the basket: GTIN, SKU, GS1 elements, or the label of a weighed piece. `quantity`: pieces, or kilograms with " +
			"a decimal point; with an `id` the same scan again adds nothing",
		path,
		body: z
			.strictObject({
				code: z.string().trim().min(1).max(longestCode),
				quantity: z.number().positive().max(1e6).optional(),
				milligrams: z.int().min(1).max(1e12).optional(),
				id: idIn.optional(),
			})
			.refine(({ quantity, milligrams }) => quantity === undefined || milligrams === undefined, {
				path: ["milligrams"],
				error: "give pieces or a weight, not both",
			}),
		answers: { 200: added },
		problems: [400, 404, 409, 503],
		run: async ({ path, body, by }) => {
			const done = await ledger.do("addToBasket", { basket: path.id, ...defined(body) }, { actor: by.actor });
			return json({ ...done.line, ...done.basket });
		},
	});
}

function drop(ledger: DeskLedger): Route {
	return route({
		...common,
		method: "DELETE",
		url: "/api/v1/baskets/{id}/lines/{line}",
		summary: "Takes a line out, by its number; one that is not there changes nothing",
		path: z.strictObject({ id: idIn, line: z.coerce.number().int().min(1) }),
		answers: { 200: basket },
		problems: [400, 404, 409, 503],
		run: async ({ path, by }) => json(await ledger.do("dropFromBasket", { basket: path.id, line: path.line }, { actor: by.actor })),
	});
}

function member(ledger: DeskLedger): Route {
	return route({
		...common,
		method: "POST",
		url: "/api/v1/baskets/{id}/member",
		summary: "A member shows a code: the prices of the tier count for the whole basket",
		path,
		body: z.strictObject({ code: memberCodeIn }),
		answers: { 200: basket },
		problems: [400, 404, 409, 503],
		run: async ({ path, body, by }) => json(await ledger.do("memberOfBasket", { basket: path.id, code: body.code }, { actor: by.actor })),
	});
}

function coupon(ledger: DeskLedger): Route {
	return route({
		...common,
		method: "POST",
		url: "/api/v1/baskets/{id}/coupon",
		summary:
			"A coupon counts for what lies in the basket; it is redeemed when the basket is settled. With an `id` the same again is no second one",
		path,
		body: z.strictObject({ code: z.string().trim().min(1).max(longestCode), id: idIn.optional() }),
		answers: { 200: basket },
		problems: [400, 404, 409, 503],
		run: async ({ path, body, by }) => json(await ledger.do("couponOfBasket", { basket: path.id, ...defined(body) }, { actor: by.actor })),
	});
}

function withoutCoupon(ledger: DeskLedger): Route {
	return route({
		...common,
		method: "DELETE",
		url: "/api/v1/baskets/{id}/coupons/{coupon}",
		summary: "Takes a coupon out of the basket; one that is not there changes nothing",
		path: z.strictObject({ id: idIn, coupon: idIn }),
		answers: { 200: basket },
		problems: [404, 409, 503],
		run: async ({ path, by }) => json(await ledger.do("dropCoupon", { basket: path.id, coupon: path.coupon }, { actor: by.actor })),
	});
}

function points(ledger: DeskLedger): Route {
	return route({
		...common,
		method: "POST",
		url: "/api/v1/baskets/{id}/points",
		summary:
			"The member pays with so many points; 0 takes them out again. Refused beyond what head office lent this store of the member's points, " +
			"which it does when the code was shown while the line stood",
		path,
		body: z.strictObject({ points: z.int().min(0).max(1e9) }),
		answers: { 200: basket },
		problems: [400, 404, 409, 503],
		run: async ({ path, body, by }) =>
			json(await ledger.do("pointsOfBasket", { basket: path.id, points: body.points }, { actor: by.actor })),
	});
}

function age(ledger: DeskLedger): Route {
	return route({
		...common,
		method: "POST",
		url: "/api/v1/baskets/{id}/age",
		summary:
			"A person confirms that the customer is old enough, for the highest age that an article of the basket asks for, or for `minimumAge`. " +
			"With a till's token `person` says who looked; an account is kept by its name. No birth date is kept",
		path,
		body: z.strictObject({
			minimumAge: z.int().min(1).max(99).optional(),
			person: z.string().trim().min(1).max(64).optional(),
		}),
		answers: { 200: basket },
		problems: [400, 404, 409, 503],
		run: async ({ path, body, by }) => json(await ledger.do("confirmAge", { basket: path.id, ...defined(body) }, { actor: by.actor })),
	});
}

function settle(ledger: DeskLedger, country: string | undefined, days: number): Route {
	return route({
		...common,
		method: "POST",
		url: "/api/v1/baskets/{id}/settle",
		summary:
			"The basket is paid: sale, movements, receipt, coupons at once, or none of them. `id` is the sale's; `totalMinor` what the customer " +
			"was told, refused where prices have changed since; `receipt: false` for no paper; `returns`: goods that come " +
			"back in exchange, in the same act. Where a fiscal device signs sales the answer waits for it, some seconds at most",
		path,
		body: z.strictObject({
			id: idIn,
			totalMinor: z.int().min(0).optional(),
			receipt: z.union([z.literal(false), z.strictObject({ printer: idIn.optional() })]).optional(),
			returns: z.array(returnIn).min(1).max(50).optional(),
		}),
		answers: { 200: settled },
		problems: [400, 404, 409, 503],
		run: async ({ path, body, by }) => {
			const { receipt } = body;
			const returns = body.returns?.map((each) => ({ ...defined(each), days }));
			const asked = { basket: path.id, id: body.id, ...defined({ totalMinor: body.totalMinor, returns, country }) };
			const paper = receipt === undefined ? {} : { receipt: receipt === false ? (false as const) : defined(receipt) };
			const { basket: paid, fiscal, ...done } = await ledger.do("settleBasket", { ...asked, ...paper }, { actor: by.actor });
			return json({ ...paid, ...done, ...(await decidedBy(ledger, fiscal)) });
		},
	});
}
