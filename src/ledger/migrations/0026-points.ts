/** Points of members: the rules, what head office lent this store of them, and what it said a member has. */
export const points = `
CREATE TABLE points_rule (id TEXT PRIMARY KEY, currency TEXT NOT NULL, from_at TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
-- closed: head office was told its end.
CREATE TABLE points_lease (
	id TEXT PRIMARY KEY, member TEXT NOT NULL, points INTEGER NOT NULL, used INTEGER NOT NULL, expires TEXT NOT NULL,
	closed INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX points_lease_of ON points_lease (member) WHERE closed = 0;
CREATE INDEX points_lease_due ON points_lease (expires) WHERE closed = 0;
CREATE TABLE points_balance (member TEXT PRIMARY KEY, balance INTEGER NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
-- seq: the last fact of the member's last paid basket.
CREATE TABLE points_visit (member TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
`;
