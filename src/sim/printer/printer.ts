import { createServer, type Socket } from "node:net";
import type { Timeline } from "../timeline.ts";
import { realTimeLength } from "./escpos-commands.ts";
import type { SlipBox } from "./paper-roll.ts";
import { type PrintEngine, startEngine } from "./print-engine.ts";
import { type PrinterCondition, realTimeStatus } from "./printer-status.ts";

/**
 * A receipt printer on the LAN (ESC/POS over TCP, as on port 9100): one host at a time, others wait in line.
 * Real-time commands (DLE EOT, DLE ENQ, DLE DC4) are obeyed where they arrive, also inside a picture, as firmware does;
 * everything else passes the 4 kB buffer, and when that is full the host is not read any more.
 */
export interface PrinterSettings {
	id: string;
	millimetresPerSecond?: number;
	paperRows?: number;
	nearEndRows?: number;
	isClone?: boolean;
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

export async function startPrinter(settings: PrinterSettings, box: SlipBox, timeline: Timeline): Promise<VirtualPrinter> {
	const host = "127.0.0.1";
	const rollRows = settings.paperRows ?? fullRollRows;
	let socket: Socket | undefined;
	let waiting: Socket[] = [];
	let notYetRead: Buffer = Buffer.alloc(0);
	let realTimeTail: Buffer = Buffer.alloc(0);
	let isOn = true;
	let bytesReceived = 0;
	let resetAt = Infinity;

	const say = (bytes: Uint8Array): void => {
		if (socket && !socket.destroyed) socket.write(bytes);
	};

	const engine = startEngine(
		{
			id: settings.id,
			millimetresPerSecond: settings.millimetresPerSecond ?? 200,
			paperRows: rollRows,
			nearEndRows: settings.nearEndRows ?? 8 * 1_500,
			isClone: settings.isClone ?? false,
		},
		box,
		say,
		() => admit(),
		timeline,
	);

	let isAdmitting = false;
	/** Lets in as much as the buffer takes; the rest stays outside, and the host feels it. */
	const admit = (): void => {
		if (isAdmitting) return;
		isAdmitting = true;
		while (notYetRead.length > 0 && engine.room() > 0) {
			const piece = notYetRead.subarray(0, engine.room());
			notYetRead = notYetRead.subarray(piece.length);
			obeyRealTime(piece);
			engine.receive(piece);
		}
		isAdmitting = false;
		if (notYetRead.length === 0) socket?.resume();
	};

	const obeyRealTime = (piece: Buffer): void => {
		let bytes = Buffer.concat([realTimeTail, piece]);
		for (let at = bytes.indexOf(0x10); at >= 0; at = bytes.indexOf(0x10)) {
			bytes = bytes.subarray(at);
			const length = realTimeLength(bytes);
			if (length === undefined || bytes.length < length) break;
			if (length > 0) realTime(bytes.subarray(0, length));
			bytes = bytes.subarray(Math.max(1, length));
		}
		realTimeTail = bytes[0] === 0x10 ? Buffer.from(bytes) : Buffer.alloc(0);
	};

	const realTime = (command: Uint8Array): void => {
		if (command[1] === 0x04) {
			const answer = realTimeStatus(engine.condition(), command[2]!);
			if (answer !== undefined) say(Uint8Array.of(answer));
		} else if (command[1] === 0x05) {
			if (command[2] === 1 || command[2] === 2) engine.recover(command[2]);
		} else if (command[2] === 0x01) engine.openDrawer();
		else if (command[2] === 0x07) engine.sayStatus();
		else if (command[2] === 0x08) {
			engine.recover(2);
			say(Uint8Array.of(0x37, 0x25, 0x00));
		}
	};

	const take = (next: Socket): void => {
		socket = next;
		realTimeTail = Buffer.alloc(0);
		next.on("data", (bytes: Buffer) => {
			const left = resetAt - bytesReceived;
			bytesReceived += bytes.length;
			notYetRead = Buffer.concat([notYetRead, bytes.subarray(0, Math.max(0, left))]);
			if (bytes.length >= left) {
				resetAt = Infinity;
				admit();
				next.resetAndDestroy();
				return;
			}
			// Paused before the engine looks, so that it is the engine that lets the host go on.
			next.pause();
			admit();
		});
		next.on("close", () => {
			if (socket !== next) return;
			socket = undefined;
			notYetRead = Buffer.alloc(0);
			engine.linkLost();
			const following = waiting.shift();
			if (following) take(following);
		});
		next.resume();
	};

	const server = createServer({ pauseOnConnect: true, noDelay: true }, (next) => {
		next.on("error", () => {});
		if (!isOn) return void next.resetAndDestroy();
		if (!socket) return take(next);
		waiting.push(next);
		next.on("close", () => {
			waiting = waiting.filter((one) => one !== next);
		});
	});
	await new Promise<void>((done, fail) => {
		server.once("error", fail);
		server.listen(0, host, done);
	});

	return {
		id: settings.id,
		host,
		port: (server.address() as { port: number }).port,
		paperOut: (afterRows = 0) => engine.loadPaper(afterRows),
		paperIn: (rows = rollRows) => engine.loadPaper(rows),
		coverOpen: () => engine.change({ coverOpen: true }),
		coverClose: () => engine.change({ coverOpen: false }),
		jamCutter: () => engine.jamAtNextCut(),
		powerCycle() {
			isOn = false;
			notYetRead = Buffer.alloc(0);
			engine.powerCycle();
			for (const one of [socket, ...waiting]) one?.resetAndDestroy();
			timeline.after(settings.bootMs ?? 1_500, () => {
				isOn = true;
			});
		},
		resetAfterBytes(bytes) {
			resetAt = bytesReceived + bytes;
		},
		sayNoise: say,
		tear: () => engine.tear(),
		facts: () => ({ ...engine.facts(), ...engine.condition(), bytesReceived, isConnected: socket !== undefined }),
		stop() {
			engine.tear();
			for (const one of [socket, ...waiting]) one?.destroy();
			return new Promise((done) => server.close(() => done()));
		},
	};
}
