import { type Handshake, type HandshakeEvent, stepHandshake, wakeOf } from "../machine/handshake.ts";
import { openRateLimit, type RateLimits } from "../machine/rate-limit.ts";
import { pack, readMessage } from "../protocol/envelope.ts";
import type { Channel } from "../protocol/ids.ts";
import { type HelloUp, linkVersion, type UpStream, type Welcome } from "../protocol/messages.ts";
import { alarmClock, type Clock, type Dice, type LinkLog } from "../run/clock.ts";
import { type Command, commandRunner } from "./commands.ts";
import { runComparing } from "./compare.ts";
import type { LinkLedger } from "./ledger-port.ts";
import { runPull } from "./pull.ts";
import { runPush } from "./push.ts";
import { openRequests } from "./requests.ts";
import { fetchSnapshots } from "./snapshot.ts";
import { storeCommands } from "./store-commands.ts";

/** How far this box's wall clock is from HQ's, as a welcome told: `hqMs - wallMs`, good to half the round trip. */
export interface ClockHint {
	offsetMs: number;
	roundTripMs: number;
}

export interface LinkSessionDeps {
	ledger: LinkLedger;
	clock: Clock;
	dice: Dice;
	log: LinkLog;
	boot: string;
	build: string;
	schema: number;
	rateLimit: RateLimits;
	commands: Record<string, Command>;
	freeDays(): number | null;
	/** This start followed no clean stop. */
	afterCrash?: boolean;
	publish(channel: Channel, payload: Buffer): void;
	/** HQ answered: the connection is a good one. */
	proved(): void;
	onClock(hint: ClockHint): void;
}

export interface LinkStatus {
	/** The broker is reached and HQ has answered within the last minutes. */
	connected: boolean;
	/** RFC 3339, or null: never since this start. */
	lastContact: string | null;
	state: Handshake["at"];
	/** Why not connected, in a sentence; null when it is. */
	why: string | null;
	refused: "fenced" | "unknown" | null;
	forks: Partial<Record<string, string>>;
	clock: ClockHint | null;
	/** The last catalog that was taken whole since this start. */
	snapshot: { records: number; applyMs: number } | null;
	/** Looks at HQ's catalog, buckets that differed, rows put right. */
	compared: { comparisons: number; buckets: number; rows: number };
	counts: { malformed: number; poison: number; parked: number; known: number; damaged: number };
}

export interface LinkSession {
	opened(): void;
	lost(why: string): void;
	arrived(channel: Channel, payload: Uint8Array): void;
	status(): LinkStatus;
	stop(): void;
}

/** After this long without a word from HQ the line counts as down, whatever the broker says. */
const silentAfterMs = 150_000;

/** What a build of ours says it understands; HQ offers an older one nothing else. */
const abilities = ["marks", "quarantine", "recall", "snapshot"] as const;

/** A box and its HQ often start together; the first seconds are no news. */
const settleMs = 30_000;

