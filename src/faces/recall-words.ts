/** Sentences of a label about a recall, by language: of the whole article, and of lots. `#`: the lots. Other languages read English. */
const words: Readonly<Record<string, readonly [all: string, lots: string]>> = {
	cs: ["NEPRODEJNÉ: STAŽENO", "Staženo: šarže #"],
	da: ["SÆLGES IKKE: TILBAGEKALDT", "Tilbagekaldt: parti #"],
	de: ["KEIN VERKAUF: RÜCKRUF", "Rückruf: Charge #"],
	en: ["NOT FOR SALE: RECALL", "Recalled: lot #"],
	es: ["NO A LA VENTA: RETIRADO", "Retirado: lote #"],
	fi: ["EI MYYNNISSÄ: TAKAISINVETO", "Takaisinveto: erä #"],
	fr: ["RETIRÉ DE LA VENTE : RAPPEL", "Rappel : lot #"],
	hr: ["NIJE ZA PRODAJU: POVLAČENJE", "Povlačenje: serija #"],
	hu: ["NEM ELADÓ: VISSZAHÍVVA", "Visszahívva: tétel #"],
	it: ["NON IN VENDITA: RICHIAMO", "Richiamo: lotto #"],
	nb: ["IKKE TIL SALGS: TILBAKEKALT", "Tilbakekalt: parti #"],
	nl: ["NIET TE KOOP: TERUGGEROEPEN", "Teruggeroepen: partij #"],
	pl: ["NIE NA SPRZEDAŻ: WYCOFANY", "Wycofano: partia #"],
	pt: ["FORA DE VENDA: RECOLHA", "Recolha: lote #"],
	sk: ["NEPREDAJNÉ: STIAHNUTÉ", "Stiahnuté: šarža #"],
	sl: ["NI NAPRODAJ: ODPOKLIC", "Odpoklic: serija #"],
	sv: ["EJ TILL SALU: ÅTERKALLAD", "Återkallad: batch #"],
	zh: ["已召回 停止销售", "召回批次：#"],
};

export function recallText(lots: readonly string[], locale: string): string {
	const language = locale.split("-")[0]!.toLowerCase();
	const [all, some] = words[language === "no" ? "nb" : language] ?? words["en"]!;
	return lots.length === 0 ? all : some.replace("#", () => lots.join(", "));
}
