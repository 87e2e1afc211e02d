import {
	type FaceFields,
	type LabelCheckIn,
	type LabelProof,
	type LabelState,
	type LabelStatus,
	labelModelText,
	provesOf,
} from "../../words/label.ts";
import type { Instant } from "../../words/time.ts";
import type { BellName } from "../bell.ts";
import type { Connection } from "../file/open.ts";

/** A label's row as the flows see it. */
export interface LabelRow {
	id: string;
	sku: string | null;
	face: string | null;
	hw_type: number | null;
	firmware: number | null;
	desired_version: number;
	desired_at: string | null;
	desired_fields: string | null;
	desired_price_version: number | null;
	desired_up_to: number | null;
	sent_version: number | null;
	sent_at: string | null;
	downloaded_version: number | null;
	downloaded_at: string | null;
	confirmed_version: number | null;
	confirmed_at: string | null;
	confirmed_up_to: number | null;
	trouble: string | null;
	battery_millivolts: number | null;
	rssi: number | null;
	temperature_celsius: number | null;
	last_check_in_at: string | null;
	access_point: string | null;
}

/** A picture as sent, and its contents: which article, which price, and the newest change that it takes into account. */
export interface StoredPicture {
	version: number;
	hwType: number;
	dataType: number;
	bytes: Buffer;
	/** 16 hex digits, the label's own name for it (first 8 bytes of its MD5). */
	picture: string;
	sku: string;
	priceVersion: number;
	upToVersion: number;
	amountMinor: number;
	currency: string;
}
interface PictureRow {
	version: number;
	hw_type: number;
	data_type: number;
	picture: string;
	bytes: Buffer;
	sku: string;
	price_version: number;
	up_to: number;
	amount_minor: number;
	currency: string;
}
export interface LabelTask {
	label: string;
	version: number;
	at: Instant;
	hwType: number;
	firmware: number;
	face: string | null;
	fields: FaceFields;
}

/** Troubles after which no picture can come. */
const failing = new Set([
	...["label-not-drawn", "label-model-unknown", "label-redraw-failed", "label-refused-picture", "label-without-price"],
	"label-unfit",
]);
/** Troubles that only delay the picture. */
const stalling = new Set(["label-out-of-contact"]);

function stateOf(row: LabelRow): LabelState {
	if (row.sku === null) return "UNBOUND";
	if (row.trouble !== null && failing.has(row.trouble)) return "FAILED";
	if (row.desired_version > 0 && row.confirmed_version === row.desired_version)
		return row.trouble !== null && stalling.has(row.trouble) ? "STALE" : "SHOWN";
	return row.trouble !== null && stalling.has(row.trouble) ? "STALE" : "PENDING";
}

function proofOf(row: LabelRow): LabelProof | null {
	if (row.desired_version === 0) return null;
	if (row.confirmed_version === row.desired_version) return provesOf(row.hw_type);
	if (row.downloaded_version === row.desired_version) return "downloaded";
	return row.sent_version === row.desired_version ? "sent" : null;
}

const stepOf = (version: number | null, at: string | null) => (version !== null && version > 0 && at !== null ? { version, at } : null);
const toStatus = (row: LabelRow & { name: string | null }): LabelStatus => ({
	id: row.id,
	sku: row.sku,
	name: row.name,
	face: row.face,
	model: row.hw_type === null ? null : labelModelText(row.hw_type),
	hwType: row.hw_type,
	firmware: row.firmware,
	desired: stepOf(row.desired_version, row.desired_at),
	sent: stepOf(row.sent_version, row.sent_at),
	confirmed: stepOf(row.confirmed_version, row.confirmed_at),
	state: stateOf(row),
	proof: proofOf(row),
	trouble: row.trouble,
	batteryMillivolts: row.battery_millivolts,
	rssi: row.rssi,
	temperatureCelsius: row.temperature_celsius,
	lastCheckInAt: row.last_check_in_at,
	accessPoint: row.access_point,
});

