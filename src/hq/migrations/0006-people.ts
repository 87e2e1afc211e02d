/** Who may come in at head office, and who did what. */
export const people = `
-- One row: users, tokens and sessions as JSON; a process reads them again when the version is another one.
CREATE TABLE access (one boolean PRIMARY KEY DEFAULT true CHECK (one), version bigint NOT NULL, records text NOT NULL);
INSERT INTO access (version, records) VALUES (0, '{}');
CREATE TABLE audit (
	n bigserial PRIMARY KEY, at text NOT NULL, kind text NOT NULL, name text NOT NULL, address text, what text NOT NULL, subject text,
	outcome text NOT NULL);
`;
