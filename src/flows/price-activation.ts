/**
 * A price's way: HQ decides → the store accepts → its time comes → labels are redrawn → each label says it shows it.
 *
 *   acceptDown (catalog.ts)   price row, waiting
 *   activateDue               price in force ⇒ price.activated, and for each label of the article a new desired picture;
 *                             a clock that was ahead: waiting again, and what counts instead is activated once more
 *   recordDrawn / recordSent / recordDownloaded
 *   recordShown               the label itself said so ⇒ label.shown, the task is gone
 *
 * A label says "complete" before it draws, so downloaded is not shown.
 */
import { type Book, type LabelRow, LedgerRefusal } from "../ledger/ledger.ts";
import type { Article } from "../words/article.ts";
import type { FaceFields, LabelStatus } from "../words/label.ts";
import type { Price } from "../words/price.ts";
import { countsAt, type Instant, type Moment } from "../words/time.ts";
import { clear, raise } from "./alarms.ts";

/** Prices put in force in one transaction: a bounded page, so that a push of 10,000 does not hold up a till. */
const activatedPerStep = 500;
const ranAhead = "clock-ran-ahead";

/** Puts prices in force whose time has come, and ends those whose time is over. Call again while `more`. */
export function activateDue(book: Book, _: object, now: Moment): { activated: number; more: boolean; nextAt: Instant | null } {
	const until = trustedUntil(book, now);
	const { takenBack, moreEarly } = takeBack(book, now);
	const ending = book.prices.ending(until, activatedPerStep);
	const starting = book.prices.starting(until, activatedPerStep);
	const touched = new Set<string>(takenBack);
	for (const price of ending) {
		book.prices.ended(price);
		touched.add(price.sku);
	}
	for (const price of starting) {
		book.prices.began(price);
		touched.add(price.sku);
	}
	const labelsOf = new Map([...touched].map((sku) => [sku, book.labels.rowsForSku(sku)]));
	for (const price of starting) activated(book, price, labelsOf.get(price.sku)!.length, now);
	const begun = new Set(starting.map(({ sku }) => sku));
	for (const sku of [...ending.map((price) => price.sku), ...takenBack]) {
		const back = begun.has(sku) ? undefined : book.prices.winning(sku, countingAt(book, now));
		if (back) activated(book, back, labelsOf.get(sku)!.length, now);
	}
	for (const labels of labelsOf.values()) for (const label of labels) redesire(book, label, now, true);
	if (touched.size > 0) {
		book.ring("price");
		// What is in force now stays so, should the clock be doubted before the next time is noted.
		if (now.quality !== "guess" && (book.link.clockFloor() ?? "") < now.wall) book.link.set("clockFloor", now.wall);
	}
	const isFull = [starting, ending].some((page) => page.length === activatedPerStep);
	return { activated: starting.length, more: isFull || moreEarly, nextAt: book.prices.nextDueAt() };
}

/** The instant whose prices count: the till answers by it, and labels are drawn by it. */
export const countingAt = (book: Pick<Book, "link">, now: Moment): Instant => countsAt(now, book.link.clockFloor);

/**
 * Time that is sure and earlier than what was once sure: the clock ran ahead, and a time server or HQ has set it right. Prices that came into
 * force by the wrong time wait again, those that it ended go on, and a person is told once what may have been charged.
 */
function takeBack(book: Book, now: Moment): { takenBack: string[]; moreEarly: boolean } {
	const sure = book.link.clockFloor();
	const told = book.alarms.get(`${ranAhead}:gateway`);
	if (told && told.clearedAt === null && now.quality !== "guess" && String(told.facts["at"]) <= now.wall)
		clear(book, ranAhead, "gateway", now);
	if (now.quality === "guess" || sure === null || sure <= now.wall) return { takenBack: [], moreEarly: false };
	const early = book.prices.early(now.wall, activatedPerStep);
	const over = book.prices.endedEarly(now.wall, activatedPerStep);
	for (const price of early) book.prices.waits(price);
	for (const price of over) book.prices.began(price);
	const takenBack = [...new Set([...early, ...over].map(({ sku }) => sku))];
	if (takenBack.length > 0) raise(book, { code: ranAhead, subject: "gateway", facts: { device: "gateway", at: sure } }, now);
	const moreEarly = [early, over].some((page) => page.length === activatedPerStep);
	if (!moreEarly) book.link.set("clockFloor", now.wall);
	return { takenBack, moreEarly };
}

/**
 * With a clock that is only a guess, a scheduled price must not show early: only what was due by the last trusted time is put in force
 * (LINK rule 7), and a person is told.
 */
