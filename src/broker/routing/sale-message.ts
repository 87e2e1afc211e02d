/**
 * A till's sale as it stands in its message. The till has taken the customer's money, so a message that is no valid sale is
 * answered with a refusal: with the sale's own id, as far as it can be read, and with what is wrong where.
 */
import { z } from "zod";
import { notUtf8, repeatedNameIn, utf8Of } from "../../words/basics/json-text.ts";
import { defined } from "../../words/defined.ts";
import type { TillSale, TillSaleLine } from "../../words/sale.ts";
import { instant, messageId, parsePayload, skuText, text } from "./payload.ts";

const amount = z.number().int("must be a whole number of minor units, such as 199 for 1.99").min(-1e12).max(1e12);
const milligrams = z.number().int("must be whole milligrams").min(-1e12).max(1e12);

export interface SaleRefusal {
	code: string;
	why: string;
}

/** `id` is the sale's own, as the till wrote it; null when none can be read. */
export type SaleReading = { id: string | number | null } & ({ sale: TillSale; ignored?: string[] } | { refused: SaleRefusal });

const lineFields = z.object({
	sku: skuText.optional(),
	code: text(256).optional(),
	quantity: z.number().min(-1e12).max(1e12).optional(),
	milligrams: milligrams.optional(),
	grams: z.number().min(-1e9).max(1e9).optional(),
	amountMinor: amount,
	currency: text(3).optional(),
});
const line = lineFields
	.refine(({ sku, code }) => sku !== undefined || code !== undefined, "names its article by neither sku nor code")
	.refine(
		({ quantity, milligrams, grams }) => [quantity, milligrams, grams].filter((one) => one !== undefined).length === 1,
		"needs exactly one of quantity, milligrams and grams",
	);

const receiptFields = z.object({ printer: text(64).optional(), document: text(65_536).optional() });
const sale = z.object({
	id: messageId,
	at: instant,
	currency: text(3).optional(),
	lines: z.array(line).min(1, "is empty").max(1_000, "has more than 1,000 lines"),
	receipt: z.union([z.boolean(), receiptFields]).optional(),
});

export function readSaleMessage(payload: Buffer): SaleReading {
	const decimals = new WeakSet<object>();
	const noteDecimal = function (this: object, key: string, value: unknown, context?: { source?: string }): unknown {
		if (key === "quantity" && typeof value === "number" && /[.eE]/.test(context?.source ?? "")) decimals.add(this);
		return value;
	};
	const content = utf8Of(payload);
	const value = parsePayload(content, noteDecimal);
	if (value === undefined) {
		const { id, why } = unreadable(payload);
		return { id, refused: { code: "sale-unreadable", why } };
	}
	const id = idOf(value);
	const read = sale.safeParse(value);
	if (!read.success) return { id, refused: { code: "sale-malformed", why: sentence(read.error.issues[0]!) } };
	const asked = (value as { lines: object[] }).lines;
	const lines = read.data.lines.map(({ grams, ...one }, i): TillSaleLine => {
		const isDecimal = decimals.has(asked[i]!) || (one.quantity !== undefined && !Number.isInteger(one.quantity));
		return defined({
			...one,
			currency: one.currency ?? read.data.currency,
			isDecimal: isDecimal ? (true as const) : undefined,
			milligrams: grams === undefined ? one.milligrams : Math.round(grams * 1_000),
		});
	});
	const { receipt } = read.data;
	const wanted = receipt === true ? {} : receipt === false || receipt === undefined ? undefined : defined(receipt);
	const ignored = ignoredOf(value as z.input<typeof sale>);
	return { id, sale: defined({ id: read.data.id, at: read.data.at, lines, receipt: wanted }), ...(ignored.length > 0 && { ignored }) };
}

/** At most so many are named in an answer. */
const mostIgnored = 20;

/** Paths of fields that a sale does not have: a member, a discount. The sale is taken without them, and the till is told. */
function ignoredOf(asked: z.input<typeof sale>): string[] {
	const names = (from: object, known: object, path: string) =>
		Object.keys(from).flatMap((name) => (Object.hasOwn(known, name) ? [] : [path + name.slice(0, 64)]));
	return [
		...names(asked, sale.shape, ""),
		...asked.lines.flatMap((one, i) => names(one, lineFields.shape, `lines.${i}.`)),
		...(typeof asked.receipt === "object" ? names(asked.receipt, receiptFields.shape, "receipt.") : []),
	].slice(0, mostIgnored);
}

/** The readable part of a message that parsePayload cannot read: the sale's own id, where it is seen, and the reason. */
export function unreadable(payload: Buffer): { id: string | number | null; why: string } {
	return { id: idInBrokenText(payload.toString("utf8")), why: whyUnreadable(utf8Of(payload)) };
}

function whyUnreadable(content: string | undefined): string {
	if (content === undefined) return `The message is ${notUtf8}.`;
	try {
		JSON.parse(content);
	} catch {
		return "The message is not JSON.";
	}
	return `${repeatedNameIn(content)} stands twice; which of the two counts is not certain.`;
}

export function sentence({ path, message }: z.core.$ZodIssue): string {
	return `${path.length > 0 ? path.join(".") : "The message"}: ${message}.`;
}

export function idOf(value: unknown): string | number | null {
	const id = typeof value === "object" && value !== null && Object.hasOwn(value, "id") ? (value as { id: unknown }).id : undefined;
	return typeof id === "string" || typeof id === "number" ? id : null;
}

/** The first `"id": …` of a text that is no JSON, so that the till gets an answer for a misplaced comma too. */
function idInBrokenText(content: string): string | number | null {
	const found = /"id"\s*:\s*(?:"([^"\\\x00-\x1f]{1,128})"|(\d{1,15})(?![\d.eE]))/.exec(content);
	if (!found) return null;
	return found[1] ?? Number(found[2]);
}
