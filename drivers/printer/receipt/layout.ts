import { createRequire } from "node:module";
import type { BaseCommand } from "receiptline";
import { commands } from "receiptline";
import { hasRightCheckDigit } from "../../scanner/gs1/gtin.ts";
import { clustersOf, needsShaping } from "../../text/shaping.ts";
import { withoutControls } from "../escpos.ts";
import { dithered } from "./image.ts";
import { shapedRuns } from "./shaped.ts";
import type { Typeface } from "./typeface.ts";
import { readTypeface } from "./typeface.ts";

/**
 * Sets a ReceiptLine document in a proportional typeface. ReceiptLine wraps and aligns by what `measureText` says, so the true
 * width of each letter, counted in columns of twelve dots, gives lines that end exactly where the price column ends.
 * The figures of Noto Sans at 21 dots are exactly twelve dots wide, so they stand in columns.
 */

const dotsPerColumn = 12;
const lineDots = 24;
const baselineDots = 18;
const latinDots = 21;
const hanFamily = `font-family="Noto Sans SC"`;
/** Han characters fill their square; a little smaller they leave the line above alone. */
const hanDots = 22;

export interface LaidOut {
	svg: string;
	/** Files the picture needs; the Chinese one is ten megabytes, so it is named only when it is needed. */
	fontFiles: string[];
}

/** ReceiptLine's own SVG commands keep their state in these fields. */
interface SvgCommand extends BaseCommand {
	svgContent: string;
	svgHeight: number;
	lineMargin: number;
	lineAlign: number;
	lineWidth: number;
	lineHeight: number;
	textElement: string;
	textPosition: number;
	feedMinimum: number;
}

interface Style {
	underline: boolean;
	bold: boolean;
	inverted: boolean;
	wide: number;
	high: number;
}

interface Piece {
	text: string;
	han: boolean;
	dots: number;
	/** Drawn already, with its baseline at 0. */
	svg?: string;
}

const plain: Style = { underline: false, bold: false, inverted: false, wide: 1, high: 1 };
const require = createRequire(import.meta.url);
let latin: Typeface | undefined;
let han: Typeface | undefined;

function letter(character: string): Piece {
	const codePoint = character.codePointAt(0)!;
	latin ??= readTypeface(require.resolve("@expo-google-fonts/noto-sans/400Regular/NotoSans_400Regular.ttf"));
	const advance = latin.advance(codePoint);
	if (advance !== undefined) return { text: character, han: false, dots: advance * latinDots };
	han ??= readTypeface(require.resolve("@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"));
	const square = han.advance(codePoint);
	if (square === undefined) {
		const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
		throw new RangeError(`this printer's typefaces have no character "${character}" (${name})`);
	}
	return { text: character, han: true, dots: square * hanDots };
}

/** Characters that draw nothing themselves: joiners, marks of direction, variation selectors. */
const withoutLook = /[\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]/g;
const withoutLookButJoiners = /[\u200b\u200e\u200f\u2060\ufe00-\ufe0f\ufeff]/g;

/** Pieces of a text that are drawn in one typeface each, from left to right. */
function piecesOf(text: string): Piece[] {
	const clean = withoutControls(text.normalize("NFC"));
	if (!needsShaping(clean)) return plainPieces(clean.replace(withoutLook, ""));
	return shapedRuns(clean.replace(withoutLookButJoiners, ""), latinDots).flatMap(({ text: run, shape }) =>
		shape ? [{ text: run, han: false, ...shape }] : plainPieces(run),
	);
}

function plainPieces(text: string): Piece[] {
	const joined: Piece[] = [];
	for (const character of text) {
		const next = letter(character);
		const last = joined.at(-1);
		if (last && last.han === next.han) {
			last.text += next.text;
			last.dots += next.dots;
		} else joined.push(next);
	}
	return joined;
}

const widthOf = (text: string): number => piecesOf(text).reduce((sum, piece) => sum + piece.dots, 0);

