/**
 * Operations that an ePOS-Print document asks of a printer, element by element. Attributes of a text element are a state that stays until
 * it is changed, so they are an operation of their own, before the text. Source: Epson ePOS-Print XML user's manual; values as epos.js
 * sends them.
 */

export type Attributes = Record<string, string | number | boolean>;

export type EposOperation =
	| { op: "style"; set: Attributes }
	/** `\n` and `\t` are controls; nothing is printed before a line feed or the end. */
	| { op: "text"; text: string }
	| { op: "feed"; lines?: number; dots?: number; pos?: string; linespc?: number }
	| EposRaster
	| { op: "barcode" | "symbol"; type: string; data: string; [attribute: string]: string | number | boolean }
	/** Without a type: the printer's default. */
	| { op: "cut"; type?: string }
	| { op: "pulse"; drawer: 1 | 2; ms: number }
	| { op: "sound"; repeat: number; cycle: number; pattern?: string }
	/** Raw ESC/POS, in lower case hexadecimal. */
	| { op: "raw"; hex: string }
	| { op: "page"; ops: EposOperation[] }
	/** Rules, positions, logos and paper layouts, with the attributes that were given. */
	| { op: ShapeName; [attribute: string]: string | number | boolean }
	| { op: "reset" | "recovery" }
	/** An element or attribute ("text hologram") that ePOS does not define, or whose content cannot be read. */
	| { op: "ignored"; name: string };

/** Attributes of each element, by Epson's schema; one of another name is an error of the document's form there as here. */
export const attributesOfElements: Readonly<Record<string, string>> = {
	text: "lang font smooth dw dh width height reverse ul em color x y align rotate linespc",
	feed: "unit line linespc pos",
	image: "width height color mode align",
	logo: "key1 key2 align",
	barcode: "type hri font width height align",
	symbol: "type level width height size align",
	hline: "x1 x2 style",
	"vline-begin": "x style",
	"vline-end": "x style",
	area: "x y width height",
	direction: "dir",
	position: "x y",
	line: "x1 y1 x2 y2 style",
	rectangle: "x1 y1 x2 y2 style",
	cut: "type",
	pulse: "drawer time",
	sound: "pattern repeat cycle",
	layout: "type width height margin-top margin-bottom offset-cut offset-label",
	page: "",
	command: "",
	recovery: "",
	reset: "",
};

export const shapeNames = [
	"hline",
	"vline-begin",
	"vline-end",
	"area",
	"direction",
	"position",
	"line",
	"rectangle",
	"logo",
	"layout",
] as const;
export type ShapeName = (typeof shapeNames)[number];

/**
 * A picture. `rowsHex`: rows padded to whole bytes, 1 is ink (mono), or four bits a dot, 0 is black (gray16); null when it cannot be
 * read.
 */
export interface EposRaster {
	op: "raster";
	width: number;
	height: number;
	mode: "mono" | "gray16";
	color: string;
	align?: string;
	/** How the sender packed the picture: each row in whole bytes, or all dots as one string of bits. */
	packing: "row-padded" | "bit-packed" | "bad-length";
	rowsHex: string | null;
}
