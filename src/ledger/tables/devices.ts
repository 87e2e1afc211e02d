import type { Alarm, AlarmLevel, DeviceStatus } from "../../words/alarm.ts";
import type { Instant } from "../../words/time.ts";
import type { Connection } from "../file/open.ts";

interface DeviceRow {
	id: string;
	family: DeviceStatus["family"];
	protocol: string;
	address: string;
	state: DeviceStatus["state"];
	trouble: string | null;
	since: string;
	last_heard_at: string | null;
	detail: string;
}
/** An alarm as kept: codes and facts; the sentences are made by the room that shows it, in the reader's language. */
export interface AlarmRow extends Omit<Alarm, "what" | "do"> {
	facts: Record<string, string | number>;
	clearedAt: Instant | null;
}
interface RawAlarm {
	id: string;
	level: AlarmLevel;
	code: string;
	subject: string;
	facts: string;
	heals: number;
	since: string;
	count: number;
	acknowledged_at: string | null;
	cleared_at: string | null;
}

const toDevice = (row: DeviceRow): DeviceStatus => ({
	id: row.id,
	family: row.family,
	protocol: row.protocol,
	address: row.address,
	state: row.state,
	trouble: row.trouble,
	since: row.since,
	lastHeardAt: row.last_heard_at,
	detail: JSON.parse(row.detail) as DeviceStatus["detail"],
});
const toAlarm = (row: RawAlarm): AlarmRow => ({
	id: row.id,
	level: row.level,
	code: row.code,
	subject: row.subject,
	facts: JSON.parse(row.facts) as AlarmRow["facts"],
	healsByItself: row.heals === 1,
	since: row.since,
	count: row.count,
	acknowledgedAt: row.acknowledged_at,
	clearedAt: row.cleared_at,
});

export function readDevices(db: Connection) {
	const list = db.prepare<[], DeviceRow>("SELECT * FROM device ORDER BY id");
	const get = db.prepare<[string], DeviceRow>("SELECT * FROM device WHERE id = ?");
	return {
		list: (): DeviceStatus[] => list.all().map(toDevice),
		get(id: string): DeviceStatus | undefined {
			const row = get.get(id);
			return row && toDevice(row);
		},
	};
}

export function readAlarms(db: Connection) {
	const list = db.prepare<[], RawAlarm>(
		"SELECT * FROM alarm WHERE cleared_at IS NULL ORDER BY CASE level WHEN 'RED' THEN 0 WHEN 'YELLOW' THEN 1 ELSE 2 END, since",
	);
	const get = db.prepare<[string], RawAlarm>("SELECT * FROM alarm WHERE id = ?");
	return {
		list: (): AlarmRow[] => list.all().map(toAlarm),
		get(id: string): AlarmRow | undefined {
			const row = get.get(id);
			return row && toAlarm(row);
		},
		counts(): { red: number; yellow: number; blue: number } {
			const counts = { red: 0, yellow: 0, blue: 0 };
			for (const row of list.iterate()) counts[row.level.toLowerCase() as "red"] += 1;
			return counts;
		},
	};
}

export function writeDevices(db: Connection) {
	const put = db.prepare(
		`INSERT INTO device (id, family, protocol, address, state, trouble, since, last_heard_at, detail) VALUES (@id, @family, @protocol,
		 @address, @state, @trouble, @since, @lastHeardAt, @detail)
		 ON CONFLICT (id) DO UPDATE SET family = @family, protocol = @protocol, address = @address, state = @state, trouble = @trouble,
		  since = @since,
		 last_heard_at = coalesce(@lastHeardAt, last_heard_at), detail = @detail`,
	);
	const forget = db.prepare("DELETE FROM device WHERE id = ?");
	return {
		put: (device: Omit<DeviceStatus, "detail"> & { detail: DeviceStatus["detail"] }): void =>
			void put.run({ ...device, detail: JSON.stringify(device.detail) }),
		forget: (id: string): void => void forget.run(id),
	};
}

export function writeAlarms(db: Connection) {
	const put = db.prepare(
		`INSERT INTO alarm (id, level, code, subject, facts, heals, since, count) VALUES (?, ?, ?, ?, ?, ?, ?, 1)
		 ON CONFLICT (id) DO UPDATE SET level = excluded.level, facts = excluded.facts, heals = excluded.heals,
		 count = CASE WHEN cleared_at IS NULL THEN count + 1 ELSE 1 END,
		 since = CASE WHEN cleared_at IS NULL THEN since ELSE excluded.since END,
		 acknowledged_at = CASE WHEN cleared_at IS NULL THEN acknowledged_at ELSE NULL END, cleared_at = NULL`,
	);
	const clear = db.prepare("UPDATE alarm SET cleared_at = ? WHERE id = ? AND cleared_at IS NULL");
	const acknowledge = db.prepare("UPDATE alarm SET acknowledged_at = ?, acknowledged_by = ? WHERE id = ?");
	return {
		raise: (
			a: { id: string; level: AlarmLevel; code: string; subject: string; facts: Record<string, string | number>; healsByItself: boolean },
			at: Instant,
		): void => void put.run(a.id, a.level, a.code, a.subject, JSON.stringify(a.facts), a.healsByItself ? 1 : 0, at),
		clear: (id: string, at: Instant): boolean => clear.run(at, id).changes === 1,
		acknowledge: (id: string, by: string, at: Instant): void => void acknowledge.run(at, by, id),
	};
}

export function readShelves(db: Connection) {
	const get = db.prepare<[string], { milligrams: number | null; state: string | null }>("SELECT milligrams, state FROM shelf WHERE id = ?");
	return {
		get(id: string): { milligrams: number | null; state: unknown } | undefined {
			const row = get.get(id);
			return row && { milligrams: row.milligrams, state: row.state === null ? null : (JSON.parse(row.state) as unknown) };
		},
	};
}

export function writeShelves(db: Connection) {
	const put = db.prepare(
		"INSERT INTO shelf (id, milligrams, state) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET milligrams = excluded.milligrams, state " +
			"= coalesce(excluded.state, state)",
	);
	return {
		put: (id: string, milligrams: number | null, state: unknown): void =>
			void put.run(id, milligrams, state === undefined ? null : JSON.stringify(state)),
	};
}