/** The text as SVG, with its line's lower edge at `bottom`. */
function drawText(text: string, fromDots: number, bottom: number, { underline, bold, inverted, wide, high }: Style): string {
	const ink = inverted ? "#fff" : "#000";
	// A stroke instead of a bold face keeps every width, so bold totals stand under plain prices.
	const strength = bold ? ` stroke="${ink}" stroke-width="${0.9 / Math.max(wide, high)}"` : "";
	let drawn = "";
	let at = 0;
	for (const piece of piecesOf(text)) {
		const family = piece.han ? `${hanFamily} font-size="${hanDots}"` : "";
		drawn +=
			piece.svg === undefined
				? `<text x="${at}" ${family}${strength}>${escapeXml(piece.text)}</text>`
				: `<g transform="translate(${at},0)"${strength}>${piece.svg}</g>`;
		at += piece.dots;
	}
	const box = inverted ? `<rect x="0" y="${-baselineDots}" width="${at}" height="${lineDots}" fill="#000"/>` : "";
	const rule = underline ? `<rect x="0" y="3" width="${at}" height="${2 / high}" fill="${ink}"/>` : "";
	const y = bottom - (lineDots - baselineDots) * high;
	return `<g transform="translate(${fromDots},${y}) scale(${wide},${high})" fill="${ink}">${box}${drawn}${rule}</g>`;
}

type Commands = Partial<SvgCommand> & ThisType<SvgCommand>;

/** Letters and how they look. */
function textCommands(): Commands {
	let style: Style = plain;
	const set = (change: Partial<Style>): string => {
		style = { ...style, ...change };
		return "";
	};
	return {
		measureText: (text) => widthOf(text) / dotsPerColumn,
		arrayFrom: (text) => (needsShaping(text) ? clustersOf(text.normalize("NFC")) : [...text.normalize("NFC")]),
		normal: () => set(plain),
		ul: () => set({ underline: true }),
		em: () => set({ bold: true }),
		iv: () => set({ inverted: true }),
		// ReceiptLine's sizes: 1 is twice as wide, 2 twice as high, 3 both; from 4 on, size - 1 times each way.
		wh(size) {
			set({ wide: size < 2 ? size + 1 : size - 1, high: size < 3 ? size : size - 1 });
			this.lineHeight = Math.max(this.lineHeight, style.high);
			return "";
		},
		text(text) {
			this.textElement += drawText(text, this.textPosition * dotsPerColumn, 0, style);
			this.textPosition += (widthOf(text) * style.wide) / dotsPerColumn;
			return "";
		},
	};
}

/** Pictures and codes, made narrower until they fit the line. A code that does not fit or cannot be written throws a RangeError. */
const pictureCommands: Commands = {
	image(image) {
		const draw = commands.svg.image as (this: SvgCommand, image: string) => string;
		return draw.call(this, dithered(image, Math.floor(this.lineWidth * dotsPerColumn)));
	},
	qrcode(symbol, encoding) {
		const most = this.lineWidth * dotsPerColumn;
		const { svgContent, svgHeight } = this;
		commands.svg.qrcode.call(this, symbol, encoding);
		const modules = (this.svgHeight - svgHeight) / symbol.cell;
		if (modules === 0) throw new RangeError(`no QR code holds ${symbol.data.length} characters`);
		if (modules * symbol.cell <= most) return "";
		const cell = Math.floor(most / modules);
		if (cell < leastCell) throw new RangeError(`a QR code of ${modules} × ${modules} modules does not fit on ${Math.floor(most)} dots`);
		Object.assign(this, { svgContent, svgHeight });
		return commands.svg.qrcode.call(this, { ...symbol, cell }, encoding);
	},
	barcode(symbol, encoding) {
		refuseWrongCheckDigit(symbol);
		const most = this.lineWidth * dotsPerColumn;
		const { svgContent, svgHeight } = this;
		for (let width = symbol.width; ; width--) {
			Object.assign(this, { svgContent, svgHeight });
			commands.svg.barcode.call(this, { ...symbol, width, hri: false }, encoding);
			if (this.svgHeight === svgHeight) throw new RangeError(`"${symbol.data}" cannot be written as ${symbol.type}`);
			if (barsEndAt(this.svgContent.slice(svgContent.length)) <= most) break;
			if (width <= leastCell) throw new RangeError(`the bar code "${symbol.data}" does not fit on ${Math.floor(most)} dots`);
		}
		if (!symbol.hri) return "";
		const free = this.lineWidth * dotsPerColumn - widthOf(symbol.data);
		const from = this.lineMargin * dotsPerColumn + (free * this.lineAlign) / 2;
		this.svgContent += drawText(symbol.data, from, this.svgHeight + lineDots + 2, plain);
		this.svgHeight += lineDots + 2;
		return "";
	},
};

