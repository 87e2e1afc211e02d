/**
 * The progress of a label's picture: drawn, sent, downloaded, shown; and what prevents it. A label reports "complete" before it
 * draws, so `downloaded` does not mean `shown`.
 */
import type { Book, LabelRow } from "../../ledger/ledger.ts";
import { type FaceFields, type LabelCheckIn, provesOf } from "../../words/label.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";
import { settleRise } from "../prices/price-rise.ts";

export interface CheckIn extends LabelCheckIn {
	label: string;
}

/** How many labels without an article are kept for a person to bind; beyond that, those heard longest ago are deleted. */
const unboundLabelsMost = 200;

/** Battery limits of a 3 V lithium cell in millivolts: below the first it has weeks left; above the second it was replaced. */
const battery = { lowBelow: 2_400, fullAbove: 2_600 };

/** Labels without an article get no alarm: somebody who invents labels on the radio network would fill the alarm list and the ledger. */
function batteryOf(book: Book, { label, batteryMillivolts }: CheckIn, now: Moment): void {
	const sku = book.labels.row(label)?.sku ?? null;
	if (batteryMillivolts === null || sku === null) return;
	const facts = { device: label, label, sku, millivolts: batteryMillivolts };
	if (batteryMillivolts < battery.lowBelow) raise(book, { code: "label-battery-low", subject: label, facts }, now);
	else if (batteryMillivolts > battery.fullAbove) clear(book, "label-battery-low", label, now);
}

/** Check-ins of labels. An unknown label is listed as unbound, so that it can be bound; at most `unboundLabelsMost` are kept. */
export function recordCheckIns(book: Book, { checkIns }: { checkIns: CheckIn[] }, now: Moment): void {
	for (const checkIn of checkIns) {
		const isNew = book.labels.ensureSeen(checkIn.label, unboundLabelsMost);
		const before = isNew ? undefined : book.labels.row(checkIn.label);
		book.labels.checkIn(checkIn.label, checkIn);
		if (before?.trouble === "label-out-of-contact") {
			book.labels.trouble(checkIn.label, null);
			clear(book, "label-out-of-contact", checkIn.label, now);
		}
		batteryOf(book, checkIn, now);
		// The label's model decides the size of its picture: now that it is known, the picture can be drawn.
		if (before && before.hw_type === null && checkIn.hwType !== null) book.ring("label-task");
	}
}

/**
 * Keeps the drawn picture until the label has it, and raises alarms for what the picture lacks. False when a newer version is
 * wanted meanwhile.
 */
export function recordDrawn(
	book: Book,
	drawn: {
		label: string;
		version: number;
		hwType: number;
		dataType: number;
		picture: string;
		bytes: Uint8Array;
		/** Texts that were shortened or left out: the price is shown, but a person may want to know. */
		withoutRoom?: readonly string[];
		/** Characters that no font here has. */
		replaced?: readonly string[];
		/** The configured face that could not be drawn, so that another one was used. */
		insteadOf?: { face: string; reason: string; shown: string };
	},
	now: Moment,
): { wanted: boolean } {
	const row = book.labels.row(drawn.label);
	if (!row || row.desired_version !== drawn.version || row.desired_fields === null) return { wanted: false };
	const fields = JSON.parse(row.desired_fields) as FaceFields;
	book.labels.drawn(drawn.label, {
		version: drawn.version,
		hwType: drawn.hwType,
		dataType: drawn.dataType,
		picture: drawn.picture,
		bytes: Buffer.from(drawn.bytes),
		sku: fields.sku,
		priceVersion: row.desired_price_version!,
		upToVersion: row.desired_up_to!,
		amountMinor: fields.amountMinor,
		currency: fields.currency,
	});
	const about = { device: drawn.label, label: drawn.label, sku: fields.sku };
	const { withoutRoom = [], replaced = [], insteadOf } = drawn;
	const lacks = [
		{ code: "label-text-shortened", facts: withoutRoom.length > 0 && { fields: withoutRoom.join(", ") } },
		{ code: "label-letters-unknown", facts: replaced.length > 0 && { letters: [...new Set(replaced)].slice(0, 8).join(" ") } },
		{ code: "label-face-replaced", facts: insteadOf && { face: insteadOf.face, reason: insteadOf.reason, shown: insteadOf.shown } },
	];
	for (const { code, facts } of lacks) {
		if (facts) raise(book, { code, subject: drawn.label, facts: { ...about, ...facts } }, now);
		else clear(book, code, drawn.label, now);
	}
	return { wanted: true };
}

