/** What HQ said, word for word: a head office that came back from a backup asks for what it forgot. */
export const told = `
-- One row per batch: the records with these numbers, as gzip of a JSON array.
CREATE TABLE told (
	n INTEGER PRIMARY KEY, stream TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, at TEXT NOT NULL, records BLOB NOT NULL);
CREATE INDEX told_by_stream ON told (stream, last);
`;
