/** Sentences of a label about a recall, by language: of the whole article, and of lots. `#`: the lots. Other languages read English. */
import { inLanguage, keptTogether } from "./language.ts";

const words: Readonly<Record<string, readonly [all: string, lots: string]>> = {
	ar: ["ليس للبيع: منتج مسحوب", "مسحوب: التشغيلة #"],
	bg: ["НЕ СЕ ПРОДАВА: ИЗТЕГЛЕНО", "Изтеглено: партида #"],
	bs: ["NIJE ZA PRODAJU: POVLAČENJE", "Povlačenje: serija #"],
	cs: ["NEPRODEJNÉ: STAŽENO", "Staženo: šarže #"],
	da: ["SÆLGES IKKE: TILBAGEKALDT", "Tilbagekaldt: parti #"],
	de: ["KEIN VERKAUF: RÜCKRUF", "Rückruf: Charge #"],
	el: ["ΔΕΝ ΠΩΛΕΙΤΑΙ: ΑΝΑΚΛΗΣΗ", "Ανάκληση: παρτίδα #"],
	en: ["NOT FOR SALE: RECALL", "Recalled: lot #"],
	es: ["NO A LA VENTA: RETIRADO", "Retirado: lote #"],
	fi: ["EI MYYNNISSÄ: TAKAISINVETO", "Takaisinveto: erä #"],
	fr: ["RETIRÉ DE LA VENTE : RAPPEL", "Rappel : lot #"],
	he: ["לא למכירה: ריקול", "ריקול: אצווה #"],
	hi: ["बिक्री के लिए नहीं: वापस मँगाया गया", "वापस मँगाया: बैच #"],
	hr: ["NIJE ZA PRODAJU: POVLAČENJE", "Povlačenje: serija #"],
	hu: ["NEM ELADÓ: VISSZAHÍVVA", "Visszahívva: tétel #"],
	it: ["NON IN VENDITA: RICHIAMO", "Richiamo: lotto #"],
	ja: ["販売中止：自主回収", "回収対象ロット：#"],
	ko: ["판매 중지: 리콜", "리콜: 로트 #"],
	nb: ["IKKE TIL SALGS: TILBAKEKALT", "Tilbakekalt: parti #"],
	nl: ["NIET TE KOOP: TERUGGEROEPEN", "Teruggeroepen: partij #"],
	pl: ["NIE NA SPRZEDAŻ: WYCOFANY", "Wycofano: partia #"],
	pt: ["FORA DE VENDA: RECOLHA", "Recolha: lote #"],
	ro: ["NU SE VINDE: RETRAS", "Retras: lot #"],
	ru: ["НЕ ПРОДАЁТСЯ: ОТЗЫВ", "Отзыв: партия #"],
	sk: ["NEPREDAJNÉ: STIAHNUTÉ", "Stiahnuté: šarža #"],
	sl: ["NI NAPRODAJ: ODPOKLIC", "Odpoklic: serija #"],
	sr: ["НИЈЕ ЗА ПРОДАЈУ: ПОВЛАЧЕЊЕ", "Повлачење: серија #"],
	"sr-latn": ["NIJE ZA PRODAJU: POVLAČENJE", "Povlačenje: serija #"],
	sv: ["EJ TILL SALU: ÅTERKALLAD", "Återkallad: batch #"],
	th: ["งดจำหน่าย: เรียกคืนสินค้า", "เรียกคืน: ล็อต #"],
	tr: ["SATIŞTA DEĞİL: GERİ ÇAĞIRMA", "Geri çağrıldı: parti #"],
	uk: ["НЕ ПРОДАЄТЬСЯ: ВІДКЛИКАННЯ", "Відкликано: партія #"],
	zh: ["已召回 停止销售", "召回批次：#"],
	"zh-hant": ["下架回收 停止販售", "回收批號：#"],
};

export function recallText(lots: readonly string[], locale: string): string {
	const [all, some] = inLanguage(words, locale);
	return lots.length === 0 ? all : some.replace("#", () => lots.map((lot) => keptTogether(lot, locale)).join(", "));
}
