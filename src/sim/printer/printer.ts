import { createServer, type Socket } from "node:net";
import type { Timeline } from "../timeline.ts";
import type { PrintEngine } from "./engine-types.ts";
import { realTimeLength } from "./escpos-commands.ts";
import type { SlipBox } from "./paper-roll.ts";
import { startEngine } from "./print-engine.ts";
import { type PrinterCondition, realTimeStatus } from "./printer-status.ts";

/**
 * A receipt printer on the LAN (ESC/POS or Star over TCP, as on port 9100): one host at a time, others wait in line.
 * Real-time commands (DLE EOT, DLE ENQ, DLE DC4) are obeyed where they arrive, also inside a picture, as firmware does;
 * everything else passes the 4 kB buffer, and when that is full the host is not read any more.
 */
export interface PrinterSettings {
	id: string;
	millimetresPerSecond?: number;
	paperRows?: number;
	nearEndRows?: number;
	isClone?: boolean;
	/** StarPRNT and Star's graphic mode instead of ESC/POS. */
	isStar?: boolean;
	bootMs?: number;
}

export interface VirtualPrinter {
	readonly id: string;
	readonly host: string;
	readonly port: number;
	/** Takes the roll out now, or lets it end after so many more rows. */
	paperOut(afterRows?: number): void;
	paperIn(rows?: number): void;
	coverOpen(): void;
	coverClose(): void;
	jamCutter(): void;
	powerCycle(): void;
	/** The network fails: the connection is reset once this many more bytes have come. */
	resetAfterBytes(bytes: number): void;
	/** A loose plug: the host reads bytes that nobody sent. */
	sayNoise(bytes: Uint8Array): void;
	tear(): void;
	facts(): ReturnType<PrintEngine["facts"]> & PrinterCondition & { bytesReceived: number; isConnected: boolean };
	stop(): Promise<void>;
}

/** 80 metres of paper, eight rows a millimetre. */
const fullRollRows = 80_000 * 8;

/** The state of one printer and its connections. */
interface Printer {
	settings: PrinterSettings;
	box: SlipBox;
	timeline: Timeline;
	socket: Socket | undefined;
	waiting: Socket[];
	notYetRead: Buffer;
	realTimeTail: Buffer;
	isOn: boolean;
	bytesReceived: number;
	resetAt: number;
	engine: PrintEngine;
	isAdmitting: boolean;
}

export async function startPrinter(settings: PrinterSettings, box: SlipBox, timeline: Timeline): Promise<VirtualPrinter> {
	const host = "127.0.0.1";

	const rollRows = settings.paperRows ?? fullRollRows;
	const printer: Printer = {
		settings,
		box,
		timeline,
		socket: undefined,
		waiting: [],
		notYetRead: Buffer.alloc(0),
		realTimeTail: Buffer.alloc(0),
		isOn: true,
		bytesReceived: 0,
		resetAt: Infinity,
		engine: startEngine(
			{
				id: settings.id,
				millimetresPerSecond: settings.millimetresPerSecond ?? 200,
				paperRows: rollRows,
				nearEndRows: settings.nearEndRows ?? 8 * 1_500,
				isClone: settings.isClone ?? false,
				language: settings.isStar ? "star" : "esc-pos",
			},
			box,
			(bytes) => say(printer, bytes),
			() => admit(printer),
			timeline,
		),
		isAdmitting: false,
	};
	const server = createServer({ pauseOnConnect: true, noDelay: true }, (next) => {
		next.on("error", () => {});
		if (!printer.isOn) return void next.resetAndDestroy();
		if (!printer.socket) return take(printer, next);
		printer.waiting.push(next);
		next.on("close", () => {
			printer.waiting = printer.waiting.filter((one) => one !== next);
		});
	});
	await new Promise<void>((done, fail) => {
		server.once("error", fail);
		server.listen(0, host, done);
	});
	return {
		id: printer.settings.id,
		host,
		port: (server.address() as { port: number }).port,
		paperOut: (afterRows = 0) => printer.engine.loadPaper(afterRows),
		paperIn: (rows = rollRows) => printer.engine.loadPaper(rows),
		coverOpen: () => printer.engine.change({ coverOpen: true }),
		coverClose: () => printer.engine.change({ coverOpen: false }),
		jamCutter: () => printer.engine.jamAtNextCut(),
		powerCycle() {
			printer.isOn = false;
			printer.notYetRead = Buffer.alloc(0);
			printer.engine.powerCycle();
			for (const one of [printer.socket, ...printer.waiting]) one?.resetAndDestroy();
			printer.timeline.after(printer.settings.bootMs ?? 1_500, () => {
				printer.isOn = true;
			});
		},
		resetAfterBytes(bytes) {
			printer.resetAt = printer.bytesReceived + bytes;
		},
		sayNoise: (bytes) => say(printer, bytes),
		tear: () => printer.engine.tear(),
		facts: () => ({
			...printer.engine.facts(),
			...printer.engine.condition(),
			bytesReceived: printer.bytesReceived,
			isConnected: printer.socket !== undefined,
		}),
		stop() {
			printer.engine.tear();
			for (const one of [printer.socket, ...printer.waiting]) one?.destroy();
			return new Promise((done) => server.close(() => done()));
		},
	};
}

