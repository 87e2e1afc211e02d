/** The received log: HQ's records as they came, for a head office that was restored from a backup. */
export const receivedLogTable = `
-- One row per batch: the records with these numbers, as gzip of a JSON array.
CREATE TABLE told (
	n INTEGER PRIMARY KEY, stream TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, at TEXT NOT NULL, records BLOB NOT NULL);
CREATE INDEX told_by_stream ON told (stream, last);
`;
