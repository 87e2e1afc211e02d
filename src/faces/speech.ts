/** The words of a label by language. A language that is missing here gets English words, with its own numbers and days. */

interface Speech {
	promotion: string;
	clearance: string;
	unitPrice: (per: string) => string;
	prior: Record<"lowest-30-days" | "lowest-7-days" | "previous", string>;
	until: (day: string) => string;
	deposit: (money: string) => string;
	article: string;
	/** The sentence with a member's price. */
	member: (money: string) => string;
	/** So many together for an amount. */
	together: (pieces: number, money: string) => string;
	/** Each piece from so many on. */
	fromPieces: (pieces: number, money: string) => string;
}

/** The words in a fixed order; `#` stands for what the face fills in. `offers`: for members, together, from a quantity on. */
function speech(
	promotion: string,
	clearance: string,
	per: string,
	[thirty, seven, previous]: readonly [string, string, string],
	until: string,
	deposit: string,
	article: string,
	[member, together, from]: readonly [string, string, string],
): Speech {
	const filled = (text: string, ...words: string[]): string => words.reduce((so, word) => so.replace("#", () => word), text);
	return {
		promotion,
		clearance,
		unitPrice: (unit) => per.replace("#", unit),
		prior: { "lowest-30-days": thirty, "lowest-7-days": seven, previous },
		until: (day) => until.replace("#", day),
		deposit: (money) => deposit.replace("#", () => money),
		article,
		member: (money) => filled(member, money),
		together: (pieces, money) => filled(together, String(pieces), money),
		fromPieces: (pieces, money) => filled(from, String(pieces), money),
	};
}

const en = speech(
	"SALE",
	"CLEARANCE",
	"Price per #",
	["Lowest price in 30 days", "Lowest price in 7 days", "Was"],
	"until #",
	"+ # deposit",
	"Item",
	["Member price #", "# for #", "from # pieces # each"],
);

