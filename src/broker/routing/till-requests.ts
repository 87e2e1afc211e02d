/**
 * Requests of tills about their baskets by MQTT, with the same flows and the same answers as over HTTP.
 *
 *   gondola/1/till/{till}/basket/{act}       {id, basket, …}                       `id`: the till's own, by which it knows the answer
 *   gondola/1/till/{till}/basket/{act}/ack   {id, done: {…}}                       as the body that HTTP answers, once it is on disk
 *                                            {id, refused: {code, why}}            nothing was changed
 *
 * A till of MQTT 5 may name a response topic below `gondola/1/till/{till}/rsp/`, and its correlation data comes back with the answer.
 * At QoS 1 a message may come twice: each act may be repeated under its id. For `add` and `coupon` it is kept with the basket, for
 * `settle` it is the sale's.
 */
import { z } from "zod";
import type { BasketFlow, CallFlow } from "../../flows/flows.ts";
import type { Actor } from "../../words/actor.ts";
import { utf8Of } from "../../words/basics/json-text.ts";
import { longestReceiptCode } from "../../words/codes/receipt-code.ts";
import { defined } from "../../words/defined.ts";
import { longestMemberCode } from "../../words/members/member-code.ts";
import { longestCode } from "../../words/scan.ts";
import type { FiscalView } from "../../words/tills/fiscal.ts";
import { untilDecided } from "../../words/tills/fiscal-wait.ts";
import { longestLineName, returnConditions } from "../../words/tills/return.ts";
import type { Meaning } from "../topics.ts";
import { correlationProps, responseIn } from "../v5/response.ts";
import { type FactDoorDeps, isRefusal, type MessageFrom } from "./facts.ts";
import { messageId, parsePayload, skuText, text } from "./payload.ts";
import { idOf, type SaleRefusal, sentence, unreadable } from "./sale-message.ts";

/** Who asks, and what a flow needs beside what was asked. */
interface Asking {
	till: string;
	by: { actor: Actor };
	do: CallFlow<BasketFlow>;
	/** Waits for the fiscal device, as long as its rules say. */
	signed(view: FiscalView): Promise<FiscalView>;
	country?: string | undefined;
	returnDays?: number | undefined;
}

const ownId = z.string().regex(/^[\x21-\x7e]{1,128}$/, "must be 1 to 128 printable characters without spaces");
const code = text(longestCode);
const person = text(64).optional();
const amount = z.int().min(1).max(1e12);
const head = { id: messageId.pipe(ownId), basket: ownId };

const returned = z
	.strictObject({
		...{ id: ownId.max(100), quantity: amount.optional(), milligrams: amount.optional() },
		...{ condition: z.enum(returnConditions), reason: text(200).optional() },
		/** The line by its name, or by the receipt's code and the line's number or article on it. */
		...{ line: text(longestLineName).optional(), receipt: text(longestReceiptCode).optional() },
		...{ number: z.int().min(1).max(9_999).optional(), sku: skuText.optional() },
	})
	.refine(({ quantity, milligrams }) => (quantity === undefined) !== (milligrams === undefined), "needs one of quantity and milligrams")
	.refine(({ line, receipt, number, sku }) => {
		const named = [number, sku].filter((one) => one !== undefined).length;
		return line === undefined ? receipt !== undefined && named === 1 : receipt === undefined && named === 0;
	}, "needs line, or receipt with one of number and sku");

interface Act {
	schema: z.ZodType;
	run(asked: never, asking: Asking): Promise<object>;
}

/** Gives `run` the type of its own schema; the table of acts has the general type. */
const act = <S extends z.ZodRawShape>(
	shape: S,
	run: (asked: z.output<z.ZodObject<S & typeof head, z.core.$strict>>, asking: Asking) => Promise<object>,
): Act => ({ schema: z.strictObject({ ...head, ...shape }), run: run as Act["run"] });

