/** The texts of the page for shoppers, by language. `#` is replaced by a value. */
export type ShopperLanguage = "en" | "zh" | "de" | "hr";

interface ShopperWords {
	per: string;
	prior: string;
	until: string;
	deposit: string;
	member: string;
	together: string;
	fromPieces: string;
	inStock: string;
	few: string;
	none: string;
	uncounted: string;
	asOf: string;
	noPrice: string;
	recalled: string;
	recalledWhat: string;
	unknown: string;
	unknownWhat: string;
	barcode: string;
}

export const shopperWords: Readonly<Record<ShopperLanguage, ShopperWords>> = {
	en: {
		per: "# per #",
		prior: "Lowest price before: #",
		until: "until #",
		deposit: "plus # deposit",
		member: "Members pay #",
		together: "# for #",
		fromPieces: "# each from # pieces on",
		inStock: "# here in the store",
		few: "Only # left here",
		none: "Probably none left here: ask a clerk",
		uncounted: "How many there are is being counted",
		asOf: "As of #",
		noPrice: "No price at the moment: ask at the till",
		recalled: "Do not use this article",
		recalledWhat: "It is recalled: #. Bring it back to any till.",
		unknown: "Not sold here",
		unknownWhat: "No article of this store has the barcode #.",
		barcode: "Barcode #",
	},
	zh: {
		per: "每 # #",
		prior: "此前最低价：#",
		until: "截至 #",
		deposit: "另加押金 #",
		member: "会员价 #",
		together: "# 件共 #",
		fromPieces: "每件 #（# 件起）",
		inStock: "本店现有 #",
		few: "本店仅剩 #",
		none: "本店可能已售完，请询问店员",
		uncounted: "库存正在清点",
		asOf: "更新时间 #",
		noPrice: "暂无价格，请到收银台询问",
		recalled: "请勿使用本商品",
		recalledWhat: "本商品已被召回：#。请退回任一收银台。",
		unknown: "本店不售",
		unknownWhat: "本店没有条码为 # 的商品。",
		barcode: "条码 #",
	},
	de: {
		per: "# je #",
		prior: "Niedrigster Preis davor: #",
		until: "bis #",
		deposit: "zuzüglich # Pfand",
		member: "Mitglieder zahlen #",
		together: "# für #",
		fromPieces: "je # ab # Stück",
		inStock: "# hier im Laden",
		few: "Nur noch # hier",
		none: "Wohl keines mehr da: bitte im Laden fragen",
		uncounted: "Der Bestand wird gerade gezählt",
		asOf: "Stand #",
		noPrice: "Zurzeit kein Preis: bitte an der Kasse fragen",
		recalled: "Diesen Artikel nicht verwenden",
		recalledWhat: "Er wird zurückgerufen: #. Bitte an einer Kasse zurückgeben.",
		unknown: "Hier nicht im Verkauf",
		unknownWhat: "Kein Artikel dieses Ladens hat den Strichcode #.",
		barcode: "Strichcode #",
	},
	hr: {
		per: "# za #",
		prior: "Najniža ranija cijena: #",
		until: "do #",
		deposit: "plus povratna naknada #",
		member: "Članovi plaćaju #",
		together: "# za #",
		fromPieces: "# po komadu od # komada",
		inStock: "# u ovoj trgovini",
		few: "Ostalo samo #",
		none: "Vjerojatno nema više: pitajte prodavača",
		uncounted: "Zaliha se upravo broji",
		asOf: "Stanje #",
		noPrice: "Trenutačno bez cijene: pitajte na blagajni",
		recalled: "Ne koristite ovaj artikl",
		recalledWhat: "Artikl je povučen: #. Vratite ga na bilo koju blagajnu.",
		unknown: "Ne prodaje se ovdje",
		unknownWhat: "Nijedan artikl ove trgovine nema crtični kod #.",
		barcode: "Crtični kod #",
	},
};

export const filled = (text: string, ...values: string[]): string => values.reduce((so, value) => so.replace("#", () => value), text);

/** The first language of the header in which the page exists, in the header's order; English where there is none. */
export function shopperLanguage(header = ""): ShopperLanguage {
	for (const part of header.split(",")) {
		const short = part.trim().slice(0, 2).toLowerCase();
		if (short in shopperWords) return short as ShopperLanguage;
	}
	return "en";
}
