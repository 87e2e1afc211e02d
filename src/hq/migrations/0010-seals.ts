/** Which records HQ has sealed: a decision is signed once, however many stores hear it. */
export const seals = `
-- stores: null for everybody of the tenant. body: the seal as it goes over the line.
CREATE TABLE seal (id text PRIMARY KEY, stores text[], body text NOT NULL);
-- A record may be in several seals, of other stores; leaf: its place in that one.
CREATE TABLE sealed (record bigint NOT NULL, seal text NOT NULL, leaf bigint NOT NULL, PRIMARY KEY (record, seal));
CREATE INDEX sealed_by_seal ON sealed (seal, leaf);
-- An operator says that the database was restored: in this generation HQ takes back what stores were told and HQ has sealed.
CREATE TABLE restore_release (generation bigint PRIMARY KEY, at text NOT NULL, by_whom text);
`;
