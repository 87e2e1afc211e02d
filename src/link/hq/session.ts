import { defined } from "../../words/defined.ts";
import { openRateLimit, type RateLimits } from "../machine/rate-limit.ts";
import { pack, type Raw, type UpMessage } from "../protocol/envelope.ts";
import type { Channel } from "../protocol/ids.ts";
import { type Ack, type DownStream, downStreams, type HelloUp, linkVersion, type Res, upStreams } from "../protocol/messages.ts";
import type { Clock, Dice, LinkLog } from "../run/clock.ts";
import type { SignedBatch } from "../run/send-stream.ts";
import { type Commands, openCommands } from "./commands.ts";
import { type Identity, type NotYours, noIdentityCheck, openIdentity } from "./identity.ts";
import { type Presence, watchPresence } from "./presence.ts";
import { openQuarantines, type Quarantines } from "./quarantine.ts";
import type { HqRepository } from "./repository.ts";
import { type RequestServer, serveRequests } from "./requests.ts";
import { openStoreStreams, type StoreStreams } from "./streams.ts";
import type { HqTrust } from "./trust-port.ts";
import { openWelcomer, type Welcomer } from "./welcome.ts";

/**
 * HQ's session with one store.
 *
 *              welcomed                 nothing heard for three minutes
 *   silent ──────────────▶ talking ──────────────────────────────────▶ silent
 *     │ refused               │ refused (the very box that was listened to)
 *     ▼                       ▼
 *   fenced, unknown ◀─────────┘        ── welcomed ──▶ talking
 */
type State = "silent" | "talking" | "fenced" | "unknown";
type StateEvent = "welcomed" | "fell-silent" | "fenced" | "unknown";

/** Every state by every event; a pair that is missing does not compile. */
const transitions: Record<State, Record<StateEvent, State>> = {
	silent: { welcomed: "talking", "fell-silent": "silent", fenced: "fenced", unknown: "unknown" },
	talking: { welcomed: "talking", "fell-silent": "silent", fenced: "fenced", unknown: "unknown" },
	fenced: { welcomed: "talking", "fell-silent": "fenced", fenced: "fenced", unknown: "unknown" },
	unknown: { welcomed: "talking", "fell-silent": "unknown", fenced: "fenced", unknown: "unknown" },
};

export interface StoreSessionDeps {
	store: string;
	repository: HqRepository;
	clock: Clock;
	dice: Dice;
	log: LinkLog;
	rateLimit: RateLimits;
	/** HQ's time, RFC 3339, for the welcome. */
	wall(): string;
	publish(channel: Channel, payload: Buffer): void;
	/** HQ's keys. Left out: HQ signs nothing, and checks no store's signature. */
	trust?: HqTrust;
	/** Called at each hello of a store that does not doubt its own clock, with how far that clock is ahead of HQ's. */
	onClock?(store: string, aheadMs: number): void;
}

export interface StoreSessionStatus {
	state: State;
	session: string | null;
	inc: number | null;
	/** Milliseconds since the store's last message; null: none yet. */
	silentForMs: number | null;
	refused: number;
	/** Messages under this store's name that were not signed by the store. */
	strangers: number;
	/** `strangers` by what was wrong with them. */
	strangersBy: Readonly<Record<NotYours, number>>;
	poison: number;
	parked: number;
}

export interface StoreSession {
	arrived(message: UpMessage & Raw): void;
	news(stream: DownStream): void;
	/** Asks the store to greet, as after HQ has connected. */
	ask(): void;
	/** Another box may have the store's place, or a key has ended: nothing of the box that HQ follows counts until it has greeted anew. */
	placeChanged(): void;
	command(name: string, args: Record<string, unknown>, ttlMs: number): Promise<Res>;
	status(): StoreSessionStatus;
	stop(): void;
}

const askEveryMs = 2_000;

/** The parts of a session: one for each exchange with the store. */
interface Parts {
	streams: StoreStreams;
	requests: RequestServer | undefined;
	commands: Commands;
	quarantines: Quarantines;
	welcomer: Welcomer;
	/** HQ follows no box of the store until one has greeted. */
	fellSilent(): void;
}

