import { createServer } from "node:net";
import type { Timeline } from "../timeline.ts";
import type { LabelPile } from "./label-pile.ts";
import { openZplReader, type ZplFormat, type ZplReader } from "./zpl-reader.ts";

/**
 * A printer of paper labels on the LAN (ZPL II, port 9100): one host at a time. A label that was stopped by the end of the paper or an open
 * head is printed anew and counted once; a power cut forgets all formats and keeps the count.
 */
export interface LabelPrinterSettings {
	id: string;
	millimetresPerSecond?: number;
	dotsPerMillimetre?: number;
	bootMs?: number;
	/** It does not know the number of labels that it has printed. */
	withoutCount?: boolean;
	/** It says nothing while its head is open or its paper out, as some firmware does. */
	silentWhenStopped?: boolean;
}

/** The printer's end of a cable or socket. */
export interface HostLine {
	on(event: "data", callback: (bytes: Buffer) => void): unknown;
	on(event: "end" | "close", callback: () => void): unknown;
	write(bytes: Uint8Array): unknown;
	end(): unknown;
	resetAndDestroy(): unknown;
	destroy(): unknown;
	readonly writable: boolean;
}

export interface LabelPrinterBody {
	readonly id: string;
	/** False: another host is plugged in, or it is off. */
	plug(line: HostLine): boolean;
	paperOut(): void;
	paperIn(): void;
	headOpen(): void;
	headClose(): void;
	/** The button on its front. */
	pause(): void;
	resume(): void;
	powerCycle(): void;
	/** The network fails once this many more bytes have come: the link is reset, ended by the printer, or takes bytes and answers nothing. */
	failAfterBytes(bytes: number, how: "reset" | "half-close" | "black-hole"): void;
	/** A person has it print its settings: a label that nobody sent, and that it counts. */
	printSettings(): void;
	/** The host reads bytes that nobody sent. */
	sayNoise(bytes: Uint8Array): void;
	facts(): { count: number; waiting: number; paperOut: boolean; headOpen: boolean; isPaused: boolean; isConnected: boolean };
	/** It is unplugged; a label under way stays half. */
	unplug(): void;
}

export interface VirtualLabelPrinter extends LabelPrinterBody {
	readonly host: string;
	readonly port: number;
	stop(): Promise<void>;
}

interface Printer {
	settings: LabelPrinterSettings;
	pile: LabelPile;
	timeline: Timeline;
	reader: ZplReader;
	line: HostLine | undefined;
	formats: ZplFormat[];
	/** The label under way; `end` cancels the timer of its end. */
	under: { format: ZplFormat; beganMs: number; lastsMs: number; end: () => void } | undefined;
	count: number;
	stopped: { paper: boolean; head: boolean; pause: boolean };
	isOn: boolean;
	isDeaf: boolean;
	bytesReceived: number;
	failAt: number;
	failHow: "reset" | "half-close" | "black-hole";
}

export async function startLabelPrinter(settings: LabelPrinterSettings, pile: LabelPile, timeline: Timeline): Promise<VirtualLabelPrinter> {
	const host = "127.0.0.1";
	const body = buildLabelPrinter(settings, pile, timeline);
	const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
		socket.on("error", () => {});
		if (!body.plug(socket)) socket.resetAndDestroy();
	});
	await new Promise<void>((done, fail) => {
		server.once("error", fail);
		server.listen(0, host, done);
	});
	return {
		...body,
		host,
		port: (server.address() as { port: number }).port,
		stop() {
			body.unplug();
			return new Promise((done) => server.close(() => done()));
		},
	};
}

/** The printer without a plug of its own. */
export function buildLabelPrinter(settings: LabelPrinterSettings, pile: LabelPile, timeline: Timeline): LabelPrinterBody {
	const printer: Printer = {
		settings,
		pile,
		timeline,
		reader: openZplReader({
			format: (format) => {
				printer.formats.push(format);
				printNext(printer);
			},
			tilde: (command) => tilde(printer, command),
			getValue: (name) => {
				const isKnown = name === "odometer.total_label_count" && !settings.withoutCount;
				say(printer, `"${isKnown ? printer.count : "?"}"\r\n`);
			},
		}),
		line: undefined,
		formats: [],
		under: undefined,
		count: 1_204,
		stopped: { paper: false, head: false, pause: false },
		isOn: true,
		isDeaf: false,
		bytesReceived: 0,
		failAt: Infinity,
		failHow: "reset",
	};
	const set = (what: keyof Printer["stopped"], is: boolean) => () => {
		printer.stopped[what] = is;
		if (is && what !== "pause") tear(printer, true);
		printNext(printer);
	};
	return {
		id: settings.id,
		plug(line) {
			if (!printer.isOn || printer.line) return false;
			serve(printer, line);
			return true;
		},
		paperOut: set("paper", true),
		paperIn: set("paper", false),
		headOpen: set("head", true),
		headClose: set("head", false),
		pause: set("pause", true),
		resume: set("pause", false),
		powerCycle: () => powerCycle(printer),
		failAfterBytes(bytes, how) {
			printer.failAt = printer.bytesReceived + bytes;
			printer.failHow = how;
		},
		printSettings() {
			printer.formats.push({ width: 400, rows: [new Uint8Array(50)], copies: 1 });
			printNext(printer);
		},
		sayNoise: (bytes) => void printer.line?.write(bytes),
		facts: () => ({
			count: printer.count,
			waiting: printer.formats.length,
			paperOut: printer.stopped.paper,
			headOpen: printer.stopped.head,
			isPaused: printer.stopped.pause,
			isConnected: printer.line !== undefined,
		}),
		unplug() {
			printer.under?.end();
			printer.line?.destroy();
		},
	};
}

