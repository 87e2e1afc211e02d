/**
 * Records what passes between the box and one device, for somebody who looks for a fault or teaches a scanner. While nobody reads,
 * nothing is recorded: bytes are kept for a quarter of a minute after the last `read`, at most the newest 64 kB.
 */
import type { OpenPort } from "./port.ts";
import { recordingPort, type TraceStep } from "./trace-port.ts";

export interface TapPage {
	items: (TraceStep & { n: number })[];
	/** For `after` of the next read. */
	next: number;
	/** Steps that were dropped because nobody read them in time. */
	lost: number;
}

export interface Tap {
	over(open: OpenPort): OpenPort;
	/** The steps after number `after`; the first read starts the recording. */
	read(after: number): TapPage;
}

export interface TapOptions {
	/** Replaces what nobody may keep, such as a payment card's number, by text of the same length. */
	mask(text: string): string;
	/** The bytes are the kernel's events of keys: masked by the keys, and kept in longer steps. */
	maskBytes?: (bytes: Uint8Array) => Uint8Array;
	/** USB reports are messages; bytes of a line belong together until it is silent. */
	areMessages?: boolean;
	nowMs?: () => number;
}

const readWithinMs = 15_000;
/** A step ends with so much silence. */
const silentMs = 200;
const mostBytes = 64 * 1024;
const mostStepBytes = 4_096;
const mostSteps = 2_000;
/** The longest number to be masked may not be split over two steps. */
const keptBack = 32;
/** The limits for events of keys, of which a character takes up to 25, each of 24 bytes. */
const keyBytes = { step: 24 * 1_700, keptBack: 24 * 500 } as const;

interface Listening {
	options: TapOptions;
	nowMs: () => number;
	steps: (TraceStep & { n: number })[];
	bytes: number;
	n: number;
	dropped: number;
	held: { direction: TraceStep["direction"]; bytes: Uint8Array; timer: NodeJS.Timeout } | undefined;
	readAtMs: number;
}

export function createTap(options: TapOptions): Tap {
	const listening: Listening = {
		options,
		nowMs: options.nowMs ?? (() => performance.now()),
		steps: [],
		bytes: 0,
		n: 0,
		dropped: 0,
		held: undefined,
		readAtMs: Number.NEGATIVE_INFINITY,
	};
	return {
		over: (open) => async () => recordingPort(await open(), (step) => hear(listening, step)),
		read(after) {
			listening.readAtMs = listening.nowMs();
			const items = listening.steps.filter(({ n }) => n > after);
			const lost = Math.max(0, (items[0]?.n ?? after + 1) - after - 1);
			return { items, next: items.at(-1)?.n ?? Math.min(after, listening.n), lost: after === 0 ? listening.dropped : lost };
		},
	};
}

function hear(listening: Listening, { direction, bytes }: TraceStep): void {
	if (listening.nowMs() - listening.readAtMs > readWithinMs) return forget(listening);
	if (listening.options.areMessages) return keep(listening, direction, bytes);
	const { held } = listening;
	if (held && held.direction !== direction) flush(listening, 0);
	const before = listening.held;
	clearTimeout(before?.timer);
	const timer = setTimeout(() => flush(listening, 0), silentMs);
	timer.unref();
	listening.held = { direction, bytes: before ? Buffer.concat([before.bytes, bytes]) : bytes, timer };
	const most = listening.options.maskBytes ? keyBytes : { step: mostStepBytes, keptBack };
	while (listening.held && listening.held.bytes.length > most.step + most.keptBack) flush(listening, most.step);
}

/** Nobody reads any more. */
function forget(listening: Listening): void {
	clearTimeout(listening.held?.timer);
	listening.held = undefined;
	listening.steps = [];
	listening.bytes = 0;
	listening.dropped = 0;
}

/** Makes a step of what is held; of a run that goes on, of its first bytes only. 0: of all. */
function flush(listening: Listening, bytes: number): void {
	const { held } = listening;
	if (!held) return;
	const masked = maskedOf(held.bytes, listening.options);
	const whole = bytes === 0 ? masked : masked.subarray(0, bytes);
	keep(listening, held.direction, whole, true);
	if (bytes > 0) held.bytes = masked.subarray(bytes);
	else {
		clearTimeout(held.timer);
		listening.held = undefined;
	}
}

function keep(listening: Listening, direction: TraceStep["direction"], bytes: Uint8Array, isMasked = false): void {
	listening.n += 1;
	const shown = isMasked ? Uint8Array.from(bytes) : maskedOf(bytes, listening.options);
	listening.steps.push({ n: listening.n, direction, bytes: shown });
	listening.bytes += shown.length;
	while (listening.bytes > mostBytes || listening.steps.length > mostSteps) {
		listening.bytes -= listening.steps.shift()!.bytes.length;
		listening.dropped += 1;
	}
}

/** Seven bits are looked at, so that a line with parity hides what it carries too. */
function maskedOf(bytes: Uint8Array, { mask, maskBytes }: TapOptions): Uint8Array {
	if (maskBytes) return maskBytes(bytes);
	const text = String.fromCharCode(...bytes.map((byte) => byte & 0x7f));
	const masked = mask(text);
	return Uint8Array.from(bytes, (byte, at) => (masked[at] === text[at] ? byte : masked.charCodeAt(at)));
}
