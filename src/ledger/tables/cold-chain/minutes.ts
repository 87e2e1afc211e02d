import type { ColdRecord, ColdState } from "../../../words/cold-chain/kept.ts";
import { type ColdMinute, type GapWhy, instantOfMinute, type Spread } from "../../../words/cold-chain/record.ts";
import type { ColdSensor, RefusedWhy } from "../../../words/cold-chain/sensor.ts";
import type { Connection } from "../../file/open.ts";

interface RawSensor {
	id: string;
	n: number;
	body: string;
	first: number;
	closed: number;
	dropped: number;
	removed: number;
	state: string;
}
interface RawMinute {
	minute: number;
	unsure: number;
	readings: number;
	least: number | null;
	most: number | null;
	total: number;
	refused: number;
	why: RefusedWhy | null;
	humid_readings: number;
	humid_least: number | null;
	humid_most: number | null;
	humid_total: number;
}
interface RawGap {
	first: number;
	last: number;
	why: GapWhy;
}

const toRow = (row: RawSensor): ColdRecord => ({
	sensor: JSON.parse(row.body) as ColdSensor,
	n: row.n,
	first: row.first,
	closed: row.closed,
	dropped: row.dropped,
	isRemoved: row.removed === 1,
	state: JSON.parse(row.state) as ColdState,
});

function spreadOf(readings: number, min: number | null, max: number | null, total: number): Spread | null {
	if (readings === 0 || min === null || max === null) return null;
	return { readings, min, mean: Math.round(total / readings), max };
}

/** Watched temperatures and their minutes. */
export function readColdChain(db: Connection) {
	const list = db.prepare<[], RawSensor>("SELECT * FROM cold_sensor ORDER BY id");
	const get = db.prepare<[string], RawSensor>("SELECT * FROM cold_sensor WHERE id = ?");
	const minutes = db.prepare<[number, number, number], RawMinute>(
		"SELECT * FROM cold_minute WHERE sensor = ? AND minute >= ? AND minute <= ? ORDER BY minute, unsure",
	);
	const gaps = db.prepare<[number, number, number], RawGap>(
		"SELECT first, last, why FROM cold_gap WHERE sensor = ? AND last >= ? AND first <= ? ORDER BY first",
	);
	const known = db.prepare<[number, number, number], { minute: number; readings: number }>(
		"SELECT minute, readings FROM cold_minute WHERE sensor = ? AND unsure = 0 AND minute >= ? AND minute <= ? AND readings + refused > 0",
	);
	const before = db.prepare<[number, number], { minute: number }>(
		"SELECT minute FROM cold_minute WHERE sensor = ? AND minute < ? AND unsure = 0 AND readings > 0 ORDER BY minute DESC LIMIT 1",
	);
	return {
		list: (): ColdRecord[] => list.all().map(toRow),
		get(id: string): ColdRecord | undefined {
			const row = get.get(id);
			return row && toRow(row);
		},
		/** Minutes that need no explanation, and whether they are measured; the others had values that were refused. */
		known: (n: number, from: number, to: number): Map<number, boolean> =>
			new Map(known.all(n, from, to).map(({ minute, readings }) => [minute, readings > 0])),
		/** The last measured minute before this one. */
		measuredBefore: (n: number, minute: number): number | undefined => before.get(n, minute)?.minute,
		/** Each minute from `from` to `to`; none after the last that is closed. */
		minutes({ n, first, closed, dropped }: ColdRecord, from: number, to: number): ColdMinute[] {
			const last = Math.min(to, closed);
			const sure = new Map<number, RawMinute>();
			const unsure = new Map<number, RawMinute>();
			for (const row of minutes.all(n, from, last)) (row.unsure === 1 ? unsure : sure).set(row.minute, row);
			const explained = gaps.all(n, from, last);
			const all: ColdMinute[] = [];
			let at = 0;
			for (let minute = from; minute <= last; minute += 1) {
				while (at < explained.length && explained[at]!.last < minute) at += 1;
				const gap = explained[at];
				const other = minute <= dropped ? "deleted" : minute < first ? "before-record" : undefined;
				const why = other ?? (gap && gap.first <= minute ? gap.why : "lost");
				all.push(minuteFrom(minute, sure.get(minute), unsure.get(minute), why));
			}
			return all;
		},
	};
}

function minuteFrom(minute: number, row: RawMinute | undefined, unsure: RawMinute | undefined, gap: ColdMinute["why"]): ColdMinute {
	const temperature = row ? spreadOf(row.readings, row.least, row.most, row.total) : null;
	return {
		at: instantOfMinute(minute),
		temperature,
		humidity: row ? spreadOf(row.humid_readings, row.humid_least, row.humid_most, row.humid_total) : null,
		why: temperature ? null : (row?.why ?? gap),
		refused: row?.refused ?? 0,
		unsure: unsure ? spreadOf(unsure.readings, unsure.least, unsure.most, unsure.total) : null,
	};
}

/** Where a minute is kept; `unsure`: 1 where it is not sure which minute it was. */
interface Place {
	n: number;
	minute: number;
	unsure: 0 | 1;
}

