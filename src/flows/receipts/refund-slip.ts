/** The slip of goods that came back: what, how much for it, and that it is no fiscal receipt. */
import type { Book } from "../../ledger/ledger.ts";
import { fittingId } from "../../words/basics/fitting-id.ts";
import { defined } from "../../words/defined.ts";
import { moneyFormat } from "../../words/prices/currency.ts";
import type { GoodsReturn } from "../../words/tills/return.ts";
import { type Moment, wallText } from "../../words/time.ts";
import { inLines, plain } from "./receipt-document.ts";
import { queueReceipt } from "./receipt-to-paper.ts";

const words = {
	en: { refund: "Refund", total: "TO THE CUSTOMER", online: "paid back by the online shop", notFiscal: "NOT A FISCAL RECEIPT" },
	"zh-CN": { refund: "退款单", total: "退还顾客", online: "由网店退款", notFiscal: "非税务发票" },
	hr: { refund: "Povrat", total: "KUPCU", online: "vraća internetska trgovina", notFiscal: "OVO NIJE FISKALNI RAČUN" },
	de: {
		refund: "Erstattung",
		total: "AN DEN KUNDEN",
		online: "erstattet der Online-Shop",
		notFiscal: "KEIN KASSENBELEG IM SINNE DES GESETZES",
	},
} as const;

/** Where the slip is wanted; `true`: at the first printer. */
export type AskedSlip = true | { printer?: string | undefined };

/**
 * Queues the slip of these returns under a name made of `id`, once: asked for again, it is the same print job. It never fails the
 * return. Answers the job's id.
 */
export function queueRefundSlip(
	book: Book,
	{ id, returns, slip }: { id: string; returns: GoodsReturn[]; slip: AskedSlip },
	now: Moment,
): string {
	const job = fittingId(`refund-${id}`);
	if (!book.jobs.get(job)) {
		const printer = slip === true ? undefined : slip.printer;
		queueReceipt(book, defined({ id: job, document: refundSlip(book, id, returns), printer }), now);
	}
	return job;
}

function refundSlip(book: Book, id: string, returns: readonly GoodsReturn[]): string {
	const locale = book.link.locale();
	const say = words[locale as keyof typeof words] ?? words.en;
	const { at, till } = returns[0]!;
	const money = (minor: number, currency: string): string => moneyFormat(locale, currency)(minor).replaceAll(/[\u00a0\u202f]/g, " ");
	const lines = returns.flatMap(({ name, sku, quantity, unit, refundMinor, currency, line }) => {
		const count = unit === "milligram" ? `${(quantity / 1_000_000).toFixed(3)} kg` : `${quantity} ×`;
		const [first, ...more] = inLines(`${count} ${name ?? sku}`);
		const amount = refundMinor === null || currency === null ? "" : money(-refundMinor, currency);
		const beneath = [...(amount === "" ? [say.online] : []), ...(line === undefined ? [] : inLines(line))];
		return [`${plain(first!)} | ${amount}`, ...[...more, ...beneath].map((rest) => `${plain(rest)} |`)];
	});
	const known = returns.filter(({ refundMinor, currency }) => refundMinor !== null && currency !== null);
	const total = known.reduce((sum, { refundMinor }) => sum + refundMinor!, 0);
	return [
		`^^^${plain(book.link.identity().store)}`,
		`${say.refund} ${plain(id)}`,
		`${wallText(at, book.link.timeZone())} | ${plain(till ?? "")}`,
		"{width:*,12}",
		"-",
		...lines,
		"-",
		...(known.length > 0 ? [`^^^${say.total} | ^^^${money(total, known[0]!.currency!)}`] : []),
		"",
		"{width:auto}",
		say.notFiscal,
	].join("\n");
}