function say(printer: Printer, bytes: Uint8Array): void {
	if (printer.socket && !printer.socket.destroyed) printer.socket.write(bytes);
}

/** Passes on as much as the buffer takes; the host is not read further until there is room. */
function admit(printer: Printer): void {
	if (printer.isAdmitting) return;
	printer.isAdmitting = true;
	while (printer.notYetRead.length > 0 && printer.engine.room() > 0) {
		const piece = printer.notYetRead.subarray(0, printer.engine.room());
		printer.notYetRead = printer.notYetRead.subarray(piece.length);
		obeyRealTime(printer, piece);
		printer.engine.receive(piece);
	}
	printer.isAdmitting = false;
	if (printer.notYetRead.length === 0) printer.socket?.resume();
}

function obeyRealTime(printer: Printer, piece: Buffer): void {
	if (printer.settings.isStar) return obeyStarRealTime(printer, piece);
	let bytes = Buffer.concat([printer.realTimeTail, piece]);
	for (let at = bytes.indexOf(0x10); at >= 0; at = bytes.indexOf(0x10)) {
		bytes = bytes.subarray(at);
		const length = realTimeLength(bytes);
		if (length === undefined || bytes.length < length) break;
		if (length > 0) realTime(printer, bytes.subarray(0, length));
		bytes = bytes.subarray(Math.max(1, length));
	}
	printer.realTimeTail = bytes[0] === 0x10 ? Buffer.from(bytes) : Buffer.alloc(0);
}

/** ESC ACK SOH: the status, wherever it arrives. */
function obeyStarRealTime(printer: Printer, piece: Buffer): void {
	const bytes = Buffer.concat([printer.realTimeTail, piece]);
	const question = Buffer.of(0x1b, 0x06, 0x01);
	for (let at = bytes.indexOf(question); at >= 0; at = bytes.indexOf(question, at + 3)) printer.engine.sayStatus();
	printer.realTimeTail = Buffer.from(bytes.subarray(-2));
}

function realTime(printer: Printer, command: Uint8Array): void {
	if (command[1] === 0x04) {
		const answer = realTimeStatus(printer.engine.condition(), command[2]!);
		if (answer !== undefined) say(printer, Uint8Array.of(answer));
	} else if (command[1] === 0x05) {
		if (command[2] === 1 || command[2] === 2) printer.engine.recover(command[2]);
	} else if (command[2] === 0x01) printer.engine.openDrawer();
	else if (command[2] === 0x07) printer.engine.sayStatus();
	else if (command[2] === 0x08) {
		printer.engine.recover(2);
		say(printer, Uint8Array.of(0x37, 0x25, 0x00));
	}
}

function take(printer: Printer, next: Socket): void {
	printer.socket = next;
	printer.realTimeTail = Buffer.alloc(0);
	next.on("data", (bytes: Buffer) => {
		const left = printer.resetAt - printer.bytesReceived;
		printer.bytesReceived += bytes.length;
		printer.notYetRead = Buffer.concat([printer.notYetRead, bytes.subarray(0, Math.max(0, left))]);
		if (bytes.length >= left) {
			printer.resetAt = Infinity;
			admit(printer);
			next.resetAndDestroy();
			return;
		}
		// Paused before the bytes are passed on, so that the engine decides when the host goes on.
		next.pause();
		admit(printer);
	});
	next.on("close", () => {
		if (printer.socket !== next) return;
		printer.socket = undefined;
		printer.notYetRead = Buffer.alloc(0);
		printer.engine.linkLost();
		const following = printer.waiting.shift();
		if (following) take(printer, following);
	});
	next.resume();
}
