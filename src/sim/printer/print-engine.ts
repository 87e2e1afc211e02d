import type { Timeline } from "../timeline.ts";
import { type Command, takeCommand } from "./escpos-commands.ts";
import { bytesPerPaperRow, emptyPrintLine, type SlipBox } from "./paper-roll.ts";
import { automaticStatus, identity, isOffline, isWatched, type PrinterCondition, statusInOrder } from "./printer-status.ts";

/**
 * What happens behind the plug: bytes wait in a small buffer, are obeyed one after the other at the speed of the
 * paper, and stop where they are while the paper is out, the cover open or the cutter jammed.
 *
 *   receive ─▶ [ buffer 4 kB ] ─▶ head ─▶ paper ─▶ cutter ─▶ slip
 *                  full: take no more          answers in order: fence, GS r, GS I
 */
export interface EngineSettings {
	id: string;
	millimetresPerSecond: number;
	paperRows: number;
	nearEndRows: number;
	/** A printer that imitates the language without GS ( and GS I. */
	isClone: boolean;
}

export interface PrintEngine {
	/** How many bytes fit into the buffer now. */
	room(): number;
	receive(bytes: Uint8Array): void;
	condition(): PrinterCondition;
	/** Something a person did, or a sensor saw; tells the host when it asked to be told. */
	change(change: Partial<PrinterCondition>): void;
	loadPaper(rows: number): void;
	jamAtNextCut(): void;
	openDrawer(): void;
	/** DLE ENQ: 1 goes on where it stopped, 2 forgets what is buffered. */
	recover(way: 1 | 2): void;
	/** Buffer, settings and the wish for status are gone; the paper hangs where it hung. */
	powerCycle(): void;
	/** The host's connection ended; what it still owed of a picture will never come. */
	linkLost(): void;
	sayStatus(): void;
	tear(): void;
	facts(): { paperRowsLeft: number; rowsPrinted: number; drawerPulses: number; rowsHanging: number; buffered: number };
}

const receiveBufferBytes = 4_096;
const dotsPerMillimetre = 8;
const cutMs = 150;
const drawerStaysOpenMs = 2_000;
const usualSpacingDots = 30;
/** The head may be this far ahead of the clock, so that a row does not need a timer of its own. */
const aheadMs = 4;

type Picture = { kind: "rows"; bytesPerRow: number; rowsLeft: number; wide: number; high: number; row: number[] };
type Eating = Picture | { kind: "skip"; left: number } | { kind: "store"; left: number; bytes: number[] };

