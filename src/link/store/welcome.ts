import type { HandshakeEvent } from "../machine/handshake.ts";
import type { Welcome } from "../protocol/messages.ts";
import type { LinkLog } from "../run/clock.ts";
import type { LinkLedger } from "./ledger-port.ts";
import type { Pull } from "./pull.ts";
import type { Push } from "./push.ts";

/** Why HQ takes no facts from this box: another box has the store's place, or HQ does not know the store. */
export type Refusal = "fenced" | "unknown";

/** A box's duty after a welcome. */
type Verdict =
	/** The welcome is for another session, or older than one that was followed: it may name an epoch that has ended. */
	| "overtaken"
	/** HQ grants this box the store's next incarnation: take it, greet again. */
	| "granted"
	| Refusal
	| "accepted";

export interface WelcomeFollower {
	/** Rejects when the ledger cannot commit what the welcome asks for; the next welcome tries again. */
	arrived(welcome: Welcome): Promise<void>;
	refusal(): Refusal | null;
}

export interface WelcomeFollowerDeps {
	ledger: LinkLedger;
	log: LinkLog;
	push: Push;
	pull: Pull;
	session(): string;
	apply(event: HandshakeEvent): void;
	/** Called for every welcome of this session, also one that refuses, because each has HQ's time. */
	setClock(welcome: Welcome): void;
	/** Whether an approver signed that another box has this store's place, where this box demands that. */
	isPlaceApproved(said: { inc: number; granted?: number | undefined }, approval: unknown): boolean;
	/** Called when HQ takes this box's records from now on. */
	accepted(welcome: Welcome): void;
}

/**
 * Does what a welcome of HQ says.
 *
 *   not refused ── fenced, unknown ──▶ refused: alarm `hq-fenced` or `hq-unknown`; a fenced box's facts go to quarantine
 *                                      (without the approver's signature that it demands: `hq-place-unapproved` beside it)
 *        ▲                                │
 *        └────────── accepted ────────────┘ alarm cleared, streams begin
 */
export function followWelcomes(deps: WelcomeFollowerDeps): WelcomeFollower {
	const { ledger, log, push, pull } = deps;
	let refusal: Refusal | null = null;
	let newestT0 = -Infinity;
	let opening: Promise<void> = Promise.resolve();
	const judgePlace = openPlaceAlarm(deps);

	function verdictOf({ session, t0, inc, fenced, unknown, place }: Welcome): Verdict {
		if (session !== deps.session() || t0 < newestT0) return "overtaken";
		const own = ledger.read.link.identity().inc;
		if (inc !== undefined && inc > own && deps.isPlaceApproved({ inc: own, granted: inc }, place)) return "granted";
		if (fenced) return "fenced";
		return unknown ? "unknown" : "accepted";
	}

	async function takeIncarnation({ inc }: Welcome): Promise<void> {
		await ledger.do("setIdentity", { inc: inc! });
		log.info({ inc }, "HQ gave this box the store's place");
		deps.apply("asked");
	}

	function refuse(why: Refusal): void {
		deps.apply("refused");
		if (refusal === why) return;
		refusal = why;
		log.warn({ why }, "HQ does not take this box's data; it keeps selling");
		ledger
			.do("raiseAlarm", { code: `hq-${why}`, subject: "hq", facts: { device: "hq", store: ledger.read.link.identity().store } })
			.catch((error: unknown) => log.warn({ error: String(error) }, "cannot raise the alarm"));
	}

	async function accept(welcome: Welcome): Promise<void> {
		judgePlace(true);
		const { up, dn, window, marks } = welcome;
		if (refusal) ledger.do("clearAlarm", { code: `hq-${refusal}`, subject: "hq" }).catch(() => {});
		refusal = null;
		deps.apply("welcome");
		deps.accepted(welcome);
		push.welcomed(up, window, marks);
		// One welcome after the other: the second must see which epochs the first has opened.
		opening = opening.then(
			() => pull.welcomed(dn),
			() => pull.welcomed(dn),
		);
		await opening;
	}

	const follow: Record<Exclude<Verdict, "overtaken">, (welcome: Welcome) => Promise<void> | void> = {
		granted: takeIncarnation,
		fenced({ up, window, marks, inc, place }) {
			const said = { inc: ledger.read.link.identity().inc, granted: inc };
			judgePlace(deps.isPlaceApproved(said, place));
			refuse("fenced");
			push.welcomed(up, window, marks);
		},
		unknown: () => refuse("unknown"),
		accepted: accept,
	};

	return {
		async arrived(welcome) {
			const verdict = verdictOf(welcome);
			if (verdict === "overtaken") return;
			newestT0 = welcome.t0;
			deps.setClock(welcome);
			await follow[verdict](welcome);
		},
		refusal: () => refusal,
	};
}

/** The alarm about another box in this store's place that no approver signed for. */
function openPlaceAlarm({ ledger, log }: WelcomeFollowerDeps): (approved: boolean) => void {
	/** Undefined: not judged since this start; an earlier start may have left an alarm. */
	let isApproved: boolean | undefined;
	return (approved) => {
		if (isApproved === approved) return;
		isApproved = approved;
		const alarm = { code: "hq-place-unapproved", subject: "hq" };
		const again = (): void => {
			isApproved = undefined;
		};
		if (approved) return void ledger.do("clearAlarm", alarm).catch(again);
		log.warn({}, "head office gave this store's place to another box, and no approver signed for it");
		ledger.do("raiseAlarm", { ...alarm, facts: { device: "hq", store: ledger.read.link.identity().store } }).catch(again);
	};
}
