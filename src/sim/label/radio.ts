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

/** The chip's table has 250 places, but its index is a signed byte; above 120 a real base station writes beside the table. */
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
/** The rhythm of a real label, against which a plan's faster one is measured. */
const realRhythmMs = 40_000;

export function startRadio(
	labels: readonly VirtualLabel[],
	settings: RadioSettings,
	events: RadioEvents,
	luck: Seeded,
	timeline: Timeline,
): Radio {
	const slots = new Map<string, { offer: Offer; file: Uint8Array; minutesLeft: number }>();
	const nextWake = new Map<string, () => void>();
	let busyUntilMs = 0;

	const sleep = (label: VirtualLabel, ms: number): void => {
		nextWake.get(label.mac)?.();
		nextWake.set(
			label.mac,
			timeline.after(ms, () => wake(label)),
		);
	};
	// Quartz and temperature: labels that start together drift apart.
	const rhythm = (): number => settings.checkInEveryMs * (0.95 + 0.1 * luck.fraction());
	const sleepAfter = (offer: Offer): number =>
		offer.nextCheckInSeconds === 0
			? rhythm()
			: Math.max(rhythm(), offer.nextCheckInSeconds * 1_000 * Math.min(1, settings.checkInEveryMs / realRhythmMs));

	const wake = (label: VirtualLabel): void => {
		if (label.asleepForGood || label.isDrawing) return;
		if (timeline.now() < label.outOfContactUntilMs) return sleep(label, rhythm());
		events.checkedIn(label);
		const slot = slots.get(label.mac);
		if (!slot) return sleep(label, rhythm());
		const { offer } = slot;
		switch (consider(label, offer)) {
			case "shown":
				complete(label, offer);
				return sleep(label, sleepAfter(offer));
			case "in-flash":
				complete(label, offer);
				return isPreload(offer) ? sleep(label, sleepAfter(offer)) : draw(label, offer);
			case "command":
				complete(label, offer);
				obey(label, offer);
				return sleep(label, sleepAfter(offer));
			case "download":
				return transfer(label, offer, slot.file);
		}
	};

	const transfer = (label: VirtualLabel, offer: Offer, file: Uint8Array): void => {
		if (timeline.now() < busyUntilMs) {
			label.busyAnswers += 1;
			return sleep(label, rhythm());
		}
		const blocks = Math.max(1, Math.ceil(offer.bytes / blockBytes));
		let onAirMs = 0;
		let block = label.taking?.version === offer.version ? label.taking.blocks : 0;
		for (; block < blocks; block++) {
			const sent = sendBlock(Math.min(blockBytes, offer.bytes - block * blockBytes), label);
			onAirMs += sent.ms;
			if (!sent.whole) break;
		}
		label.taking = { version: offer.version, blocks: block };
		const tookMs = onAirMs / settings.speed;
		busyUntilMs = timeline.now() + tookMs + busyAfterBlockMs / settings.speed;
		timeline.after(tookMs, () => {
			const stillOffered = slots.get(label.mac)?.offer.version === offer.version;
			const isOut = timeline.now() < label.outOfContactUntilMs;
			if (block < blocks || !stillOffered || isOut || label.taking?.version !== offer.version) return sleep(label, rhythm());
			label.taking = undefined;
			if (keepFile(label, offer, file)) return sleep(label, rhythm());
			complete(label, offer);
			if (isPreload(offer)) sleep(label, sleepAfter(offer));
			else draw(label, offer);
		});
	};

	const sendBlock = (bytes: number, label: VirtualLabel): { whole: boolean; ms: number } => {
		let missing = Math.ceil((bytes + blockHeaderBytes) / partBytes);
		let ms = 0;
		for (let round = 0; round < roundsPerBlock && missing > 0; round++) {
			ms += blockWaitMs + missing * partOnAirMs;
			let lost = 0;
			for (let part = 0; part < missing; part++) if (luck.chance(settings.partLoss)) lost += 1;
			label.lostParts += lost;
			missing = lost;
		}
		return { whole: missing === 0, ms };
	};

	const complete = (label: VirtualLabel, offer: Offer): void => {
		slots.delete(label.mac);
		events.completed(label, offer);
	};

	const draw = (label: VirtualLabel, offer: Offer): void => {
		label.isDrawing = true;
		const takesMs = (label.model.palette === "WB" ? drawBlackMs : drawColourMs) / settings.speed;
		nextWake.get(label.mac)?.();
		timeline.after(takesMs, () => {
			label.isDrawing = false;
			// A battery pulled in the middle of a draw: the start picture is drawn instead.
			if (label.wakeupReason !== wokeByFirstBoot) {
				label.shownVersion = offer.version;
				label.drawnAt = new Date().toISOString();
				label.draws += 1;
				events.drawn(label);
			}
			sleep(label, label.wakeupReason === wokeByFirstBoot ? 0 : sleepAfter(offer));
		});
	};

	const keepHouse = (): void => {
		for (const [mac, slot] of slots) {
			slot.minutesLeft -= 1;
			if (slot.minutesLeft > 1) continue;
			slots.delete(mac);
			// A command that found nobody is forgotten without a word; only real data is worth a report.
			if (isPicture(slot.offer.dataType)) events.gaveUp(mac);
		}
		timeline.after(settings.minuteMs, keepHouse);
	};
	timeline.after(settings.minuteMs, keepHouse);

	for (const label of labels) sleep(label, luck.fraction() * settings.checkInEveryMs);

	return {
		put(offer, file) {
			if (!slots.has(offer.mac) && slots.size >= radioSlots) return false;
			slots.set(offer.mac, { offer, file, minutesLeft: offer.attemptsLeftMinutes });
			return true;
		},
		holds: (mac) => slots.has(mac),
		forget: () => slots.clear(),
		pending: () => slots.size,
		wakeSoon(label) {
			if (!label.isDrawing) sleep(label, Math.min(50, settings.checkInEveryMs));
		},
	};
}
