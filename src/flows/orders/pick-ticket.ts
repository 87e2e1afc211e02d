/** The paper a picker carries: lines in the order of the shelves, and a code that names the order. ReceiptLine markup. */
import type { Book } from "../../ledger/ledger.ts";
import type { Order, OrderLine } from "../../words/orders/order.ts";
import { wallText } from "../../words/time.ts";

const words = {
	en: { order: "Order", by: "ready by", none: "no substitute", similar: "similar will do", ask: "ask before substituting" },
	"zh-CN": { order: "订单", by: "须备妥于", none: "不接受替代", similar: "可用类似商品", ask: "替代前请先询问" },
	hr: { order: "Narudžba", by: "spremno do", none: "bez zamjene", similar: "može slično", ask: "pitati prije zamjene" },
	de: { order: "Bestellung", by: "fertig bis", none: "kein Ersatz", similar: "Ähnliches möglich", ask: "vor Ersatz fragen" },
} as const;

export function pickTicket(book: Book, order: Order): string {
	const say = words[book.link.locale() as keyof typeof words] ?? words.en;
	const lines = order.lines.toSorted((a, b) => (placeOf(book, a) < placeOf(book, b) ? -1 : 1));
	return [
		`^^^${plain(say.order)} ${plain(order.id)}`,
		`${order.kind}${order.readyBy === undefined ? "" : ` | ${plain(say.by)} ${wallText(order.readyBy, book.link.timeZone())}`}`,
		"-",
		...lines.flatMap((line) => {
			const article = book.articles.bySku(line.sku);
			return [
				`${quantityOf(line)} ${plain(article?.name ?? line.sku)} |`,
				`   ${plain(article?.gtin ?? line.sku)} | ${say[line.substitution]}`,
			];
		}),
		"-",
		`{code:${order.id.replaceAll(/[^\x20-\x7e]|[{}|;:\\]/g, "").slice(0, 40)};option:qrcode,4,m}`,
	].join("\n");
}

/** Articles of one category stand together in the store; a shelf plan would give a better order. */
function placeOf(book: Book, { sku }: OrderLine): string {
	const article = book.articles.bySku(sku);
	return `${article?.category ?? "~"}\n${article?.name ?? ""}\n${sku}`;
}

const quantityOf = ({ quantity, weighed }: OrderLine): string => (weighed ? `${(quantity / 1_000_000).toFixed(3)} kg` : `${quantity} ×`);

/** Characters of a name that ReceiptLine would read as markup are escaped. */
const plain = (text: string): string => text.replaceAll(/[\\|{}_"`^~-]/g, (sign) => `\\${sign}`);
