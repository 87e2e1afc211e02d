import type { WordRow } from "../../../../desk/cockpit/shared/languages.ts";

/** Texts about pictures of labels. */
export const labelWords = {
	label: ["Label", "价签", "Etikett", "Etiketa"],
	showPicture: ["Picture of {0}", "{0} 的图像", "Bild von {0}", "Slika etikete {0}"],
	pictureSame: [
		"As the label confirmed it at {0}. Head office drew it, and its digest is that of the label's picture.",
		"价签于 {0} 确认显示的图像。由总部绘制，摘要与价签图像一致。",
		"Wie vom Etikett bestätigt um {0}. Von der Zentrale gezeichnet; die Prüfsumme ist die des Etiketts.",
		"Kako je etiketa potvrdila u {0}. Nacrtala centrala; sažetak je jednak sažetku slike na etiketi.",
	],
	pictureLike: [
		"The label confirmed this price at {0}. Head office drew the picture: the store's own may look otherwise (faces, language, size).",
		"价签于 {0} 确认了此价格。图像由总部绘制：门店的模板、语言或尺寸可能不同。",
		"Das Etikett bestätigte diesen Preis um {0}. Das Bild zeichnete die Zentrale: Vorlage, Sprache oder Größe können abweichen.",
		"Etiketa je potvrdila ovu cijenu u {0}. Sliku je nacrtala centrala: predložak, jezik ili veličina mogu biti drukčiji.",
	],
	pictureExpected: [
		"What the label should show by what head office knows. That it shows this is not confirmed.",
		"按总部所知价签应显示的内容。价签是否已显示尚未确认。",
		"Was das Etikett nach Kenntnis der Zentrale zeigen soll. Dass es das zeigt, ist nicht bestätigt.",
		"Što bi etiketa trebala prikazivati prema podacima centrale. Da to i prikazuje, nije potvrđeno.",
	],
	pictureModel: ["Drawn for {0}.", "按 {0} 绘制。", "Gezeichnet für {0}.", "Nacrtano za {0}."],
	pictureNoArticle: [
		"There is no picture: the label has no article, or head office knows it no more.",
		"没有图像：价签未绑定商品，或总部已无此商品。",
		"Kein Bild: Das Etikett hat keinen Artikel, oder die Zentrale kennt ihn nicht mehr.",
		"Nema slike: etiketa nema artikl ili ga centrala više ne poznaje.",
	],
	pictureNoPrice: [
		"Head office does not know the price that the label confirmed, so it has no picture of that.",
		"总部不知道价签确认的价格，因此没有相应图像。",
		"Die Zentrale kennt den Preis nicht, den das Etikett bestätigte, und hat kein Bild davon.",
		"Centrala ne zna cijenu koju je etiketa potvrdila, pa nema njezinu sliku.",
	],
	pictureNotDrawn: [
		"A picture cannot be drawn: the article lacks something, or a text has no room.",
		"无法绘制图像：商品缺少信息或文字放不下。",
		"Ein Bild lässt sich nicht zeichnen: Dem Artikel fehlt etwas, oder ein Text hat keinen Platz.",
		"Slika se ne može nacrtati: artiklu nešto nedostaje ili tekst ne stane.",
	],
} as const satisfies Record<string, WordRow>;
