/**
 * One OpenDisplay label: its link, kept open, and what it should show. The two machines of the driver meet here: the session of a link
 * (drivers/label/opendisplay/session.ts) and the label's standing across links (standing.ts). Time and ports come as arguments.
 */
import { type RunningOpenDisplayLabel, runOpenDisplayLabel } from "../../../../drivers/label/opendisplay/run-label.ts";
import type { LabelPicture, SessionLimits, SessionReport } from "../../../../drivers/label/opendisplay/session-types.ts";
import {
	type LabelStanding,
	newStanding,
	nextLookMs,
	type StandingEvent,
	type StandingLimits,
	type StandingReport,
	stepStanding,
	usualWaitsMs,
} from "../../../../drivers/label/opendisplay/standing.ts";
import { keepOpen, type LinkReport, type Timers } from "../../../../drivers/transport/keep-open.ts";
import type { OpenPort, Port } from "../../../../drivers/transport/port.ts";
import { defined } from "../../../words/defined.ts";

export type LabelLinkReport =
	| Exclude<SessionReport, { type: "downloaded" | "drawn" }>
	| StandingReport
	| { type: "link"; link: LinkReport }
	| { type: "lost" }
	/** It let us in and hung up at once, so many times in a row. */
	| { type: "turned-away"; times: number };

export interface LabelLinkOptions {
	open: OpenPort;
	timers: Timers;
	random?: () => number;
	soleClient: boolean;
	silentAfterMs: number;
	/** Whether the label that answered is the one that was meant; one that is not gets no picture. */
	isMeant?: (number: string | undefined) => boolean;
	session?: Partial<SessionLimits>;
	waitsMs?: StandingLimits["waitsMs"];
}

export interface LabelLink {
	want(picture: LabelPicture, shownVersion?: string): void;
	/** No picture is wanted any more. What is on its way still arrives. */
	forget(): void;
	standing(): LabelStanding;
	restart(): Promise<void>;
	stop(): Promise<void>;
}

/** A link that ends this soon without a byte was refused. */
const turnedAwayWithinMs = 3_000;

/** One label while it is looked after. */
interface Kept {
	options: LabelLinkOptions;
	limits: StandingLimits;
	report: (report: LabelLinkReport) => void;
	state: LabelStanding;
	running: RunningOpenDisplayLabel | undefined;
	timer: unknown;
	turnedAway: number;
	isStopping: boolean;
}

export function openLabelLink(options: LabelLinkOptions, report: (report: LabelLinkReport) => void): LabelLink {
	const { soleClient, silentAfterMs, waitsMs = usualWaitsMs } = options;
	const kept: Kept = {
		options,
		limits: { soleClient, silentAfterMs, waitsMs },
		report,
		state: newStanding(options.timers.nowMs()),
		running: undefined,
		timer: undefined,
		turnedAway: 0,
		isStopping: false,
	};
	look(kept);
	let link = keepLink(kept);
	return {
		want: (picture, shownVersion) => happen(kept, { type: "want", picture, ...defined({ shownVersion }) }),
		forget: () => happen(kept, { type: "forget" }),
		standing: () => kept.state,
		async restart() {
			await link.stop();
			link = keepLink(kept);
		},
		async stop() {
			kept.isStopping = true;
			kept.options.timers.clear(kept.timer);
			await link.stop();
		},
	};
}

function keepLink(kept: Kept) {
	const { open, timers, random } = kept.options;
	return keepOpen({
		open,
		timers,
		...defined({ random }),
		report: (link) => kept.report({ type: "link", link }),
		run: (port) => runOn(kept, port),
	});
}

function happen(kept: Kept, event: StandingEvent): void {
	if (kept.isStopping) return;
	const { state, effects } = stepStanding(kept.state, event, kept.options.timers.nowMs(), kept.limits);
	kept.state = state;
	look(kept);
	for (const effect of effects) {
		if ("show" in effect) kept.running?.show(effect.show);
		else kept.report(effect.report);
	}
}

/** Comes again when the standing asks for it. */
function look(kept: Kept): void {
	const { timers } = kept.options;
	timers.clear(kept.timer);
	const dueMs = nextLookMs(kept.state, kept.limits);
	if (dueMs !== undefined) kept.timer = timers.set(() => happen(kept, { type: "clock" }), Math.max(1, dueMs - timers.nowMs()));
}

function runOn(kept: Kept, port: Port): () => void {
	const { timers, session } = kept.options;
	const openedMs = timers.nowMs();
	let hasSpoken = false;
	const listening: Port = {
		...port,
		onBytes: (callback) =>
			port.onBytes((bytes) => {
				hasSpoken = true;
				kept.turnedAway = 0;
				callback(bytes);
			}),
	};
	const running = runOpenDisplayLabel(listening, { timers, ...defined({ limits: session }) }, (said) => hear(kept, running, said));
	kept.running = running;
	return () => {
		running.stop();
		kept.running = undefined;
		if (!hasSpoken && !kept.isStopping && timers.nowMs() - openedMs < turnedAwayWithinMs) {
			kept.turnedAway += 1;
			kept.report({ type: "turned-away", times: kept.turnedAway });
			happen(kept, { type: "turned-away" });
		}
		happen(kept, { type: "lost" });
		kept.report({ type: "lost" });
	};
}

function hear(kept: Kept, running: RunningOpenDisplayLabel, said: SessionReport): void {
	switch (said.type) {
		case "ready": {
			kept.report(said);
			const { model, sleeps, number } = said.label;
			if (kept.options.isMeant?.(number) === false) return running.stop();
			return happen(kept, { type: "linked", model, sleeps, restarted: said.advert?.restarted ?? false });
		}
		case "alive":
			happen(kept, { type: "heard" });
			return kept.report(said);
		case "downloaded":
		case "drawn":
			return happen(kept, said);
		case "not-drawn":
			kept.report(said);
			return happen(kept, { type: "failed", version: said.version, why: said.why });
		case "refused":
			kept.report(said);
			return happen(kept, { type: "failed", version: said.version, why: "refused" });
		default:
			return kept.report(said);
	}
}