export function readLabels(db: Connection) {
	return { ...readRows(db), ...readPictures(db), ...readTasks(db) };
}

function readRows(db: Connection) {
	const withName = "SELECT label.*, json_extract(article.body, '$.name') AS name FROM label LEFT JOIN article ON article.sku = label.sku";
	const get = db.prepare<[string], LabelRow & { name: string | null }>(`${withName} WHERE label.id = ?`);
	const page = db.prepare<[string, number], LabelRow & { name: string | null }>(`${withName} WHERE label.id > ? ORDER BY label.id LIMIT ?`);
	const forSku = db.prepare<[string], LabelRow & { name: string | null }>(`${withName} WHERE label.sku = ?`);
	const raw = db.prepare<[string], LabelRow>("SELECT * FROM label WHERE id = ?");
	const rawForSku = db.prepare<[string], LabelRow>("SELECT * FROM label WHERE sku = ?");
	const all = db.prepare<[], LabelRow>("SELECT * FROM label");
	const skus = db.prepare<[], { sku: string }>("SELECT DISTINCT sku FROM label WHERE sku IS NOT NULL ORDER BY sku");
	const another = db.prepare<[string, string, string], { one: 1 }>(
		`SELECT 1 AS one FROM label WHERE sku = ? AND desired_version > 0 AND confirmed_version IS NOT desired_version
			AND (sent_version IS NOT NULL OR confirmed_version IS NOT NULL)
		 UNION ALL SELECT 1 FROM label_picture p JOIN label l ON l.id = p.label WHERE p.sku = ? AND p.slot <> 'latest'
			AND l.sku IS NOT NULL AND l.sku <> ? AND l.confirmed_version IS NOT l.desired_version LIMIT 1`,
	);
	return {
		get(id: string): LabelStatus | undefined {
			const row = get.get(id);
			return row && toStatus(row);
		},
		list({ after = "", limit, state }: { after?: string; limit: number; state?: LabelState }): LabelStatus[] {
			if (!state) return page.all(after, limit).map(toStatus);
			const found: LabelStatus[] = [];
			for (let from = after; found.length < limit; ) {
				const rows = page.all(from, 500);
				for (const row of rows) if (found.length < limit && stateOf(row) === state) found.push(toStatus(row));
				if (rows.length < 500) break;
				from = rows.at(-1)!.id;
			}
			return found;
		},
		forSku: (sku: string): LabelStatus[] => forSku.all(sku).map(toStatus),
		row: (id: string): LabelRow | undefined => raw.get(id),
		rowsForSku: (sku: string): LabelRow[] => rawForSku.all(sku),
		/** Articles that some label belongs to. */
		skus: (): string[] => skus.all().map(({ sku }) => sku),
		/**
		 * Whether some label may show another price of the article than it should: a label that has not reported its newest picture, or
		 * that was bound to this article and has not reported its picture yet. A label that was never sent a picture shows no price.
		 */
		mayShowAnother: (sku: string): boolean => another.get(sku, sku, sku) !== undefined,
		counts(): { total: number; shown: number; pending: number; failed: number; stale: number; unbound: number } {
			const counts = { total: 0, shown: 0, pending: 0, failed: 0, stale: 0, unbound: 0 };
			for (const row of all.iterate()) {
				counts.total += 1;
				counts[stateOf(row).toLowerCase() as "shown"] += 1;
			}
			return counts;
		},
	};
}

function readPictures(db: Connection) {
	const picture = db.prepare<[string, string], PictureRow>("SELECT * FROM label_picture WHERE label = ? AND slot = ?");
	return {
		/** `latest` is drawn but may not have been offered yet; `sent` was offered to the label; `confirmed` is what the label says it shows. */
		picture(id: string, which: "latest" | "sent" | "confirmed"): StoredPicture | undefined {
			const row = picture.get(id, which);
			return (
				row && {
					version: row.version,
					hwType: row.hw_type,
					dataType: row.data_type,
					bytes: row.bytes,
					picture: row.picture,
					sku: row.sku,
					priceVersion: row.price_version,
					upToVersion: row.up_to,
					amountMinor: row.amount_minor,
					currency: row.currency,
				}
			);
		},
	};
}

