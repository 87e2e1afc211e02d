/**
 * The virtual printer of src/sim at the end of a wire that fails at a byte: a network connection or a serial cable, in simulated time.
 *
 *   program ─▶ the system's buffer ─▶ wire, some bytes a millisecond ─▶ printer ─▶ paper ─▶ pile of slips
 *   program ◀───────────────────────── answers, later than they were said ◀──┘
 */
import type { OpenPort, Port } from "../../drivers/transport/port.ts";
import { DeviceTrouble } from "../../drivers/trouble.ts";
import type { PrintEngine } from "../../src/sim/printer/engine-types.ts";
import { type Intake, openIntake } from "../../src/sim/printer/intake.ts";
import { digestOf, type Slip, type SlipBox, type SlipState } from "../../src/sim/printer/paper-roll.ts";
import { startEngine } from "../../src/sim/printer/print-engine.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface WireSettings {
	isCable: boolean;
	isClone: boolean;
	isStar: boolean;
	millimetresPerSecond: number;
}

/** One opening of the port. */
interface Opening {
	/** The program has it open. */
	isOpen: boolean;
	/** Bytes the system took and the wire did not carry yet. */
	toPrinter: Buffer;
	closed(why: Error | undefined): void;
	hear(bytes: Uint8Array): void;
	/** Answers that the network holds back while nothing passes. */
	held: Uint8Array[];
}

export interface Wire {
	open: OpenPort;
	slips: readonly { sha256: string; state: SlipState }[];
	/** Bytes that reached the printer. */
	arrived(): number;
	/** Calls `act` when so many bytes have arrived, before the next one does. */
	atByte(position: number, act: () => void): void;
	isIdle(): boolean;
	/** The plug is out for a moment: what is under way is lost, and both ends are told (a cable: only the program). */
	reset(): void;
	/** Nothing passes for so long, and nobody is told. A network carries it later; a cable has lost it. */
	blackHole(forMs: number): void;
	/** The printer's end says nothing any more. A network: it hung up, and still reads. A cable: for so long. */
	halfClose(forMs: number): void;
	powerCycle(offMs: number): void;
	paperOut(forMs: number): void;
	noise(byte: number): void;
	/** What the printer says in the next minute takes so long. */
	answersLate(byMs: number): void;
	/** The program is gone; its system carries what it took, or not. */
	programDies(carriesRest: boolean): void;
}

interface State {
	settings: WireSettings;
	time: VirtualTime;
	engine: PrintEngine;
	intake: Intake;
	slips: { sha256: string; state: SlipState }[];
	/** Who is connected to the printer; on a cable, whoever has the port open. */
	attached: Opening | undefined;
	waiting: Opening[];
	arrived: number;
	triggers: { position: number; act: () => void }[];
	isOn: boolean;
	isCut: boolean;
	isPulled: boolean;
	isMute: boolean;
	lateMs: number;
	isCarrying: boolean;
}

const lateForMs = 60_000;
const systemBufferBytes = 64 * 1024;
const rollRows = 10_000_000;

export function startWire(settings: WireSettings, time: VirtualTime): Wire {
	const slips: State["slips"] = [];
	const box: Pick<SlipBox, "drop"> = {
		drop({ state, rows }) {
			const sha256 = digestOf(rows);
			if (sha256 !== undefined) slips.push({ sha256, state });
			return undefined as Slip | undefined;
		},
	};
	const wire: State = {
		settings,
		time,
		engine: startEngine(
			{
				id: "printer-1",
				millimetresPerSecond: settings.millimetresPerSecond,
				paperRows: rollRows,
				nearEndRows: 0,
				isClone: settings.isClone,
				language: settings.isStar ? "star" : "esc-pos",
			},
			box as SlipBox,
			(bytes) => say(wire, bytes),
			() => wire.intake.admit(),
			time,
		),
		intake: openIntake({
			engine: () => wire.engine,
			isStar: settings.isStar,
			say: (bytes) => say(wire, bytes),
			drained: () => carry(wire),
		}),
		slips,
		attached: undefined,
		waiting: [],
		arrived: 0,
		triggers: [],
		isOn: true,
		isCut: false,
		isPulled: false,
		isMute: false,
		lateMs: 0,
		isCarrying: false,
	};
	return {
		open: () => openPort(wire),
		slips,
		arrived: () => wire.arrived,
		atByte: (position, act) => void wire.triggers.push({ position, act }),
		isIdle: () => (wire.attached?.toPrinter.length ?? 0) === 0 && wire.intake.waiting() === 0 && wire.engine.facts().buffered === 0,
		...faultsOf(wire),
	};
}