/** A command set for `transform` of receiptline, and the drawing it leaves behind. One for each document. */
export function layoutCommands(dotsPerLine: number, columns: number): { command: BaseCommand; laidOut: () => LaidOut } {
	let content = "";
	let height = 0;
	const own: Commands = {
		charWidth: dotsPerColumn,
		...textCommands(),
		...pictureCommands,
		// A cut inside a document would come before anyone knows that the paper is printed: it becomes a line to tear along.
		cut() {
			const y = this.svgHeight + lineDots / 2;
			const across = columns * dotsPerColumn;
			this.svgContent += `<path d="M0,${y}h${across}" fill="none" stroke="#000" stroke-width="2" stroke-dasharray="6"/>`;
			return this.lf();
		},
		// Printer commands inside a document are left out: they could open the drawer.
		command: () => "",
		close() {
			content = this.svgContent;
			height = this.svgHeight;
			return "";
		},
	};
	return {
		command: { ...commands.svg, ...own },
		laidOut: () => ({
			svg: svgOf(content, height, dotsPerLine, columns),
			fontFiles: [latin, content.includes(hanFamily) ? han : undefined].flatMap((typeface) => (typeface ? [typeface.file] : [])),
		}),
	};
}

function svgOf(content: string, height: number, dotsPerLine: number, columns: number): string {
	const marginDots = Math.max(0, Math.floor((dotsPerLine - columns * dotsPerColumn) / 2));
	const type = `font-family="Noto Sans" font-size="${latinDots}" font-kerning="none"`;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${dotsPerLine}" height="${Math.max(1, Math.ceil(height))}">`,
		`<rect width="100%" height="100%" fill="#fff"/>`,
		`<g transform="translate(${marginDots},0)" fill="#000" shape-rendering="crispEdges" ${type}>${content}</g></svg>`,
	].join("");
}

/** Narrower bars or modules of a thermal printer run into each other. */
const leastCell = 2;

/** Where the last bar of a drawn bar code ends, in dots from its beginning. */
function barsEndAt(drawn: string): number {
	const bars = [...drawn.matchAll(/M(\d+(?:\.\d+)?),0h(\d+(?:\.\d+)?)/g)];
	const [, from = "0", width = "0"] = bars.at(-1) ?? [];
	return Number(from) + Number(width);
}

/** EAN and UPC end with a check digit; a wrong one would be put right in silence, and name another article than the text below it. */
function refuseWrongCheckDigit({ type, data }: { type: string; data: string }): void {
	const full: Readonly<Record<string, readonly number[]>> = { ean: [8, 13], jan: [8, 13], upc: [12] };
	if (!full[type]?.includes(data.length) || !/^\d+$/.test(data)) return;
	if (!hasRightCheckDigit(data)) throw new RangeError(`the check digit of the bar code "${data}" is wrong`);
}

function escapeXml(text: string): string {
	return text.replace(/[ &<>]/g, (character) => ({ " ": "\u00a0", "&": "&amp;", "<": "&lt;", ">": "&gt;" })[character]!);
}
