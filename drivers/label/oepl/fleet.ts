/**
 * The labels of a store. Each has its own state (showing.ts); the fleet decides which may be offered now. A radio holds about 120 labels at
 * a time (the stock firmware writes past its table from slot 128 on), so each access point has `maxPendingPerAp` turns, given in the order
 * in which labels began to wait. It fetches each picture at once, on a processor that also runs the radio, so it has at most
 * `maxUnfetchedPerAp` to fetch at a time. A label that nobody has heard yet waits among those without an access point. Only labels that are
 * due are looked at: thousands that show what they should cost nothing.
 */

import { dueList } from "./due.ts";
import type { PeerReport } from "./peer.ts";
import { newShowing, nextLookMs, type Showing, type ShowingEffect, type ShowingEvent, type ShowingReport, stepShowing } from "./showing.ts";
import { type Picture, type ShowingLimits } from "./showing-limits.ts";

export type FleetReport = ShowingReport & { mac: string; accessPoint: string | undefined };

/** Acts that the caller must do for the fleet. */
export interface FleetEffects {
	offer(mac: string, picture: Picture): void;
	cancel(mac: string): void;
	report(report: FleetReport): void;
}

export interface KnownLabel {
	/** From the ledger: what this label was confirmed to show before a restart, and which access point heard it. */
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

/** The state of the fleet. */
interface Fleet {
	limits: FleetLimits;
	effects: FleetEffects;
	labels: Map<string, Showing>;
	due: ReturnType<typeof dueList>;
	/** Labels that wait for a turn, per access point, in the order they came. */
	queues: Map<string, Set<string>>;
	/** Labels with a picture on offer, and those whose picture was not fetched yet, per access point. */
	offered: Map<string, number>;
	unfetched: Map<string, number>;
}

export function labelFleet(limits: FleetLimits, effects: FleetEffects): LabelFleet {
	const fleet: Fleet = {
		limits,
		effects,
		labels: new Map<string, Showing>(),
		due: dueList(),
		queues: new Map<string, Set<string>>(),
		offered: new Map<string, number>(),
		unfetched: new Map<string, number>(),
	};
	return {
		want(mac, picture, nowMs, known = {}) {
			if (!fleet.labels.has(mac)) fleet.labels.set(mac, newShowing(nowMs, known.accessPoint));
			const { shownVersion } = known;
			apply(fleet, mac, { type: "want", picture, ...(shownVersion !== undefined && { shownVersion }) }, nowMs);
		},
		forget(mac, nowMs) {
			apply(fleet, mac, { type: "forget" }, nowMs);
			fleet.labels.delete(mac);
			fleet.due.set(mac, undefined);
		},
		hear(report, nowMs) {
			switch (report.type) {
				case "check-in": {
					const { mac, accessPoint, wakeup, hwType } = report;
					apply(
						fleet,
						mac,
						{ type: "check-in", accessPoint, ...(wakeup !== undefined && { wakeup }), ...(hwType !== undefined && { hwType }) },
						nowMs,
					);
					break;
				}
				case "transfer-complete":
					apply(fleet, report.mac, { type: "complete", accessPoint: report.accessPoint }, nowMs);
					break;
				case "transfer-gave-up":
					apply(fleet, report.mac, { type: "gave-up" }, nowMs);
					break;
				case "access-point":
				case "garbled":
				case "stranger":
					break;
			}
		},
		fetched(mac, version, accessPoint, nowMs) {
			apply(fleet, mac, { type: "fetched", version, accessPoint }, nowMs);
		},
		tick(nowMs) {
			for (let mac = fleet.due.take(nowMs); mac !== undefined; mac = fleet.due.take(nowMs)) apply(fleet, mac, { type: "clock" }, nowMs);
			return fleet.due.nextMs();
		},
		standing: (mac) => fleet.labels.get(mac),
		counts() {
			const counts = { labels: fleet.labels.size, idle: 0, waiting: 0, offered: 0, downloaded: 0, shown: 0 };
			for (const { standing } of fleet.labels.values()) counts[standing.is]++;
			return counts;
		},
	};
}

function step(fleet: Fleet, mac: string, event: ShowingEvent, nowMs: number): void {
	const before = fleet.labels.get(mac);
	if (!before) return;
	const { state, effects: asked } = stepShowing(before, event, nowMs, fleet.limits);
	settle(fleet, mac, before, state, nowMs);
	for (const effect of asked) perform(fleet, mac, state, effect);
}

function settle(fleet: Fleet, mac: string, before: Showing, after: Showing, nowMs: number): void {
	fleet.labels.set(mac, after);
	const beforeAp = before.accessPoint ?? nobody;
	const afterAp = after.accessPoint ?? nobody;
	count(fleet, before, beforeAp, -1);
	count(fleet, after, afterAp, 1);
	const queued = after.standing.is === "waiting" && after.standing.notBeforeMs <= nowMs;
	if (!queued || beforeAp !== afterAp) fleet.queues.get(beforeAp)?.delete(mac);
	if (queued) queueOf(fleet, afterAp).add(mac);
	// A label in the queue waits for a turn, not for the clock; only its silence is still to be watched.
	const silentMs = after.silent ? undefined : after.heardMs + fleet.limits.silentAfterMs;
	fleet.due.set(mac, queued ? silentMs : nextLookMs(after, fleet.limits));
}

function count(fleet: Fleet, { standing }: Showing, accessPoint: string, by: number): void {
	if (standing.is !== "offered") return;
	addTo(fleet.offered, accessPoint, by);
	if (!standing.fetched) addTo(fleet.unfetched, accessPoint, by);
}

function perform(fleet: Fleet, mac: string, state: Showing, effect: ShowingEffect): void {
	switch (effect.effect) {
		case "offer":
			fleet.effects.offer(mac, effect.picture);
			break;
		case "cancel":
			fleet.effects.cancel(mac);
			break;
		case "report":
			fleet.effects.report({ ...effect.report, mac, accessPoint: state.accessPoint });
			break;
	}
}

function queueOf(fleet: Fleet, accessPoint: string): Set<string> {
	let queue = fleet.queues.get(accessPoint);
	if (!queue) fleet.queues.set(accessPoint, (queue = new Set()));
	return queue;
}

function giveTurns(fleet: Fleet, accessPoint: string, nowMs: number): void {
	const queue = fleet.queues.get(accessPoint);
	const hasTurn = (): boolean =>
		(fleet.offered.get(accessPoint) ?? 0) < fleet.limits.maxPendingPerAp &&
		(fleet.unfetched.get(accessPoint) ?? 0) < fleet.limits.maxUnfetchedPerAp;
	while (queue && queue.size > 0 && hasTurn()) {
		const mac = queue.values().next().value!;
		queue.delete(mac);
		step(fleet, mac, { type: "turn" }, nowMs);
	}
}

function apply(fleet: Fleet, mac: string, event: ShowingEvent, nowMs: number): void {
	const before = fleet.labels.get(mac)?.accessPoint ?? nobody;
	step(fleet, mac, event, nowMs);
	const after = fleet.labels.get(mac)?.accessPoint ?? nobody;
	giveTurns(fleet, after, nowMs);
	if (before !== after) giveTurns(fleet, before, nowMs);
}

function addTo(counts: Map<string, number>, key: string, by: number): void {
	counts.set(key, (counts.get(key) ?? 0) + by);
}