function faultsOf(wire: State): Omit<Wire, "open" | "slips" | "arrived" | "atByte" | "isIdle"> {
	const { time, settings, engine } = wire;
	return {
		reset() {
			wire.isPulled = settings.isCable;
			time.after(3_000, () => {
				wire.isPulled = false;
			});
			loseAll(wire, new Error("reset"));
		},
		blackHole(forMs) {
			wire.isCut = true;
			time.after(forMs, () => {
				wire.isCut = false;
				heal(wire);
			});
		},
		halfClose(forMs) {
			if (settings.isCable) {
				wire.isMute = true;
				time.after(forMs, () => {
					wire.isMute = false;
				});
			} else if (wire.attached) endOpening(wire.attached, undefined);
			carry(wire);
		},
		powerCycle(offMs) {
			wire.isOn = false;
			wire.intake.forget();
			engine.powerCycle();
			if (!settings.isCable) loseAll(wire, new Error("reset"));
			time.after(offMs, () => {
				wire.isOn = true;
			});
		},
		paperOut(forMs) {
			engine.loadPaper(0);
			time.after(forMs, () => engine.loadPaper(rollRows));
		},
		noise: (byte) => say(wire, Uint8Array.of(byte)),
		answersLate(byMs) {
			wire.lateMs = byMs;
			time.after(lateForMs, () => {
				wire.lateMs = 0;
			});
		},
		programDies(carriesRest) {
			for (const one of [wire.attached, ...wire.waiting]) {
				if (!one) continue;
				one.isOpen = false;
				if (!carriesRest) one.toPrinter = Buffer.alloc(0);
			}
			carry(wire);
		},
	};
}

function endOpening(opening: Opening, why: Error | undefined): void {
	if (!opening.isOpen) return;
	opening.isOpen = false;
	opening.closed(why);
}

/** Every connection is reset, and what is under way is lost. */
function loseAll(wire: State, why: Error): void {
	const all = [wire.attached, ...wire.waiting];
	wire.attached = undefined;
	wire.waiting = [];
	if (!wire.settings.isCable) {
		wire.intake.forget();
		wire.engine.linkLost();
	}
	for (const one of all) {
		if (!one) continue;
		one.toPrinter = Buffer.alloc(0);
		endOpening(one, why);
	}
}

async function openPort(wire: State): Promise<Port> {
	const { time, settings } = wire;
	await new Promise<void>((done) => time.after(5, done));
	if (wire.isPulled || (!settings.isCable && (wire.isCut || !wire.isOn))) throw new DeviceTrouble("port-lost", { port: "wire" });
	let onBytes: (bytes: Uint8Array) => void = () => {};
	let onClosed: (why: Error | undefined) => void = () => {};
	const opening: Opening = {
		isOpen: true,
		toPrinter: Buffer.alloc(0),
		closed: (why) => onClosed(why),
		hear: (bytes) => onBytes(bytes),
		held: [],
	};
	if (wire.attached) wire.waiting.push(opening);
	else attach(wire, opening);
	return {
		name: "wire",
		staysOpenWhenOff: settings.isCable,
		async write(bytes) {
			if (!opening.isOpen) throw new Error("closed");
			opening.toPrinter = Buffer.concat([opening.toPrinter, bytes]);
			carry(wire);
			const most = settings.isCable ? 0 : systemBufferBytes;
			while (opening.isOpen && opening.toPrinter.length > most) await new Promise<void>((done) => time.after(2, done));
			if (!opening.isOpen) throw new Error("closed");
		},
		onBytes: (listener) => void (onBytes = listener),
		onClosed: (listener) => void (onClosed = listener),
		async close() {
			if (!opening.isOpen) return;
			opening.isOpen = false;
			onClosed(undefined);
			carry(wire);
		},
	};
}

function attach(wire: State, opening: Opening): void {
	wire.attached = opening;
	wire.intake.beginLink();
	carry(wire);
}

/** Carries bytes while the printer takes them; a connection that the program left goes when its rest is carried. */
function carry(wire: State): void {
	if (wire.isCarrying) return;
	wire.isCarrying = true;
	wire.time.after(wire.settings.isCable ? 4 : 1, () => {
		wire.isCarrying = false;
		const { attached, settings } = wire;
		if (!attached || (wire.isCut && !settings.isCable)) return;
		if (attached.toPrinter.length === 0) {
			if (!attached.isOpen) detach(wire);
			return;
		}
		if (wire.intake.waiting() > 0) return; // `drained` calls again
		const nextTrigger = Math.min(...wire.triggers.map(({ position }) => position), Infinity);
		const piece = attached.toPrinter.subarray(0, Math.min(settings.isCable ? 16 : 64, nextTrigger - wire.arrived));
		attached.toPrinter = attached.toPrinter.subarray(piece.length);
		wire.arrived += piece.length;
		if (wire.isOn && !wire.isCut) wire.intake.arrive(piece);
		for (const { act } of wire.triggers.filter(({ position }) => position <= wire.arrived)) act();
		wire.triggers = wire.triggers.filter(({ position }) => position > wire.arrived);
		carry(wire);
	});
}

function detach(wire: State): void {
	if (!wire.settings.isCable) {
		wire.intake.forget();
		wire.engine.linkLost();
	}
	wire.attached = undefined;
	const next = wire.waiting.shift();
	if (next) attach(wire, next);
}

function heal(wire: State): void {
	const held = wire.attached?.held.splice(0) ?? [];
	for (const bytes of held) hear(wire, wire.attached!, bytes);
	carry(wire);
}

function say(wire: State, bytes: Uint8Array): void {
	const { attached, time, settings } = wire;
	if (!attached || !wire.isOn || wire.isMute) return;
	time.after(2 + wire.lateMs, () => {
		if (!wire.isCut) return hear(wire, attached, bytes);
		if (!settings.isCable) attached.held.push(bytes);
	});
}

/** A cable has no connections: who has it open now hears what was said to another. */
function hear(wire: State, to: Opening, bytes: Uint8Array): void {
	const listener = wire.settings.isCable ? wire.attached : to;
	if (listener?.isOpen) listener.hear(bytes);
}
