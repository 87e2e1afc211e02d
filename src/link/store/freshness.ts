import { defined } from "../../words/defined.ts";
import { beforeWelcome, type Silence, silentSince, stepSilence } from "../machine/silence.ts";
import { stepWithholding, type Withholding, type WithholdingEvent } from "../machine/withholding.ts";
import type { DownStream, StreamPosition, Welcome } from "../protocol/messages.ts";
import type { Clock, LinkLog } from "../run/clock.ts";
import type { Contact } from "./contact.ts";
import type { LinkLedger } from "./ledger-port.ts";
import { pulledStreams } from "./pull.ts";

/**
 * Whether this store has HQ's newest records (LINK rule 24). Raises two alarms, which both clear by themselves; prices stay as they
 * are.
 *
 *   hq-withholds   the newest welcome names records that do not arrive
 *   hq-silent      no welcome: for half an hour while HQ is heard otherwise, or for `trustForMs` in which nothing was heard
 */
export interface Freshness {
	/** HQ takes this box's records, and says where its streams end. */
	welcomed(welcome: Welcome): void;
	/** How many of HQ's records are withheld. */
	withheld(): number;
	stop(): void;
}

export interface FreshnessDeps {
	ledger: LinkLedger;
	clock: Clock;
	log: LinkLog;
	contact: Contact;
	/** How far records of a stream have arrived, whether or not the ledger could commit them. */
	arrived(stream: DownStream): StreamPosition | undefined;
	/** Parts of snapshots that arrived. */
	partsArrived(): number;
	isRefused(): boolean;
	isTalking(): boolean;
	/** Sends another hello; its welcome names the ends of the streams. */
	greet(): void;
}

const lookEveryMs = 30_000;
/** A line on which facts flow is never quiet, and greets for this reason alone. */
const heartbeatMs = 600_000;
/** After a start the line has this long before the silence of earlier days is an alarm. */
const settleMs = 120_000;

/** The values for an alarm's sentence; undefined: no alarm. */
type Facts = Record<string, string | number> | undefined;

export function watchFreshness(deps: FreshnessDeps): Freshness {
	const { ledger, clock, contact } = deps;
	const alarms = openAlarms(deps);
	const streams = watchStreams(deps);
	const startedAtMs = clock.nowMs();
	let silence: Silence = beforeWelcome;
	let lookedAtMs = startedAtMs;
	let askedAtMs = startedAtMs;

	function silenceFacts(): Facts {
		if (deps.isRefused()) return undefined;
		const { wall, quality } = ledger.now();
		const isSure = quality !== "guess" && clock.nowMs() - startedAtMs >= settleMs;
		const at = silentSince(silence, isSure ? contact.lastContact() : null, wall);
		return at === undefined ? undefined : { device: "hq", at };
	}

	function look(): void {
		const heardMs = contact.isRecent() ? clock.nowMs() - lookedAtMs : 0;
		lookedAtMs = clock.nowMs();
		silence = stepSilence(silence, { type: "heard", ms: heardMs });
		streams.look(heardMs);
		const count = streams.withheld();
		const isKnown = silence.at === "welcomed";
		alarms.set("hq-withholds", count === 0 ? undefined : { device: "hq", count }, isKnown);
		alarms.set("hq-silent", silenceFacts(), isKnown);
		if (!deps.isTalking() || clock.nowMs() - askedAtMs < heartbeatMs) return;
		askedAtMs = clock.nowMs();
		deps.greet();
	}

	const stop = every(clock, lookEveryMs, look);
	return {
		welcomed({ dn, trust }) {
			askedAtMs = clock.nowMs();
			silence = stepSilence(silence, { type: "welcome", at: ledger.now().wall, trustForMs: trust?.trustForMs });
			streams.welcomed(dn, trust);
		},
		withheld: streams.withheld,
		stop,
	};
}

/** Calls `act` again and again until it is stopped. */
function every(clock: Clock, ms: number, act: () => void): () => void {
	let cancel = (): void => {};
	const wait = (): void => {
		cancel = clock.after(ms, () => {
			act();
			wait();
		});
	};
	wait();
	return () => cancel();
}

/** Watches each stream for records that HQ named and that do not arrive. */
interface StreamWatch {
	welcomed(ends: Welcome["dn"], trust: Welcome["trust"]): void;
	/** `heardMs`: the time since the last look in which HQ was heard. */
	look(heardMs: number): void;
	/** How many records are withheld. */
	withheld(): number;
}

function watchStreams(deps: FreshnessDeps): StreamWatch {
	const streams = new Map<DownStream, Withholding>(pulledStreams.map((stream) => [stream, { at: "even" }]));
	const apply = (stream: DownStream, event: WithholdingEvent): void =>
		void streams.set(stream, stepWithholding(streams.get(stream)!, event));
	return {
		welcomed(ends, trust) {
			for (const stream of pulledStreams) {
				const head = ends[stream];
				const signed = trust?.heads[stream];
				if (!head) continue;
				const hash = signed?.epoch === head.epoch && signed.last === head.last ? signed.hash : undefined;
				apply(stream, { type: "welcome", end: { epoch: head.epoch, last: head.last, ...defined({ hash }) } });
			}
		},
		look(heardMs) {
			const parts = deps.partsArrived();
			for (const stream of streams.keys()) {
				const have = deps.arrived(stream);
				const progress = (have?.position ?? 0) + (stream === "catalog" ? parts : 0);
				apply(stream, deps.isRefused() ? { type: "refused" } : { type: "look", have, progress, heardMs });
			}
		},
		withheld: () =>
			[...streams].reduce((sum, [stream, state]) => {
				if (state.at !== "withheld") return sum;
				const have = deps.arrived(stream);
				return sum + Math.max(1, state.newest.last - (have?.epoch === state.newest.epoch ? have.position : 0));
			}, 0),
	};
}

interface Alarms {
	/** `isKnown`: a welcome has come since this start. Before that, an alarm that an earlier start left behind stays. */
	set(code: "hq-withholds" | "hq-silent", facts: Facts, isKnown: boolean): void;
}

/** Raises and clears the two alarms where they change. */
function openAlarms({ ledger, log }: FreshnessDeps): Alarms {
	const stands = new Map<string, boolean>();
	const isLeftBehind = (code: string): boolean =>
		ledger.read.alarms?.list().some(({ id, clearedAt }) => id === `${code}:hq` && clearedAt === null) ?? false;
	const say = (isSilence: boolean, facts: Facts): Promise<unknown> =>
		facts
			? ledger.do("raiseAlarm", { code: isSilence ? "hq-silent" : "hq-withholds", subject: "hq", facts })
			: ledger.do("clearAlarm", { code: isSilence ? "hq-silent" : "hq-withholds", subject: "hq" });
	return {
		set(code, facts, isKnown) {
			if (stands.get(code) === (facts !== undefined) || (!facts && !isKnown)) return;
			if (!facts && !stands.has(code) && !isLeftBehind(code)) return void stands.set(code, false);
			stands.set(code, facts !== undefined);
			if (facts) log.warn({ code, ...facts }, "this store may not have head office's newest word");
			// The next look tries again.
			say(code === "hq-silent", facts).catch(() => stands.delete(code));
		},
	};
}
