import type { Challenge } from "./protocols/dialog-06.ts";
import type { ModbusRegisters } from "./protocols/modbus-rtu.ts";
import type { ScaleUnit } from "./units.ts";

/**
 * One language of scales. A session is one link: it sends what asks for a weight, and turns what comes back into messages.
 *
 *   runScale ── ask() ──▶ session ── send(bytes) ──▶ scale
 *   runScale ◀── hear(message) ── session ◀── take(bytes) ── scale
 *
 * A session is pure but for `send` and `hear`: no clock, no timers; what it holds of half a message is bounded.
 */
export type ScaleMessage =
	| { kind: "weight"; milligrams: number; settled: boolean }
	/** It moves, or is not ready; the weight is unknown now. */
	| { kind: "busy" }
	| { kind: "overloaded" }
	| { kind: "underloaded" }
	/** The scale says itself that it is broken, or must be calibrated or set to zero. */
	| { kind: "fault" }
	/** It counts pieces, or shows a share of a reference in percent: there is no weight in what it says. */
	| { kind: "counting" }
	/** It weighs in a unit that is not the same weight everywhere (taels, tons): not converted. */
	| { kind: "unit"; unit: string }
	| { kind: "zeroed"; done: boolean }
	| { kind: "model"; text: string }
	| { kind: "serial"; text: string }
	/** It was switched off and on: its next weight need not continue the earlier ones. */
	| { kind: "restarted" }
	/** Understood, and not used here. */
	| { kind: "other" }
	| { kind: "garbled" };

export interface ScaleSession {
	/** Asks for the weight; a scale that sends by itself is asked nothing. Must change nothing in the scale. */
	ask(): void;
	/** Asks once for its names, after it has spoken; returns how many questions that were. Left out where the language has none. */
	askNames?(): number;
	/** Sets zero. Left out where the language cannot. */
	zero?(): void;
	take(bytes: Uint8Array): void;
}

export interface SessionDeps {
	send(bytes: Uint8Array): void;
	hear(message: ScaleMessage): void;
	/** Unit of numbers that come without one. */
	unit: ScaleUnit;
	/** Where a Modbus transmitter keeps what. */
	modbus?: ModbusRegisters | undefined;
	/** The question that a scale with Dialog 06 asks of the program. */
	challenge?: Challenge | undefined;
}

export interface ScaleProtocol {
	/** For people: "MT-SICS". */
	title: string;
	/** As its devices leave the factory. */
	line: { baudRate: number; dataBits: 7 | 8; parity: "none" | "even" | "odd" };
	/** Unit of numbers that come without one, unless the installer says another. */
	unit: ScaleUnit;
	open(deps: SessionDeps): ScaleSession;
}

export const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
