/** Whose key speaks for a store, and the one-time codes by which boxes come in. Secrets are kept as digests. */
export const enrolment = `
CREATE TABLE enrolment (
	store text COLLATE "C" PRIMARY KEY, secret_sha256 text NOT NULL, again boolean NOT NULL, made_at text NOT NULL, made_by text,
	expires_at text NOT NULL, used_at text, used_from text, used_by text, misused bigint NOT NULL DEFAULT 0);
CREATE INDEX enrolment_by_secret ON enrolment (secret_sha256);
-- One row per box that ever enrolled; ended_at: another box took its place, or the store's enrolment ended.
CREATE TABLE store_key (
	kid text PRIMARY KEY, store text COLLATE "C" NOT NULL, public text NOT NULL, inc bigint NOT NULL, certificate_sha256 text,
	enrolled_at text NOT NULL, ended_at text);
CREATE INDEX store_key_by_store ON store_key (store);
-- What the line's brokers check a store's password against, each in its own form.
CREATE TABLE line_account (store text COLLATE "C" PRIMARY KEY, sha256 text NOT NULL, verifiers text NOT NULL, made_at text NOT NULL);
-- Which roots the boxes of this database have learned.
CREATE TABLE trusted_roots (one boolean PRIMARY KEY DEFAULT true CHECK (one), roots_sha256 text NOT NULL, at text NOT NULL);
`;
