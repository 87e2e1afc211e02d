import type { PrintEngine } from "./engine-types.ts";
import { realTimeLength } from "./escpos-commands.ts";
import { realTimeStatus } from "./printer-status.ts";

/**
 * Where bytes come into a printer, whatever the plug: real-time commands (DLE EOT, DLE ENQ, DLE DC4) are obeyed where they arrive, also
 * inside a picture, as firmware does; everything else passes the engine's buffer, and what does not fit waits outside.
 */
export interface Intake {
	arrive(bytes: Uint8Array): void;
	/** Passes on as much as the buffer takes. */
	admit(): void;
	/** Bytes that arrived and found no room. */
	waiting(): number;
	/** Drops bytes that wait outside: the link ended, or the power. */
	forget(): void;
	/** Another host is plugged in: half a real-time command of the one before is none. */
	beginLink(): void;
}

interface IntakeDeps {
	engine(): PrintEngine;
	isStar: boolean;
	say(bytes: Uint8Array): void;
	/** Nothing waits any more. */
	drained(): void;
}

interface State {
	deps: IntakeDeps;
	outside: Buffer;
	realTimeTail: Buffer;
	isAdmitting: boolean;
}

export function openIntake(deps: IntakeDeps): Intake {
	const state: State = { deps, outside: Buffer.alloc(0), realTimeTail: Buffer.alloc(0), isAdmitting: false };
	return {
		arrive(bytes) {
			state.outside = Buffer.concat([state.outside, bytes]);
			admit(state);
		},
		admit: () => admit(state),
		waiting: () => state.outside.length,
		forget() {
			state.outside = Buffer.alloc(0);
		},
		beginLink() {
			state.realTimeTail = Buffer.alloc(0);
		},
	};
}

function admit(state: State): void {
	if (state.isAdmitting) return;
	state.isAdmitting = true;
	const { deps } = state;
	while (state.outside.length > 0 && deps.engine().room() > 0) {
		const piece = state.outside.subarray(0, deps.engine().room());
		state.outside = state.outside.subarray(piece.length);
		if (deps.isStar) obeyStarRealTime(state, piece);
		else obeyRealTime(state, piece);
		deps.engine().receive(piece);
	}
	state.isAdmitting = false;
	if (state.outside.length === 0) deps.drained();
}

function obeyRealTime(state: State, piece: Buffer): void {
	let bytes = Buffer.concat([state.realTimeTail, piece]);
	for (let at = bytes.indexOf(0x10); at >= 0; at = bytes.indexOf(0x10)) {
		bytes = bytes.subarray(at);
		const length = realTimeLength(bytes);
		if (length === undefined || bytes.length < length) break;
		if (length > 0) realTime(state.deps, bytes.subarray(0, length));
		bytes = bytes.subarray(Math.max(1, length));
	}
	state.realTimeTail = bytes[0] === 0x10 ? Buffer.from(bytes) : Buffer.alloc(0);
}

/** ESC ACK SOH: the status, wherever it arrives. */
function obeyStarRealTime(state: State, piece: Buffer): void {
	const bytes = Buffer.concat([state.realTimeTail, piece]);
	const question = Buffer.of(0x1b, 0x06, 0x01);
	for (let at = bytes.indexOf(question); at >= 0; at = bytes.indexOf(question, at + 3)) state.deps.engine().sayStatus();
	state.realTimeTail = Buffer.from(bytes.subarray(-2));
}

function realTime({ engine, say }: IntakeDeps, command: Uint8Array): void {
	if (command[1] === 0x04) {
		const answer = realTimeStatus(engine().condition(), command[2]!);
		if (answer !== undefined) say(Uint8Array.of(answer));
	} else if (command[1] === 0x05) {
		if (command[2] === 1 || command[2] === 2) engine().recover(command[2]);
	} else if (command[2] === 0x01) engine().openDrawer();
	else if (command[2] === 0x07) engine().sayStatus();
	else if (command[2] === 0x08) {
		engine().recover(2);
		say(Uint8Array.of(0x37, 0x25, 0x00));
	}
}
