/** Temperatures of perishable goods, minute by minute; the last state of doors and buttons, and the tags seen of late. */
export const coldChain = `
-- n stands for the sensor in the rows of minutes. body: its configuration. first: the first minute of its record; closed: the last one
-- that is measured or explained; dropped: the last one that was deleted for its age. Minutes are counted from 1970 (UTC).
CREATE TABLE cold_sensor (
	id TEXT PRIMARY KEY, n INTEGER NOT NULL UNIQUE, body TEXT NOT NULL, first INTEGER NOT NULL, closed INTEGER NOT NULL,
	dropped INTEGER NOT NULL DEFAULT 0, removed INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL) WITHOUT ROWID;
-- Thousandths of a degree Celsius; humidity in thousandths. unsure: 1 where the minute is not sure.
CREATE TABLE cold_minute (
	sensor INTEGER NOT NULL, minute INTEGER NOT NULL, unsure INTEGER NOT NULL, readings INTEGER NOT NULL DEFAULT 0, least INTEGER,
	most INTEGER, total INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0, why TEXT, humid_readings INTEGER NOT NULL DEFAULT 0,
	humid_least INTEGER, humid_most INTEGER, humid_total INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (sensor, minute, unsure)) WITHOUT ROWID;
-- Minutes from first to last without a temperature, and why.
CREATE TABLE cold_gap (
	sensor INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, why TEXT NOT NULL, PRIMARY KEY (sensor, first)) WITHOUT ROWID;
-- value: open or closed of a door; of a button the digest of its last message.
CREATE TABLE sensor_state (
	device TEXT NOT NULL, sensor TEXT NOT NULL, value TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (device, sensor)) WITHOUT ROWID;
-- at: when the tag's last fact was written.
CREATE TABLE tag_seen (device TEXT NOT NULL, epc TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (device, epc)) WITHOUT ROWID;
CREATE INDEX tag_seen_at ON tag_seen (at);
`;
