import type { CsvField } from "../../words/prices/csv-mapping.ts";

/** Column names in price lists of several countries: lower case, without accents and punctuation. */
const synonyms: Readonly<Record<CsvField, string>> = {
	sku:
		"sku, productid, product id, article number, article no, item number, item no, itemcode, item code, article, artikelnummer, artikelnr, " +
		"artikel nr, reference, ref, code article, sifra, sifra proizvoda, sifra artikla, kod, stok kodu, urun kodu, codigo, codice, indeks, " +
		"supplier pid, артикул, код товара, κωδικος, 상품코드, 商品编码, 商品编号, 货号, 编码, 商品編號, 商品コード",
	gtin:
		"gtin, ean, ean13, ean code, barcode, bar code, barkod, gencod, code ean, code barres, codigo de barras, kod kreskowy, upc, " +
		"international pid, upc code, штрихкод, штрих код, 바코드, 条码, 商品条码, 條碼, 商品條碼, バーコード, jan, janコード",
	name:
		"name, product, product name, item name, itemname, description, title, bezeichnung, artikelbezeichnung, artikelname, designation, " +
		"libelle, naziv, naziv proizvoda, naziv artikla, urun adi, nombre, descripcion, nome, nazwa, nazev, megnevezes, description short, " +
		"наименование, название, περιγραφη, 상품명, 商品名称, 品名, 名称, 商品名稱, 商品名",
	brand: "brand, marke, hersteller, marque, marka, marka proizvoda, marca, manufacturername, manufacturer name, 品牌",
	netContent:
		"net content, netcontent, quantity, content, inhalt, contenu, neto kolicina, net kolicina, neto kolicina proizvoda, gramaj, contenido, " +
		"规格, 規格",
	unit:
		"unit, einheit, unite, jedinica mjere, birim, unidad, unitofmeasure, unit of measure, uom, jednostka, " +
		"jm, mj, ед изм, единица измерения, 단위, 单位, 單位, 単位",
	category: "category, kategorie, warengruppe, categorie, kategorija, kategorija proizvoda, kategori, categoria, 类别, 分类, 類別",
	amount:
		"amount, price, preis, verkaufspreis, vk, prix, prix ttc, prix de vente, maloprodajna cijena, mpc, cijena, fiyat, satis fiyati, " +
		"precio, prezzo, cena, ar, itemprice, item price, price amount, retail price, cena brutto, cena s dph, цена, τιμη, 가격, " +
		"零售价, 售价, 价格, 單價, 零售價, 價格, 価格",
	unitAmount:
		"unit amount, unitprice, unit price, grundpreis, cijena za jedinicu mjere, cijena po jm, cijena za jed mjere, birim fiyati, " +
		"unitofmeasureprice, unit of measure price, 单位价格",
	kind: "kind",
	from: "from, valid from, gultig ab, gultig von, valable du, vrijedi od, baslangic, 生效日期",
	until: "until, valid until, valid to, gultig bis, valable jusqu au, vrijedi do, bitis, 失效日期",
	priorAmount:
		"prior amount, bestprice30, najniza cijena u posljednjih 30 dana, najniza cijena u poslj 30 dana, najniza cijena u zadnjih 30 dana, " +
		"niedrigster preis 30 tage",
	currency:
		"currency, wahrung, devise, monnaie, valuta, para birimi, moneda, waluta, mena, price currency, валюта, νομισμα, 통화, 币种, 貨幣, 幣別, 通貨",
	specialAmount:
		"special amount, specialprice, aktionspreis, mpc za vrijeme posebnog oblika prodaje, cijena za vrijeme posebnog oblika prodaje, " +
		"prix promo, indirimli fiyat, akcijska cijena, 促销价, 特价",
	deposit: "deposit, pfand, consigne, kaucija, povratna naknada, 押金",
	pieceGrams: "piece grams, stuckgewicht",
	pieceToleranceGrams: "piece tolerance grams",
	minimumAge:
		"minimum age, age limit, mindestalter, altersfreigabe, age minimum, minimalna dob, edad minima, wiek minimalny, 最低年龄, 年龄限制",
	tier: "tier",
	multiQuantity: "multi quantity, multibuy quantity",
	multiAmount: "multi amount, multibuy amount",
	fromQuantity: "from quantity, ab menge, 起订量",
	onlineAmount: "online amount, online price, onlinepreis, 线上价",
};

/** The usual names of columns, as `plainHeader` writes them, and the field that each contains. */
export const wordsOfFields: ReadonlyMap<string, CsvField> = new Map(
	(Object.entries(synonyms) as [CsvField, string][]).flatMap(([field, list]) =>
		list.split(", ").map((word) => [plainHeader(word), field] as const),
	),
);

/** "MPC (EUR)", " Šifra_Artikla " and "ŠIFRA ARTIKLA" are the same column. */
export function plainHeader(text: string): string {
	return text
		.replaceAll(/[đĐ]/g, "d")
		.replaceAll(/[łŁ]/g, "l")
		.replaceAll("ı", "i")
		.replaceAll("ß", "ss")
		.normalize("NFKD")
		.replaceAll(/\p{M}+/gu, "")
		.toLowerCase()
		.replaceAll(/\((eur|kn|hrk|€)\)/g, "")
		.replaceAll(/[^\p{L}\p{N}]+/gu, " ")
		.trim();
}

/** The field that a column with this name usually contains. */
export function guessField(header: string): CsvField | undefined {
	const plain = plainHeader(header);
	// Every Croatian chain writes the name of this legally required column in its own way.
	return wordsOfFields.get(plain) ?? (/^najniza cijena\b.*\b30\b/.test(plain) ? "priorAmount" : undefined);
}

/** The most similar of these names, to suggest to a person who mistyped. */
export function nearestOf(text: string, names: readonly string[]): string {
	const ranked = names.map((name) => ({ name, distance: distanceOf(text.toLowerCase(), name.toLowerCase()) }));
	return ranked.sort((a, b) => a.distance - b.distance)[0]!.name;
}

/** The Levenshtein distance. */
export function distanceOf(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, i) => i);
	for (let i = 1; i <= a.length; i += 1) {
		const next = [i];
		for (let j = 1; j <= b.length; j += 1)
			next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
		row = next;
	}
	return row[b.length]!;
}