function trustedUntil(book: Book, now: Moment): Instant {
	if (now.quality !== "guess") {
		clear(book, "clock-untrusted", "gateway", now);
		return now.wall;
	}
	const floor = book.link.clockFloor() ?? now.wall;
	const next = book.prices.nextDueAt();
	if (next !== null && next > floor)
		raise(book, { code: "clock-untrusted", subject: "gateway", facts: { device: "gateway", at: next } }, now);
	return floor < now.wall ? floor : now.wall;
}

function activated(book: Book, price: Price, labels: number, now: Moment): void {
	const masked = book.prices.winning(price.sku, countingAt(book, now))?.version !== price.version;
	book.events.append(
		{
			type: "price.activated",
			sku: price.sku,
			version: price.version,
			kind: price.kind,
			amountMinor: price.amountMinor,
			currency: price.currency,
			push: price.push ?? null,
			labels,
			...(masked && { masked: true as const }),
		},
		now,
	);
}

/**
 * What the label should show now. Draws a new version only when something a customer sees is different. `told`: a price has just come
 * into force, and HQ waits to hear that the label shows it, also when the picture stays as it is.
 */
export function redesire(book: Book, label: LabelRow, now: Moment, told = false): void {
	if (label.sku === null) return;
	const article = book.articles.bySku(label.sku);
	const price = book.prices.winning(label.sku, countingAt(book, now));
	if (!article || !price) {
		book.labels.dropTask(label.id);
		failed(book, label, "label-without-price", now);
		return;
	}
	const fields = fieldsOf(article, price, book.link.locale(), book.link.timeZone());
	const upTo = book.prices.upToVersion(label.sku);
	if (label.desired_version > 0 && label.desired_fields === JSON.stringify(fields)) {
		book.labels.takesIntoAccount(label.id, label.desired_version, price.version, upTo);
		if (label.confirmed_version === label.desired_version && (told || (label.confirmed_up_to ?? 0) < upTo)) {
			book.labels.confirmedUpTo(label.id, upTo);
			shown(book, label, label.desired_version, now, true);
		}
		return;
	}
	book.labels.desire(label.id, label.desired_version + 1, now.wall, fields, price.version, upTo);
}

const recheckedPerStep = 200;

/**
 * After a stop that was not clean: whether each label is to show what its article and price say. A row that changed by itself on a worn disk
 * is drawn anew. Ask again after the last one, until null.
 */
export function recheckLabels(book: Book, { after }: { after: string }, now: Moment): { after: string | null } {
	const page = book.labels.list({ after, limit: recheckedPerStep });
	for (const { id } of page) redesire(book, book.labels.row(id)!, now);
	return { after: page.length < recheckedPerStep ? null : page.at(-1)!.id };
}

function fieldsOf(article: Article, price: Price, locale: string, timeZone: string): FaceFields {
	return {
		sku: article.sku,
		...(article.gtin !== undefined && { gtin: article.gtin }),
		name: article.name,
		...(article.brand !== undefined && { brand: article.brand }),
		...(article.netContent !== undefined && { netContent: article.netContent }),
		kind: price.kind,
		amountMinor: price.amountMinor,
		currency: price.currency,
		...(price.unitPrice && { unitPrice: price.unitPrice }),
		...(price.priorAmountMinor !== undefined && { priorAmountMinor: price.priorAmountMinor }),
		...(price.until !== undefined && { until: price.until, ...(timeZone !== "UTC" && { timeZone }) }),
		...(article.weighed && { weighed: true }),
		...(article.depositMinor !== undefined && { depositMinor: article.depositMinor }),
		locale,
	};
}

export interface Binding {
	label: string;
	sku: string | null;
	face?: string;
	hwType?: number;
	/** Refuse a label that neither checked in nor was announced by HQ: a slip of the finger must not hang in the list for ever. */
	mustBeKnown?: boolean;
}

export function bindLabel(book: Book, binding: Binding, now: Moment): LabelStatus {
	if (binding.sku !== null && !book.articles.bySku(binding.sku))
		throw new LedgerRefusal("article-unknown", `No article has SKU ${binding.sku}; HQ has not sent it to this store.`);
	if (binding.mustBeKnown && !book.labels.row(binding.label))
		throw new LedgerRefusal("label-unknown", `No label ${binding.label} has checked in, and head office has announced none.`);
	const isNew = book.labels.ensure(binding.label);
	const before = book.labels.row(binding.label)!;
	if (binding.hwType !== undefined) book.labels.setModel(binding.label, binding.hwType);
	const face = binding.face ?? null;
	if (isNew || before.sku !== binding.sku || before.face !== face) {
		if (before.sku !== null && before.sku !== binding.sku)
			book.events.append({ type: "label.unbound", label: binding.label, sku: before.sku }, now);
		book.labels.bind(binding.label, binding.sku, face);
		if (binding.sku === null) book.labels.dropTask(binding.label);
		else {
			book.events.append({ type: "label.bound", label: binding.label, sku: binding.sku, face }, now);
			// A new face is a new picture even when the words stay the same.
			redesire(book, { ...book.labels.row(binding.label)!, ...(before.face !== face && { desired_fields: null }) }, now);
		}
	}
	return book.labels.get(binding.label)!;
}

