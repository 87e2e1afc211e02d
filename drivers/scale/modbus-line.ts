/**
 * Several Modbus transmitters on one line (RS-485, or a gateway that passes Modbus RTU through): one port, one question at a time. Each
 * transmitter's driver has a port of its own here, and knows nothing of the others.
 *
 *          a question waits                     its answer came, or patience is over
 *   idle ───────────────────▶ turn of a slave ──────────────────────────────────────▶ pause (3.5 characters) ──▶ idle
 *
 * The turns go round. A slave that does not answer sits out, longer each time, so that a silent one takes little of the others' time. An
 * answer that comes after its turn is dropped, because in the next turn it could be read as another one's weight; its slave is given more
 * time from then on. A second question within an answer (its status) follows in the same turn.
 *
 * Source: MODBUS over Serial Line 1.02, 2.4 (one master, unicast) and 2.5.1.1 (silence of 3.5 characters between frames).
 */
import type { OpenPort, Port } from "../transport/port.ts";
import { DeviceTrouble } from "../trouble.ts";
import { modbusCrc } from "./protocols/modbus-rtu.ts";

export interface ModbusLine {
	/** A port on which only this slave is heard. The line is opened with its first port and closed with its last. */
	open(slave: number): OpenPort;
}

const usualPatienceMs = 250;
/** The driver calls a question lost after so long; a slower slave could never be read. */
const longestPatienceMs = 900;
const shortestSitOutMs = 250;
const longestSitOutMs = 5_000;

interface Member {
	slave: number;
	question: Uint8Array | undefined;
	/** Ends the promise of `write`. */
	taken: () => void;
	patienceMs: number;
	/** Questions in a row that were not answered. */
	missed: number;
	sitsOutUntilMs: number;
	/** The slave's next turn is for a second question, and follows at once. */
	asksOnceMore: boolean;
	onBytes(bytes: Uint8Array): void;
	onClosed(why: Error | undefined): void;
	isOpen: boolean;
}

interface Turn {
	member: Member;
	question: Uint8Array;
	held: Uint8Array;
	isEchoOver: boolean;
	isSecond: boolean;
}

interface Line {
	openPort: OpenPort;
	baudRate: number;
	opening: Promise<Port> | undefined;
	closing: Promise<void>;
	port: Port | undefined;
	/** In the order of their turns. */
	members: Member[];
	turn: Turn | undefined;
	isPausing: boolean;
	timer: NodeJS.Timeout | undefined;
}

export function shareModbusLine(openPort: OpenPort, baudRate: number): ModbusLine {
	const line: Line = {
		openPort,
		baudRate,
		opening: undefined,
		closing: Promise.resolve(),
		port: undefined,
		members: [],
		turn: undefined,
		isPausing: false,
		timer: undefined,
	};
	return { open: (slave) => () => join(line, slave) };
}

async function join(line: Line, slave: number): Promise<Port> {
	line.opening ??= openLine(line).catch((error: unknown) => {
		line.opening = undefined;
		throw error;
	});
	const port = await line.opening;
	if (line.port !== port) throw new DeviceTrouble("port-lost", { port: port.name });
	const member: Member = {
		slave,
		question: undefined,
		taken: () => {},
		patienceMs: usualPatienceMs,
		missed: 0,
		sitsOutUntilMs: Number.NEGATIVE_INFINITY,
		asksOnceMore: false,
		onBytes: () => {},
		onClosed: () => {},
		isOpen: true,
	};
	line.members.push(member);
	return portOf(line, port, member);
}

function portOf(line: Line, port: Port, member: Member): Port {
	return {
		name: port.name,
		...(port.staysOpenWhenOff && { staysOpenWhenOff: true }),
		write(bytes) {
			if (!member.isOpen) return Promise.reject(new Error(`${port.name} is closed`));
			member.taken(); // a question that had no turn yet is replaced
			return new Promise((resolve) => {
				member.question = Uint8Array.from(bytes);
				member.taken = resolve;
				go(line);
			});
		},
		onBytes: (callback) => void (member.onBytes = callback),
		onClosed: (callback) => void (member.onClosed = callback),
		async close() {
			if (!member.isOpen) return;
			line.members = line.members.filter((other) => other !== member);
			if (line.turn?.member === member) endTurn(line);
			leave(member, undefined);
			if (line.members.length > 0 || line.port !== port) return;
			forget(line);
			line.closing = port.close();
			await line.closing;
		},
	};
}

async function openLine(line: Line): Promise<Port> {
	await line.closing;
	const port = await line.openPort();
	line.port = port;
	port.onBytes((bytes) => take(line, bytes));
	port.onClosed((why) => {
		if (line.port !== port) return;
		const { members } = line;
		line.members = [];
		forget(line);
		for (const member of members) leave(member, why);
	});
	return port;
}

