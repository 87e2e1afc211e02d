/**
 * Cuts what a till sends to port 9100 into slips. Each goes through the queue as a job of its own, without the till's cut and
 * drawer pulse: the gateway sends these itself once the paper is known to be printed.
 *
 * - A slip begins with the settings that were in force at its beginning: the till gave them before the slip that was cut before.
 * - Pictures are cut into slices as small as the gateway's own, so that the dots a printer still expects after a broken link can be
 * filled up.
 * - Questions are answered here and not sent to the printer: their answers would be taken for answers to the gateway's own
 * questions.
 */
import { type DotPicture, printPicture } from "../escpos.ts";
import { type RawQuestion, takeCommand } from "./commands.ts";

export interface RawSlip {
	/** For the printer; without cut, pulse and questions. */
	bytes: Uint8Array;
	/** The slip's text, for people. */
	text: string;
	/** The drawer pulse as the till sent it, for instance for pin 5; empty: none. */
	pulse: Uint8Array;
	hasInk: boolean;
}

export type RawNews =
	/** `inOrder`: asked after something printable of the unfinished slip; to be answered when that is printed. */
	| { type: "question"; question: RawQuestion; inOrder: boolean }
	| { type: "slip"; slip: RawSlip }
	/** The rest of this connection cannot be read. */
	| { type: "unreadable"; why: string };

export interface RawReader {
	feed(bytes: Uint8Array): RawNews[];
	/** Ends the unfinished slip, if it has something printable or a pulse. */
	end(): RawSlip | undefined;
	/** Bytes of an incomplete command. */
	isInCommand(): boolean;
	hasInk(): boolean;
}

/** A slip with more bytes is an endless loop of the till. */
const mostSlipBytes = 2 * 1024 * 1024;
const mostSettingBytes = 4_096;
/** Fewer than the dots that `payOwedDots` fills up on the narrowest paper, however wide the picture is. */
const mostSliceBytes = 5_760;
const mostTextCharacters = 8_000;

interface Reading {
	held: Uint8Array;
	settings: Map<string, Uint8Array>;
	pieces: Uint8Array[];
	bytes: number;
	text: string;
	pulse: Uint8Array;
	hasInk: boolean;
	stored: { mode: number; picture: DotPicture } | undefined;
	unreadable: boolean;
}

export function rawReader(): RawReader {
	const reading: Reading = {
		held: new Uint8Array(),
		settings: new Map(),
		pieces: [],
		bytes: 0,
		text: "",
		pulse: new Uint8Array(),
		hasInk: false,
		stored: undefined,
		unreadable: false,
	};
	return {
		feed: (bytes) => feed(reading, bytes),
		end: () => endSlip(reading),
		isInCommand: () => reading.held.length > 0,
		hasInk: () => reading.hasInk,
	};
}

function feed(reading: Reading, bytes: Uint8Array): RawNews[] {
	if (reading.unreadable) return [];
	const news: RawNews[] = [];
	const held = Buffer.concat([reading.held, bytes]);
	let at = 0;
	while (at < held.length) {
		const taken = takeCommand(held.subarray(at));
		if (taken === "needs-more") break;
		if ("unknown" in taken) return [...news, unreadable(reading, `the command ${taken.unknown} is not known`)];
		const piece = Uint8Array.from(held.subarray(at, at + taken.length));
		at += taken.length;
		news.push(...take(reading, taken.command, piece));
		if (reading.bytes > mostSlipBytes) return [...news, unreadable(reading, `a slip has more than ${mostSlipBytes} bytes`)];
	}
	reading.held = Uint8Array.from(held.subarray(at));
	return news;
}

function unreadable(reading: Reading, why: string): RawNews {
	reading.unreadable = true;
	reading.held = new Uint8Array();
	return { type: "unreadable", why };
}

type Known = Exclude<Exclude<ReturnType<typeof takeCommand>, string>, { unknown: string }>["command"];

function take(reading: Reading, command: Known, piece: Uint8Array): RawNews[] {
	switch (command.is) {
		case "ink":
			reading.hasInk = true;
			if (piece[0]! >= 0x20) say(reading, Buffer.from(piece).toString("latin1"));
			add(reading, piece);
			return [];
		case "feed":
			if (piece[0] === 0x0a || piece[0] === 0x1b) say(reading, "\n");
			else if (piece[0]! >= 0x20) say(reading, Buffer.from(piece).toString("latin1"));
			add(reading, piece);
			return [];
		case "reset":
			reading.settings.clear();
			add(reading, piece);
			return [];
		case "setting":
			reading.settings.delete(command.key);
			reading.settings.set(command.key, piece);
			add(reading, piece);
			return [];
		case "picture":
			drawPicture(reading, command.mode, command);
			return [];
		case "stored-picture":
			reading.stored = { mode: command.mode, picture: command };
			return [];
		case "print-stored":
			if (reading.stored) drawPicture(reading, reading.stored.mode, reading.stored.picture);
			return [];
		case "drawer":
			reading.pulse = piece[0] === 0x10 ? Uint8Array.of(0x1b, 0x70, piece[3]! & 1, 0x32, 0x64) : piece;
			return [];
		case "question":
			return [{ type: "question", question: command.question, inOrder: isInOrder(command.question) && reading.hasInk }];
		case "cut": {
			const slip = endSlip(reading);
			return slip ? [{ type: "slip", slip }] : [];
		}
		case "left-out":
			return [];
		default:
			return command satisfies never;
	}
}

const isInOrder = ({ ask }: RawQuestion): boolean => ask === "paper" || ask === "drawer" || ask === "fence";

function add(reading: Reading, piece: Uint8Array): void {
	reading.pieces.push(piece);
	reading.bytes += piece.length;
}

function say(reading: Reading, text: string): void {
	if (reading.text.length < mostTextCharacters) reading.text += text;
}

/** As slices of the gateway's size, doubled as the till asked. */
function drawPicture(reading: Reading, mode: number, picture: DotPicture): void {
	if (picture.rows === 0 || picture.bytesPerRow === 0) return;
	const slices = printPicture(picture, Math.max(1, Math.min(120, Math.floor(mostSliceBytes / picture.bytesPerRow))));
	for (let at = 0; at < slices.length; ) {
		const bytes = picture.bytesPerRow * (slices[at + 6]! + 256 * slices[at + 7]!);
		slices[at + 3] = mode;
		at += 8 + bytes;
	}
	add(reading, slices);
	reading.hasInk = true;
}

function endSlip(reading: Reading): RawSlip | undefined {
	const { pieces, text, pulse, hasInk, settings } = reading;
	reading.pieces = [];
	reading.bytes = 0;
	reading.text = "";
	reading.pulse = new Uint8Array();
	reading.hasInk = false;
	const ahead = Buffer.concat([...settings.values()]);
	if (ahead.length <= mostSettingBytes) add(reading, ahead);
	if (!hasInk && pulse.length === 0) return undefined;
	return { bytes: Buffer.concat(hasInk ? pieces : []), text: text.trim(), pulse, hasInk };
}
