import type { RefusalCounts } from "../../trust/refusal-kinds.ts";
import type { StoreTrust } from "../../trust/store-trust.ts";
import { defined } from "../../words/defined.ts";
import { anyRelease } from "../../words/streams/releases.ts";
import type { Handshake } from "../machine/handshake.ts";
import { openRateLimit, type RateLimits } from "../machine/rate-limit.ts";
import { type DownMessage, pack, type Raw, readMessage } from "../protocol/envelope.ts";
import type { Channel } from "../protocol/ids.ts";
import { type Cmd, type HelloUp, linkVersion, type UpStream } from "../protocol/messages.ts";
import type { Clock, Dice, LinkLog } from "../run/clock.ts";
import { type RunningHandshake, runHandshake } from "../run/handshake.ts";
import { nothingArrives } from "../run/keep-connected.ts";
import { type ClockHint, followHqClock, type HqClock } from "./clock-of-hq.ts";
import { type Command, commandRunner } from "./commands.ts";
import { type Comparing, runComparing } from "./compare/compare-catalog.ts";
import { runStockComparing, type StockComparing } from "./compare/compare-stock.ts";
import { type Contact, watchContact } from "./contact.ts";
import { type Freshness, watchFreshness } from "./freshness.ts";
import type { LinkLedger } from "./ledger-port.ts";
import { type Pull, runPull } from "./pull.ts";
import { type Push, runPush } from "./push.ts";
import { openRequests, type Requests } from "./requests.ts";
import { checkSignatures, noSignatureCheck } from "./signature-check.ts";
import { fetchSnapshots, type SnapshotFetcher } from "./snapshot.ts";
import { storeCommands } from "./store-commands.ts";
import { followWelcomes, type Refusal, type WelcomeFollower } from "./welcome.ts";

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
	/** The store's key and HQ's public keys. Left out: the store never enrolled with a key, and follows every message on its line. */
	trust?: StoreTrust;
	/** Whether this start followed a crash or an older build. */
	owesComparison?: boolean;
	publish(channel: Channel, payload: Buffer): void;
	/** Called when HQ has answered: the connection works. */
	proved(): void;
	onClock(hint: ClockHint): void;
}

export interface LinkStatus {
	/** The broker is reached and HQ has answered within the last minutes. */
	connected: boolean;
	/** RFC 3339; null: none since this start. */
	lastContact: string | null;
	state: Handshake["at"];
	/** Why not connected, in a sentence; null when it is. */
	why: string | null;
	refused: Refusal | null;
	forks: Partial<Record<string, string>>;
	clock: ClockHint | null;
	/** The last snapshot of the catalog that was taken since this start. */
	snapshot: { records: number; applyMs: number } | null;
	/** How often the catalog was compared, how many buckets differed, and how many rows were corrected. */
	compared: { comparisons: number; buckets: number; rows: number };
	/** How often the stock was compared, and in how many articles it differed at the last time; null: not compared since this start. */
	stockCompared: { comparisons: number; differing: number | null };
	/** `forged`: messages in HQ's name that HQ did not sign. `withheld`: records that HQ named and that do not arrive. */
	counts: { malformed: number; forged: number; withheld: number; poison: number; parked: number; known: number; damaged: number };
	/** Counts of messages in HQ's name that were refused since this start, by their fault. */
	refusedWords: RefusalCounts;
	/** Whether HQ's signatures are checked; false: this store never enrolled with a key. */
	checked: boolean;
}

export interface LinkSession {
	opened(): void;
	lost(why: string): void;
	arrived(channel: Channel, payload: Uint8Array): void;
	status(): LinkStatus;
	stop(): void;
}

/** Abilities that this build names to HQ; HQ uses nothing else with it. */
const abilities = [
	"marks",
	"quarantine",
	"recall",
	"snapshot",
	"price-shapes",
	"orders",
	"recalls",
	"members",
	"coupons",
	"coupon-ends",
	"returns",
	"transfers",
	"points",
] as const;

/** The parts of a session: the handshake, one part for each exchange with HQ, and HQ's clock. */
interface Parts {
	handshake: RunningHandshake;
	/** A random name of this connection. */
	session(): string;
	hqClock: HqClock;
	contact: Contact;
	requests: Requests;
	snapshots: SnapshotFetcher;
	pull: Pull;
	push: Push;
	comparing: Comparing;
	comparingStock: StockComparing;
	welcomes: WelcomeFollower;
	freshness: Freshness;
}

