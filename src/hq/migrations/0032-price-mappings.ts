/** Mappings of price lists that people saved under a name. */
export const priceMappings = `
-- One row a version, never changed. body: the mapping as JSON; null: the name was removed.
CREATE TABLE price_mapping (
	name text COLLATE "C" NOT NULL, version integer NOT NULL, body text, at text NOT NULL, by_whom text NOT NULL,
	PRIMARY KEY (name, version));
`;