/** The store's end of the link, over any connection: the daemon gives it MQTT, a simulation something worse. */
export function openLinkSession(port: LinkSessionDeps): LinkSession {
	const { ledger, clock, dice, log } = port;
	const rateLimit = openRateLimit(port.rateLimit, clock.nowMs());
	let handshake: Handshake = { at: "away" };
	let session = "none";
	let sessions = 0;
	let heardAtMs: number | undefined;
	let lastContact: string | null = ledger.read.link.lastContactAt();
	let refused: LinkStatus["refused"] = null;
	/** The longest silence since the last welcome. */
	let awayMs = 0;
	let hint: ClockHint | null = null;
	/** HQ's time at a moment of our monotonic clock, whatever the wall clock does. */
	let hqTime: { atMs: number; monoMs: number } | undefined;
	let malformed = 0;
	/** Undefined: not known yet; a line that is not up half a minute after the start is down. */
	let lineUp: boolean | undefined;
	const startedAtMs = clock.nowMs();
	let welcomedT0 = -Infinity;
	let welcoming: Promise<void> = Promise.resolve();
	let lostWhy = "not tried yet";
	const alarm = alarmClock(clock, () => apply("timer"));

	const warned =
		(text: string) =>
		(error: unknown): void =>
			log.warn({ error: String(error) }, text);
	const greet = (why: string): void => {
		if (handshake.at === "talking" && !handshake.doubted) log.info({ why }, "the line does not fit; greeting HQ again");
		apply("does-not-fit");
	};
	const shared = { ledger, clock, log, session: () => session, greet };
	const asking = openRequests({ clock, session: () => session, publish: (payload) => port.publish("req", payload) });
	const snapshots = fetchSnapshots({
		ledger,
		asking,
		log,
		nowMs: () => clock.nowMs(),
		session: () => session,
		swapped() {
			pull.moved("catalog");
			apply("asked");
		},
	});
	const pull = runPull({ ...shared, publish: port.publish, wantSnapshot: (head) => snapshots.want(head) });
	const push = runPush({ ...shared, dice, rateLimit, publish: (payload) => port.publish("data", payload) });
	const comparing = runComparing({
		ledger,
		asking,
		clock,
		dice,
		log,
		afterCrash: port.afterCrash ?? false,
		session: () => session,
		isTalking: () => handshake.at === "talking",
		tooMany: (epoch) => snapshots.want({ epoch, last: 0 }),
	});
	const own = storeCommands({ ledger, build: port.build, boot: port.boot, comparing, status, resend: (stream) => push.resend(stream) });
	const hqNowMs = (): number | undefined => hqTime && hqTime.atMs + ledger.now().monoMs - hqTime.monoMs;
	const command = commandRunner({
		...port,
		hqNowMs,
		commands: { ...own, ...port.commands },
		answer: (res) => port.publish("res", pack(res)),
	});

	function apply(event: HandshakeEvent): void {
		// On a quiet line nothing has happened that marks could explain.
		const isQuiet = handshake.at === "talking" && !handshake.doubted && event === "timer";
		const result = stepHandshake(handshake, event, { nowMs: clock.nowMs(), jitter: dice() });
		handshake = result.handshake;
		alarm.set(wakeOf(handshake));
		for (const effect of result.effects) {
			if (effect === "hello") port.publish("hello", pack(hello(isQuiet)));
			else if (effect === "stop-streams") push.hush();
		}
		recordLine(handshake.at === "talking" || (handshake.at === "greeting" && lineUp === true && heardLately()));
	}

	function recordLine(up: boolean, why?: string): void {
		if (up === lineUp || (!up && lineUp === undefined && clock.nowMs() - startedAtMs < settleMs)) return;
		lineUp = up;
		ledger.do("recordLine", { up, ...(why ? { why } : {}) }).catch(warned("cannot note that the line changed"));
	}

	function hello(isQuiet: boolean): HelloUp {
		const { wall, monoMs, quality } = ledger.now();
		const { freeBytes } = ledger.read.meta.bytes();
		const doubts = Object.keys(push.forks()) as UpStream[];
		return {
			v: linkVersion,
			inc: ledger.read.link.identity().inc,
			boot: port.boot,
			session,
			build: port.build,
			schema: port.schema,
			clock: { wall, monoMs, quality },
			up: push.heads(),
			dn: pull.marks(),
			free: { bytes: freeBytes, offlineDaysLeft: port.freeDays() },
			can: abilities.filter((ability) =>
				ability === "snapshot" ? snapshots.able() : ability === "recall" ? ledger.read.told !== undefined : true,
			),
			...(!isQuiet && { marks: pull.pasts() }),
			...(doubts.length > 0 && { doubts }),
		};
	}

	async function welcomed(welcome: Welcome): Promise<void> {
		// A welcome that was overtaken by a later one may speak of an epoch that is over.
		if (welcome.session !== session || welcome.t0 < welcomedT0) return;
		welcomedT0 = welcome.t0;
		const now = ledger.now();
		const roundTripMs = Math.max(0, now.monoMs - welcome.t0);
		hint = { offsetMs: Date.parse(welcome.now) + roundTripMs / 2 - Date.parse(now.wall), roundTripMs };
		hqTime = { atMs: Date.parse(welcome.now) + roundTripMs / 2, monoMs: now.monoMs };
		port.onClock(hint);
		if (welcome.inc !== undefined && welcome.inc > ledger.read.link.identity().inc) {
			await ledger.do("setIdentity", { inc: welcome.inc });
			log.info({ inc: welcome.inc }, "HQ gave this box the store's place");
			apply("asked");
			return;
		}
		if (welcome.fenced || welcome.unknown) {
			refuse(welcome.fenced ? "fenced" : "unknown");
			if (welcome.fenced) push.welcomed(welcome.up, welcome.window, welcome.marks);
			return;
		}
		if (refused) ledger.do("clearAlarm", { code: `hq-${refused}`, subject: "hq" }).catch(() => {});
		refused = null;
		apply("welcome");
		comparing.welcomed(awayMs);
		awayMs = 0;
		push.welcomed(welcome.up, welcome.window, welcome.marks);
		// One after the other: a second welcome must see what the first has opened.
		welcoming = welcoming.then(
			() => pull.welcomed(welcome.dn),
			() => pull.welcomed(welcome.dn),
		);
		await welcoming;
	}

	function refuse(why: "fenced" | "unknown"): void {
		apply("refused");
		if (refused === why) return;
		refused = why;
		log.warn({ why }, "HQ does not take this box's data; it keeps selling");
		ledger
			.do("raiseAlarm", { code: `hq-${why}`, subject: "hq", facts: { device: "hq", store: ledger.read.link.identity().store } })
			.catch(warned("cannot raise the alarm"));
	}

	function whyNot(): string {
		if (refused === "fenced") return "a newer box works under this store's name";
		if (refused === "unknown") return "head office does not know this store";
		return handshake.at === "away" ? `head office's broker cannot be reached: ${lostWhy}` : "head office does not answer";
	}

	function status(): LinkStatus {
		return {
			connected: isConnected(),
			why: isConnected() ? null : whyNot(),
			lastContact,
			state: handshake.at,
			refused,
			forks: push.forks(),
			clock: hint,
			snapshot: snapshots.last(),
			compared: comparing.counts(),
			counts: { malformed, ...pull.counts() },
		};
	}

	const isConnected = (): boolean => handshake.at !== "away" && refused === null && heardLately() && lineUp === true;
	const heardLately = (): boolean => heardAtMs !== undefined && clock.nowMs() - heardAtMs < silentAfterMs;

	return {
		opened() {
			// Never from a clock: two starts within a millisecond would share it.
			session = `${port.boot.slice(0, 40)}-${++sessions}-${Math.floor(dice() * 0xffffff).toString(16)}`;
			apply("opened");
		},
		lost(why) {
			lostWhy = why;
			recordLine(false, why);
			apply("lost");
		},
		arrived(channel, payload) {
			const read = readMessage("dn", channel, payload);
			if (read.kind !== "message") {
				malformed += 1;
				log.warn({ channel, kind: read.kind, why: read.why }, "HQ sent what this build cannot read");
				return;
			}
			const { message } = read;
			// Of a fenced box's line: nothing for the one that took its place, and the only thing the fenced one may hear.
			const isApart = (message.ch === "ack" || message.ch === "nak") && message.body.quarantined === true;
			if (isApart && (refused !== "fenced" || message.body.session !== session)) return;
			// Meant for the box that replaced this one, or HQ took a late hello for a new one: a fresh hello settles both.
			if (message.ch !== "hello" && "session" in message.body && message.body.session !== session) {
				greet("HQ talks to another session");
				return;
			}
			// Wall time only to say how long nobody was heard before this start; a clock that jumped costs one comparison.
			const heardMs = lastContact === null ? 0 : Date.parse(ledger.now().wall) - Date.parse(lastContact);
			awayMs = Math.max(awayMs, heardAtMs === undefined ? heardMs : clock.nowMs() - heardAtMs);
			heardAtMs = clock.nowMs();
			lastContact = ledger.now().wall;
			port.proved();
			apply("heard");
			if (message.ch === "hello") {
				if ("ask" in message.body) apply("asked");
				else welcomed(message.body).catch(warned("cannot follow the welcome; greeting again later"));
				return;
			}
			if (refused && !isApart) return;
			if (message.ch === "data") pull.arrived(message.body);
			else if (message.ch === "ack") push.ack(message.body);
			else if (message.ch === "nak") push.nak(message.body);
			else if (message.ch === "cmd") command(message.body);
			else if (message.ch === "res" && "session" in message.body) asking.arrived(message.body);
		},
		status,
		stop() {
			handshake = { at: "away" };
			alarm.set(undefined);
			push.stop();
			pull.stop();
			asking.stop();
			comparing.stop();
		},
	};
}
