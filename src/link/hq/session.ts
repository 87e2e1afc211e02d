import { openRateLimit, type RateLimits } from "../machine/rate-limit.ts";
import { pack, type UpMessage } from "../protocol/envelope.ts";
import type { Channel } from "../protocol/ids.ts";
import { type DownStream, downStreams, linkVersion, type Res, upStreams } from "../protocol/messages.ts";
import type { Clock, Dice, LinkLog } from "../run/clock.ts";
import { openCommands } from "./commands.ts";
import { openQuarantines } from "./quarantine.ts";
import type { HqRepository } from "./repository.ts";
import { serveRequests } from "./requests.ts";
import { openStoreStreams } from "./streams.ts";
import { openWelcomer } from "./welcome.ts";

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
	/** RFC 3339, for the welcome. */
	wall(): string;
	publish(channel: Channel, payload: Buffer): void;
}

export interface StoreSessionStatus {
	state: State;
	session: string | null;
	inc: number | null;
	/** Milliseconds of the line's clock since the store was last heard, or null. */
	silentForMs: number | null;
	refused: number;
	poison: number;
	parked: number;
}

export interface StoreSession {
	arrived(message: UpMessage): void;
	news(stream: DownStream): void;
	/** HQ has just connected: a store that hears this says hello. */
	ask(): void;
	command(name: string, args: Record<string, unknown>, ttlMs: number): Promise<Res>;
	status(): StoreSessionStatus;
	stop(): void;
}

/** A store greets after a minute's silence; three of those missed, and its streams stop trying. */
const awayAfterMs = 200_000;
const askEveryMs = 2_000;
/** A store that only sends facts greets for hours no more; people read of its last message to the minute. */
const seenEveryMs = 60_000;

export function openStoreSession(deps: StoreSessionDeps): StoreSession {
	const { store, repository, clock, dice, log, publish } = deps;
	const rateLimit = openRateLimit(deps.rateLimit, clock.nowMs());
	let state: State = "silent";
	let session = "none";
	let inc = 0;
	let refused = 0;
	let heardAtMs: number | undefined;
	let askedAtMs = -Infinity;
	let seenAtMs = -Infinity;
	let stopped = false;

	const apply = (event: StateEvent): void => {
		state = transitions[state][event];
	};

	const greet = (): void => {
		if (clock.nowMs() - askedAtMs < askEveryMs) return;
		askedAtMs = clock.nowMs();
		publish("hello", pack({ v: linkVersion, ask: true }));
	};

	const fellSilent = (): void => {
		apply("fell-silent");
		streams.stopSending();
	};

	const streams = openStoreStreams({
		...{ store, repository, clock, dice, log, rateLimit, publish, fellSilent, greet },
		session: () => session,
		incarnation: () => inc,
		isHeard: () => heardAtMs === undefined || clock.nowMs() - heardAtMs <= awayAfterMs,
	});
	const requests =
		repository.catalog &&
		serveRequests({
			...{ store, clock, rateLimit, log },
			catalog: repository.catalog,
			session: () => session,
			publish: (payload) => publish("res", payload),
		});
	const commands = openCommands({ clock, wall: () => deps.wall(), publish: (cmd) => publish("cmd", pack(cmd)) });
	const quarantines = openQuarantines({ store, repository, clock, log, publish, greet });
	const welcomer = openWelcomer({
		...{ store, repository, log, streams, commands, quarantines, publish, greet },
		wall: () => deps.wall(),
		isStopped: () => stopped,
		listenTo(hello) {
			seenAtMs = clock.nowMs();
			session = hello.session;
			inc = hello.inc;
		},
		welcomed: () => apply("welcomed"),
		refused(why, hello) {
			refused += 1;
			// The box that is fenced must not silence the one that replaced it: they share this session.
			if (state === "talking" && hello.session !== session) return;
			fellSilent();
			apply(why);
		},
	});

	/** Only the box that greeted last is listened to: one that was replaced may still be switched on, and acknowledge what it overhears. */
	function isCurrent(of: string): boolean {
		if (state === "talking" && of === session) {
			noteSeen();
			return true;
		}
		greet();
		return false;
	}

	function noteSeen(): void {
		if (!repository.seen || clock.nowMs() - seenAtMs < seenEveryMs) return;
		seenAtMs = clock.nowMs();
		repository.seen(store).catch((error: unknown) => log.warn({ store, error: String(error) }, "cannot note that the store was heard"));
	}

	const receivers: { [Ch in UpMessage["ch"]]: (body: Extract<UpMessage, { ch: Ch }>["body"]) => void } = {
		hello: (hello) => welcomer.hello(hello),
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
		// HQ asks of stores, not the other way round.
		cmd: () => {},
	};

	return {
		ask: greet,
		arrived(message) {
			heardAtMs = clock.nowMs();
			(receivers[message.ch] as (body: UpMessage["body"]) => void)(message.body);
		},
		news(stream) {
			// It greeted before it was enrolled, and would wait a while before it tries again.
			if (state === "unknown") return greet();
			if (state !== "talking") return; // its hello, when it comes, will find the records
			if (welcomer.isFetching(stream)) return;
			if (streams.sending[stream].state.talking) streams.sending[stream].apply({ type: "news" });
			else greet();
		},
		command: (name, args, ttlMs) => commands.ask(name, args, ttlMs),
		status() {
			const silentForMs = heardAtMs === undefined ? null : clock.nowMs() - heardAtMs;
			const talking = state === "talking" && silentForMs !== null && silentForMs < awayAfterMs;
			return {
				state: state === "talking" && !talking ? "silent" : state,
				session: talking ? session : null,
				inc: talking ? inc : null,
				silentForMs,
				refused,
				...streams.counts(),
			};
		},
		stop() {
			stopped = true;
			streams.stop();
			quarantines.stop();
			requests?.stop();
			commands.stop();
		},
	};
}
