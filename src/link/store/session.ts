import { type Handshake, type HandshakeEvent, stepHandshake, wakeOf } from "../machine/handshake.ts";
import { openRateLimit, type RateLimits } from "../machine/rate-limit.ts";
import { type DownMessage, pack, readMessage } from "../protocol/envelope.ts";
import type { Channel } from "../protocol/ids.ts";
import { type HelloUp, linkVersion, type UpStream, type Welcome } from "../protocol/messages.ts";
import { alarmClock, type Clock, type Dice, type LinkLog } from "../run/clock.ts";
import { type ClockHint, followHqClock } from "./clock-of-hq.ts";
import { type Command, commandRunner } from "./commands.ts";
import { runComparing } from "./compare.ts";
import { watchContact } from "./contact.ts";
import type { LinkLedger } from "./ledger-port.ts";
import { runPull } from "./pull.ts";
import { runPush } from "./push.ts";
import { openRequests } from "./requests.ts";
import { fetchSnapshots } from "./snapshot.ts";
import { storeCommands } from "./store-commands.ts";

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

/** What a build of ours says it understands; HQ offers an older one nothing else. */
const abilities = ["marks", "quarantine", "recall", "snapshot"] as const;

/** The store's end of the link, over any connection: the daemon gives it MQTT, a simulation something worse. */
export function openLinkSession(deps: LinkSessionDeps): LinkSession {
	const { ledger, clock, dice, log, publish } = deps;
	const rateLimit = openRateLimit(deps.rateLimit, clock.nowMs());
	const hqClock = followHqClock();
	const contact = watchContact({ ledger, clock, log });
	let handshake: Handshake = { at: "away" };
	let session = "none";
	let sessions = 0;
	let refused: LinkStatus["refused"] = null;
	let malformed = 0;
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
	const requests = openRequests({ clock, session: () => session, publish: (payload) => publish("req", payload) });
	const snapshots = fetchSnapshots({
		ledger,
		requests,
		log,
		nowMs: () => clock.nowMs(),
		session: () => session,
		swapped() {
			pull.moved("catalog");
			apply("asked");
		},
	});
	const pull = runPull({ ...shared, publish, wantSnapshot: (head) => snapshots.want(head) });
	const push = runPush({ ...shared, dice, rateLimit, publish: (payload) => publish("data", payload) });
	const comparing = runComparing({
		ledger,
		requests,
		clock,
		dice,
		log,
		afterCrash: deps.afterCrash ?? false,
		session: () => session,
		isTalking: () => handshake.at === "talking",
		tooMany: (epoch) => snapshots.want({ epoch, last: 0 }),
	});
	const own = storeCommands({ ledger, build: deps.build, boot: deps.boot, comparing, status, resend: (stream) => push.resend(stream) });
	const command = commandRunner({
		...{ ledger, log },
		hqNowMs: () => hqClock.nowMs(ledger.now().monoMs),
		commands: { ...own, ...deps.commands },
		answer: (res) => publish("res", pack(res)),
	});

	function apply(event: HandshakeEvent): void {
		// On a quiet line nothing has happened that checkpoints could explain.
		const isQuiet = handshake.at === "talking" && !handshake.doubted && event === "timer";
		const result = stepHandshake(handshake, event, { nowMs: clock.nowMs(), jitter: dice() });
		handshake = result.handshake;
		alarm.set(wakeOf(handshake));
		for (const effect of result.effects) {
			if (effect === "hello") publish("hello", pack(hello(isQuiet)));
			else if (effect === "stop-streams") push.stopStreams();
		}
		const isStillUp = handshake.at === "greeting" && contact.isUp() === true && contact.isRecent();
		contact.record(handshake.at === "talking" || isStillUp);
	}

	function hello(isQuiet: boolean): HelloUp {
		const { wall, monoMs, quality } = ledger.now();
		const { freeBytes } = ledger.read.meta.bytes();
		const doubts = Object.keys(push.forks()) as UpStream[];
		return {
			v: linkVersion,
			inc: ledger.read.link.identity().inc,
			boot: deps.boot,
			session,
			build: deps.build,
			schema: deps.schema,
			clock: { wall, monoMs, quality },
			up: push.heads(),
			dn: pull.positions(),
			free: { bytes: freeBytes, offlineDaysLeft: deps.freeDays() },
			can: abilities.filter((ability) =>
				ability === "snapshot" ? snapshots.able() : ability === "recall" ? ledger.read.receivedLog !== undefined : true,
			),
			...(!isQuiet && { marks: pull.checkpoints() }),
			...(doubts.length > 0 && { doubts }),
		};
	}

	async function welcomed(welcome: Welcome): Promise<void> {
		// A welcome that was overtaken by a later one may speak of an epoch that is over.
		if (welcome.session !== session || welcome.t0 < welcomedT0) return;
		welcomedT0 = welcome.t0;
		deps.onClock(hqClock.learn(welcome, ledger.now()));
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
		comparing.welcomed(contact.takeAwayMs());
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

	const isConnected = (): boolean => handshake.at !== "away" && refused === null && contact.isRecent() && contact.isUp() === true;

	function status(): LinkStatus {
		return {
			connected: isConnected(),
			why: isConnected() ? null : whyNot(),
			lastContact: contact.lastContact(),
			state: handshake.at,
			refused,
			forks: push.forks(),
			clock: hqClock.hint(),
			snapshot: snapshots.last(),
			compared: comparing.counts(),
			counts: { malformed, ...pull.counts() },
		};
	}

	function read(channel: Channel, payload: Uint8Array): DownMessage | undefined {
		const read = readMessage("dn", channel, payload);
		if (read.kind === "message") return read.message;
		malformed += 1;
		log.warn({ channel, kind: read.kind, why: read.why }, "HQ sent what this build cannot read");
		return undefined;
	}

	const receivers: { [Ch in DownMessage["ch"]]: (body: Extract<DownMessage, { ch: Ch }>["body"]) => void } = {
		hello(body) {
			if ("ask" in body) apply("asked");
			else welcomed(body).catch(warned("cannot follow the welcome; greeting again later"));
		},
		data: (data) => pull.arrived(data),
		ack: (ack) => push.ack(ack),
		nak: (nak) => push.nak(nak),
		cmd: (cmd) => command(cmd),
		res(res) {
			if ("session" in res) requests.arrived(res);
		},
		req: () => {},
	};

	return {
		opened() {
			// Never from a clock: two starts within a millisecond would share it.
			session = `${deps.boot.slice(0, 40)}-${++sessions}-${Math.floor(dice() * 0xffffff).toString(16)}`;
			apply("opened");
		},
		lost(why) {
			lostWhy = why;
			contact.record(false, why);
			apply("lost");
		},
		arrived(channel, payload) {
			const message = read(channel, payload);
			if (!message) return;
			// Of a fenced box's streams: nothing for the box that took its place, and the only thing the fenced one may hear.
			const isQuarantined = (message.ch === "ack" || message.ch === "nak") && message.body.quarantined === true;
			if (isQuarantined && (refused !== "fenced" || message.body.session !== session)) return;
			// Meant for the box that replaced this one, or HQ took a late hello for a new one: a fresh hello settles both.
			if (message.ch !== "hello" && "session" in message.body && message.body.session !== session) {
				greet("HQ talks to another session");
				return;
			}
			contact.heard();
			deps.proved();
			apply("heard");
			if (refused && message.ch !== "hello" && !isQuarantined) return;
			(receivers[message.ch] as (body: DownMessage["body"]) => void)(message.body);
		},
		status,
		stop() {
			handshake = { at: "away" };
			alarm.set(undefined);
			push.stop();
			pull.stop();
			requests.stop();
			comparing.stop();
		},
	};
}