export function recordSent(book: Book, { label, version }: { label: string; version: number }, now: Moment): void {
	if (book.labels.row(label)?.sent_version !== version) book.labels.sent(label, version, now.wall);
}

export function recordDownloaded(book: Book, { label, version }: { label: string; version: number }, now: Moment): void {
	book.labels.downloaded(label, version, now.wall);
}

/**
 * The label shows the picture, by the proof of its family (`stepShowing`, `stepStanding`): it checked in again after drawing it, or its
 * panel said so. A repeated report changes nothing.
 */
export function recordShown(book: Book, { label, version }: { label: string; version: number }, now: Moment): void {
	const row = book.labels.row(label);
	const picture = book.labels.picture(label, "sent");
	if (!row || !picture || picture.version !== version || row.confirmed_version === version) return;
	const was = book.labels.picture(label, "confirmed");
	book.labels.confirmed(label, version, picture.upToVersion, now.wall);
	if (row.desired_version === version) book.labels.dropTask(label);
	for (const code of healedByShowing) clear(book, code, label, now);
	clear(book, "label-out-of-contact", label, now);
	shown(book, row, version, now, false);
	// The label does not show the picture it had confirmed before; what it shows may be another article's.
	for (const sku of new Set([picture.sku, row.sku, was?.sku])) if (sku) settleRise(book, sku, now);
}

/** Ends alarms about a picture: when the label shows it, and when the label was taken off its article. */
const healedByShowing = [
	"label-redraw-failed",
	"label-not-drawn",
	"label-model-unknown",
	"label-refused-picture",
	"label-foreign-picture",
	"label-model-changed",
	"label-pending-long",
	"label-without-price",
	"label-unproved",
	"label-unfit",
];

/** The label was taken off its article: no picture is wanted for it. */
export function wantNothing(book: Book, label: string, now: Moment): void {
	book.labels.dropTask(label);
	for (const code of healedByShowing) clear(book, code, label, now);
}

export function shown(book: Book, row: LabelRow, version: number, now: Moment, unchanged: boolean): void {
	const picture = book.labels.picture(row.id, "confirmed");
	if (!picture || picture.version !== version) return;
	book.events.append(
		{
			type: "label.shown",
			label: row.id,
			sku: picture.sku,
			version,
			priceVersion: picture.priceVersion,
			upToVersion: picture.upToVersion,
			amountMinor: picture.amountMinor,
			currency: picture.currency,
			picture: picture.picture,
			downloadedAt: row.downloaded_at,
			...(provesOf(picture.hwType) === "drawn" && { proof: "drawn" as const }),
			...(unchanged && { unchanged: true as const }),
		},
		now,
	);
}

export function failed(book: Book, row: LabelRow, why: string, now: Moment, facts: Record<string, string> = {}): void {
	if (row.trouble === why) return;
	book.labels.trouble(row.id, why);
	raise(book, { code: why, subject: row.id, facts: { device: row.id, label: row.id, sku: row.sku ?? "", ...facts } }, now);
	book.events.append(
		{
			type: "label.failed",
			label: row.id,
			sku: row.sku ?? "",
			version: row.desired_version,
			upToVersion: row.desired_up_to ?? book.prices.upToVersion(row.sku ?? ""),
			why,
		},
		now,
	);
}

/** Records why a label cannot show its picture: out of contact, no face fits, it refuses the picture. */
export function recordLabelTrouble(
	book: Book,
	{ label, code, facts }: { label: string; code: string; facts?: Record<string, string> },
	now: Moment,
): void {
	const row = book.labels.row(label);
	if (!row || row.trouble === code) return;
	if (code === "label-foreign-picture" || code === "label-model-changed" || code === "label-unproved") {
		failed(book, row, code, now);
		// It counts as shown again when the label reports the picture.
		book.labels.unconfirm(label);
		if (row.desired_version > 0) book.labels.retask(label, row.desired_version, now.wall);
		return;
	}
	if (code === "label-out-of-contact") {
		book.labels.trouble(label, code);
		raise(book, { code, subject: label, facts: { device: label, label, sku: row.sku ?? "" } }, now);
		return;
	}
	failed(book, row, code, now, facts);
}
