/** HQ's seals of what it said: it knows its own word by them when it was restored from a backup. */
export const seals = `
-- Records first to last of a stream are number leaf and on of what the seal names; proof: the hashes beside them.
CREATE TABLE told_run (
	stream TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, n INTEGER NOT NULL, leaf INTEGER NOT NULL, proof TEXT NOT NULL,
	seal TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (stream, first)) WITHOUT ROWID;
CREATE TABLE told_seal (id TEXT PRIMARY KEY, at TEXT NOT NULL, seal TEXT NOT NULL) WITHOUT ROWID;
`;
