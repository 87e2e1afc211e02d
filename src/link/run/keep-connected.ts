import { freshPatience, givesUpAtMs, type Patience, type PatienceEvent, stepPatience } from "../machine/patience.ts";
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
	/** `isAnswered`: the other end answers this message at once; see machine/patience.ts. */
	publish(topic: string, payload: Buffer, isAnswered?: boolean): void;
	/** The other end answered: the count of failures begins at zero again. */
	proved(): void;
	isOpen(): boolean;
	stop(): void;
}

/** Why a connection was given up that the broker would have kept. */
export const nothingArrives = "nothing arrives";

/**
 * Keeps one connection open for ever, by the machine in reconnect.ts. Messages published while it is down are dropped: the streams send
 * again. An open one on which nothing arrives is given up, by the machine in patience.ts (seen with three nodes of NATS, one killed: such a
 * store greets and hears nothing).
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
	let patience: Patience = freshPatience;
	let current: { connection?: Connection } | undefined;
	const alarm = alarmClock(deps.clock, () => apply("timer"));
	const silence = alarmClock(deps.clock, () => {
		if (line.at !== "open") return;
		if (deps.clock.nowMs() < givesUpAtMs(patience)) return listen();
		note("given-up");
		apply("silent");
		deps.lost(nothingArrives);
	});

	function note(event: PatienceEvent): void {
		patience = stepPatience(patience, event, deps.clock.nowMs());
	}

	/** Messages do not set the timer: it rings early, and is set again for the time that is left. */
	function listen(): void {
		silence.set(givesUpAtMs(patience));
	}

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
				note("opened");
				listen();
				deps.opened();
			},
			arrived(topic, payload) {
				if (current !== own || line.at !== "open") return;
				note("arrived");
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
			if (!isAnswered) return;
			note("asked");
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