function readTasks(db: Connection) {
	const tasks = db.prepare<
		[string, number],
		{ label: string; version: number; at: string; hw_type: number; firmware: number | null; face: string | null; desired_fields: string }
	>(
		`SELECT t.label, t.version, t.at, l.hw_type, l.firmware, l.face, l.desired_fields FROM label_task t JOIN label l ON l.id = t.label
		 WHERE t.label > ? AND l.hw_type IS NOT NULL AND l.desired_fields IS NOT NULL ORDER BY t.label LIMIT ?`,
	);
	const task = db.prepare<[string], { version: number }>("SELECT version FROM label_task WHERE label = ?");
	return {
		/** Work to do, in the order of label ids; pages by `after`. */
		tasks: (after: string, limit: number): LabelTask[] =>
			tasks.all(after, limit).map((row) => ({
				label: row.label,
				version: row.version,
				at: row.at,
				hwType: row.hw_type,
				firmware: row.firmware ?? 0,
				face: row.face,
				fields: JSON.parse(row.desired_fields) as FaceFields,
			})),
		task: (label: string): number | undefined => task.get(label)?.version,
	};
}

export function writeLabels(db: Connection, ring: (bell: BellName) => void) {
	return { ...writeDevice(db), ...writeTasks(db, ring), ...writeProgress(db) };
}

/** A label as the API lists it: its article, its model, and what is wrong with it. */
function writeDevice(db: Connection) {
	const ensure = db.prepare("INSERT INTO label (id) VALUES (?) ON CONFLICT (id) DO NOTHING");
	const unboundBeyond = db.prepare(
		`DELETE FROM label WHERE sku IS NULL AND id IN
		 (SELECT id FROM label WHERE sku IS NULL AND id <> ? ORDER BY coalesce(last_check_in_at, '') DESC LIMIT -1 OFFSET ?)`,
	);
	const unconfirm = db.prepare("UPDATE label SET confirmed_version = NULL, confirmed_at = NULL WHERE id = ?");
	const bind = db.prepare("UPDATE label SET sku = ?, face = ?, trouble = NULL WHERE id = ?");
	const model = db.prepare("UPDATE label SET hw_type = ? WHERE id = ?");
	const checkIn = db.prepare(
		`UPDATE label SET last_check_in_at = ?, access_point = ?, hw_type = coalesce(?, hw_type), firmware = coalesce(?, firmware),
		 battery_millivolts = coalesce(?, battery_millivolts), rssi = coalesce(?, rssi), temperature_celsius = coalesce(?,
		  temperature_celsius) WHERE id = ?`,
	);
	const trouble = db.prepare("UPDATE label SET trouble = ? WHERE id = ?");
	return {
		ensure: (id: string): boolean => ensure.run(id).changes === 1,
		/** Records a label's check-in. Of labels without an article, the `most` heard last are kept. */
		ensureSeen(id: string, most: number): boolean {
			const isNew = ensure.run(id).changes === 1;
			if (isNew) unboundBeyond.run(id, most - 1);
			return isNew;
		},
		/** Deletes what the label was confirmed to show. */
		unconfirm: (id: string): void => void unconfirm.run(id),
		bind: (id: string, sku: string | null, face: string | null): void => void bind.run(sku, face, id),
		setModel: (id: string, hwType: number): void => void model.run(hwType, id),
		checkIn: (id: string, c: LabelCheckIn): void =>
			void checkIn.run(c.at, c.accessPoint, c.hwType, c.firmware, c.batteryMillivolts, c.rssi, c.temperatureCelsius, id),
		trouble: (id: string, code: string | null): void => void trouble.run(code, id),
	};
}

