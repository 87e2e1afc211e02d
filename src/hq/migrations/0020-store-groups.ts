/** Which groups each store belongs to: regions, formats, pilots. A push may be for a group. */
export const storeGroups = `
CREATE TABLE store_group (
	name text COLLATE "C" NOT NULL, store text COLLATE "C" NOT NULL, PRIMARY KEY (name, store));
CREATE INDEX store_group_by_store ON store_group (store);
-- version: of the sealed setting that told the store. changed_by: who said so.
CREATE TABLE store_membership (store text COLLATE "C" PRIMARY KEY, version bigint NOT NULL, changed_at text NOT NULL, changed_by text);
`;