function leave(member: Member, why: Error | undefined): void {
	member.isOpen = false;
	member.taken();
	member.onClosed(why);
}

function forget(line: Line): void {
	clearTimeout(line.timer);
	line.port = undefined;
	line.opening = undefined;
	line.turn = undefined;
	line.isPausing = false;
}

const wireMs = (line: Line, bytes: number): number => Math.ceil((11_000 * bytes) / line.baudRate);
/** The longest answer to our questions: two registers. */
const answerBytes = 9;

/** Gives the next turn, if the line is free. */
function go(line: Line): void {
	if (line.turn || line.isPausing || !line.port) return;
	clearTimeout(line.timer);
	const nowMs = performance.now();
	const waiting = line.members.filter(({ question }) => question);
	const member = waiting.find(({ sitsOutUntilMs }) => sitsOutUntilMs <= nowMs);
	if (member) return begin(line, member);
	const soonestMs = Math.min(...waiting.map(({ sitsOutUntilMs }) => sitsOutUntilMs));
	if (soonestMs < Infinity) line.timer = setTimeout(() => go(line), Math.max(1, soonestMs - nowMs));
}

function begin(line: Line, member: Member): void {
	const question = member.question!;
	const isSecond = member.asksOnceMore;
	member.question = undefined;
	member.asksOnceMore = false;
	line.members = [...line.members.filter((other) => other !== member), member];
	line.turn = { member, question, held: new Uint8Array(), isEchoOver: false, isSecond };
	line.timer = setTimeout(() => missTurn(line), member.patienceMs + wireMs(line, question.length + answerBytes));
	line.port!.write(question).catch(() => {}); // a port that is lost says so through onClosed
	member.taken();
}

function missTurn(line: Line): void {
	const { member, held } = line.turn!;
	if (held.length > 0) member.onBytes(held);
	member.missed += 1;
	if (line.members.length > 1)
		member.sitsOutUntilMs = performance.now() + Math.min(longestSitOutMs, shortestSitOutMs * 2 ** (member.missed - 1));
	endTurn(line);
}

function endTurn(line: Line): void {
	clearTimeout(line.timer);
	line.turn = undefined;
	line.isPausing = true;
	line.timer = setTimeout(
		() => {
			line.isPausing = false;
			go(line);
		},
		Math.max(2, wireMs(line, 3.5)),
	);
}

function take(line: Line, bytes: Uint8Array): void {
	const { turn } = line;
	if (!turn) return givePatience(line, bytes[0]);
	turn.held = Buffer.concat([turn.held, bytes]);
	for (let used = -1; line.turn === turn && turn.held.length > 0 && (used = takeFirst(line, turn)) > 0; )
		turn.held = turn.held.subarray(used);
}

/** The slave of an answer that came after its turn. */
function givePatience({ members }: Line, slave: number | undefined): void {
	const late = members.find((member) => member.slave === slave && member.missed > 0);
	if (late) late.patienceMs = Math.min(longestPatienceMs, late.patienceMs * 2);
}

/** Bytes that were used up: a frame, our question as the cable gives it back, or one byte that begins neither; 0 waits for more. */
function takeFirst(line: Line, turn: Turn): number {
	const { held, question, member } = turn;
	if (!turn.isEchoOver && held.every((byte, at) => at >= question.length || byte === question[at])) {
		if (held.length < question.length) return 0;
		turn.isEchoOver = true;
		return question.length;
	}
	const from = line.members.find(({ slave }) => slave === held[0]);
	const length = from && frameLength(held);
	if (length === "needs-more" || (typeof length === "number" && held.length < length)) return 0;
	if (length === undefined || modbusCrc(held.subarray(0, length)) !== 0) {
		member.onBytes(held.subarray(0, 1));
		return 1;
	}
	if (from !== member) {
		givePatience(line, held[0]);
		return length;
	}
	answer(line, turn, held.slice(0, length));
	return length;
}

/** Of an answer of functions 3 and 4, or of a refusal; undefined: no such frame. */
function frameLength(held: Uint8Array): number | "needs-more" | undefined {
	const [, code, bytes] = held;
	if (code === undefined) return "needs-more";
	if (code === 0x83 || code === 0x84) return 5;
	if (code !== 0x03 && code !== 0x04) return undefined;
	return bytes === undefined ? "needs-more" : 3 + bytes + 2;
}

function answer(line: Line, { member, isSecond }: Turn, frame: Uint8Array): void {
	member.missed = 0;
	member.sitsOutUntilMs = Number.NEGATIVE_INFINITY;
	clearTimeout(line.timer);
	member.onBytes(frame);
	if (line.turn?.member !== member) return; // its driver closed it
	endTurn(line);
	if (isSecond || !member.question) return;
	member.asksOnceMore = true;
	line.members = [member, ...line.members.filter((other) => other !== member)];
}
