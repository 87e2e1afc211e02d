import type { Timeline } from "../timeline.ts";
import type { EngineSettings, PrintEngine } from "./engine-types.ts";
import { type Command, readGraphics, takeCommand } from "./escpos-commands.ts";
import { bytesPerPaperRow, emptyPrintLine, paperRow, type SlipBox } from "./paper-roll.ts";
import { automaticStatus, identity, isOffline, isWatched, type PrinterCondition, statusInOrder } from "./printer-status.ts";
import { starStatus, takeStarCommand } from "./star-commands.ts";

/**
 * A printer behind its plug: bytes wait in a small buffer, are obeyed one after the other at the speed of the
 * paper, and stop where they are while the paper is out, the cover open or the cutter jammed.
 *
 *   receive ─▶ [ buffer 4 kB ] ─▶ head ─▶ paper ─▶ cutter ─▶ slip
 *                  full: take no more          answers in order: fence, GS r, GS I
 */
const receiveBufferBytes = 4_096;
const dotsPerMillimetre = 8;
const cutMs = 150;
const drawerStaysOpenMs = 2_000;
const usualSpacingDots = 30;
/** The print head may be this far ahead of the clock, so that not every row needs a timer. */
const aheadMs = 4;

type Picture = { kind: "rows"; bytesPerRow: number; rowsLeft: number; wide: number; high: number; row: number[] };
type Eating = Picture | { kind: "skip"; left: number } | { kind: "store"; left: number; bytes: number[] };

/** The state of one printer's engine. */
interface Engine {
	settings: EngineSettings;
	box: SlipBox;
	say: (bytes: Uint8Array) => void;
	hasRoom: () => void;
	timeline: Timeline;
	rowMs: number;
	condition: PrinterCondition;
	held: Buffer;
	eating: Eating | undefined;
	stored: { bytesPerRow: number; rows: number; data: Uint8Array } | undefined;
	line: ReturnType<typeof emptyPrintLine>;
	align: number;
	size: { wide: number; high: number };
	spacing: number;
	mask: number;
	freeAtMs: number;
	cancelTurn: (() => void) | undefined;
	paperRowsLeft: number;
	rowsPrinted: number;
	drawerPulses: number;
	jamNext: boolean;
	owedCut: boolean;
	hanging: Uint8Array[];
	toPrint: Uint8Array[];
	slipText: string;
	isBroken: boolean;
	/** Bytes still to be obeyed that came before the link was lost; ink from later ones makes the slip void. */
	bytesBeforeLoss: number;
	isTurning: boolean;
	/** Star: documents that were printed, modulo 32; whether rows of dots are read, and whether their end cuts. */
	counted: number;
	inGraphics: boolean;
	graphicsCut: boolean;
}

export function startEngine(
	settings: EngineSettings,
	box: SlipBox,
	say: (bytes: Uint8Array) => void,
	hasRoom: () => void,
	timeline: Timeline,
): PrintEngine {
	const engine: Engine = {
		settings,
		box,
		say,
		hasRoom,
		timeline,
		rowMs: 1_000 / (settings.millimetresPerSecond * dotsPerMillimetre),
		condition: { paper: "enough", coverOpen: false, cutterJammed: false, drawerOpen: false },
		held: Buffer.alloc(0),
		eating: undefined,
		stored: undefined,
		line: emptyPrintLine(),
		align: 0,
		size: { wide: 1, high: 1 },
		spacing: usualSpacingDots,
		mask: 0,
		freeAtMs: 0,
		cancelTurn: undefined,
		paperRowsLeft: settings.paperRows,
		rowsPrinted: 0,
		drawerPulses: 0,
		jamNext: false,
		owedCut: false,
		hanging: [],
		toPrint: [],
		slipText: "",
		isBroken: false,
		bytesBeforeLoss: Infinity,
		isTurning: false,
		counted: 0,
		inGraphics: false,
		graphicsCut: true,
	};
	return {
		room: () => receiveBufferBytes - engine.held.length,
		receive(bytes) {
			engine.held = Buffer.concat([engine.held, bytes]);
			if (!engine.cancelTurn) turn(engine);
		},
		condition: () => engine.condition,
		change: (next) => change(engine, next),
		loadPaper(rows) {
			engine.paperRowsLeft = rows;
			change(engine, { paper: rows <= 0 ? "end" : rows < engine.settings.nearEndRows ? "near-end" : "enough" });
		},
		jamAtNextCut() {
			engine.jamNext = true;
		},
		openDrawer: () => openDrawer(engine),
		recover(way) {
			if (way === 2) forgetBuffer(engine);
			change(engine, { cutterJammed: false });
		},
		powerCycle() {
			if (engine.hanging.length > 0) engine.isBroken = true;
			forgetBuffer(engine);
			[engine.align, engine.size, engine.spacing, engine.mask, engine.jamNext] = [0, { wide: 1, high: 1 }, usualSpacingDots, 0, false];
			engine.counted = 0;
			change(engine, { cutterJammed: false });
		},
		linkLost() {
			if (engine.hanging.length > 0 || engine.held.length > 0 || engine.eating) engine.bytesBeforeLoss = engine.held.length;
			if (engine.eating && engine.eating.kind !== "skip" && engine.hanging.length > 0) engine.isBroken = true;
		},
		sayStatus: () => engine.say(statusOf(engine)),
		tear: () => endSlip(engine, "torn"),
		facts: () => ({
			paperRowsLeft: engine.paperRowsLeft,
			rowsPrinted: engine.rowsPrinted,
			drawerPulses: engine.drawerPulses,
			rowsHanging: engine.hanging.length,
			buffered: engine.held.length,
		}),
	};
}

