/** Who a member's name belongs to, members enrolled in stores, codes that were taken, keys that ended, and members who were erased. */
export const memberCare = `
ALTER TABLE member_key ADD COLUMN ended text;
-- lookup: keyed digest of the name that the member has at whoever asks for codes; null: enrolled in a store.
CREATE TABLE member (
	pseudonym text COLLATE "C" PRIMARY KEY, lookup text COLLATE "C" UNIQUE, tier text, enrolment text COLLATE "C" UNIQUE, at text NOT NULL);
-- state: accepted, refused. answered: whether the store was sent the answer.
CREATE TABLE member_enrolment (
	n bigint GENERATED ALWAYS AS IDENTITY, store text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL, pseudonym text NOT NULL,
	tier text NOT NULL, state text NOT NULL, why text, at text NOT NULL, answered boolean NOT NULL DEFAULT false, PRIMARY KEY (store, id));
CREATE UNIQUE INDEX member_enrolment_n ON member_enrolment (n);
-- id: digest of a code's nonce. exp: seconds since 1970.
CREATE TABLE member_code_used (
	id text COLLATE "C" NOT NULL, store text COLLATE "C" NOT NULL, exp bigint NOT NULL, at text NOT NULL, PRIMARY KEY (id, store));
CREATE INDEX member_code_used_exp ON member_code_used (exp);
-- digest: of the pseudonym, which is not kept.
CREATE TABLE member_erasure (
	id text COLLATE "C" PRIMARY KEY, digest text COLLATE "C" NOT NULL, at text NOT NULL, by_whom text NOT NULL, removed text NOT NULL);
CREATE INDEX member_erasure_of ON member_erasure (digest);
-- at: when the store had erased; null: it has not said so yet. removed: how many rows of which kind.
CREATE TABLE member_erasure_store (
	id text COLLATE "C" NOT NULL, store text COLLATE "C" NOT NULL, at text, removed text, PRIMARY KEY (id, store));
`;
