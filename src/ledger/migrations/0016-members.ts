/** Member codes: the keys that head office signs them with, and those that were taken. */
export const members = `
-- ended: when head office took the key back.
CREATE TABLE member_key (kid TEXT PRIMARY KEY, public TEXT NOT NULL, since TEXT NOT NULL, ended TEXT) WITHOUT ROWID;
-- A code that was taken, until it is over; the code itself is not kept. expires: seconds since 1970. ask: the till's id for it.
CREATE TABLE member_nonce (nonce TEXT PRIMARY KEY, expires INTEGER NOT NULL, ask TEXT) WITHOUT ROWID;
CREATE INDEX member_nonce_by_end ON member_nonce (expires);
`;