function openParts(deps: LinkSessionDeps, session: () => string): Parts {
	const { ledger, clock, dice, log, publish, trust } = deps;
	const isReleased = trust?.isReleased ?? anyRelease;
	const rateLimit = openRateLimit(deps.rateLimit, clock.nowMs());
	const hqClock = followHqClock();
	const contact = watchContact({ ledger, clock, log });
	const handshake = runHandshake({
		...{ clock, dice, log },
		sendHello: (isQuiet) => publish("hello", pack(helloOf(deps, parts, isQuiet))),
		stopStreams: () => push.stopStreams(),
		stepped({ at }) {
			const isStillUp = at === "greeting" && contact.isUp() === true && contact.isRecent();
			contact.record(at === "talking" || isStillUp);
		},
	});
	const requests = openRequests({ clock, session, publish: (payload) => publish("req", payload) });
	const snapshots = fetchSnapshots({
		...{ ledger, requests, log, session, isReleased },
		nowMs: () => clock.nowMs(),
		swapped() {
			pull.moved("catalog");
			handshake.apply("asked");
		},
	});
	const shared = { ledger, clock, log, session, greet: (why: string) => handshake.doubt(why) };
	const pull = runPull({
		...{ ...shared, publish, isReleased },
		wantSnapshot: (head) => snapshots.want(head),
		...(trust && { sign: (ack) => trust.sign("gondola/ack/1", ack) }),
	});
	const push = runPush({
		...{ ...shared, dice, rateLimit },
		publish: (payload) => publish("data", payload),
		sign: trust && ((batch) => trust.signBatch({ ...batch, inc: ledger.read.link.identity().inc })),
	});
	const comparing = runComparing({
		...{ ledger, requests, clock, dice, log, session, isReleased },
		owesComparison: deps.owesComparison ?? false,
		isTalking: () => handshake.state.at === "talking",
		tooMany: (epoch) => snapshots.want({ epoch, last: 0 }),
	});
	const comparingStock = runStockComparing({
		...{ ledger, requests, clock, dice, log, session },
		isTalking: () => handshake.state.at === "talking",
	});
	const welcomes = followWelcomes({
		...{ ledger, log, push, pull, session },
		apply: (event) => handshake.apply(event),
		isPlaceApproved: (said, approval) => trust?.isPlaceApproved(said, approval) ?? true,
		setClock: (welcome) => deps.onClock(hqClock.set(welcome, ledger.now())),
		accepted(welcome) {
			const awayMs = contact.takeAwayMs();
			comparing.welcomed(awayMs);
			comparingStock.welcomed(awayMs, welcome);
			freshness.welcomed(welcome);
		},
	});
	const freshness = watchFreshness({
		...{ ledger, clock, log, contact },
		arrived: (stream) => pull.reached(stream),
		partsArrived: () => snapshots.chunks(),
		isRefused: () => welcomes.refusal() !== null,
		isTalking: () => handshake.state.at === "talking",
		greet: () => handshake.apply("asked"),
	});
	const parts = {
		...{ handshake, session, hqClock, contact, requests, snapshots, pull, push },
		comparing,
		comparingStock,
		welcomes,
		freshness,
	};
	return parts;
}

function helloOf(deps: LinkSessionDeps, { session, push, pull, snapshots }: Parts, isQuiet: boolean): HelloUp {
	const { ledger, boot, build, schema } = deps;
	const { wall, monoMs, quality } = ledger.now();
	const doubts = Object.keys(push.forks()) as UpStream[];
	const isAble: Record<(typeof abilities)[number], boolean> = {
		marks: true,
		quarantine: true,
		recall: ledger.read.receivedLog !== undefined,
		snapshot: snapshots.able(),
		"price-shapes": true,
		orders: true,
		recalls: true,
		members: true,
		coupons: true,
		"coupon-ends": true,
		returns: true,
		transfers: true,
		points: true,
	};
	const hello: HelloUp = {
		v: linkVersion,
		inc: ledger.read.link.identity().inc,
		boot,
		session: session(),
		build,
		schema,
		clock: { wall, monoMs, quality },
		up: push.heads(),
		dn: pull.positions(),
		free: { bytes: ledger.read.meta.bytes().freeBytes, offlineDaysLeft: deps.freeDays() },
		can: abilities.filter((ability) => isAble[ability]),
		...defined({
			timeZone: ledger.read.link.timeZone?.(),
			marks: isQuiet ? undefined : pull.checkpoints(),
			doubts: doubts.length > 0 ? doubts : undefined,
			trust: deps.trust?.known(),
		}),
	};
	return deps.trust?.sign("gondola/hello/1", hello) ?? hello;
}

const isConnected = ({ handshake, welcomes, contact }: Parts): boolean =>
	handshake.state.at !== "away" && welcomes.refusal() === null && contact.isRecent() && contact.isUp() === true;

function whyNotConnected({ handshake, welcomes }: Parts, lostWhy: string): string {
	if (welcomes.refusal() === "fenced") return "a newer box works under this store's name";
	if (welcomes.refusal() === "unknown") return "head office does not know this store";
	const isBrokerAway = handshake.state.at === "away" && lostWhy !== nothingArrives;
	return isBrokerAway ? `head office's broker cannot be reached: ${lostWhy}` : "head office does not answer";
}

