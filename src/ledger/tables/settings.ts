import type { Setting, SettingValue } from "../../words/streams/setting.ts";
import type { Connection } from "../file/open.ts";

/** Settings that HQ wants of this store, to be applied at the next start. */
export function readSettings(db: Connection) {
	const all = db.prepare<[], { name: string; version: number; value: string }>("SELECT name, version, value FROM setting ORDER BY name");
	const one = db.prepare<[string], { value: string }>("SELECT value FROM setting WHERE name = ?");
	return {
		/** Undefined: HQ never set it. */
		value(name: string): SettingValue | undefined {
			const row = one.get(name);
			return row && (JSON.parse(row.value) as SettingValue);
		},
		all: (): Setting[] => all.all().map(({ name, version, value }) => ({ name, version, value: JSON.parse(value) as SettingValue })),
		/** By name, without settings that HQ removed. */
		values: (): Record<string, Exclude<SettingValue, null>> =>
			Object.fromEntries(
				all
					.all()
					.map(({ name, value }) => [name, JSON.parse(value) as SettingValue] as const)
					.filter(([, value]) => value !== null),
			) as never,
	};
}

export function writeSettings(db: Connection) {
	const put = db.prepare(`INSERT INTO setting (name, version, value) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET version = excluded.version, value = excluded.value WHERE excluded.version > setting.version`);
	return {
		/** False when this version, or a newer one, is known. */
		accept: ({ name, version, value }: Setting): boolean => put.run(name, version, JSON.stringify(value)).changes > 0,
	};
}