const speeches: Readonly<Record<string, Speech>> = {
	en,
	cs: speech(
		"AKCE",
		"VÝPRODEJ",
		"Cena za #",
		["Nejnižší cena za 30 dnů", "Nejnižší cena za 7 dnů", "Původně"],
		"do #",
		"+ záloha #",
		"Zboží",
		["Členská cena #", "# za #", "od # ks po #"],
	),
	da: speech(
		"TILBUD",
		"UDSALG",
		"Pris pr. #",
		["Laveste pris i 30 dage", "Laveste pris i 7 dage", "Før"],
		"til og med #",
		"+ # pant",
		"Varenr.",
		["Medlemspris #", "# for #", "fra # stk. à #"],
	),
	de: speech(
		"AKTION",
		"ABVERKAUF",
		"Preis für #",
		["Tiefster 30\u2011Tage\u2011Preis", "Tiefster 7\u2011Tage\u2011Preis", "Bisher"],
		"bis #",
		"+ # Pfand",
		"Art.",
		["Mitgliederpreis #", "# für #", "ab # Stück je #"],
	),
	es: speech(
		"OFERTA",
		"LIQUIDACIÓN",
		"Precio por #",
		["Precio más bajo en 30 días", "Precio más bajo en 7 días", "Antes"],
		"hasta el #",
		"+ # de depósito",
		"Art.",
		["Precio socio #", "# por #", "desde # uds. a #"],
	),
	fi: speech(
		"TARJOUS",
		"POISTOMYYNTI",
		"Hinta / #",
		["Alin hinta 30 päivään", "Alin hinta 7 päivään", "Aiemmin"],
		"# asti",
		"+ pantti #",
		"Tuote",
		["Jäsenhinta #", "# kpl #", "väh. # kpl à #"],
	),
	fr: speech(
		"PROMO",
		"DÉSTOCKAGE",
		"Prix pour #",
		["Prix le plus bas sur 30 jours", "Prix le plus bas sur 7 jours", "Avant"],
		"jusqu’au #",
		"+ # de consigne",
		"Réf.",
		["Prix membre #", "# pour #", "dès # pièces # l’une"],
	),
	hr: speech(
		"AKCIJA",
		"RASPRODAJA",
		"Cijena za #",
		["Najniža cijena u 30 dana", "Najniža cijena u 7 dana", "Ranija cijena"],
		"do #",
		"+ # povr. naknada",
		"Art.",
		["Cijena za članove #", "# za #", "od # kom po #"],
	),
	hu: speech(
		"AKCIÓ",
		"KIÁRUSÍTÁS",
		"Egységár / #",
		["Legalacsonyabb ár 30 napon belül", "Legalacsonyabb ár 7 napon belül", "Korábbi ár"],
		"érvényes: #",
		"+ # visszaváltási díj",
		"Cikk",
		["Tagoknak #", "# db #", "# db-tól darabja #"],
	),
	it: speech(
		"OFFERTA",
		"FUORI TUTTO",
		"Prezzo al #",
		["Prezzo più basso in 30 giorni", "Prezzo più basso in 7 giorni", "Prima"],
		"fino al #",
		"+ # di cauzione",
		"Art.",
		["Prezzo soci #", "# per #", "da # pezzi # l’uno"],
	),
	nb: speech(
		"TILBUD",
		"UTSALG",
		"Pris per #",
		["Laveste pris siste 30 dager", "Laveste pris siste 7 dager", "Før"],
		"til og med #",
		"+ # pant",
		"Varenr.",
		["Medlemspris #", "# for #", "fra # stk. à #"],
	),
	nl: speech(
		"ACTIE",
		"OPRUIMING",
		"Prijs per #",
		["Laagste prijs in 30 dagen", "Laagste prijs in 7 dagen", "Was"],
		"t/m #",
		"+ # statiegeld",
		"Art.",
		["Ledenprijs #", "# voor #", "vanaf # stuks # per stuk"],
	),
	pl: speech(
		"PROMOCJA",
		"WYPRZEDAŻ",
		"Cena za #",
		["Najniższa cena z 30 dni", "Najniższa cena z 7 dni", "Poprzednio"],
		"do #",
		"+ # kaucji",
		"Art.",
		["Cena klubowa #", "# za #", "od # szt. po #"],
	),
	pt: speech(
		"PROMOÇÃO",
		"LIQUIDAÇÃO",
		"Preço por #",
		["Preço mais baixo em 30 dias", "Preço mais baixo em 7 dias", "Antes"],
		"até #",
		"+ # de depósito",
		"Art.",
		["Preço sócio #", "# por #", "desde # un. a #"],
	),
	sk: speech(
		"AKCIA",
		"VÝPREDAJ",
		"Cena za #",
		["Najnižšia cena za 30 dní", "Najnižšia cena za 7 dní", "Pôvodne"],
		"do #",
		"+ záloha #",
		"Tovar",
		["Členská cena #", "# za #", "od # ks po #"],
	),
	sl: speech(
		"AKCIJA",
		"RAZPRODAJA",
		"Cena za #",
		["Najnižja cena v 30 dneh", "Najnižja cena v 7 dneh", "Prejšnja cena"],
		"do #",
		"+ # kavcije",
		"Art.",
		["Cena za člane #", "# za #", "od # kosov po #"],
	),
	sv: speech(
		"ERBJUDANDE",
		"UTFÖRSÄLJNING",
		"Jämförpris per #",
		["Lägsta pris 30 dagar", "Lägsta pris 7 dagar", "Tidigare"],
		"t.o.m. #",
		"+ # pant",
		"Art.nr",
		["Medlemspris #", "# för #", "från # st à #"],
	),
	zh: speech("促销", "清仓", "每 # 单价", ["近30日最低价", "近7日最低价", "原价"], "至#", "另付押金 #", "货号", [
		"会员价 #",
		"# 件 #",
		"满 # 件每件 #",
	]),
};

export function speechOf(locale: string): Speech {
	const language = locale.split("-")[0]!.toLowerCase();
	return speeches[language === "no" ? "nb" : language] ?? en;
}
