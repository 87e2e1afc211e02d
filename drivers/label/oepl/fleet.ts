/**
 * All labels of a store: each has its own showing.ts; here is who may go first. A radio holds about 120 labels at a time
 * (the stock firmware writes past its table from slot 128 on), so each access point has `maxPendingPerAp` turns to give, in
 * the order labels began to wait; and because it fetches each picture at once, on a processor that also runs the radio, it
 * has only `maxUnfetchedPerAp` to fetch at a time. A label nobody has heard yet waits with the others of no access point.
 * Only labels whose time has come are looked at: thousands that show what they should cost nothing.
 */

import { dueList } from "./due.ts";
import type { PeerReport } from "./peer.ts";
import { newShowing, nextLookMs, type Showing, type ShowingEffect, type ShowingEvent, type ShowingReport, stepShowing } from "./showing.ts";
import { type Picture, type ShowingLimits } from "./showing-limits.ts";

export type FleetReport = ShowingReport & { mac: string; accessPoint: string | undefined };

/** What the fleet asks for; the performer sends it. */
export interface FleetEffects {
	offer(mac: string, picture: Picture): void;
	cancel(mac: string): void;
	report(report: FleetReport): void;
}

export interface KnownLabel {
	/** From the ledger: what this label was proved to show, and who heard it, before a restart. */
	shownVersion?: string;
	accessPoint?: string;
}

export interface LabelFleet {
	/** Idempotent: a picture already wanted, offered or shown is not sent again. */
	want(mac: string, picture: Picture, nowMs: number, known?: KnownLabel): void;
	/** The label was taken down or unbound; what was offered is cancelled. */
	forget(mac: string, nowMs: number): void;
	hear(report: PeerReport, nowMs: number): void;
	/** The access point at this address has taken all bytes of the picture. */
	fetched(mac: string, version: string, accessPoint: string, nowMs: number): void;
	/** Looks at the labels that are due; answers when to come again. */
	tick(nowMs: number): number | undefined;
	standing(mac: string): Showing | undefined;
	counts(): { labels: number; idle: number; waiting: number; offered: number; downloaded: number; shown: number };
}

export interface FleetLimits extends ShowingLimits {
	maxPendingPerAp: number;
	maxUnfetchedPerAp: number;
}

const nobody = "";

export function labelFleet(limits: FleetLimits, effects: FleetEffects): LabelFleet {
	const labels = new Map<string, Showing>();
	const due = dueList();
	/** Labels that wait for a turn, per access point, in the order they came. */
	const queues = new Map<string, Set<string>>();
	const offered = new Map<string, number>();
	const unfetched = new Map<string, number>();

	const step = (mac: string, event: ShowingEvent, nowMs: number): void => {
		const before = labels.get(mac);
		if (!before) return;
		const { state, effects: asked } = stepShowing(before, event, nowMs, limits);
		settle(mac, before, state, nowMs);
		for (const effect of asked) perform(mac, state, effect);
	};

	const settle = (mac: string, before: Showing, after: Showing, nowMs: number): void => {
		labels.set(mac, after);
		const beforeAp = before.accessPoint ?? nobody;
		const afterAp = after.accessPoint ?? nobody;
		count(before, beforeAp, -1);
		count(after, afterAp, 1);
		const queued = after.standing.is === "waiting" && after.standing.notBeforeMs <= nowMs;
		if (!queued || beforeAp !== afterAp) queues.get(beforeAp)?.delete(mac);
		if (queued) queueOf(afterAp).add(mac);
		// A label in the queue waits for a turn, not for the clock; only its silence is still to be watched.
		const silentMs = after.silent ? undefined : after.heardMs + limits.silentAfterMs;
		due.set(mac, queued ? silentMs : nextLookMs(after, limits));
	};

	const count = ({ standing }: Showing, accessPoint: string, by: number): void => {
		if (standing.is !== "offered") return;
		addTo(offered, accessPoint, by);
		if (!standing.fetched) addTo(unfetched, accessPoint, by);
	};

	const perform = (mac: string, state: Showing, effect: ShowingEffect): void => {
		switch (effect.effect) {
			case "offer":
				effects.offer(mac, effect.picture);
				break;
			case "cancel":
				effects.cancel(mac);
				break;
			case "report":
				effects.report({ ...effect.report, mac, accessPoint: state.accessPoint });
				break;
		}
	};

	const queueOf = (accessPoint: string): Set<string> => {
		let queue = queues.get(accessPoint);
		if (!queue) queues.set(accessPoint, (queue = new Set()));
		return queue;
	};

	const giveTurns = (accessPoint: string, nowMs: number): void => {
		const queue = queues.get(accessPoint);
		const hasTurn = (): boolean =>
			(offered.get(accessPoint) ?? 0) < limits.maxPendingPerAp && (unfetched.get(accessPoint) ?? 0) < limits.maxUnfetchedPerAp;
		while (queue && queue.size > 0 && hasTurn()) {
			const mac = queue.values().next().value!;
			queue.delete(mac);
			step(mac, { type: "turn" }, nowMs);
		}
	};

	const apply = (mac: string, event: ShowingEvent, nowMs: number): void => {
		const before = labels.get(mac)?.accessPoint ?? nobody;
		step(mac, event, nowMs);
		const after = labels.get(mac)?.accessPoint ?? nobody;
		giveTurns(after, nowMs);
		if (before !== after) giveTurns(before, nowMs);
	};

	return {
		want(mac, picture, nowMs, known = {}) {
			if (!labels.has(mac)) labels.set(mac, newShowing(nowMs, known.accessPoint));
			const { shownVersion } = known;
			apply(mac, { type: "want", picture, ...(shownVersion === undefined ? {} : { shownVersion }) }, nowMs);
		},
		forget(mac, nowMs) {
			apply(mac, { type: "forget" }, nowMs);
			labels.delete(mac);
			due.set(mac, undefined);
		},
		hear(report, nowMs) {
			switch (report.type) {
				case "check-in": {
					const { mac, accessPoint, wakeup, hwType } = report;
					apply(
						mac,
						{ type: "check-in", accessPoint, ...(wakeup === undefined ? {} : { wakeup }), ...(hwType === undefined ? {} : { hwType }) },
						nowMs,
					);
					break;
				}
				case "transfer-complete":
					apply(report.mac, { type: "complete", accessPoint: report.accessPoint }, nowMs);
					break;
				case "transfer-gave-up":
					apply(report.mac, { type: "gave-up" }, nowMs);
					break;
				case "access-point":
				case "garbled":
				case "stranger":
					break;
			}
		},
		fetched(mac, version, accessPoint, nowMs) {
			apply(mac, { type: "fetched", version, accessPoint }, nowMs);
		},
		tick(nowMs) {
			for (let mac = due.take(nowMs); mac !== undefined; mac = due.take(nowMs)) apply(mac, { type: "clock" }, nowMs);
			return due.nextMs();
		},
		standing: (mac) => labels.get(mac),
		counts() {
			const counts = { labels: labels.size, idle: 0, waiting: 0, offered: 0, downloaded: 0, shown: 0 };
			for (const { standing } of labels.values()) counts[standing.is]++;
			return counts;
		},
	};
}

function addTo(counts: Map<string, number>, key: string, by: number): void {
	counts.set(key, (counts.get(key) ?? 0) + by);
}
