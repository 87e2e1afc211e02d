/** The slip of goods that came back: what, how much for it, and its fiscal code, or that it is no fiscal receipt. */
import type { Book } from "../../ledger/ledger.ts";
import { fittingId } from "../../words/basics/fitting-id.ts";
import { defined } from "../../words/defined.ts";
import { moneyFormat } from "../../words/prices/currency.ts";
import type { GoodsReturn } from "../../words/tills/return.ts";
import { type Moment, wallText } from "../../words/time.ts";
import { queueFiscal } from "../tills/fiscal.ts";
import { fiscalMark } from "./fiscal-lines.ts";
import { inLines, plain } from "./receipt-document.ts";
import { type AskedPrint, queueReceipt } from "./receipt-to-paper.ts";

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
 * return. Where a fiscal device signs, the refund is handed to it, slip or not, and its slip waits. Answers the job's id.
 */
export function queueRefundSlip(
	book: Book,
	{ id, returns, slip }: { id: string; returns: GoodsReturn[]; slip: AskedSlip | undefined },
	now: Moment,
): string | undefined {
	const isSigned = book.fiscal.rules() !== undefined && known(returns).length > 0;
	const job = slip === undefined ? undefined : fittingId(`refund-${id}`);
	const printer = typeof slip === "object" ? slip.printer : undefined;
	const isNew = job !== undefined && !book.jobs.get(job);
	const paper = isNew ? defined({ id: job, document: refundSlip(book, id, returns, isSigned), printer }) : undefined;
	if (isSigned) signRefund(book, { id, returns, paper }, now);
	else if (paper) queueReceipt(book, paper, now);
	return job;
}

/** Returns for which the customer gets money here; the others are paid back by the online shop. */
const known = (returns: readonly GoodsReturn[]): GoodsReturn[] =>
	returns.filter(({ refundMinor, currency }) => refundMinor !== null && currency !== null);

type Refund = { id: string; returns: GoodsReturn[]; paper: AskedPrint | undefined };

/** A slip that is asked for after the refund was signed goes to paper with its code. */
function signRefund(book: Book, { id, returns, paper }: Refund, now: Moment): void {
	const amountMinor = -known(returns).reduce((sum, { refundMinor }) => sum + refundMinor!, 0);
	const { till = "desk", at } = returns[0]!;
	const asked = { kind: "refund" as const, reference: id, till, at, amountMinor, currency: known(returns)[0]!.currency! };
	const lines = returns.map(({ id: back, sku, quantity, refundMinor }) => [back, sku, quantity, refundMinor]);
	const event = `refund ${book.link.identity().store} ${returns.map((each) => `${each.id} ${each.at}`).join(" ")}`;
	queueFiscal(book, { ...asked, event, lines }, paper, now);
}

function refundSlip(book: Book, id: string, returns: readonly GoodsReturn[], isSigned: boolean): string {
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
	const paid = known(returns);
	const total = paid.reduce((sum, { refundMinor }) => sum + refundMinor!, 0);
	return [
		`^^^${plain(book.link.identity().store)}`,
		`${say.refund} ${plain(id)}`,
		`${wallText(at, book.link.timeZone())} | ${plain(till ?? "")}`,
		"{width:*,12}",
		"-",
		...lines,
		"-",
		...(paid.length > 0 ? [`^^^${say.total} | ^^^${money(total, paid[0]!.currency!)}`] : []),
		"",
		"{width:auto}",
		isSigned ? fiscalMark : say.notFiscal,
	].join("\n");
}
