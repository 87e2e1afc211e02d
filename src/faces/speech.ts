/** The few words of a label by language. A language that is not here has English words; its numbers and days are its own all the same. */

interface Speech {
	promotion: string;
	clearance: string;
	unitPrice: (per: string) => string;
	prior: Record<"lowest-30-days" | "lowest-7-days" | "previous", string>;
	until: (day: string) => string;
	deposit: (money: string) => string;
	article: string;
}

/** The words in a fixed order; `#` stands for what the face fills in. */
function speech(
	promotion: string,
	clearance: string,
	per: string,
	[thirty, seven, previous]: readonly [string, string, string],
	until: string,
	deposit: string,
	article: string,
): Speech {
	return {
		promotion,
		clearance,
		unitPrice: (unit) => per.replace("#", unit),
		prior: { "lowest-30-days": thirty, "lowest-7-days": seven, previous },
		until: (day) => until.replace("#", day),
		deposit: (money) => deposit.replace("#", () => money),
		article,
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
	),
	da: speech(
		"TILBUD",
		"UDSALG",
		"Pris pr. #",
		["Laveste pris i 30 dage", "Laveste pris i 7 dage", "Før"],
		"til og med #",
		"+ # pant",
		"Varenr.",
	),
	de: speech(
		"AKTION",
		"ABVERKAUF",
		"Preis für #",
		["Tiefster 30\u2011Tage\u2011Preis", "Tiefster 7\u2011Tage\u2011Preis", "Bisher"],
		"bis #",
		"+ # Pfand",
		"Art.",
	),
	es: speech(
		"OFERTA",
		"LIQUIDACIÓN",
		"Precio por #",
		["Precio más bajo en 30 días", "Precio más bajo en 7 días", "Antes"],
		"hasta el #",
		"+ # de depósito",
		"Art.",
	),
	fi: speech(
		"TARJOUS",
		"POISTOMYYNTI",
		"Hinta / #",
		["Alin hinta 30 päivään", "Alin hinta 7 päivään", "Aiemmin"],
		"# asti",
		"+ pantti #",
		"Tuote",
	),
	fr: speech(
		"PROMO",
		"DÉSTOCKAGE",
		"Prix pour #",
		["Prix le plus bas sur 30 jours", "Prix le plus bas sur 7 jours", "Avant"],
		"jusqu’au #",
		"+ # de consigne",
		"Réf.",
	),
	hr: speech(
		"AKCIJA",
		"RASPRODAJA",
		"Cijena za #",
		["Najniža cijena u 30 dana", "Najniža cijena u 7 dana", "Ranija cijena"],
		"do #",
		"+ # povr. naknada",
		"Art.",
	),
	hu: speech(
		"AKCIÓ",
		"KIÁRUSÍTÁS",
		"Egységár / #",
		["Legalacsonyabb ár 30 napon belül", "Legalacsonyabb ár 7 napon belül", "Korábbi ár"],
		"érvényes: #",
		"+ # visszaváltási díj",
		"Cikk",
	),
	it: speech(
		"OFFERTA",
		"FUORI TUTTO",
		"Prezzo al #",
		["Prezzo più basso in 30 giorni", "Prezzo più basso in 7 giorni", "Prima"],
		"fino al #",
		"+ # di cauzione",
		"Art.",
	),
	nb: speech(
		"TILBUD",
		"UTSALG",
		"Pris per #",
		["Laveste pris siste 30 dager", "Laveste pris siste 7 dager", "Før"],
		"til og med #",
		"+ # pant",
		"Varenr.",
	),
	nl: speech(
		"ACTIE",
		"OPRUIMING",
		"Prijs per #",
		["Laagste prijs in 30 dagen", "Laagste prijs in 7 dagen", "Was"],
		"t/m #",
		"+ # statiegeld",
		"Art.",
	),
	pl: speech(
		"PROMOCJA",
		"WYPRZEDAŻ",
		"Cena za #",
		["Najniższa cena z 30 dni", "Najniższa cena z 7 dni", "Poprzednio"],
		"do #",
		"+ # kaucji",
		"Art.",
	),
	pt: speech(
		"PROMOÇÃO",
		"LIQUIDAÇÃO",
		"Preço por #",
		["Preço mais baixo em 30 dias", "Preço mais baixo em 7 dias", "Antes"],
		"até #",
		"+ # de depósito",
		"Art.",
	),
	sk: speech(
		"AKCIA",
		"VÝPREDAJ",
		"Cena za #",
		["Najnižšia cena za 30 dní", "Najnižšia cena za 7 dní", "Pôvodne"],
		"do #",
		"+ záloha #",
		"Tovar",
	),
	sl: speech(
		"AKCIJA",
		"RAZPRODAJA",
		"Cena za #",
		["Najnižja cena v 30 dneh", "Najnižja cena v 7 dneh", "Prejšnja cena"],
		"do #",
		"+ # kavcije",
		"Art.",
	),
	sv: speech(
		"ERBJUDANDE",
		"UTFÖRSÄLJNING",
		"Jämförpris per #",
		["Lägsta pris 30 dagar", "Lägsta pris 7 dagar", "Tidigare"],
		"t.o.m. #",
		"+ # pant",
		"Art.nr",
	),
	zh: speech("促销", "清仓", "每 # 单价", ["近30日最低价", "近7日最低价", "原价"], "至#", "另付押金 #", "货号"),
};

export function speechOf(locale: string): Speech {
	const language = locale.split("-")[0]!.toLowerCase();
	return speeches[language === "no" ? "nb" : language] ?? en;
}