/** The box whose messages HQ follows, and the state of its store's session. */
interface Listening {
	state: State;
	/** The session of the hello that was answered last. */
	session: string;
	inc: number;
	refused: number;
	stopped: boolean;
}

/** The parts of a session need these of it. */
interface Before {
	presence: Presence;
	identity: Identity;
	greet: () => void;
}

function openParts(deps: StoreSessionDeps, listening: Listening, { presence, identity, greet }: Before): Parts {
	const { store, repository, clock, dice, log, publish, trust } = deps;
	const { catalog, stock } = repository;
	const signing = trust && {
		ack: (ack: Ack): Ack => trust.sign("gondola/ack/1", store, ack),
		leap: (batch: SignedBatch) => (batch.leap ? trust.signLeap(store, batch) : undefined),
	};
	const rateLimit = openRateLimit(deps.rateLimit, clock.nowMs());
	const session = (): string => listening.session;
	const wall = (): string => deps.wall();
	const apply = (event: StateEvent): void => {
		listening.state = transitions[listening.state][event];
	};
	const fellSilent = (): void => {
		apply("fell-silent");
		streams.stopSending();
	};
	const streams = openStoreStreams({
		...{ store, repository, clock, dice, log, rateLimit, session, publish, fellSilent, greet },
		...defined({ signing }),
		incarnation: () => listening.inc,
		isHeard: () => presence.isHeard(),
	});
	const requests =
		(catalog || stock) &&
		serveRequests({
			...{ store, clock, rateLimit, log, session },
			...defined({ catalog, stock }),
			publish: (payload) => publish("res", payload),
			...(trust && { sign: <T extends object>(reply: T) => trust.sign("gondola/reply/1", store, reply) }),
		});
	const commands = openCommands({
		clock,
		wall,
		publish: (cmd) => publish("cmd", pack(trust?.sign("gondola/command/1", store, cmd) ?? cmd)),
	});
	const quarantines = openQuarantines({ store, repository, clock, log, publish, greet, ...(signing && { sign: signing.ack }) });
	const welcomer = openWelcomer({
		...{ store, repository, log, streams, commands, quarantines, wall, publish, greet },
		...defined({ trust }),
		isStopped: () => listening.stopped,
		listenTo(hello) {
			presence.heard();
			presence.greeted();
			listening.session = hello.session;
			if (hello.clock.quality !== "guess") deps.onClock?.(store, Date.parse(hello.clock.wall) - Date.parse(wall()));
			listening.inc = hello.inc;
		},
		welcomed: () => apply("welcomed"),
		placeTaken: () => identity.keysChanged(),
		refused(why, hello) {
			listening.refused += 1;
			// A fenced box and the box that replaced it share this HQ session: refusing the one must not end the sending to the other.
			if (listening.state === "talking" && hello.session !== listening.session) return;
			fellSilent();
			apply(why);
		},
	});
	return { streams, requests, commands, quarantines, welcomer, fellSilent };
}

type Heard = Exclude<UpMessage, { ch: "hello" }>;
type Receivers = { [Ch in Heard["ch"]]: (body: Extract<Heard, { ch: Ch }>["body"]) => void };

/** The receiver of each channel. `isCurrent`: whether the message is from the box that HQ follows. */
function receiversOf({ streams, requests, commands, quarantines }: Parts, isCurrent: (session: string) => boolean): Receivers {
	return {
		data(data) {
			const quarantine = quarantines.of(data.session);
			if (quarantine) return quarantine.arrived(data);
			const stream = upStreams.find((each) => each === data.stream);
			if (stream && isCurrent(data.session)) streams.receiving[stream].arrived(data);
		},
		ack(ack) {
			const stream = downStreams.find((each) => each === ack.stream);
			if (stream && isCurrent(ack.session)) streams.sending[stream].apply({ type: "ack", ...ack });
		},
		nak(nak) {
			const stream = downStreams.find((each) => each === nak.stream);
			if (stream) streams.sending[stream].apply({ type: "nak", ...nak });
		},
		res: (res) => commands.arrived(res),
		req(req) {
			if ("stream" in req) streams.sendAgain(req);
			else if (isCurrent(req.session)) requests?.take(req);
		},
		// Stores send no commands to HQ.
		cmd: () => {},
	};
}

