/**
 * Converts an ePOS document to ReceiptLine, so that a till that knows Epson printers prints through the same queue as every other.
 * Where the document contains something that cannot be printed here (page layouts, stored logos, raw commands, some code types), or an
 * element or attribute that ePOS does not define, it is refused by name and nothing of it is printed: a receipt without a part would be a
 * wrong receipt, and Epson's printers refuse unknown elements too.
 */
import { PNG } from "pngjs";
import { codeLine } from "./codes.ts";
import type { Attributes, EposOperation, EposRaster } from "./operations.ts";
import { lineOf, type Run } from "./receipt-text.ts";

export interface EposReceipt {
	/** ReceiptLine; "" where nothing is to be printed. */
	document: string;
	openDrawer: boolean;
	/** Elements that have no effect here and are no reason to refuse, such as a buzzer; they are reported in the log. */
	ignored: string[];
}

/** Rendered as text, by their names in the refusal. */
const impossible = new Set(["page", "logo", "raw", "line", "rectangle", "area", "direction", "position", "vline-begin", "vline-end"]);
/** Dots of one line, by which a feed in dots becomes blank lines. */
const lineDots = 24;
const mostBlankLines = 40;

interface State {
	lines: string[];
	runs: Run[];
	style: Attributes;
	ignored: Set<string>;
	openDrawer: boolean;
}

/** Throws a RangeError that names the first element which cannot be printed. */
export function receiptOf(operations: readonly EposOperation[]): EposReceipt {
	const state: State = { lines: [], runs: [], style: {}, ignored: new Set(), openDrawer: false };
	for (const operation of operations) take(state, operation);
	endLine(state);
	while (state.lines.at(-1) === "=" || state.lines.at(-1) === "") state.lines.pop();
	return { document: state.lines.join("\n"), openDrawer: state.openDrawer, ignored: [...state.ignored] };
}

function take(state: State, operation: EposOperation): void {
	if (impossible.has(operation.op)) throw new RangeError(`<${operation.op === "raw" ? "command" : operation.op}> is not printed here`);
	switch (operation.op) {
		case "style":
			refuseUnprintable(operation.set);
			Object.assign(state.style, operation.set);
			return;
		case "text":
			return takeText(state, operation.text);
		case "feed":
			return feed(state, operation);
		case "raster":
			return add(state, imageLine(operation), operation.align);
		case "barcode":
		case "symbol":
			return add(state, codeLine(operation), "align" in operation ? String(operation["align"]) : undefined);
		case "hline":
			return add(state, "-");
		case "cut":
			return add(state, "=");
		case "pulse":
			if (operation.drawer !== 1) throw new RangeError("only the first drawer can be opened");
			state.openDrawer = true;
			return;
		case "reset":
			state.style = {};
			return;
		case "layout":
			// Labels and black marks are another paper; that of receipts is what lies in the printer.
			if ((operation["type"] ?? "receipt") !== "receipt") throw new RangeError("only the <layout> of plain receipts is printed here");
			return;
		case "ignored":
			throw new RangeError(`<${operation.name.slice(0, 60)}> is not defined by ePOS`);
		default:
			state.ignored.add(operation.op);
	}
}

/** Without its place a text would run into the one before it: "2" and "1,29" would be read as 21,29. */
function refuseUnprintable({ x = 0, y = 0, rotate = false, color }: Attributes): void {
	if (x !== 0 || y !== 0) throw new RangeError("<text> at a place of its own (x, y) is not printed here");
	if (rotate === true || rotate === 1) throw new RangeError("<text> upside down is not printed here");
	if (color === "none") throw new RangeError("<text> without ink is not printed here");
}

function takeText(state: State, text: string): void {
	const lines = text.replaceAll("\r\n", "\n").split(/[\r\n]/);
	lines.forEach((line, at) => {
		if (line !== "") state.runs.push({ text: line, style: { ...state.style } });
		if (at < lines.length - 1) pushLine(state);
	});
}

/** The text so far as a line; also when it is empty. */
function pushLine(state: State): void {
	state.lines.push(lineOf(state.runs, String(state.style["align"] ?? "left")));
	state.runs = [];
}

function endLine(state: State): void {
	if (state.runs.length > 0) pushLine(state);
}

function feed(state: State, { lines = 0, dots = 0, linespc }: Extract<EposOperation, { op: "feed" }>): void {
	if (linespc !== undefined) state.ignored.add("feed linespc");
	const isLineOpen = state.runs.length > 0;
	endLine(state);
	const blank = lines + Math.round(dots / lineDots) - (isLineOpen && lines > 0 ? 1 : 0);
	for (let n = 0; n < Math.min(blank, mostBlankLines); n += 1) state.lines.push("");
}

/** On a line of its own. Pictures and codes change the alignment of what follows, as on Epson's printers. */
function add(state: State, line: string, align?: string): void {
	endLine(state);
	if (align !== undefined) state.style["align"] = align;
	if (line === "-" || line === "=") return void state.lines.push(line);
	const side = String(state.style["align"] ?? "left");
	state.lines.push(`{a:${side === "center" || side === "right" ? side : "left"};w:*}`, line);
}

function imageLine(picture: EposRaster): string {
	if (picture.rowsHex === null) throw new RangeError(`an <image> of ${picture.width} × ${picture.height} dots has other bytes than that`);
	if (picture.color === "none") return "";
	return `{i:${pngOf(picture).toString("base64")}}`;
}

function pngOf({ width, height, mode, rowsHex }: EposRaster): Buffer {
	const rows = Buffer.from(rowsHex!, "hex");
	const bitsADot = mode === "mono" ? 1 : 4;
	const rowBytes = Math.ceil((width * bitsADot) / 8);
	const lightness = (x: number, y: number): number => {
		const byte = rows[y * rowBytes + ((x * bitsADot) >> 3)]!;
		if (mode === "mono") return byte & (0x80 >> (x & 7)) ? 0 : 255;
		return (x & 1 ? byte & 0x0f : byte >> 4) * 17;
	};
	const png = new PNG({ width, height });
	for (let y = 0; y < height; y += 1)
		for (let x = 0; x < width; x += 1) {
			const at = 4 * (y * width + x);
			png.data.fill(lightness(x, y), at, at + 3);
			png.data[at + 3] = 255;
		}
	return PNG.sync.write(png, { colorType: 0 });
}
