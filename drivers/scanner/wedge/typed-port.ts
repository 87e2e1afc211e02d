/**
 * A scanner that types like a keyboard, as if it were one on a line: its keys become the bytes of their signs in UTF-8, Enter becomes CR,
 * Tab TAB, so that framing, traces and the masking of payment cards are those of any serial scanner (serial.ts drives it).
 *
 *   raw port (evdev-port.ts)  events of 24 bytes  ─▶  typed port  34 30 30 36 … 0D  ─▶  runScanner
 *
 * Function keys come as characters of Unicode's private area, E0F1 for F1; the one that is set to stand for GS comes as GS. Where the
 * kernel lost events a character 01 stands, which no code has: the code is counted as garbled, not read with a hole.
 */
import type { Port } from "../../transport/port.ts";
import { eventCutter } from "./input-event.ts";
import { type Typed, typist } from "./keys-to-text.ts";
import type { KeyboardLayout } from "./layouts.ts";

export interface TypedPortOptions {
	/** The keyboard that the scanner is set to be. */
	layout: KeyboardLayout;
	/** "F12" where the scanner presses a function key for GS; anything else is a sign and is left to the reader. */
	gs?: string | undefined;
}

/** Ends that a scanner can give a code by keys. */
export const wedgeSuffixes = ["any", "cr", "tab", "none"] as const;

const functionKeysFrom = 0xe0f0;

export function typedPort(raw: Port, { layout, gs }: TypedPortOptions): Port {
	const events = eventCutter();
	const keys = typist(layout);
	const textOf = (typed: Typed): string => {
		if (typed.type === "sign") return typed.text;
		if (typed.type === "function") return typed.key === gs ? "\x1d" : String.fromCharCode(functionKeysFrom + Number(typed.key.slice(1)));
		return typed.type === "enter" ? "\r" : "\t";
	};
	return {
		name: raw.name,
		write: (bytes) => raw.write(bytes),
		onBytes(callback) {
			raw.onBytes((bytes) => {
				let text = "";
				for (const event of events.take(bytes)) {
					if (event.type === "lost") {
						keys.reset();
						text += "\x01";
						continue;
					}
					const typed = keys.press(event);
					if (typed) text += textOf(typed);
				}
				if (text !== "") callback(Buffer.from(text, "utf8"));
			});
		},
		onClosed: (callback) => raw.onClosed(callback),
		close: () => raw.close(),
	};
}
