import { inflateSync } from "node:zlib";
import type { Timeline } from "../../timeline.ts";
import { nameOf, panelBytes } from "./od-glass.ts";
import { flashBlob, type PanelFacts, selfPortrait, settingsFrames, unwrapper, wrap } from "./od-wire.ts";

/**
 * An OpenDisplay label on the LAN (protocol 2.x, an ESP32 on mains or battery), written from the protocol's facts.
 *
 *   free ── first client ──▶ held ── 70 ──▶ taking ── all bytes, 72 ──▶ refreshing ── busy fell ──▶ held
 *     ▲                       │ hangs up, or asks nothing for 30 s          │ 73, or 74 when busy never fell
 *     └───────────────────────┘                                            └ it hears nothing meanwhile
 *
 * It obeys one client. Whoever comes second, also from a phone over Bluetooth's side, finds the socket closed at once.
 */
export interface OdSettings {
	panel: PanelFacts;
	firmware: readonly [major: number, minor: number];
	sleepSeconds: number;
	batteryMv: number;
	celsius: number;
	/** The store's number in its names; absent: nobody wrote one. */
	number?: string;
	/** The time of a full refresh. */
	refreshMs: number;
	/** How long the firmware waits for its panel before it says 74. */
	panelPatienceMs: number;
}

/** The two ends of a socket as the label needs them. */
export interface OdSocket {
	send(frame: Uint8Array): void;
	hangUp(): void;
}

export interface OdGuest {
	receive(bytes: Uint8Array): void;
	left(): void;
}

export interface OdCounts {
	draws: number;
	turnedAway: number;
	refusals: number;
	brokenFrames: number;
	timeouts: number;
}

export interface OdLabel {
	readonly settings: OdSettings;
	/** The picture on the glass; undefined: that of the label's start. */
	readonly glass: Uint8Array | undefined;
	readonly counts: OdCounts;
	/** Names of the pictures after which it said 73, oldest first. */
	readonly drawnNames: readonly string[];
	/** Undefined: turned away, and the socket is closed. */
	answer(socket: OdSocket): OdGuest | undefined;
	/** Somebody with a phone holds it until they let go; false while another client does. */
	takenByPhone(): boolean;
	phoneLetsGo(): void;
	/** The phone draws; false when it does not hold the label. */
	phoneDraws(picture: Uint8Array): boolean;
	/** Power off and on: the glass shows the picture of its start. */
	reboot(): void;
	/** The network goes away under the client; the label notices as little as a label does. */
	cutLink(): void;
	/** The next refreshes never end: the firmware says 74. What the glass shows then is anybody's guess; here, by `isDrawn`. */
	jamPanel(times: number, isDrawn: boolean): void;
}

interface Taking {
	wanted: number;
	/** Compressed bytes so far, or the picture as it stands. */
	pieces: Buffer[];
	isZlib: boolean;
}

interface Board {
	settings: OdSettings;
	timeline: Timeline;
	glass: Uint8Array | undefined;
	counts: OdCounts;
	drawnNames: string[];
	holder: "phone" | { socket: OdSocket } | undefined;
	taking: Taking | undefined;
	isRefreshing: boolean;
	rebooted: boolean;
	jams: boolean[];
	counter: number;
	/** Frames that came over the socket during a refresh and are read afterwards. */
	unread: (() => void)[];
	/** Grows with every restart: what was on its way before has no effect. */
	life: number;
	forgetIdle: () => void;
	changed: () => void;
}

const idleMs = 30_000;
const sha = Buffer.from("0123456789abcdef0123456789abcdef01234567", "ascii");

/** `changed` is called whenever another picture stands on the glass. */
export function buildOdLabel(settings: OdSettings, timeline: Timeline, changed: () => void = () => {}): OdLabel {
	const board: Board = {
		settings,
		timeline,
		glass: undefined,
		counts: { draws: 0, turnedAway: 0, refusals: 0, brokenFrames: 0, timeouts: 0 },
		drawnNames: [],
		holder: undefined,
		taking: undefined,
		isRefreshing: false,
		rebooted: true,
		jams: [],
		counter: 0,
		unread: [],
		life: 0,
		forgetIdle: () => {},
		changed,
	};
	return {
		settings,
		get glass() {
			return board.glass;
		},
		counts: board.counts,
		drawnNames: board.drawnNames,
		answer: (socket) => answer(board, socket),
		takenByPhone() {
			if (board.holder !== undefined || board.isRefreshing) return false;
			board.holder = "phone";
			return true;
		},
		phoneLetsGo() {
			if (board.holder === "phone") board.holder = undefined;
		},
		phoneDraws(picture) {
			if (board.holder !== "phone") return false;
			board.glass = picture;
			board.rebooted = false;
			board.changed();
			return true;
		},
		reboot() {
			letGo(board);
			board.life += 1;
			board.isRefreshing = false;
			board.glass = undefined;
			board.rebooted = true;
			board.changed();
		},
		cutLink: () => letGo(board),
		jamPanel(times, isDrawn) {
			board.jams = Array.from({ length: times }, () => isDrawn);
		},
	};
}

function letGo(board: Board): void {
	const { holder } = board;
	board.taking = undefined;
	board.unread = [];
	board.forgetIdle();
	if (holder === undefined || holder === "phone") return;
	board.holder = undefined;
	holder.socket.hangUp();
}

