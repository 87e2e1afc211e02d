import { type Reconnect, type ReconnectEvent, stepReconnect } from "../machine/reconnect.ts";
import { alarmClock, type Clock, type Dice, type LinkLog } from "./clock.ts";

/** One attempt to connect to a broker, and the connection that it makes. */
export interface Connection {
	publish(topic: string, payload: Buffer): void;
	hangUp(): void;
}

export interface ConnectionEvents {
	/** Connected and subscribed. */
	opened(): void;
	arrived(topic: string, payload: Buffer): void;
	/** Called once: when the connection is lost, or when it could not be made. */
	lost(why: string): void;
}

export interface KeptConnection {
	/** `isAnswered`: the other end answers this message at once; see `unansweredAfterMs`. */
	publish(topic: string, payload: Buffer, isAnswered?: boolean): void;
	/** The other end answered: the count of failures begins at zero again. */
	proved(): void;
	isOpen(): boolean;
	stop(): void;
}

/** A store with nothing to send greets after 60 to 75 s, and HQ answers. After so long without any message the connection is given up. */
export const silentAfterMs = 105_000;

/** A connection is given up so long after a message that the other end answers at once; five hellos were sent by then. */
export const unansweredAfterMs = 45_000;

/** Why a connection was given up that the broker would have kept. */
export const nothingArrives = "nothing arrives";

/** Each connection that is given up doubles the patience of the next: HQ may be away for days while the broker runs. */
const patienceMostMs = 5 * 60_000;

/** When a connection is given up that was last heard at `heardAtMs`, after so many in a row that were. */
function givesUpAtMs(heardAtMs: number, askedAtMs: number | undefined, silences: number): number {
	const patient = (ms: number): number => Math.min(ms * 2 ** silences, patienceMostMs);
	return Math.min(heardAtMs + patient(silentAfterMs), (askedAtMs ?? Number.POSITIVE_INFINITY) + patient(unansweredAfterMs));
}

/**
 * Keeps one connection open for ever, by the machine in reconnect.ts. What is published while it is down is dropped: the
 * streams send again. An open one on which nothing arrives is given up: the broker may have forgotten what was subscribed, and
 * still answer pings (seen with three nodes of NATS, one killed: such a store greets and hears nothing).
 */
export function keepConnected(deps: {
	clock: Clock;
	dice: Dice;
	log: LinkLog;
	connect(events: ConnectionEvents): Connection;
	opened(): void;
	/** Called after each attempt that failed, and after each connection that ended. */
	lost(why: string): void;
	arrived(topic: string, payload: Buffer): void;
}): KeptConnection {
	let line: Reconnect = { at: "closed" };
	let current: { connection?: Connection } | undefined;
	let heardAtMs = 0;
	let askedAtMs: number | undefined;
	let silences = 0;
	const alarm = alarmClock(deps.clock, () => apply("timer"));
	const silence = alarmClock(deps.clock, () => {
		if (line.at !== "open") return;
		if (deps.clock.nowMs() < givesUpAtMs(heardAtMs, askedAtMs, silences)) return listen();
		silences += 1;
		apply("silent");
		deps.lost(nothingArrives);
	});
	const listen = (): void => silence.set(givesUpAtMs(heardAtMs, askedAtMs, silences));

	function apply(event: ReconnectEvent): void {
		const result = stepReconnect(line, event, { nowMs: deps.clock.nowMs(), jitter: deps.dice() });
		line = result.line;
		alarm.set(result.wakeAtMs);
		for (const effect of result.effects) {
			if (effect === "connect") connect();
			else disconnect();
		}
	}

	function connect(): void {
		const own: { connection?: Connection } = {};
		current = own;
		own.connection = deps.connect({
			opened() {
				if (current !== own) return;
				apply("opened");
				heardAtMs = deps.clock.nowMs();
				askedAtMs = undefined;
				listen();
				deps.opened();
			},
			arrived(topic, payload) {
				if (current !== own || line.at !== "open") return;
				heardAtMs = deps.clock.nowMs();
				askedAtMs = undefined;
				silences = 0;
				deps.arrived(topic, payload);
			},
			lost(why) {
				if (current !== own) return;
				if (line.at !== "open") deps.log.info({ why }, "the broker cannot be reached");
				apply("lost");
				deps.lost(why);
			},
		});
	}

	function disconnect(): void {
		const old = current;
		current = undefined;
		old?.connection?.hangUp();
	}

	apply("start");
	return {
		publish(topic, payload, isAnswered = false) {
			if (line.at !== "open") return;
			current?.connection?.publish(topic, payload);
			if (!isAnswered || askedAtMs !== undefined) return;
			askedAtMs = deps.clock.nowMs();
			listen();
		},
		proved: () => apply("proved"),
		isOpen: () => line.at === "open",
		stop() {
			silence.set(undefined);
			apply("stop");
		},
	};
}