const isStopped = ({ stopped }: Printer): boolean => stopped.paper || stopped.head || stopped.pause;

function serve(printer: Printer, line: HostLine): void {
	printer.line = line;
	printer.isDeaf = false;
	line.on("data", (bytes: Buffer) => {
		const left = printer.failAt - printer.bytesReceived;
		printer.bytesReceived += bytes.length;
		if (printer.isDeaf) return;
		if (bytes.length < left) return printer.reader.take(bytes);
		printer.failAt = Infinity;
		printer.reader.take(bytes.subarray(0, Math.max(0, left)));
		if (printer.failHow === "reset") line.resetAndDestroy();
		else if (printer.failHow === "half-close") line.end();
		printer.isDeaf = true;
	});
	line.on("end", () => line.end());
	line.on("close", () => {
		if (printer.line === line) printer.line = undefined;
	});
}

function say(printer: Printer, text: string): void {
	const { line, settings, stopped, isDeaf } = printer;
	if (isDeaf || (settings.silentWhenStopped && (stopped.paper || stopped.head))) return;
	if (line?.writable) line.write(Buffer.from(text, "latin1"));
}

function tilde(printer: Printer, command: string): void {
	if (command === "JA") printer.formats = printer.under ? printer.formats.slice(0, 1) : [];
	if (command !== "HS") return;
	const { stopped, formats, reader, under } = printer;
	const flag = (is: boolean): string => (is ? "1" : "0");
	const waiting = Math.max(0, formats.length - (under ? 1 : 0));
	const digits = (number: number, width: number): string => String(number).padStart(width, "0");
	say(
		printer,
		`\x02030,${flag(stopped.paper)},${flag(stopped.pause)},0245,${digits(waiting, 3)},0,0,${flag(reader.isInFormat())},000,0,0,0\x03\r\n` +
			`\x02001,0,${flag(stopped.head)},0,0,2,4,0,${digits(under ? 1 : 0, 8)},1,000\x03\r\n\x021234,0\x03\r\n`,
	);
}

function printNext(printer: Printer): void {
	const { formats, timeline, settings, pile } = printer;
	const format = formats[0];
	if (!format || printer.under || isStopped(printer) || !printer.isOn) return;
	const lastsMs = (1_000 * format.rows.length) / (settings.dotsPerMillimetre ?? 8) / (settings.millimetresPerSecond ?? 100);
	const end = timeline.after(lastsMs, () => {
		printer.under = undefined;
		printer.count += 1;
		pile.drop({ printer: settings.id, state: "whole", width: format.width, rows: format.rows });
		format.copies -= 1;
		if (format.copies === 0) printer.formats = printer.formats.filter((one) => one !== format);
		printNext(printer);
	});
	printer.under = { format, beganMs: timeline.now(), lastsMs, end };
}

/** The label under way stops where it is; it is printed anew later, or forgotten. */
function tear(printer: Printer, isKept: boolean): void {
	const { under, pile, settings, timeline } = printer;
	if (!under) return;
	under.end();
	printer.under = undefined;
	const { format } = under;
	const rows = Math.floor((format.rows.length * (timeline.now() - under.beganMs)) / Math.max(1, under.lastsMs));
	pile.drop({ printer: settings.id, state: "torn", width: format.width, rows: format.rows.slice(0, rows) });
	if (!isKept) printer.formats = printer.formats.filter((one) => one !== format);
}

function powerCycle(printer: Printer): void {
	tear(printer, false);
	printer.isOn = false;
	printer.formats = [];
	printer.reader.forget();
	printer.stopped.pause = false;
	printer.line?.resetAndDestroy();
	printer.timeline.after(printer.settings.bootMs ?? 1_500, () => {
		printer.isOn = true;
	});
}
