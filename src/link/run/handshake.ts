import { type Handshake, type HandshakeEvent, stepHandshake, wakeOf } from "../machine/handshake.ts";
import { alarmClock, type Clock, type Dice, type LinkLog } from "./clock.ts";

export interface RunningHandshake {
	readonly state: Readonly<Handshake>;
	apply(event: HandshakeEvent): void;
	/** A message did not fit what this end knows; `why` is for the log. Another hello settles it. */
	doubt(why: string): void;
	stop(): void;
}

/** Performs the effects of the store's handshake machine: sends hellos, stops the streams, and wakes when a state's time is over. */
export function runHandshake(deps: {
	clock: Clock;
	dice: Dice;
	log: LinkLog;
	/** `isQuiet`: nothing has happened since the last hello for which HQ would need checkpoints, so they are left out. */
	sendHello(isQuiet: boolean): void;
	stopStreams(): void;
	/** After each event, whether or not the state changed. */
	stepped(state: Handshake): void;
}): RunningHandshake {
	const { clock, dice, log } = deps;
	let state: Handshake = { at: "away" };
	const alarm = alarmClock(clock, () => apply("timer"));

	function apply(event: HandshakeEvent): void {
		const isQuiet = state.at === "talking" && !state.doubted && event === "timer";
		const result = stepHandshake(state, event, { nowMs: clock.nowMs(), jitter: dice() });
		state = result.handshake;
		alarm.set(wakeOf(state));
		for (const effect of result.effects) {
			if (effect === "hello") deps.sendHello(isQuiet);
			else if (effect === "stop-streams") deps.stopStreams();
		}
		deps.stepped(state);
	}

	return {
		get state() {
			return state;
		},
		apply,
		doubt(why) {
			if (state.at === "talking" && !state.doubted) log.info({ why }, "the line does not fit; greeting HQ again");
			apply("does-not-fit");
		},
		stop() {
			state = { at: "away" };
			alarm.set(undefined);
		},
	};
}