type Receivers = { [Ch in DownMessage["ch"]]: (body: Extract<DownMessage, { ch: Ch }>["body"]) => void };

/** The receiver of each channel. */
function receiversOf({ handshake, welcomes, pull, push, requests }: Parts, command: (cmd: Cmd) => void, log: LinkLog): Receivers {
	return {
		hello(body) {
			if ("ask" in body) handshake.apply("asked");
			else
				welcomes
					.arrived(body)
					.catch((error: unknown) => log.warn({ error: String(error) }, "cannot follow the welcome; greeting again later"));
		},
		data: (data) => pull.arrived(data),
		ack: (ack) => push.ack(ack),
		nak: (nak) => push.nak(nak),
		cmd: command,
		res(res) {
			if ("session" in res) requests.arrived(res);
		},
		// HQ sends no requests to stores.
		req: () => {},
	};
}

/** Runs HQ's commands: those of every store and those that the daemon adds. */
function runnerOf({ ledger, log, publish, trust, commands }: LinkSessionDeps, hqClock: Parts["hqClock"], own: LinkSessionDeps["commands"]) {
	return commandRunner({
		...{ ledger, log },
		hqNowMs: () => hqClock.nowMs(ledger.now().monoMs),
		commands: { ...own, ...commands },
		answer: (res) => publish("res", pack(trust?.sign("gondola/answer/1", res) ?? res)),
	});
}

/** The store's end of the link, over any connection: the daemon passes MQTT, a simulation its own broker. */
export function openLinkSession(deps: LinkSessionDeps): LinkSession {
	const { ledger, dice, log, trust } = deps;
	const askForKeys = (): void => handshake.doubt("signed by a key that is not known here");
	const signatures = trust ? checkSignatures({ trust, ledger, log, askForKeys }) : noSignatureCheck;
	let session = "none";
	let sessions = 0;
	let malformed = 0;
	let lostWhy = "not tried yet";
	const parts = openParts(deps, () => session);
	const { handshake, hqClock, contact, requests, snapshots, pull, push, comparing, comparingStock, welcomes, freshness } = parts;
	const { build, boot } = deps;
	const own = storeCommands({ ledger, build, boot, comparing, comparingStock, status, resend: (stream) => push.resend(stream) });
	const receivers = receiversOf(parts, runnerOf(deps, hqClock, own), log);

	function status(): LinkStatus {
		return {
			connected: isConnected(parts),
			why: isConnected(parts) ? null : whyNotConnected(parts, lostWhy),
			lastContact: contact.lastContact(),
			state: handshake.state.at,
			refused: welcomes.refusal(),
			forks: push.forks(),
			clock: hqClock.hint(),
			snapshot: snapshots.last(),
			compared: comparing.counts(),
			stockCompared: comparingStock.counts(),
			counts: { malformed, forged: signatures.forged(), withheld: freshness.withheld(), ...pull.counts() },
			refusedWords: signatures.refused(),
			checked: trust !== undefined,
		};
	}

	function read(channel: Channel, payload: Uint8Array): (DownMessage & Raw) | undefined {
		const read = readMessage("dn", channel, payload);
		if (read.kind === "message") return read.message;
		malformed += 1;
		log.warn({ channel, kind: read.kind, why: read.why }, "HQ sent what this build cannot read");
		return undefined;
	}

	return {
		opened() {
			// Not made from a clock: two starts within a millisecond would have the same.
			session = `${deps.boot.slice(0, 40)}-${++sessions}-${Math.floor(dice() * 0xffffff).toString(16)}`;
			handshake.apply("opened");
		},
		lost(why) {
			lostWhy = why;
			contact.record(false, why);
			handshake.apply("lost");
		},
		arrived(channel, payload) {
			const message = read(channel, payload);
			if (!message) return;
			const judged = signatures.judge(message, session);
			if (judged === "forged") return;
			// This message is about the streams of a fenced box: only that box follows it, and such a box follows nothing else.
			const isQuarantined = (message.ch === "ack" || message.ch === "nak") && message.body.quarantined === true;
			if (isQuarantined && (welcomes.refusal() !== "fenced" || message.body.session !== session)) return;
			// The message is for the box that replaced this one, or HQ took a late hello for a new one: a fresh hello settles both.
			if (message.ch !== "hello" && "session" in message.body && message.body.session !== session) {
				handshake.doubt("HQ talks to another session");
				return;
			}
			if (judged === "proved") {
				contact.heard();
				deps.proved();
				handshake.apply("heard");
			}
			if (welcomes.refusal() && message.ch !== "hello" && !isQuarantined) return;
			(receivers[message.ch] as (body: DownMessage["body"]) => void)(message.body);
		},
		status,
		stop() {
			for (const part of [handshake, push, pull, requests, comparing, comparingStock, freshness, contact]) part.stop();
		},
	};
}