/** Tasks: the pictures that labels should show. */
function writeTasks(db: Connection, ring: (bell: BellName) => void) {
	const desire = db.prepare(
		"UPDATE label SET desired_version = ?, desired_at = ?, desired_fields = ?, desired_price_version = ?, desired_up_to = ?, trouble = " +
			"NULL WHERE id = ?",
	);
	const upTo = db.prepare("UPDATE label SET desired_price_version = ?, desired_up_to = ? WHERE id = ?");
	const pictureUpTo = db.prepare("UPDATE label_picture SET price_version = ?, up_to = ? WHERE label = ? AND version = ?");
	const putTask = db.prepare(
		"INSERT INTO label_task (label, version, at) VALUES (?, ?, ?) ON CONFLICT (label) DO UPDATE SET version = excluded.version, at = " +
			"excluded.at",
	);
	const dropTask = db.prepare("DELETE FROM label_task WHERE label = ?");
	return {
		/** A new picture is wanted; the task stays until the label itself reports it. */
		desire(id: string, version: number, at: Instant, fields: FaceFields, priceVersion: number, upToVersion: number): void {
			desire.run(version, at, JSON.stringify(fields), priceVersion, upToVersion, id);
			putTask.run(id, version, at);
			ring("label-task");
		},
		/** The picture stays the same, and counts from here on for a newer change. */
		takesIntoAccount(id: string, version: number, priceVersion: number, upToVersion: number): void {
			upTo.run(priceVersion, upToVersion, id);
			pictureUpTo.run(priceVersion, upToVersion, id, version);
		},
		retask(id: string, version: number, at: Instant): void {
			putTask.run(id, version, at);
			ring("label-task");
		},
		dropTask: (id: string): void => void dropTask.run(id),
	};
}

/** How far a picture has come: drawn, offered, downloaded, shown. */
function writeProgress(db: Connection) {
	const pictureColumns = "version, hw_type, data_type, picture, bytes, sku, price_version, up_to, amount_minor, currency";
	const putPicture = db.prepare(
		`INSERT OR REPLACE INTO label_picture (label, slot, ${pictureColumns}) VALUES (?, 'latest', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	);
	const movePicture = db.prepare(
		`INSERT OR REPLACE INTO label_picture (label, slot, ${pictureColumns}) SELECT label, ?, ${pictureColumns} FROM label_picture
		 WHERE label = ? AND slot = ? AND version = ?`,
	);
	const sent = db.prepare("UPDATE label SET sent_version = ?, sent_at = ? WHERE id = ?");
	const downloaded = db.prepare("UPDATE label SET downloaded_version = ?, downloaded_at = ? WHERE id = ?");
	const confirmed = db.prepare(
		"UPDATE label SET confirmed_version = ?, confirmed_at = ?, confirmed_up_to = ?, trouble = NULL WHERE id = ?",
	);
	const confirmedUpTo = db.prepare("UPDATE label SET confirmed_up_to = ? WHERE id = ?");
	return {
		drawn: (id: string, p: StoredPicture): void =>
			void putPicture.run(
				id,
				p.version,
				p.hwType,
				p.dataType,
				p.picture,
				p.bytes,
				p.sku,
				p.priceVersion,
				p.upToVersion,
				p.amountMinor,
				p.currency,
			),
		sent(id: string, version: number, at: Instant): void {
			movePicture.run("sent", id, "latest", version);
			sent.run(version, at, id);
		},
		downloaded: (id: string, version: number, at: Instant): void => void downloaded.run(version, at, id),
		confirmed(id: string, version: number, upToVersion: number, at: Instant): void {
			movePicture.run("confirmed", id, "sent", version);
			confirmed.run(version, at, upToVersion, id);
		},
		confirmedUpTo: (id: string, version: number): void => void confirmedUpTo.run(version, id),
	};
}
