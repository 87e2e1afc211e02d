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
/** Settings in force, the data of a QR code among them; more are noise. */
const mostHeldSettingBytes = 65_536;
/** Fewer than the dots that `payOwedDots` fills up on the narrowest paper, however wide the picture is. */
const mostSliceBytes = 5_760;
const mostTextCharacters = 8_000;

/** Bytes that come in pieces as small as one: copied to where the ones before are, in room that doubles. */
interface Growing {
	room: Uint8Array;
	length: number;
}

const growing = (): Growing => ({ room: new Uint8Array(), length: 0 });

function append(to: Growing, piece: Uint8Array): void {
	const length = to.length + piece.length;
	if (length > to.room.length) {
		const larger = new Uint8Array(Math.max(256, 2 * to.room.length, length));
		larger.set(to.room.subarray(0, to.length));
		to.room = larger;
	}
	to.room.set(piece, to.length);
	to.length = length;
}

interface Reading {
	/** An incomplete command. */
	held: Growing;
	/** Before so many bytes are held, the command cannot be complete. */
	needs: number;
	settings: Map<string, Uint8Array>;
	settingBytes: number;
	/** The slip. */
	out: Growing;
	text: string;
	pulse: Uint8Array;
	hasInk: boolean;
	stored: { mode: number; picture: DotPicture } | undefined;
	unreadable: boolean;
}

export function rawReader(): RawReader {
	const reading: Reading = {
		held: growing(),
		needs: 0,
		settings: new Map(),
		settingBytes: 0,
		out: growing(),
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
	append(reading.held, bytes);
	// A picture of a megabyte that comes in pieces of a byte is looked at once, not once a byte.
	if (reading.held.length < reading.needs) return news;
	const held = reading.held.room.subarray(0, reading.held.length);
	let at = 0;
	reading.needs = 0;
	while (at < held.length) {
		const taken = takeCommand(held.subarray(at));
		if (taken === "needs-more") break;
		if ("needs" in taken) {
			reading.needs = taken.needs;
			break;
		}
		if ("unknown" in taken) return [...news, unreadable(reading, `the command ${taken.unknown} is not known`)];
		const piece = held.subarray(at, at + taken.length);
		at += taken.length;
		news.push(...take(reading, taken.command, piece));
		if (reading.unreadable) return news;
		if (reading.out.length > mostSlipBytes) return [...news, unreadable(reading, `a slip has more than ${mostSlipBytes} bytes`)];
	}
	reading.held = growing();
	append(reading.held, held.subarray(at));
	return news;
}

function unreadable(reading: Reading, why: string): RawNews {
	reading.unreadable = true;
	reading.held = growing();
	return { type: "unreadable", why };
}

type Known = Extract<ReturnType<typeof takeCommand>, { command: unknown }>["command"];

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
			reading.settingBytes = 0;
			add(reading, piece);
			return [];
		case "setting":
			reading.settingBytes += piece.length - (reading.settings.get(command.key)?.length ?? 0);
			reading.settings.delete(command.key);
			reading.settings.set(command.key, Uint8Array.from(piece));
			add(reading, piece);
			if (reading.settingBytes <= mostHeldSettingBytes) return [];
			return [unreadable(reading, `its settings have more than ${mostHeldSettingBytes} bytes`)];
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
			reading.pulse = piece[0] === 0x10 ? Uint8Array.of(0x1b, 0x70, piece[3]! & 1, 0x32, 0x64) : Uint8Array.from(piece);
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

const add = (reading: Reading, piece: Uint8Array): void => append(reading.out, piece);

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
	const { text, pulse, hasInk, settings } = reading;
	const bytes = reading.out.room.slice(0, hasInk ? reading.out.length : 0);
	reading.out = growing();
	reading.text = "";
	reading.pulse = new Uint8Array();
	reading.hasInk = false;
	const ahead = Buffer.concat([...settings.values()]);
	if (ahead.length <= mostSettingBytes) add(reading, ahead);
	if (!hasInk && pulse.length === 0) return undefined;
	return { bytes, text: text.trim(), pulse, hasInk };
}
