/** Members who were enrolled in this store, codes that other stores took, and members who were erased. */
export const memberCare = `
-- state: waiting for head office, confirmed, refused.
CREATE TABLE member_enrolment (
	id TEXT PRIMARY KEY, pseudonym TEXT NOT NULL, tier TEXT NOT NULL, state TEXT NOT NULL, why TEXT, at TEXT NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX member_enrolment_of ON member_enrolment (pseudonym);
-- id: digest of the code's nonce. expires: seconds since 1970.
CREATE TABLE member_code_elsewhere (id TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID;
-- digest: of the pseudonym, which is not kept.
CREATE TABLE member_erased (digest TEXT PRIMARY KEY, erasure TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
`;
