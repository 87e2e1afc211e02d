import type { Seeded } from "../seeded.ts";
import type { Timeline } from "../timeline.ts";
import { consider, isPicture, isPreload, keepFile, obey, type VirtualLabel, wokeByFirstBoot } from "./label.ts";
import type { Offer } from "./oepl-frames.ts";

/**
 * The air of one base station: one transfer at a time, blocks of 4096 bytes in 42 parts, some of them lost.
 *
 *   label wakes ─▶ offer waiting? ─▶ radio free? ─no─▶ BUSY, sleeps on
 *                       │ no            │ yes
 *                       ▼               ▼
 *                    sleeps on      blocks, lost parts again, at most five rounds each
 *                                       │                 └─ a block failed: sleeps on, keeps the blocks it has
 *                                       ▼
 *                          size, MD5, picture right? ─no─▶ refused, sleeps on, will be offered again
 *                                       │ yes
 *                                       ▼
 *                          complete is reported ─▶ draws ─▶ sleeps on
 */
export interface RadioSettings {
	checkInEveryMs: number;
	/** Chance that one part of 99 bytes is not heard. */
	partLoss: number;
	/** Divides the time that sending and drawing take. */
	speed: number;
	/** How long one minute of an offer's patience lasts; tests shorten it. */
	minuteMs: number;
}

export interface RadioEvents {
	checkedIn(label: VirtualLabel): void;
	completed(label: VirtualLabel, offer: Offer): void;
	/** The glass changed. */
	drawn(label: VirtualLabel): void;
	gaveUp(mac: string): void;
}

export interface Radio {
	/** False: no slot is free. A second offer for the same label takes the place of the first. */
	put(offer: Offer, file: Uint8Array): boolean;
	holds(mac: string): boolean;
	/** The base station lost power: everything on offer is forgotten. */
	forget(): void;
	pending(): number;
	/** The label checks in as soon as its radio is up, not at its next turn. */
	wakeSoon(label: VirtualLabel): void;
}

/** The chip's table has 250 places but a signed byte as index: beyond 120 a real base station writes past the table. */
const radioSlots = 120;

const blockBytes = 4096;
const partBytes = 99;
const blockHeaderBytes = 4;
const roundsPerBlock = 5;
const blockWaitMs = 140;
const partOnAirMs = 4.3;
/** After a block request the radio turns every other label away for this long. */
const busyAfterBlockMs = 1_200;
const drawBlackMs = 1_000;
const drawColourMs = 12_000;
/** The check-in period of a real label, against which a plan's shorter one is measured. */
const realRhythmMs = 40_000;

/** The radio of one base station, and what it has on offer. */
interface Air {
	labels: readonly VirtualLabel[];
	settings: RadioSettings;
	events: RadioEvents;
	luck: Seeded;
	timeline: Timeline;
	slots: Map<string, { offer: Offer; file: Uint8Array; minutesLeft: number }>;
	nextWake: Map<string, () => void>;
	busyUntilMs: number;
}

export function startRadio(
	labels: readonly VirtualLabel[],
	settings: RadioSettings,
	events: RadioEvents,
	luck: Seeded,
	timeline: Timeline,
): Radio {
	const radio: Air = {
		labels,
		settings,
		events,
		luck,
		timeline,
		slots: new Map<string, { offer: Offer; file: Uint8Array; minutesLeft: number }>(),
		nextWake: new Map<string, () => void>(),
		busyUntilMs: 0,
	};
	radio.timeline.after(radio.settings.minuteMs, () => keepHouse(radio));
	for (const label of radio.labels) sleep(radio, label, radio.luck.fraction() * radio.settings.checkInEveryMs);
	return {
		put(offer, file) {
			if (!radio.slots.has(offer.mac) && radio.slots.size >= radioSlots) return false;
			radio.slots.set(offer.mac, { offer, file, minutesLeft: offer.attemptsLeftMinutes });
			return true;
		},
		holds: (mac) => radio.slots.has(mac),
		forget: () => radio.slots.clear(),
		pending: () => radio.slots.size,
		wakeSoon(label) {
			if (!label.isDrawing) sleep(radio, label, Math.min(50, radio.settings.checkInEveryMs));
		},
	};
}

function sleep(radio: Air, label: VirtualLabel, ms: number): void {
	radio.nextWake.get(label.mac)?.();
	radio.nextWake.set(
		label.mac,
		radio.timeline.after(ms, () => wake(radio, label)),
	);
}

/** Real clocks drift, so labels that start together do not stay together. */
function rhythm(radio: Air): number {
	return radio.settings.checkInEveryMs * (0.95 + 0.1 * radio.luck.fraction());
}

