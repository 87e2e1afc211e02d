import { createHash } from "node:crypto";
import type { Seeded } from "../seeded.ts";
import { type LabelModel, labelModel } from "./label-models.ts";
import type { CheckIn, Offer } from "./oepl-frames.ts";
import { type Refusal, screenPng, unpackPicture } from "./screen.ts";

/**
 * One shelf label. It sleeps, checks in, and is told of at most one thing; it never listens in between.
 *
 *            offered          all blocks, MD5 right       drawn
 *   asleep ─────────▶ taking ───────────────────▶ drawing ─────▶ asleep
 *      ▲   known version: straight to drawing ────▲  (complete is reported before the draw)
 *      └── shown already: complete at once, no draw
 *
 * The label's flash keeps the last few pictures by version, also through a change of battery.
 */
export interface VirtualLabel {
	readonly mac: string;
	readonly hwType: number;
	readonly firmware: number;
	readonly model: LabelModel;
	/** The version on the glass; undefined is white. */
	shownVersion: string | undefined;
	drawnAt: string | undefined;
	isDrawing: boolean;
	outOfContactUntilMs: number;
	asleepForGood: boolean;
	/** Reported with the next full check-in, then back to zero. */
	wakeupReason: number;
	/** Set when the base station was told that another one draws for this label: it then stops drawing its own content there. */
	contentMode: number;
	draws: number;
	checkIns: number;
	busyAnswers: number;
	lostParts: number;
	refusals: number;
	ledFlashes: number;
	lastRefusal: Refusal | undefined;
	/** Blocks already in flash of the version that is being taken; a broken transfer goes on from here. */
	taking: { version: string; blocks: number } | undefined;
	flash: { version: string; dataType: number; file: Uint8Array }[];
	readonly freshBatteryMv: number;
	readonly rssi: number;
	readonly celsius: number;
}

export const wokeByTimer = 0x00;
export const wokeByFirstBoot = 0xfc;
export const wokeByWatchdog = 0xfe;

const picturesInFlash = 4;
/** A full report with battery and temperature about every five minutes; the ones between carry the MAC only. */
const fullReportEvery = 8;

export function buildLabel(sticker: { mac: string; hwType: number; firmware: number }, luck: Seeded): VirtualLabel {
	const model = labelModel(sticker.hwType);
	if (!model) throw new Error(`no virtual label has hardware type 0x${sticker.hwType.toString(16)}; see src/sim/label/label-models.ts`);
	return {
		mac: sticker.mac.toUpperCase(),
		hwType: sticker.hwType,
		firmware: sticker.firmware,
		model,
		shownVersion: undefined,
		drawnAt: undefined,
		isDrawing: false,
		outOfContactUntilMs: 0,
		asleepForGood: false,
		wakeupReason: wokeByFirstBoot,
		contentMode: 0,
		draws: 0,
		checkIns: 0,
		busyAnswers: 0,
		lostParts: 0,
		refusals: 0,
		ledFlashes: 0,
		lastRefusal: undefined,
		taking: undefined,
		flash: [],
		freshBatteryMv: luck.between(2_880, 3_080),
		rssi: -luck.between(48, 86),
		celsius: luck.between(17, 24),
	};
}

export function reportIn(label: VirtualLabel, channel: number): CheckIn {
	const isFull = label.checkIns % fullReportEvery === 0 || label.wakeupReason !== wokeByTimer;
	label.checkIns += 1;
	if (!isFull) return { mac: label.mac };
	const status = {
		lqi: Math.max(20, 220 + label.rssi),
		rssi: label.rssi,
		celsius: label.celsius,
		batteryMv: batteryMv(label),
		hwType: label.hwType,
		wakeupReason: label.wakeupReason,
		capabilities: 0x01 | (label.model.zlibFirmware > 0 && label.firmware >= label.model.zlibFirmware ? 0x02 : 0) | 0x20,
		firmware: label.firmware,
		channel,
	};
	label.wakeupReason = wokeByTimer;
	return { mac: label.mac, status };
}

/** A lithium cell stays near 3 V for years and drops fast at its end; a draw in red costs as much as hours of check-ins. */
export function batteryMv(label: VirtualLabel): number {
	const spent = label.draws * 0.04 + label.checkIns * 0.000_4;
	const cliff = Math.max(0, spent - 250) * 3;
	return Math.max(1_900, Math.round(label.freshBatteryMv - spent - cliff));
}

export type Consideration = "shown" | "in-flash" | "command" | "download";

/** Decides about an offer before any block is sent. */
export function consider(label: VirtualLabel, offer: Offer): Consideration {
	if (!isPicture(offer.dataType)) return "command";
	if (label.shownVersion === offer.version) return "shown";
	if (label.flash.some((picture) => picture.version === offer.version)) return "in-flash";
	return "download";
}

/** All blocks arrived: the label checks the file as real firmware does and keeps it, or says why not. */
export function keepFile(label: VirtualLabel, offer: Offer, file: Uint8Array): Refusal | undefined {
	const refused = whyRefused(label, offer, file);
	if (refused) {
		label.refusals += 1;
		label.lastRefusal = refused;
		return refused;
	}
	label.flash.unshift({ version: offer.version, dataType: offer.dataType, file });
	if (label.flash.length > picturesInFlash) {
		const oldest = label.flash.findLastIndex((picture) => picture.version !== label.shownVersion);
		label.flash.splice(oldest, 1);
	}
	return undefined;
}

function whyRefused(label: VirtualLabel, offer: Offer, file: Uint8Array): Refusal | undefined {
	if (file.length !== offer.bytes) return "size-wrong";
	const md5 = createHash("md5").update(file).digest("hex").slice(0, 16);
	if (md5 !== offer.version) return "md5-wrong";
	const unpacked = unpackPicture(label.model, label.firmware, offer.dataType, file);
	return unpacked.ok ? undefined : unpacked.refused;
}

/** Bit 2 of the argument: keep the picture, do not draw it. */
export function isPreload(offer: Offer): boolean {
	return (offer.argument & 0x04) !== 0;
}

export function isPicture(dataType: number): boolean {
	return [0x10, 0x20, 0x21, 0x22, 0x23, 0x30, 0x31].includes(dataType);
}

/** Commands ride in the argument of type AF. */
export function obey(label: VirtualLabel, offer: Offer): void {
	if (offer.dataType !== 0xaf) return;
	switch (offer.argument) {
		case 0x00:
			return reboot(label, wokeByWatchdog);
		case 0x03:
			label.asleepForGood = true;
			return;
		case 0x04:
			label.ledFlashes += 1;
			return;
		case 0x05:
			label.flash = label.flash.filter((picture) => picture.version === label.shownVersion);
			return;
	}
}

/** A new battery clears the glass and draws the start picture; a watchdog leaves the picture as it is. Flash survives both. */
export function reboot(label: VirtualLabel, reason: number): void {
	label.wakeupReason = reason;
	label.taking = undefined;
	label.asleepForGood = false;
	if (reason === wokeByFirstBoot) label.shownVersion = undefined;
}

/** Compressed pictures are unpacked when somebody looks, not when they are drawn. */
export function glassPng(label: VirtualLabel): Buffer {
	const picture = label.flash.find((kept) => kept.version === label.shownVersion);
	const unpacked = picture && unpackPicture(label.model, label.firmware, picture.dataType, picture.file);
	return screenPng(label.model, unpacked?.ok ? unpacked.planes : undefined);
}