const statusOf = ({ settings, condition, counted }: Engine): Uint8Array =>
	settings.language === "star" ? starStatus(condition, counted) : automaticStatus(condition);

function change(engine: Engine, next: Partial<PrinterCondition>): void {
	const before = engine.condition;
	engine.condition = { ...engine.condition, ...next };
	if (isWatched(engine.mask, before, engine.condition)) engine.say(statusOf(engine));
	if (!isOffline(engine.condition)) turn(engine);
}

function printRow(engine: Engine, row: Uint8Array): void {
	if (engine.bytesBeforeLoss <= 0 && row.some((byte) => byte !== 0)) {
		// Ink after the loss that follows ink from before makes the slip void; on blank paper a new slip begins.
		if (engine.hanging.some((other) => other.some((byte) => byte !== 0))) engine.isBroken = true;
		else engine.bytesBeforeLoss = Infinity;
	}
	engine.hanging.push(row);
	engine.rowsPrinted += 1;
	engine.paperRowsLeft -= 1;
	engine.freeAtMs += engine.rowMs;
	if (engine.paperRowsLeft <= 0) change(engine, { paper: "end" });
	else if (engine.paperRowsLeft < engine.settings.nearEndRows && engine.condition.paper === "enough") change(engine, { paper: "near-end" });
}

function feed(engine: Engine, dots: number): void {
	for (let row = 0; row < dots; row++) engine.toPrint.push(new Uint8Array(bytesPerPaperRow));
}

function endLine(engine: Engine): void {
	const rows = engine.line.take(engine.align);
	if (rows) engine.toPrint.push(...rows);
	feed(engine, Math.max(0, engine.spacing - (rows?.length ?? 0)));
}

function endSlip(engine: Engine, state: "cut" | "torn"): void {
	const isVoid = engine.isBroken || /\bVOID\b/.test(engine.slipText);
	engine.box.drop({
		printer: engine.settings.id,
		state: state === "torn" ? "partial" : isVoid ? "void" : "complete",
		rows: engine.hanging,
		text: engine.slipText,
	});
	engine.hanging = [];
	engine.slipText = "";
	engine.isBroken = false;
	engine.bytesBeforeLoss = Infinity;
}

function cut(engine: Engine): void {
	if (engine.jamNext) {
		engine.jamNext = false;
		engine.owedCut = true;
		return change(engine, { cutterJammed: true });
	}
	engine.owedCut = false;
	engine.freeAtMs += cutMs;
	endSlip(engine, "cut");
}

function obey(engine: Engine, command: Command): void {
	switch (command.kind) {
		case "text":
			engine.slipText += command.text;
			return engine.line.addText(command.text, engine.size.wide, engine.size.high);
		case "line-feed":
			engine.slipText += "\n";
			return endLine(engine);
		case "columns":
			return engine.line.addColumns(command.dotsHigh, command.doubleWidth, command.count, command.data);
		case "reset":
			[engine.line, engine.align, engine.size, engine.spacing] = [emptyPrintLine(), 0, { wide: 1, high: 1 }, usualSpacingDots];
			return;
		case "feed-dots":
			engine.line.take(engine.align)?.forEach((row) => engine.toPrint.push(row));
			return feed(engine, command.dots);
		case "feed-lines":
			endLine(engine);
			return feed(engine, (command.lines - 1) * engine.spacing);
		case "line-spacing":
			engine.spacing = command.dots ?? usualSpacingDots;
			return;
		case "align":
			engine.align = command.where;
			return;
		case "size":
			engine.size = command;
			return;
		case "raster":
			engine.eating = { ...command, kind: "rows", rowsLeft: command.rows, row: [] };
			return;
		case "graphics-store":
			engine.eating = { kind: "store", left: command.bytes, bytes: [] };
			return;
		case "graphics-print":
			for (let y = 0; engine.stored && y < engine.stored.rows; y++) {
				engine.toPrint.push(paperRow(engine.stored.data.subarray(y * engine.stored.bytesPerRow, (y + 1) * engine.stored.bytesPerRow), 1));
			}
			return;
		case "skip":
			engine.eating = { kind: "skip", left: command.bytes };
			return;
		case "cut":
			engine.line.take(engine.align)?.forEach((row) => engine.toPrint.push(row));
			feed(engine, command.feedDots);
			engine.owedCut = true;
			return;
		case "drawer":
			return openDrawer(engine);
		case "reset-count":
			engine.counted = 0;
			return;
		case "graphics-mode":
			if (engine.inGraphics && !command.on && engine.graphicsCut && engine.hanging.length > 0) engine.owedCut = true;
			engine.inGraphics = command.on;
			if (command.on) engine.graphicsCut = true;
			return;
		case "graphics-cuts":
			engine.graphicsCut = command.on;
			return;
		case "setting":
			return;
		default:
			return answer(engine, command);
	}
}

