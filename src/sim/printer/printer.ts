import { createServer, type Socket } from "node:net";
import type { Timeline } from "../timeline.ts";
import type { PrintEngine } from "./engine-types.ts";
import { type Intake, openIntake } from "./intake.ts";
import type { SlipBox } from "./paper-roll.ts";
import { startEngine } from "./print-engine.ts";
import type { PrinterCondition } from "./printer-status.ts";

/**
 * A receipt printer on the LAN (ESC/POS or Star over TCP, as on port 9100): one host at a time, others wait in line. When its 4 kB buffer
 * is full the host is not read any more.
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
	intake: Intake;
	isOn: boolean;
	bytesReceived: number;
	resetAt: number;
	engine: PrintEngine;
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
		intake: openIntake({
			engine: () => printer.engine,
			isStar: settings.isStar ?? false,
			say: (bytes) => say(printer, bytes),
			drained: () => printer.socket?.resume(),
		}),
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
			() => printer.intake.admit(),
			timeline,
		),
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
		powerCycle: () => powerCycle(printer),
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

function powerCycle(printer: Printer): void {
	printer.isOn = false;
	printer.intake.forget();
	printer.engine.powerCycle();
	for (const one of [printer.socket, ...printer.waiting]) one?.resetAndDestroy();
	printer.timeline.after(printer.settings.bootMs ?? 1_500, () => {
		printer.isOn = true;
	});
}

function say(printer: Printer, bytes: Uint8Array): void {
	if (printer.socket && !printer.socket.destroyed) printer.socket.write(bytes);
}

function take(printer: Printer, next: Socket): void {
	printer.socket = next;
	printer.intake.beginLink();
	next.on("data", (bytes: Buffer) => {
		const left = printer.resetAt - printer.bytesReceived;
		printer.bytesReceived += bytes.length;
		if (bytes.length >= left) {
			printer.resetAt = Infinity;
			printer.intake.arrive(bytes.subarray(0, Math.max(0, left)));
			next.resetAndDestroy();
			return;
		}
		// Paused before the bytes are passed on, so that the engine decides when the host goes on.
		next.pause();
		printer.intake.arrive(bytes);
	});
	next.on("close", () => {
		if (printer.socket !== next) return;
		printer.socket = undefined;
		printer.intake.forget();
		printer.engine.linkLost();
		const following = printer.waiting.shift();
		if (following) take(printer, following);
	});
	next.resume();
}