export function bindLabels(
	book: Book,
	{ bindings }: { bindings: Binding[] },
	now: Moment,
): { bound: number; refused: { label: string; code: string }[] } {
	const refused: { label: string; code: string }[] = [];
	for (const binding of bindings) {
		try {
			bindLabel(book, binding, now);
		} catch (error) {
			if (!(error instanceof LedgerRefusal)) throw error;
			refused.push({ label: binding.label, code: error.code });
		}
	}
	return { bound: bindings.length - refused.length, refused };
}

export interface CheckIn {
	label: string;
	at: Instant;
	accessPoint: string;
	hwType: number | null;
	firmware: number | null;
	batteryMillivolts: number | null;
	rssi: number | null;
	temperatureCelsius: number | null;
}

/** Labels without an article that are kept for a person to bind; of more, those heard longest ago are forgotten. */
const unboundLabelsMost = 200;

/** Millivolts of a 3 V lithium cell: below the first its end is weeks away; above the second it was changed. */
const battery = { lowBelow: 2_400, fullAbove: 2_600 };

function batteryOf(book: Book, { label, batteryMillivolts }: CheckIn, now: Moment): void {
	if (batteryMillivolts === null) return;
	const facts = { device: label, label, sku: book.labels.row(label)?.sku ?? "", millivolts: batteryMillivolts };
	if (batteryMillivolts < battery.lowBelow) raise(book, { code: "label-battery-low", subject: label, facts }, now);
	else if (batteryMillivolts > battery.fullAbove) clear(book, "label-battery-low", label, now);
}

/** What labels said of themselves. A label nobody knows is listed, unbound, so that it can be associated; only so many are kept. */
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
		// The model decides the picture's size, so a label that just told its model can be drawn now.
		if (before && before.hw_type === null && checkIn.hwType !== null) book.ring("label-task");
	}
}

/** Keeps the drawn picture until the label has it. False when a newer one is wanted meanwhile. */
export function recordDrawn(
	book: Book,
	drawn: { label: string; version: number; hwType: number; dataType: number; picture: string; bytes: Uint8Array },
	_: Moment,
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
	return { wanted: true };
}

export function recordSent(book: Book, { label, version }: { label: string; version: number }, now: Moment): void {
	if (book.labels.row(label)?.sent_version !== version) book.labels.sent(label, version, now.wall);
}

export function recordDownloaded(book: Book, { label, version }: { label: string; version: number }, now: Moment): void {
	book.labels.downloaded(label, version, now.wall);
}

/** The label reported the picture, and came back after drawing it. The same report again changes nothing. */
export function recordShown(book: Book, { label, version }: { label: string; version: number }, now: Moment): void {
	const row = book.labels.row(label);
	const picture = book.labels.picture(label, "sent");
	if (!row || !picture || picture.version !== version || row.confirmed_version === version) return;
	book.labels.confirmed(label, version, picture.upToVersion, now.wall);
	if (row.desired_version === version) book.labels.dropTask(label);
	for (const code of healedByShowing) clear(book, code, label, now);
	shown(book, row, version, now, false);
}

const healedByShowing = [
	"label-out-of-contact",
	"label-redraw-failed",
	"label-refused-picture",
	"label-foreign-picture",
	"label-model-changed",
	"label-pending-long",
];

function shown(book: Book, row: LabelRow, version: number, now: Moment, unchanged: boolean): void {
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
			...(unchanged && { unchanged: true as const }),
		},
		now,
	);
}

function failed(book: Book, row: LabelRow, why: string, now: Moment): void {
	if (row.trouble === why) return;
	book.labels.trouble(row.id, why);
	raise(book, { code: why, subject: row.id, facts: { device: row.id, label: row.id, sku: row.sku ?? "" } }, now);
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

/** Something stands in a label's way: out of contact, a face that cannot be drawn, a picture it refused. */
export function recordLabelTrouble(book: Book, { label, code }: { label: string; code: string; why?: string }, now: Moment): void {
	const row = book.labels.row(label);
	if (!row || row.trouble === code) return;
	if (code === "label-foreign-picture" || code === "label-model-changed") {
		failed(book, row, code, now);
		// What hangs there is not known any more: it counts as shown again when the label says so.
		book.labels.unconfirm(label);
		if (row.desired_version > 0) book.labels.retask(label, row.desired_version, now.wall);
		return;
	}
	if (code === "label-out-of-contact") {
		book.labels.trouble(label, code);
		raise(book, { code, subject: label, facts: { device: label, label, sku: row.sku ?? "" } }, now);
		return;
	}
	failed(book, row, code, now);
}