type Question = Extract<Command, { kind: "ask-in-order" | "ask-identity" | "status-back" | "fence" | "count" }>;

/** Commands that the printer answers. */
function answer(engine: Engine, command: Question): void {
	switch (command.kind) {
		case "ask-in-order": {
			const answer = statusInOrder(engine.condition, command.what);
			return answer === undefined ? undefined : engine.say(Uint8Array.of(answer));
		}
		case "ask-identity": {
			const answer = identity(command.what, engine.settings.id);
			return answer && engine.say(answer);
		}
		case "status-back":
			engine.mask = command.mask;
			return engine.mask === 0 ? undefined : engine.say(statusOf(engine));
		case "fence":
			return engine.say(Uint8Array.of(0x37, 0x22, ...command.job, 0x00));
		case "count":
			engine.counted = (engine.counted + 1) % 32;
			return engine.mask === 0 ? undefined : engine.say(statusOf(engine));
		default:
			command satisfies never;
	}
}

function openDrawer(engine: Engine): void {
	engine.drawerPulses += 1;
	change(engine, { drawerOpen: true });
	engine.timeline.after(drawerStaysOpenMs, () => change(engine, { drawerOpen: false }));
}

function eat(engine: Engine, from: Eating): void {
	const owed = from.kind === "rows" ? from.bytesPerRow - from.row.length : from.left;
	const bytes = engine.held.subarray(0, Math.min(owed, engine.held.length));
	consume(engine, bytes.length);
	if (from.kind === "rows") {
		for (const byte of bytes) from.row.push(byte);
		if (from.row.length < from.bytesPerRow) return;
		for (let copy = 0; copy < from.high; copy++) engine.toPrint.push(paperRow(from.row, from.wide));
		from.row = [];
		from.rowsLeft -= 1;
		if (from.rowsLeft <= 0) engine.eating = undefined;
		return;
	}
	from.left -= bytes.length;
	if (from.kind === "store") for (const byte of bytes) from.bytes.push(byte);
	if (from.left > 0) return;
	engine.eating = undefined;
	if (from.kind === "store") engine.stored = readGraphics(from.bytes);
}

function consume(engine: Engine, bytes: number): void {
	engine.held = engine.held.subarray(bytes);
	engine.bytesBeforeLoss -= bytes;
}

/** Does one thing: a row, a cut, some bytes of a picture, or a command. False when there is nothing to do. */
function step(engine: Engine): boolean {
	const row = engine.toPrint.shift();
	if (row) {
		printRow(engine, row);
		return true;
	}
	if (engine.owedCut) {
		cut(engine);
		return true;
	}
	if (engine.eating?.kind === "rows" && (engine.eating.rowsLeft <= 0 || engine.eating.bytesPerRow === 0)) engine.eating = undefined;
	if (engine.held.length === 0) return false;
	if (engine.eating) {
		eat(engine, engine.eating);
		return true;
	}
	const { held, settings, inGraphics } = engine;
	const taken = settings.language === "star" ? takeStarCommand(held, inGraphics) : takeCommand(held, settings.isClone);
	if (taken === "needs-more") return false;
	// An answer in order proves that the paper before it is printed, so it waits until it is.
	const isAnswer = ["fence", "ask-in-order", "count"].includes(taken.command.kind);
	if (isAnswer && engine.timeline.now() < engine.freeAtMs) return waitUntil(engine, engine.freeAtMs);
	consume(engine, taken.length);
	obey(engine, taken.command);
	return true;
}

function waitUntil(engine: Engine, ms: number): false {
	engine.cancelTurn?.();
	engine.cancelTurn = engine.timeline.after(ms - engine.timeline.now(), () => turn(engine));
	return false;
}

function turn(engine: Engine): void {
	if (engine.isTurning) return;
	engine.isTurning = true;
	engine.cancelTurn?.();
	engine.cancelTurn = undefined;
	engine.freeAtMs = Math.max(engine.freeAtMs, engine.timeline.now());
	let isGoing = true;
	while (isGoing && !isOffline(engine.condition)) {
		if (engine.freeAtMs > engine.timeline.now() + aheadMs) {
			waitUntil(engine, engine.freeAtMs);
			break;
		}
		isGoing = step(engine);
	}
	engine.isTurning = false;
	engine.hasRoom();
}

function forgetBuffer(engine: Engine): void {
	if (engine.hanging.length > 0 && (engine.held.length > 0 || engine.eating || engine.toPrint.length > 0)) engine.isBroken = true;
	engine.inGraphics = false;
	[engine.held, engine.eating, engine.toPrint, engine.stored, engine.owedCut, engine.line] = [
		Buffer.alloc(0),
		undefined,
		[],
		undefined,
		false,
		emptyPrintLine(),
	];
}