function sleepAfter(radio: Air, offer: Offer): number {
	return offer.nextCheckInSeconds === 0
		? rhythm(radio)
		: Math.max(rhythm(radio), offer.nextCheckInSeconds * 1_000 * Math.min(1, radio.settings.checkInEveryMs / realRhythmMs));
}

function wake(radio: Air, label: VirtualLabel): void {
	if (label.asleepForGood || label.isDrawing) return;
	if (radio.timeline.now() < label.outOfContactUntilMs) return sleep(radio, label, rhythm(radio));
	radio.events.checkedIn(label);
	const slot = radio.slots.get(label.mac);
	if (!slot) return sleep(radio, label, rhythm(radio));
	const { offer } = slot;
	switch (consider(label, offer)) {
		case "shown":
			complete(radio, label, offer);
			return sleep(radio, label, sleepAfter(radio, offer));
		case "in-flash":
			complete(radio, label, offer);
			return isPreload(offer) ? sleep(radio, label, sleepAfter(radio, offer)) : draw(radio, label, offer);
		case "command":
			complete(radio, label, offer);
			obey(label, offer);
			return sleep(radio, label, sleepAfter(radio, offer));
		case "download":
			return transfer(radio, label, offer, slot.file);
	}
}

function transfer(radio: Air, label: VirtualLabel, offer: Offer, file: Uint8Array): void {
	if (radio.timeline.now() < radio.busyUntilMs) {
		label.busyAnswers += 1;
		return sleep(radio, label, rhythm(radio));
	}
	const blocks = Math.max(1, Math.ceil(offer.bytes / blockBytes));
	let onAirMs = 0;
	let block = label.taking?.version === offer.version ? label.taking.blocks : 0;
	for (; block < blocks; block++) {
		const sent = sendBlock(radio, Math.min(blockBytes, offer.bytes - block * blockBytes), label);
		onAirMs += sent.ms;
		if (!sent.whole) break;
	}
	label.taking = { version: offer.version, blocks: block };
	const tookMs = onAirMs / radio.settings.speed;
	radio.busyUntilMs = radio.timeline.now() + tookMs + busyAfterBlockMs / radio.settings.speed;
	radio.timeline.after(tookMs, () => {
		const stillOffered = radio.slots.get(label.mac)?.offer.version === offer.version;
		const isOut = radio.timeline.now() < label.outOfContactUntilMs;
		if (block < blocks || !stillOffered || isOut || label.taking?.version !== offer.version) return sleep(radio, label, rhythm(radio));
		label.taking = undefined;
		if (keepFile(label, offer, file)) return sleep(radio, label, rhythm(radio));
		complete(radio, label, offer);
		if (isPreload(offer)) sleep(radio, label, sleepAfter(radio, offer));
		else draw(radio, label, offer);
	});
}

function sendBlock(radio: Air, bytes: number, label: VirtualLabel): { whole: boolean; ms: number } {
	let missing = Math.ceil((bytes + blockHeaderBytes) / partBytes);
	let ms = 0;
	for (let round = 0; round < roundsPerBlock && missing > 0; round++) {
		ms += blockWaitMs + missing * partOnAirMs;
		let lost = 0;
		for (let part = 0; part < missing; part++) if (radio.luck.chance(radio.settings.partLoss)) lost += 1;
		label.lostParts += lost;
		missing = lost;
	}
	return { whole: missing === 0, ms };
}

function complete(radio: Air, label: VirtualLabel, offer: Offer): void {
	radio.slots.delete(label.mac);
	radio.events.completed(label, offer);
}

function draw(radio: Air, label: VirtualLabel, offer: Offer): void {
	label.isDrawing = true;
	const takesMs = (label.model.palette === "WB" ? drawBlackMs : drawColourMs) / radio.settings.speed;
	radio.nextWake.get(label.mac)?.();
	radio.timeline.after(takesMs, () => {
		label.isDrawing = false;
		// A battery pulled in the middle of a draw: the start picture is drawn instead.
		if (label.wakeupReason !== wokeByFirstBoot) {
			label.shownVersion = offer.version;
			label.drawnAt = new Date().toISOString();
			label.draws += 1;
			radio.events.drawn(label);
		}
		sleep(radio, label, label.wakeupReason === wokeByFirstBoot ? 0 : sleepAfter(radio, offer));
	});
}

function keepHouse(radio: Air): void {
	for (const [mac, slot] of radio.slots) {
		slot.minutesLeft -= 1;
		if (slot.minutesLeft > 1) continue;
		radio.slots.delete(mac);
		// A command that no label took is dropped without a report; only a picture that no label took is reported.
		if (isPicture(slot.offer.dataType)) radio.events.gaveUp(mac);
	}
	radio.timeline.after(radio.settings.minuteMs, () => keepHouse(radio));
}
