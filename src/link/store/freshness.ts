import { defined } from "../../words/defined.ts";
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
const welcomeOwedMs = 1_800_000;
/** After a start the line has this long before the silence of earlier days is an alarm. */
const settleMs = 120_000;
/** How long a store may go without a message from HQ, until a welcome names another time. */
const usualTrustForMs = 8 * 86_400_000;

/** The values for an alarm's sentence; undefined: no alarm. */
type Facts = Record<string, string | number> | undefined;

export function watchFreshness(deps: FreshnessDeps): Freshness {
	const { ledger, clock, contact } = deps;
	const alarms = openAlarms(deps);
	const startedAtMs = clock.nowMs();
	const streams = new Map<DownStream, Withholding>(pulledStreams.map((stream) => [stream, { at: "even" }]));
	let lookedAtMs = startedAtMs;
	let trustForMs = usualTrustForMs;
	let welcomedAt: string | undefined;
	/** The time since the last welcome in which HQ was heard; undefined before the first one. */
	let withoutWelcomeMs: number | undefined;
	let askedAtMs = startedAtMs;

	const apply = (stream: DownStream, event: WithholdingEvent): void =>
		void streams.set(stream, stepWithholding(streams.get(stream)!, event));

	function withheld(): number {
		return [...streams].reduce((sum, [stream, state]) => {
			if (state.at !== "withheld") return sum;
			const have = deps.arrived(stream);
			return sum + Math.max(1, state.newest.last - (have?.epoch === state.newest.epoch ? have.position : 0));
		}, 0);
	}

	function silence(): Facts {
		if (deps.isRefused()) return undefined;
		const lastContact = contact.lastContact();
		if (withoutWelcomeMs !== undefined && withoutWelcomeMs >= welcomeOwedMs) return { device: "hq", at: welcomedAt! };
		const { wall, quality } = ledger.now();
		if (lastContact === null || quality === "guess" || clock.nowMs() - startedAtMs < settleMs) return undefined;
		if (Date.parse(wall) - Date.parse(lastContact) <= trustForMs) return undefined;
		return { device: "hq", at: lastContact };
	}

	function look(): void {
		const elapsedMs = clock.nowMs() - lookedAtMs;
		lookedAtMs = clock.nowMs();
		const heardMs = contact.isRecent() ? elapsedMs : 0;
		if (withoutWelcomeMs !== undefined) withoutWelcomeMs += heardMs;
		const parts = deps.partsArrived();
		for (const stream of streams.keys()) {
			const have = deps.arrived(stream);
			const progress = (have?.position ?? 0) + (stream === "catalog" ? parts : 0);
			apply(stream, deps.isRefused() ? { type: "refused" } : { type: "look", have, progress, heardMs });
		}
		const count = withheld();
		const isKnown = welcomedAt !== undefined;
		alarms.set("hq-withholds", count === 0 ? undefined : { device: "hq", count }, isKnown);
		alarms.set("hq-silent", silence(), isKnown);
		if (!deps.isTalking() || clock.nowMs() - askedAtMs < heartbeatMs) return;
		askedAtMs = clock.nowMs();
		deps.greet();
	}

	let cancel = (): void => {};
	function lookLater(): void {
		cancel = clock.after(lookEveryMs, () => {
			look();
			lookLater();
		});
	}
	lookLater();

	return {
		welcomed({ dn, trust }) {
			askedAtMs = clock.nowMs();
			withoutWelcomeMs = 0;
			welcomedAt = ledger.now().wall;
			if (trust) trustForMs = trust.trustForMs;
			for (const stream of pulledStreams) {
				const head = dn[stream];
				const signed = trust?.heads[stream];
				if (!head) continue;
				const hash = signed?.epoch === head.epoch && signed.last === head.last ? signed.hash : undefined;
				apply(stream, { type: "welcome", end: { epoch: head.epoch, last: head.last, ...defined({ hash }) } });
			}
		},
		withheld,
		stop: () => cancel(),
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
