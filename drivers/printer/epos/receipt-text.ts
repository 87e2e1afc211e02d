/** Lines of text in ReceiptLine: sizes, emphasis, and columns that a till made with blanks. */
import type { Attributes } from "./operations.ts";

/** A piece of a line in one style. */
export interface Run {
	text: string;
	style: Attributes;
}

const signs: Readonly<Record<string, string>> = { "\\": "\\\\", "|": "\\|", "{": "\\{", "}": "\\}", "~": "\\~", _: "\\_", '"': '\\"' };

/** Escapes characters that ReceiptLine would read as markup; a blank becomes `~`, so that it is not trimmed. */
function escapeReceipt(text: string): string {
	return text.replaceAll(/[\\|{}~_"`^]/g, (sign) => signs[sign] ?? `\\${sign}`).replaceAll(/[ \t]/g, "~");
}

/** One line with its alignment: left, center or right. */
export function lineOf(runs: readonly Run[], align: string): string {
	const whole = runs.map(({ text }) => text).join("");
	if (whole.trim() === "") return "";
	const columns = align === "left" && runs.every(({ style }) => factorsOf(style).wide === 1) ? columnStarts(whole) : [0];
	if (columns.length > 1) return inColumns(runs, whole, columns);
	const text = runs.map(({ text, style }) => styled(escapeReceipt(text), style)).join("");
	const pipes = align === "center" ? ["|", "|"] : align === "right" ? ["", "|"] : ["|", ""];
	return `{w:*}\n${pipes[0]}${text}${pipes[1]}`;
}

/** Where the columns of a line begin: a till parts them by two blanks or more. */
function columnStarts(whole: string): number[] {
	return [0, ...[...whole.matchAll(/\S {2,}(?=\S)/g)].map(({ index, 0: gap }) => index + gap.length)];
}

/** Each column begins at its character's place; the last takes the rest. ReceiptLine keeps one blank between two columns. */
function inColumns(runs: readonly Run[], whole: string, starts: readonly number[]): string {
	const widths = starts.map((start, at) => (at + 1 < starts.length ? String(starts[at + 1]! - start - 1) : "*"));
	const cells = starts.map((start, at) => cellOf(runs, start, starts[at + 1] ?? whole.length));
	return `{w:${widths.join(",")}}\n|${cells.join(" |")} |`;
}

function cellOf(runs: readonly Run[], from: number, to: number): string {
	let at = 0;
	let cell = "";
	for (const { text, style } of runs) {
		const part = text.slice(Math.max(0, from - at), Math.max(0, to - at)).replace(at + text.length >= to ? / +$/ : /$^/, "");
		if (part !== "") cell += styled(escapeReceipt(part), style);
		at += text.length;
	}
	return cell;
}

const isOn = (value: unknown): boolean => value === true || value === 1;
const factor = (value: unknown): number => (typeof value === "number" && value >= 1 && value <= 6 ? value : 1);

function factorsOf({ width, height, dw, dh }: Attributes): { wide: number; high: number } {
	return { wide: isOn(dw) ? 2 : factor(width), high: isOn(dh) ? 2 : factor(height) };
}

/** ReceiptLine's sizes: twice as wide, twice as high, or both by the same factor. Other sizes are rounded down to these. */
function sizeMarks(style: Attributes): string {
	const { wide, high } = factorsOf(style);
	if (wide > 1 && high > 1) return "^".repeat(Math.min(wide, high) + 1);
	return wide > 1 ? "^" : high > 1 ? "^^" : "";
}

function styled(text: string, style: Attributes): string {
	const marks = [sizeMarks(style), isOn(style["em"]) ? '"' : "", isOn(style["ul"]) ? "_" : "", isOn(style["reverse"]) ? "`" : ""];
	return marks.join("") + text + marks.toReversed().join("");
}
