/**
 * One cell of the matrix "exactly one valid receipt per job": two receipts, one fault at one byte, judged by the pile of slips. The printer's
 * tender, its driver and the flows are the real ones; printer, wire and clock are simulated. What the program says of a receipt is compared
 * with the paper:
 *
 *   lost      called printed, and no valid slip lies in the pile
 *   doubled   more than one valid slip
 *   stuck     nothing became of it in ten minutes
 */
import { createHash } from "node:crypto";
import { languages } from "../../drivers/printer/language/language.ts";
import { printerModels } from "../../drivers/printer/models.ts";
import { printerOptions } from "../../drivers/printer/options.ts";
import type { DrawBody } from "../../drivers/printer/printer.ts";
import type { ReceiptBody } from "../../drivers/printer/receipt/receipt.ts";
import { tendPrinter } from "../../src/floor/printers.ts";
import { type MemoryLedger, type Mistake, memoryLedger } from "./memory-ledger.ts";
import { type VirtualTime, virtualTime } from "./virtual-time.ts";
import { startWire, type Wire, type WireSettings } from "./wire.ts";

export const kinds = {
	"ESC/POS, network, numbered answers": {
		wire: { isCable: false, isClone: false, isStar: false },
		options: { host: "wire", model: "generic-80mm", confirm: "process-id" },
	},
	"ESC/POS, serial cable, GS r": {
		wire: { isCable: true, isClone: true, isStar: false },
		options: { port: "/dev/wire", baudRate: 38400, model: "generic-80mm", confirm: "gs-r" },
	},
	"ESC/POS, serial cable, numbered answers": {
		wire: { isCable: true, isClone: false, isStar: false },
		options: { port: "/dev/wire", baudRate: 38400, model: "generic-80mm", confirm: "process-id" },
	},
	"StarPRNT, network, counter": {
		wire: { isCable: false, isClone: false, isStar: true },
		options: { host: "wire", protocol: "star-prnt", model: "star-mc-print2" },
	},
} as const;
export type Kind = keyof typeof kinds;

export const faults = ["reset", "black hole", "half close", "power cycle", "paper out", "noise byte", "late answer", "kill -9"] as const;
export type Fault = (typeof faults)[number];

export interface Cell {
	kind: Kind;
	fault: Fault;
	/** A second receipt waits behind. */
	isFollowed: boolean;
	/** The till asks for the first again, three times. */
	isRetried: boolean;
	/** Bytes of the first receipt that reach the printer before the fault. */
	position: number;
	/** The first receipt takes seconds on the cable, so that a printer can be off and on again in its middle. */
	isLong?: boolean;
	mistake?: Mistake;
}

export interface Verdict {
	lost: number;
	doubled: number;
	stuck: number;
	/** Printed, as the program says, with one valid slip. */
	printed: number;
	inDoubt: number;
	/** In doubt, though a valid slip lies there: a person is asked in vain. */
	inVain: number;
	/** For people: what became of each receipt. */
	story: string;
}

const bytesPerRow = 8;
const pictureRows: Record<string, number> = { w: 8, a: 130, b: 24, l: 1_300 };

/** A receipt of random dots, so that no row can be taken for another. */
function bodyOf(document: string, kind: Kind, copy: number): ReceiptBody {
	const rows = pictureRows[document]!;
	const dots = new Uint8Array(rows * bytesPerRow);
	for (let row = 0; row < rows; row += 1)
		dots.set(createHash("sha256").update(`${document} ${copy} ${row}`).digest().subarray(0, bytesPerRow), row * bytesPerRow);
	const model = printerModels[kinds[kind].options.model]!;
	const language = languages[model.protocol];
	return { bytes: Buffer.concat([language.begin, language.printPicture({ bytesPerRow, rows, dots }, model)]), millimetres: rows / 8 };
}

const drawn = new Map<string, ReceiptBody>();

export function drawBody(kind: Kind): DrawBody {
	return (document, _, copy) => {
		const key = `${kind} ${document} ${copy}`;
		const body = drawn.get(key) ?? bodyOf(document, kind, copy);
		drawn.set(key, body);
		return body;
	};
}

const log = { info() {}, warn() {}, error() {} };
const mostMs = 600_000;
/** Longer than a printer is off, and the longest wait of a link that is opened again. */
const quietMs = 75_000;

interface World {
	kind: Kind;
	time: VirtualTime;
	wire: Wire;
	memory: MemoryLedger;
	program: { die(): void };
}

/** How fast the paper is, by position: slower, as fast and faster than the bytes come. */
const speeds = [60, 200, 1_000] as const;
const pick = <Value>(values: readonly Value[], position: number): Value => values[Math.floor(position / speeds.length) % values.length]!;

function openWorld(kind: Kind, position: number, mistake?: Mistake): World {
	let seed = position + 1;
	const time = virtualTime(() => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647);
	const settings: WireSettings = { ...kinds[kind].wire, millimetresPerSecond: speeds[position % speeds.length]! };
	const world = { kind, time, wire: startWire(settings, time), memory: memoryLedger("printer-1", mistake), program: { die() {} } };
	startProgram(world);
	return world;
}

