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
	/** An element that ePOS does not define, or whose content cannot be read. */
	| { op: "ignored"; name: string };

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
