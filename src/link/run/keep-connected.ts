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
	publish(topic: string, payload: Buffer): void;
	/** The other end answered: the count of failures begins at zero again. */
	proved(): void;
	isOpen(): boolean;
	stop(): void;
}

/** Stores and HQ exchange a hello a minute. After so long without any message the connection is given up. */
export const silentAfterMs = 5 * 60_000;

/**
 * Keeps one connection open for ever, by the machine in reconnect.ts. What is published while it is down is dropped: the
 * streams send again. An open one on which nothing arrives is given up: the broker may have forgotten what was subscribed, and
 * still answer pings (found by simulation: such a store greeted for ever and heard nothing).
 */
export function keepConnected(deps: {
	clock: Clock;
	dice: Dice;
	log: LinkLog;
	call(events: ConnectionEvents): Connection;
	opened(): void;
	/** Called after each attempt that failed, and after each connection that ended. */
	lost(why: string): void;
	arrived(topic: string, payload: Buffer): void;
}): KeptConnection {
	let line: Reconnect = { at: "closed" };
	let current: { call?: Connection } | undefined;
	let heardAtMs = 0;
	const alarm = alarmClock(deps.clock, () => apply("timer"));
	const silence = alarmClock(deps.clock, () => {
		if (line.at !== "open") return;
		if (deps.clock.nowMs() - heardAtMs < silentAfterMs) return listen();
		apply("lost");
		deps.lost("nothing arrives");
	});
	const listen = (): void => silence.set(heardAtMs + silentAfterMs);

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
		const own: { call?: Connection } = {};
		current = own;
		own.call = deps.call({
			opened() {
				if (current !== own) return;
				apply("opened");
				heardAtMs = deps.clock.nowMs();
				listen();
				deps.opened();
			},
			arrived(topic, payload) {
				if (current !== own || line.at !== "open") return;
				heardAtMs = deps.clock.nowMs();
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
		old?.call?.hangUp();
	}

	apply("start");
	return {
		publish: (topic, payload) => {
			if (line.at === "open") current?.call?.publish(topic, payload);
		},
		proved: () => apply("proved"),
		isOpen: () => line.at === "open",
		stop() {
			silence.set(undefined);
			apply("stop");
		},
	};
}