export function writeColdChain(db: Connection) {
	const put = db.prepare(
		`INSERT INTO cold_sensor (id, n, body, first, closed, removed, state) VALUES (@id, @n, @body, @first, @closed, @removed, @state)
		 ON CONFLICT (id) DO UPDATE SET body = excluded.body, closed = excluded.closed, removed = excluded.removed, state = excluded.state`,
	);
	const nextN = db.prepare<[], { n: number }>("SELECT coalesce(max(n), 0) + 1 AS n FROM cold_sensor");
	const add = db.prepare(
		`INSERT INTO cold_minute (sensor, minute, unsure, readings, least, most, total) VALUES (@n, @minute, @unsure, 1, @value, @value, @value)
		 ON CONFLICT (sensor, minute, unsure) DO UPDATE SET readings = readings + 1, total = total + excluded.total,
		 least = min(coalesce(least, excluded.least), excluded.least), most = max(coalesce(most, excluded.most), excluded.most)`,
	);
	const addHumid = db.prepare(
		`INSERT INTO cold_minute (sensor, minute, unsure, humid_readings, humid_least, humid_most, humid_total)
		 VALUES (@n, @minute, @unsure, 1, @value, @value, @value)
		 ON CONFLICT (sensor, minute, unsure) DO UPDATE SET humid_readings = humid_readings + 1, humid_total = humid_total + excluded.humid_total,
		 humid_least = min(coalesce(humid_least, excluded.humid_least), excluded.humid_least),
		 humid_most = max(coalesce(humid_most, excluded.humid_most), excluded.humid_most)`,
	);
	const refuse = db.prepare(
		`INSERT INTO cold_minute (sensor, minute, unsure, refused, why) VALUES (@n, @minute, @unsure, 1, @why)
		 ON CONFLICT (sensor, minute, unsure) DO UPDATE SET refused = refused + 1, why = excluded.why`,
	);
	const lastGap = db.prepare<[number], RawGap>("SELECT first, last, why FROM cold_gap WHERE sensor = ? ORDER BY first DESC LIMIT 1");
	const putGap = db.prepare("INSERT OR REPLACE INTO cold_gap (sensor, first, last, why) VALUES (?, ?, ?, ?)");
	// A minute that is dated after the present was taken while the clock was ahead.
	const merge = db.prepare(
		`INSERT INTO cold_minute (sensor, minute, unsure, readings, least, most, total)
		 SELECT sensor, minute, 1, readings, least, most, total FROM cold_minute WHERE sensor = ? AND minute > ? AND unsure = 0 AND readings > 0
		 ON CONFLICT (sensor, minute, unsure) DO UPDATE SET readings = readings + excluded.readings, total = total + excluded.total,
		 least = min(least, excluded.least), most = max(most, excluded.most)`,
	);
	const dropSure = db.prepare("DELETE FROM cold_minute WHERE sensor = ? AND minute > ? AND unsure = 0");
	const dropGaps = db.prepare("DELETE FROM cold_gap WHERE sensor = ? AND first > ?");
	const cutGap = db.prepare("UPDATE cold_gap SET last = ? WHERE sensor = ? AND last > ?");
	const getMeta = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'coldTick'");
	const setMeta = db.prepare("INSERT INTO meta (key, value) VALUES ('coldTick', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
	return {
		nextN: (): number => nextN.get()!.n,
		put({ sensor, n, first, closed, isRemoved, state }: Omit<ColdRecord, "dropped">): void {
			const removed = isRemoved ? 1 : 0;
			put.run({ id: sensor.id, n, body: JSON.stringify(sensor), first, closed, removed, state: JSON.stringify(state) });
		},
		addTemperature: (place: Place, value: number): void => void add.run({ ...place, value }),
		addHumidity: (place: Place, value: number): void => void addHumid.run({ ...place, value }),
		refuse: (place: Place, why: RefusedWhy): void => void refuse.run({ ...place, why }),
		/** Explains minutes after those that are explained; the same reason goes on in one row. */
		explain(n: number, first: number, last: number, why: GapWhy): void {
			const before = lastGap.get(n);
			if (before?.why === why && before.last === first - 1) putGap.run(n, before.first, last, why);
			else putGap.run(n, first, last, why);
		},
		/** The clock was set back to this minute: what is dated after it is not sure. */
		doubtAfter(n: number, minute: number): void {
			merge.run(n, minute);
			dropSure.run(n, minute);
			dropGaps.run(n, minute);
			cutGap.run(minute, n, minute);
		},
		/** When minutes were closed last. */
		tick(): ColdTick | undefined {
			const row = getMeta.get();
			return row && (JSON.parse(row.value) as ColdTick);
		},
		setTick: (tick: ColdTick): void => void setMeta.run(JSON.stringify(tick)),
	};
}

export interface ColdTick {
	boot: string;
	monoMs: number;
	wallMs: number;
	/** When this run began, by the wall clock; null: it was not sure yet. */
	startWallMs: number | null;
	/** By the steady clock of this run: until when the wall clock was a guess. Null: it was sure at the last tick. */
	guessUntilMs: number | null;
}