function answer(board: Board, socket: OdSocket): OdGuest | undefined {
	if (board.holder !== undefined) {
		board.counts.turnedAway += 1;
		socket.hangUp();
		return undefined;
	}
	const holder = { socket };
	board.holder = holder;
	const unwrap = unwrapper();
	listenOn(board);
	const say: Say = (...parts) => socket.send(wrap(...parts));
	const read = (bytes: Uint8Array): void => {
		if (board.holder !== holder) return;
		// The processor waits for the panel; the socket keeps what comes.
		if (board.isRefreshing) return void board.unread.push(() => read(bytes));
		const frames = unwrap(bytes);
		if (frames === "broken") {
			board.counts.brokenFrames += 1;
			return letGo(board);
		}
		for (const frame of frames) {
			if (board.holder !== holder) return;
			if (board.isRefreshing) board.unread.push(() => board.holder === holder && obey(board, frame, say));
			else obey(board, frame, say);
		}
	};
	return {
		receive: read,
		left() {
			if (board.holder !== holder) return;
			board.holder = undefined;
			board.taking = undefined;
			board.unread = [];
			board.forgetIdle();
		},
	};
}

/** Nothing asked for half a minute: the link is given up. A refresh is not counted. */
function listenOn(board: Board): void {
	board.forgetIdle();
	board.forgetIdle = board.timeline.after(idleMs, () => {
		if (board.isRefreshing) listenOn(board);
		else letGo(board);
	});
}

type Say = (...parts: (number | Uint8Array)[]) => void;

function obey(board: Board, frame: Buffer, say: Say): void {
	if (frame.length < 2 || frame[0] !== 0x00) {
		board.counts.brokenFrames += 1;
		return;
	}
	listenOn(board);
	const { settings, counts } = board;
	const rest = frame.subarray(2);
	const refuse = (opcode: number): void => {
		counts.refusals += 1;
		board.taking = undefined;
		say(0xff, opcode);
	};
	switch (frame[1]) {
		case 0x40:
			for (const chunk of settingsFrames(flashBlob(settings.panel, settings.sleepSeconds, settings.number))) report(board, chunk);
			return;
		case 0x43:
			return say(0x00, 0x43, settings.firmware[0], settings.firmware[1], sha.length, sha, 0);
		case 0x44:
			board.counter += 1;
			return say(0x00, 0x44, selfPortrait({ ...settings, rebooted: board.rebooted, counter: board.counter }));
		case 0x70:
			board.taking = begun(settings.panel, rest);
			return board.taking ? say(0x00, 0x70) : refuse(0x70);
		case 0x71:
			return board.taking ? takePiece(board, board.taking, rest, say) : refuse(0x71);
		case 0x72:
			return board.taking?.isZlib ? finish(board, board.taking, say, () => refuse(0x72)) : refuse(0x72);
		default:
			return say(0xff, frame[1]!);
	}
}

/** A frame that has its length already. */
function report({ holder }: Board, frame: Uint8Array): void {
	if (typeof holder === "object") holder.socket.send(frame);
}

/** Undefined: it cannot take this picture. A window above 512 bytes has no room in its memory. */
function begun(panel: PanelFacts, rest: Buffer): Taking | undefined {
	const own = panelBytes(panel);
	if (rest.length < 4) return { wanted: own, pieces: [], isZlib: false };
	if ((panel.modes & 0x03) === 0 || rest.readUInt32LE(0) !== own) return undefined;
	const stream = rest.subarray(4);
	const windowBits = stream.length > 0 ? (stream[0]! >> 4) + 8 : 8;
	return windowBits > 9 ? undefined : { wanted: own, pieces: [Buffer.from(stream)], isZlib: true };
}

function takePiece(board: Board, taking: Taking, piece: Buffer, say: Say): void {
	taking.pieces.push(Buffer.from(piece));
	const have = taking.pieces.reduce((sum, { length }) => sum + length, 0);
	// A picture as it stands ends by itself.
	if (taking.isZlib || have < taking.wanted) return say(0x00, 0x71);
	say(0x00, 0x72);
	refresh(board, Buffer.concat(taking.pieces).subarray(0, taking.wanted), say);
}

function finish(board: Board, taking: Taking, say: Say, refuse: () => void): void {
	let picture: Buffer;
	try {
		picture = inflateSync(Buffer.concat(taking.pieces), { windowBits: 9, maxOutputLength: taking.wanted });
	} catch {
		return refuse();
	}
	if (picture.length !== taking.wanted) return refuse();
	say(0x00, 0x72);
	refresh(board, picture, say);
}

function refresh(board: Board, picture: Uint8Array, say: Say): void {
	const { settings, life } = board;
	board.taking = undefined;
	board.isRefreshing = true;
	const jam = board.jams.shift();
	board.timeline.after(jam === undefined ? settings.refreshMs : settings.panelPatienceMs, () => {
		if (board.life !== life) return;
		board.isRefreshing = false;
		if (board.holder !== undefined) listenOn(board);
		const isDrawn = jam ?? true;
		if (isDrawn) board.glass = picture;
		if (isDrawn) board.changed();
		if (jam === undefined) {
			board.rebooted = false;
			board.counts.draws += 1;
			board.drawnNames.push(nameOf(picture));
		} else board.counts.timeouts += 1;
		say(0x00, jam === undefined ? 0x73 : 0x74);
		for (const read of board.unread.splice(0)) read();
	});
}