export function startEngine(
	settings: EngineSettings,
	box: SlipBox,
	say: (bytes: Uint8Array) => void,
	hasRoom: () => void,
	timeline: Timeline,
): PrintEngine {
	const rowMs = 1_000 / (settings.millimetresPerSecond * dotsPerMillimetre);
	let condition: PrinterCondition = { paper: "enough", coverOpen: false, cutterJammed: false, drawerOpen: false };
	let held: Buffer = Buffer.alloc(0);
	let eating: Eating | undefined;
	let stored: { bytesPerRow: number; rows: number; data: Uint8Array } | undefined;
	let line = emptyPrintLine();
	let align = 0;
	let size = { wide: 1, high: 1 };
	let spacing = usualSpacingDots;
	let mask = 0;
	let freeAtMs = 0;
	let cancelTurn: (() => void) | undefined;
	let paperRowsLeft = settings.paperRows;
	let rowsPrinted = 0;
	let drawerPulses = 0;
	let jamNext = false;
	let owedCut = false;
	let hanging: Uint8Array[] = [];
	let toPrint: Uint8Array[] = [];
	let slipText = "";
	let isBroken = false;
	/** Bytes still to be obeyed that came before the link was lost; ink from later ones makes the slip void. */
	let bytesBeforeLoss = Infinity;

	const change = (next: Partial<PrinterCondition>): void => {
		const before = condition;
		condition = { ...condition, ...next };
		if (isWatched(mask, before, condition)) say(automaticStatus(condition));
		if (!isOffline(condition)) turn();
	};

	const printRow = (row: Uint8Array): void => {
		if (bytesBeforeLoss <= 0 && row.some((byte) => byte !== 0)) {
			// Ink that follows other ink across the loss makes the slip worthless; on blank paper a new slip begins.
			if (hanging.some((other) => other.some((byte) => byte !== 0))) isBroken = true;
			else bytesBeforeLoss = Infinity;
		}
		hanging.push(row);
		rowsPrinted += 1;
		paperRowsLeft -= 1;
		freeAtMs += rowMs;
		if (paperRowsLeft <= 0) change({ paper: "end" });
		else if (paperRowsLeft < settings.nearEndRows && condition.paper === "enough") change({ paper: "near-end" });
	};
	const feed = (dots: number): void => {
		for (let row = 0; row < dots; row++) toPrint.push(new Uint8Array(bytesPerPaperRow));
	};
	const endLine = (): void => {
		const rows = line.take(align);
		if (rows) toPrint.push(...rows);
		feed(Math.max(0, spacing - (rows?.length ?? 0)));
	};

	const endSlip = (state: "cut" | "torn"): void => {
		const isVoid = isBroken || /\bVOID\b/.test(slipText);
		box.drop({
			printer: settings.id,
			state: state === "torn" ? "partial" : isVoid ? "void" : "complete",
			rows: hanging,
			text: slipText,
		});
		hanging = [];
		slipText = "";
		isBroken = false;
		bytesBeforeLoss = Infinity;
	};
	const cut = (): void => {
		if (jamNext) {
			jamNext = false;
			owedCut = true;
			return change({ cutterJammed: true });
		}
		owedCut = false;
		freeAtMs += cutMs;
		endSlip("cut");
	};

	const obey = (command: Command): void => {
		switch (command.kind) {
			case "text":
				slipText += command.text;
				return line.addText(command.text, size.wide, size.high);
			case "line-feed":
				slipText += "\n";
				return endLine();
			case "columns":
				return line.addColumns(command.dotsHigh, command.doubleWidth, command.count, command.data);
			case "reset":
				[line, align, size, spacing] = [emptyPrintLine(), 0, { wide: 1, high: 1 }, usualSpacingDots];
				return;
			case "feed-dots":
				line.take(align)?.forEach((row) => toPrint.push(row));
				return feed(command.dots);
			case "feed-lines":
				endLine();
				return feed((command.lines - 1) * spacing);
			case "line-spacing":
				spacing = command.dots ?? usualSpacingDots;
				return;
			case "align":
				align = command.where;
				return;
			case "size":
				size = command;
				return;
			case "raster":
				eating = { ...command, kind: "rows", rowsLeft: command.rows, row: [] };
				return;
			case "graphics-store":
				eating = { kind: "store", left: command.bytes, bytes: [] };
				return;
			case "graphics-print":
				for (let y = 0; stored && y < stored.rows; y++) {
					toPrint.push(paperRow(stored.data.subarray(y * stored.bytesPerRow, (y + 1) * stored.bytesPerRow), 1));
				}
				return;
			case "skip":
				eating = { kind: "skip", left: command.bytes };
				return;
			case "cut":
				line.take(align)?.forEach((row) => toPrint.push(row));
				feed(command.feedDots);
				owedCut = true;
				return;
			case "drawer":
				return openDrawer();
			case "ask-in-order": {
				const answer = statusInOrder(condition, command.what);
				return answer === undefined ? undefined : say(Uint8Array.of(answer));
			}
			case "ask-identity": {
				const answer = identity(command.what, settings.id);
				return answer && say(answer);
			}
			case "status-back":
				mask = command.mask;
				return mask === 0 ? undefined : say(automaticStatus(condition));
			case "fence":
				return say(Uint8Array.of(0x37, 0x22, ...command.job, 0x00));
			case "setting":
				return;
			default:
				command satisfies never;
		}
	};

	const openDrawer = (): void => {
		drawerPulses += 1;
		change({ drawerOpen: true });
		timeline.after(drawerStaysOpenMs, () => change({ drawerOpen: false }));
	};

	const eat = (from: Eating): void => {
		const owed = from.kind === "rows" ? from.bytesPerRow - from.row.length : from.left;
		const bytes = held.subarray(0, Math.min(owed, held.length));
		consume(bytes.length);
		if (from.kind === "rows") {
			for (const byte of bytes) from.row.push(byte);
			if (from.row.length < from.bytesPerRow) return;
			for (let copy = 0; copy < from.high; copy++) toPrint.push(paperRow(from.row, from.wide));
			from.row = [];
			from.rowsLeft -= 1;
			if (from.rowsLeft <= 0) eating = undefined;
			return;
		}
		from.left -= bytes.length;
		if (from.kind === "store") for (const byte of bytes) from.bytes.push(byte);
		if (from.left > 0) return;
		eating = undefined;
		if (from.kind === "store") stored = readGraphics(from.bytes);
	};

	const consume = (bytes: number): void => {
		held = held.subarray(bytes);
		bytesBeforeLoss -= bytes;
	};

	/** One thing at a time; false when there is nothing it could do. */
	const step = (): boolean => {
		const row = toPrint.shift();
		if (row) {
			printRow(row);
			return true;
		}
		if (owedCut) {
			cut();
			return true;
		}
		if (eating?.kind === "rows" && (eating.rowsLeft <= 0 || eating.bytesPerRow === 0)) eating = undefined;
		if (held.length === 0) return false;
		if (eating) {
			eat(eating);
			return true;
		}
		const taken = takeCommand(held, settings.isClone);
		if (taken === "needs-more") return false;
		// An answer in order is the proof that the paper moved, so it waits until it has.
		const isAnswer = taken.command.kind === "fence" || taken.command.kind === "ask-in-order";
		if (isAnswer && timeline.now() < freeAtMs) return waitUntil(freeAtMs);
		consume(taken.length);
		obey(taken.command);
		return true;
	};
	const waitUntil = (ms: number): false => {
		cancelTurn?.();
		cancelTurn = timeline.after(ms - timeline.now(), turn);
		return false;
	};

	let isTurning = false;
	const turn = (): void => {
		if (isTurning) return;
		isTurning = true;
		cancelTurn?.();
		cancelTurn = undefined;
		freeAtMs = Math.max(freeAtMs, timeline.now());
		let isGoing = true;
		while (isGoing && !isOffline(condition)) {
			if (freeAtMs > timeline.now() + aheadMs) {
				waitUntil(freeAtMs);
				break;
			}
			isGoing = step();
		}
		isTurning = false;
		hasRoom();
	};

	const forgetBuffer = (): void => {
		if (hanging.length > 0 && (held.length > 0 || eating || toPrint.length > 0)) isBroken = true;
		[held, eating, toPrint, stored, owedCut, line] = [Buffer.alloc(0), undefined, [], undefined, false, emptyPrintLine()];
	};

	return {
		room: () => receiveBufferBytes - held.length,
		receive(bytes) {
			held = Buffer.concat([held, bytes]);
			if (!cancelTurn) turn();
		},
		condition: () => condition,
		change,
		loadPaper(rows) {
			paperRowsLeft = rows;
			change({ paper: rows <= 0 ? "end" : rows < settings.nearEndRows ? "near-end" : "enough" });
		},
		jamAtNextCut() {
			jamNext = true;
		},
		openDrawer,
		recover(way) {
			if (way === 2) forgetBuffer();
			change({ cutterJammed: false });
		},
		powerCycle() {
			if (hanging.length > 0) isBroken = true;
			forgetBuffer();
			[align, size, spacing, mask, jamNext] = [0, { wide: 1, high: 1 }, usualSpacingDots, 0, false];
			change({ cutterJammed: false });
		},
		linkLost() {
			if (hanging.length > 0 || held.length > 0 || eating) bytesBeforeLoss = held.length;
			if (eating && eating.kind !== "skip" && hanging.length > 0) isBroken = true;
		},
		sayStatus: () => say(automaticStatus(condition)),
		tear: () => endSlip("torn"),
		facts: () => ({ paperRowsLeft, rowsPrinted, drawerPulses, rowsHanging: hanging.length, buffered: held.length }),
	};
}

function paperRow(bytes: ArrayLike<number>, wide: number): Uint8Array {
	const row = new Uint8Array(bytesPerPaperRow);
	if (wide === 1) {
		for (let at = 0; at < bytes.length && at < bytesPerPaperRow; at++) row[at] = bytes[at]!;
		return row;
	}
	for (let x = 0; x < bytesPerPaperRow * 8; x++) {
		const from = x >> 1;
		if (((bytes[from >> 3] ?? 0) & (0x80 >> (from & 7))) !== 0) row[x >> 3]! |= 0x80 >> (x & 7);
	}
	return row;
}

/** GS ( L function 112: 30 70 30 bx by c xL xH yL yH data, x in dots. */
function readGraphics(bytes: readonly number[]): { bytesPerRow: number; rows: number; data: Uint8Array } {
	const dots = (bytes[6] ?? 0) + 256 * (bytes[7] ?? 0);
	return { bytesPerRow: Math.ceil(dots / 8), rows: (bytes[8] ?? 0) + 256 * (bytes[9] ?? 0), data: Uint8Array.from(bytes.slice(10)) };
}