export function openStoreSession(deps: StoreSessionDeps): StoreSession {
	const { store, repository, clock, log, publish } = deps;
	const presence = watchPresence({ store, repository, clock, log });
	const identity = identityOf(deps);
	const listening: Listening = { state: "silent", session: "none", inc: 0, refused: 0, stopped: false };
	let askedAtMs = -Infinity;

	const greet = (): void => {
		if (clock.nowMs() - askedAtMs < askEveryMs) return;
		askedAtMs = clock.nowMs();
		publish("hello", pack({ v: linkVersion, ask: true, now: deps.wall() }));
	};
	const parts = openParts(deps, listening, { presence, identity, greet });
	const { streams, requests, commands, quarantines, welcomer } = parts;

	/** HQ follows only the box that greeted last. A box that was replaced may still run, receive these messages and acknowledge them. */
	const receivers = receiversOf(parts, (session) => {
		const isCurrent = listening.state === "talking" && session === listening.session;
		if (isCurrent) presence.noteSeen();
		else greet();
		return isCurrent;
	});

	function hear(hello: HelloUp, raw: object | undefined): void {
		if (identity === noIdentityCheck) return welcomer.hello(hello, "anybody");
		identity.ofHello(raw ? { ...hello, raw } : hello).then(
			(whose) => welcomer.hello(hello, whose),
			(error: unknown) => log.warn({ store, error: String(error) }, "cannot look up whose hello it is; the store will say it again"),
		);
	}

	return {
		ask: greet,
		placeChanged() {
			parts.fellSilent();
			identity.keysChanged().catch((error: unknown) => log.warn({ store, error: String(error) }, "cannot read the store's keys again"));
			askedAtMs = -Infinity;
			greet();
		},
		arrived(message) {
			if (message.ch === "hello") return hear(message.body, message.raw);
			const judged = identity.judge(message);
			// After a restart HQ does not know its stores' sessions. Without this request a store would send in vain until its next hello.
			if (judged === "unknown-session") return greet();
			if (judged === "stranger") return;
			presence.heard();
			(receivers[message.ch] as (body: Heard["body"]) => void)(message.body);
		},
		news(stream) {
			// The store greeted before it was enrolled, and would greet again only minutes later.
			if (listening.state === "unknown") return greet();
			if (listening.state !== "talking") return; // its hello, when it comes, will find the records
			if (welcomer.isFetching(stream)) return;
			if (streams.sending[stream].state.talking) streams.sending[stream].apply({ type: "news" });
			else greet();
		},
		command: (name, args, ttlMs) => commands.ask(name, args, ttlMs),
		status: () => ({ ...statusOf(listening, presence, streams), strangers: identity.strangers(), strangersBy: identity.strangersBy() }),
		stop() {
			listening.stopped = true;
			streams.stop();
			quarantines.stop();
			requests?.stop();
			commands.stop();
		},
	};
}

function identityOf({ store, repository, clock, log, trust }: StoreSessionDeps): Identity {
	const { keysOf } = repository;
	return trust && keysOf ? openIdentity({ tenant: trust.tenant, store, repository: { keysOf }, clock, log }) : noIdentityCheck;
}

function statusOf(
	{ state, session, inc, refused }: Listening,
	presence: Presence,
	streams: StoreStreams,
): Omit<StoreSessionStatus, "strangers" | "strangersBy"> {
	const silentForMs = presence.silentForMs();
	const talking = state === "talking" && silentForMs !== null && presence.isHeard();
	return {
		state: state === "talking" && !talking ? "silent" : state,
		session: talking ? session : null,
		inc: talking ? inc : null,
		silentForMs,
		refused,
		...streams.counts(),
	};
}