const acts: Readonly<Record<string, Act>> = {
	open: act({ plate: z.literal(true).optional() }, async ({ basket, plate }, { do: call, till, by }) => {
		const opened = await call("openBasket", { id: basket, till, ...defined({ plate }) }, by);
		return opened.basket;
	}),
	show: act({}, ({ basket }, { do: call, till }) => call("showBasket", { basket, till })),
	add: act(
		{ code, quantity: z.number().positive().max(1e6).optional(), milligrams: amount.optional() },
		async (asked, { do: call, till, by }) => {
			const done = await call("addToBasket", { ...defined(asked), till }, by);
			return { ...done.line, ...done.basket };
		},
	),
	drop: act({ line: z.int().min(1) }, ({ basket, line }, { do: call, till, by }) => call("dropFromBasket", { basket, line, till }, by)),
	member: act({ code: text(longestMemberCode) }, ({ basket, code }, { do: call, till, by }) =>
		call("memberOfBasket", { basket, code, till }, by),
	),
	coupon: act({ code }, (asked, { do: call, till, by }) => call("couponOfBasket", { ...asked, till }, by)),
	"drop-coupon": act({ coupon: ownId }, ({ basket, coupon }, { do: call, till, by }) => call("dropCoupon", { basket, coupon, till }, by)),
	age: act({ minimumAge: z.int().min(1).max(99).optional(), person }, ({ id: _, ...asked }, { do: call, till, by }) =>
		call("confirmAge", { ...defined(asked), till }, by),
	),
	weight: act({ milligrams: z.int().min(0).max(1e9) }, ({ basket, milligrams }, { do: call, till, by }) =>
		call("weighBasket", { basket, milligrams, till }, by),
	),
	"accept-weight": act({ person }, ({ id: _, ...asked }, { do: call, till, by }) => call("acceptWeight", { ...defined(asked), till }, by)),
	settle: act(
		{
			totalMinor: z.int().min(0).optional(),
			receipt: z.union([z.literal(false), z.strictObject({ printer: ownId.optional() })]).optional(),
			returns: z.array(returned).min(1).max(50).optional(),
		},
		async ({ receipt, returns: asked, totalMinor, ...of }, { do: call, till, by, country, signed, returnDays = 30 }) => {
			const returns = asked?.map((each) => ({ ...defined(each), days: returnDays }));
			const paper = receipt === undefined ? {} : { receipt: receipt === false ? (false as const) : defined(receipt) };
			const wanted = { ...of, till, ...defined({ totalMinor, returns, country }), ...paper };
			const { basket, fiscal, ...done } = await call("settleBasket", wanted, by);
			return { ...basket, ...done, ...(fiscal && { fiscal: await signed(fiscal) }) };
		},
	),
};

type Reading = { id: string | number | null } & ({ act: Act; asked: unknown } | { refused: SaleRefusal });

function read(name: string, payload: Buffer): Reading {
	const value = parsePayload(utf8Of(payload));
	if (value === undefined) {
		const { id: ofBroken, why } = unreadable(payload);
		return { id: ofBroken, refused: { code: "basket-unreadable", why } };
	}
	const id = idOf(value);
	if (!Object.hasOwn(acts, name))
		return { id, refused: { code: "basket-act-unknown", why: `Baskets know ${Object.keys(acts).join(", ")}, not ${name}.` } };
	const asked = acts[name]!.schema.safeParse(value);
	if (!asked.success) return { id, refused: { code: "basket-malformed", why: sentence(asked.error.issues[0]!) } };
	return { id, act: acts[name]!, asked: asked.data };
}

/**
 * Does what the till asks, and answers it. Rejects where the disk refuses: the message is then not acknowledged, and the till sends it
 * again.
 */
export async function answerTill(
	{ ledger, counters, publish, country, returnDays }: Pick<FactDoorDeps, "ledger" | "counters" | "publish" | "country" | "returnDays">,
	{ till, act: name, payload }: Extract<Meaning, { kind: "basket" }>,
	from: MessageFrom,
): Promise<void> {
	const wanted = responseIn(from.props);
	const isOwn = wanted.topic?.startsWith(`gondola/1/till/${till}/rsp/`) && /^[^/+#\0]{1,64}$/.test(wanted.topic.split("/")[5] ?? "");
	const isGood = wanted.topic === undefined || (isOwn && wanted.topic.split("/").length === 6);
	const topic = wanted.topic !== undefined && isGood ? wanted.topic : `gondola/1/till/${till}/basket/${name}/ack`;
	const reading = read(name, payload);
	const elsewhere = {
		code: "response-topic-not-allowed",
		why: `Answers go to gondola/1/till/${till}/rsp/NAME, not to where this one should.`,
	};
	const asking: Asking = {
		...{ till, country, returnDays, by: { actor: { kind: "device", name: till, address: from.address } } },
		do: (flow, args, by) => ledger.do(flow, args, by),
		signed: (view) => untilDecided(view, (id) => ledger.read.fiscal.get(id)?.view, ledger.read.fiscal.rules()?.waitSeconds ?? 0),
	};
	const answer = isGood ? await done(reading, asking) : { refused: elsewhere };
	// A request may hold a member's code, so that nothing of it is kept as a sample.
	if ("refused" in answer) counters.dead(answer.refused.code, from.topic, from.client, Buffer.alloc(0));
	await publish(
		topic,
		JSON.stringify({ id: reading.id, ...answer }),
		wanted.correlation === undefined ? undefined : correlationProps(wanted.correlation),
	);
}

async function done(reading: Reading, asking: Asking): Promise<{ done: object } | { refused: SaleRefusal }> {
	if ("refused" in reading) return { refused: reading.refused };
	try {
		return { done: await reading.act.run(reading.asked as never, asking) };
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return { refused: { code: error.code, why: error.message } };
	}
}