function startProgram(world: World): void {
	const { ledger, die } = world.memory.program();
	const options = printerOptions.parse({ id: "printer-1", ...kinds[world.kind].options });
	tendPrinter(ledger, options, drawBody(world.kind), log, { open: world.wire.open, address: "wire" });
	world.program = { die };
}

function kill(world: World, carriesRest: boolean): void {
	world.program.die();
	world.time.killProgram();
	world.wire.programDies(carriesRest);
	world.time.after(2_000, () => startProgram(world));
}

function strike(world: World, { fault, position }: Cell): void {
	const { wire } = world;
	switch (fault) {
		case "reset":
			return wire.reset();
		case "black hole":
			return wire.blackHole(pick([3_000, 20_000, 60_000], position));
		case "half close":
			return wire.halfClose(pick([3_000, 20_000], position));
		case "power cycle":
			return wire.powerCycle(pick([1_000, 3_000, 30_000], position));
		case "paper out":
			return wire.paperOut(pick([1_000, 30_000, 200_000], position));
		case "noise byte":
			return wire.noise(pick([0x00, 0x12, 0x37, 0x10, 0xff, 0x23, 0x13], position));
		case "late answer":
			return wire.answersLate(pick([3_000, 12_000, 40_000], position));
		case "kill -9":
			return kill(world, pick([true, false], position));
	}
}

/** Goes on until `isOver` holds; false after ten minutes. */
async function goOn(world: World, isOver: () => boolean): Promise<boolean> {
	const endMs = world.time.now() + mostMs;
	while (!isOver()) if (!(await world.time.next(endMs))) return false;
	return true;
}

async function quiet(world: World): Promise<void> {
	const endMs = world.time.now() + quietMs;
	while (await world.time.next(endMs));
}

const isSettled = ({ memory }: World, id: string): boolean =>
	["printed", "sent", "in-doubt", "failed"].includes(memory.job(id)?.state ?? "");

/** How the receipts look whole, and how many bytes the first takes on a sound wire. */
export async function soundRun(kind: Kind): Promise<{ sums: Record<string, string>; bytes: number; longBytes: number }> {
	const world = openWorld(kind, 1);
	try {
		const sums: Record<string, string> = {};
		let [bytes, longBytes] = [0, 0];
		for (const id of ["w", "a", "b", "l"]) {
			const before = world.wire.arrived();
			world.memory.queue(id);
			await goOn(world, () => isSettled(world, id) && world.wire.slips.length === Object.keys(sums).length + 1);
			if (world.memory.job(id)?.state !== "printed") throw new Error(`${kind}: a sound printer left ${id} ${world.memory.job(id)?.state}`);
			sums[id] = world.wire.slips.at(-1)!.sha256;
			if (id === "a") bytes = world.wire.arrived() - before;
			if (id === "l") longBytes = world.wire.arrived() - before;
		}
		return { sums, bytes, longBytes };
	} finally {
		world.time.restore();
	}
}

export async function play(cell: Cell, sums: Record<string, string>): Promise<Verdict> {
	const world = openWorld(cell.kind, cell.position, cell.mistake);
	const { time, wire, memory } = world;
	try {
		memory.queue("w");
		await goOn(world, () => isSettled(world, "w") && wire.isIdle());
		wire.atByte(wire.arrived() + cell.position, () => strike(world, cell));
		const first = cell.isLong ? "l" : "a";
		memory.queue(first);
		if (cell.isFollowed) memory.queue("b");
		if (cell.isRetried) for (const ms of [500, 4_000, 30_000]) time.after(ms, () => memory.queue(first));
		const ids = cell.isFollowed ? ["w", first, "b"] : ["w", first];
		await goOn(world, () => ids.every((id) => isSettled(world, id)));
		await quiet(world);
		if (cell.isRetried) memory.queue(first);
		await goOn(world, () => wire.isIdle());
		await quiet(world);
		return judge(world, ids, sums);
	} finally {
		time.restore();
	}
}

function judge({ memory, wire }: World, ids: readonly string[], sums: Record<string, string>): Verdict {
	const verdict: Verdict = { lost: 0, doubled: 0, stuck: 0, printed: 0, inDoubt: 0, inVain: 0, story: "" };
	const story: string[] = [];
	for (const id of ids) {
		const { state, why } = memory.job(id)!;
		// The dots of a whole receipt and nothing else, cut off: whatever the printer lost besides. Words such as VOID are dots too.
		const valid = wire.slips.filter((slip) => slip.state !== "partial" && slip.sha256 === sums[id]).length;
		story.push(`${id} ${state}${why === null ? "" : ` (${why})`}, ${valid} valid`);
		if (state === "printed" && valid === 0) verdict.lost += 1;
		if (valid > 1) verdict.doubled += 1;
		if (state === "printed" && valid === 1) verdict.printed += 1;
		if (state === "in-doubt" || state === "failed") verdict.inDoubt += 1;
		if ((state === "in-doubt" || state === "failed") && valid === 1) verdict.inVain += 1;
		if (!["printed", "in-doubt", "failed"].includes(state)) verdict.stuck += 1;
	}
	story.push(`${wire.slips.length} slips: ${wire.slips.map((slip) => slip.state).join(" ")}`);
	return { ...verdict, story: story.join("; ") };
}
