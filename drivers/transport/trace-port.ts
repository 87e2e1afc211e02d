import type { Port } from "./port.ts";

/**
 * A trace is what passed between the box and one device, as text that can be mailed and read.
 *
 *   device:   Mettler-Toledo, MT-SICS level 0/1        head: key, colon, words
 *   origin:   written from the manual, not recorded    or: recorded from …
 *
 *   > 53 49 0d 0a                                      we sent;     after two blanks: words for people
 *   < 53 20 53 20 20 20                                it sent, one line is one piece
 *
 * Every other line is for people. The head must say the origin: a trace that was written and one that was recorded prove
 * different things.
 */
export interface Trace {
	head: Record<string, string>;
	steps: TraceStep[];
}

export interface TraceStep {
	direction: "sent" | "received";
	bytes: Uint8Array;
	note?: string;
}

const stepLine = /^([<>]) ([0-9a-fA-F]{2}(?: [0-9a-fA-F]{2})*)(?: {2,}(.*?))?\s*$/;
const headLine = /^([a-z][a-z -]*):\s+(.*?)\s*$/i;

/** Throws a SyntaxError that names the line. */
export function parseTrace(text: string): Trace {
	const trace: Trace = { head: {}, steps: [] };
	for (const [index, line] of text.split(/\r?\n/).entries()) {
		const step = stepLine.exec(line);
		if (step) {
			const note = step[3];
			trace.steps.push({
				direction: step[1] === ">" ? "sent" : "received",
				bytes: Uint8Array.from(Buffer.from(step[2]!.replaceAll(" ", ""), "hex")),
				...(note && { note }),
			});
			continue;
		}
		if (/^[<>]/.test(line)) throw new SyntaxError(`line ${index + 1} of the trace: bytes are pairs of hex digits, one blank between`);
		const head = headLine.exec(line);
		if (head && trace.steps.length === 0) trace.head[head[1]!.toLowerCase()] = head[2]!;
	}
	if (!trace.head["origin"]) throw new SyntaxError('a trace says its origin: "recorded" or "written from the manual, not recorded"');
	return trace;
}

/** The text `parseTrace` reads; notes stand in one column. */
export function formatTrace(trace: Trace): string {
	const keys = Object.keys(trace.head);
	const keyWidth = Math.max(9, ...keys.map((key) => key.length + 2));
	const head = keys.map((key) => `${key}:`.padEnd(keyWidth) + ` ${trace.head[key]}`.trimEnd());
	const lines = trace.steps.map((step) => ({ hex: `${step.direction === "sent" ? ">" : "<"} ${hexOf(step.bytes)}`, note: step.note }));
	const noteColumn = Math.min(60, Math.max(0, ...lines.map(({ hex }) => hex.length)));
	const body = lines.map(({ hex, note }) => (note ? `${hex.padEnd(noteColumn)}   ${note}` : hex));
	return [...head, "", ...body, ""].join("\n");
}

export interface TracePort extends Port {
	/** Resolves when every step was played; rejects when the driver wrote something else, or the port was closed before. */
	readonly played: Promise<void>;
}

/**
 * A port that plays the device's side of a trace and holds the driver to its own. What the device says before the first
 * thing we send comes as soon as somebody listens. Once all is played, further writes are taken in silence: a driver that
 * asks five times a second goes on asking.
 */
export function playTrace(trace: Trace): TracePort {
	const name = `trace of ${trace.head["device"] ?? "a device"}`;
	let at = 0;
	let matched = 0;
	let closed = false;
	let ended = false;
	let onBytes: ((bytes: Uint8Array) => void) | undefined;
	let onClosed: (why: Error | undefined) => void = () => {};
	const { promise: played, resolve, reject } = Promise.withResolvers<void>();
	played.catch(() => {}); // a test may look at the driver's reports only

	const playOn = (): void => {
		if (closed || !onBytes) return;
		const step = trace.steps[at];
		if (step?.direction === "received") {
			at += 1;
			onBytes(step.bytes);
			setImmediate(playOn); // a read of its own, as a cable would give it
		} else if (!step) {
			ended = true;
			resolve();
		}
	};

	const hold = (bytes: Uint8Array): void => {
		for (const byte of bytes) {
			const step = trace.steps[at];
			if (!step) return;
			const wanted = step.direction === "sent" ? step.bytes[matched] : undefined;
			if (wanted !== byte) {
				const error = new Error(
					wanted === undefined
						? `${name}: the driver wrote ${hexOf(bytes)} while the device was speaking (step ${at + 1})`
						: `${name}: the driver wrote ${hexOf(bytes)}, the trace has ${hexOf(step.bytes)} (step ${at + 1}, byte ${matched + 1})`,
				);
				reject(error);
				throw error;
			}
			matched += 1;
			if (matched === step.bytes.length) {
				matched = 0;
				at += 1;
			}
		}
	};

	return {
		name,
		played,
		async write(bytes) {
			if (closed) throw new Error(`${name} is closed`);
			if (ended) return;
			hold(bytes);
			setImmediate(playOn);
		},
		onBytes(callback) {
			onBytes = callback;
			setImmediate(playOn);
		},
		onClosed(callback) {
			onClosed = callback;
		},
		async close() {
			if (closed) return;
			closed = true;
			if (!ended) reject(new Error(`${name}: closed at step ${at + 1} of ${trace.steps.length}`));
			onClosed(undefined);
		},
	};
}

/** Wraps a port so that `sink` hears all that passes: what was recorded is a bug report and a regression test. */
export function recordingPort(port: Port, sink: (step: TraceStep) => void): Port {
	return {
		name: port.name,
		...(port.staysOpenWhenOff && { staysOpenWhenOff: true }),
		write(bytes) {
			sink({ direction: "sent", bytes: Uint8Array.from(bytes) });
			return port.write(bytes);
		},
		onBytes(callback) {
			port.onBytes((bytes) => {
				sink({ direction: "received", bytes: Uint8Array.from(bytes) });
				callback(bytes);
			});
		},
		onClosed: (callback) => port.onClosed(callback),
		close: () => port.close(),
	};
}

function hexOf(bytes: Uint8Array): string {
	return Buffer.from(bytes)
		.toString("hex")
		.replace(/..(?=.)/g, "$& ");
}
