import { splitAmount } from "../numbers.ts";
import { elementsAt, type XmlElement } from "../xml.ts";

/** How a workbook shows the numbers of a cell, where that changes what they mean. */
export type CellFormat =
	/** Days since the workbook's first day. */
	| { kind: "date" }
	/** 0.5 is shown as 50%. */
	| { kind: "percent" }
	/** 123 is shown as 00123: so many digits. */
	| { kind: "digits"; width: number }
	/** 4.99 is shown as $4.99. */
	| { kind: "money"; sign: string };

/** Formats that have a number and no text in the file (ECMA-376 part 1, 18.8.30): dates and times, percent. */
const isBuiltInDate = (id: number): boolean => (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || id >= 50;
const isBuiltInPercent = (id: number): boolean => id === 9 || id === 10;

/** The format of each style by its place, as cells name it in `s`. */
export function cellFormats(styles: XmlElement | undefined): (CellFormat | undefined)[] {
	if (!styles) return [];
	const codes = new Map(
		elementsAt(styles, "numFmts/numFmt").map(({ attributes }) => [Number(attributes["numFmtId"]), attributes["formatCode"] ?? ""]),
	);
	return elementsAt(styles, "cellXfs/xf").map(({ attributes }) => formatOf(Number(attributes["numFmtId"] ?? 0), codes));
}

function formatOf(id: number, codes: ReadonlyMap<number, string>): CellFormat | undefined {
	const code = codes.get(id);
	if (code === undefined) {
		if (isBuiltInPercent(id)) return { kind: "percent" };
		return isBuiltInDate(id) && id < 59 ? { kind: "date" } : undefined;
	}
	const [positive = ""] = code.split(";");
	const currency = /\[\$([^\]-]+)/.exec(positive)?.[1] ?? /[€$£¥₪₹₺]/.exec(positive.replaceAll(/\[[^\]]*\]/g, ""))?.[0];
	// Quoted texts, escaped characters, colours and conditions are not part of the number.
	const bare = positive.replaceAll(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, "");
	if (/^0{2,}$/.test(bare)) return { kind: "digits", width: bare.length };
	if (bare.includes("%")) return { kind: "percent" };
	if (/[ymdhs年月日]/i.test(bare) && !/general/i.test(bare)) return { kind: "date" };
	return currency === undefined ? undefined : { kind: "money", sign: currency.trim() };
}

const dayMs = 86_400_000;

/** The first day: 1904 in workbooks that were begun on an old Macintosh. */
export const firstDay = (workbook: XmlElement | undefined): number => {
	const [properties] = workbook ? elementsAt(workbook, "workbookPr") : [];
	return /^(1|true)$/.test(properties?.attributes["date1904"] ?? "") ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
};

/** The number as a reader of the workbook sees it. */
export function shownNumber(text: string, format: CellFormat | undefined, first: number): string {
	const value = Number(text);
	if (format === undefined || !Number.isFinite(value)) return text;
	switch (format.kind) {
		case "date": {
			if (value < 1 || value > 2_958_465) return text;
			const at = new Date(first + Math.round(value * 1_440) * (dayMs / 1_440)).toISOString();
			return at.endsWith("T00:00:00.000Z") ? at.slice(0, 10) : at.slice(0, 19);
		}
		case "percent":
			return `${Number((value * 100).toPrecision(12))}%`;
		case "digits":
			return Number.isInteger(value) && value >= 0 ? text.padStart(format.width, "0") : text;
		case "money":
			return splitAmount(`${text} ${format.sign}`).currencies === undefined ? text : `${text} ${format.sign}`;
	}
}
