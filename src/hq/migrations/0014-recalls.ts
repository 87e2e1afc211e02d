/** Recalls: orders to every store to sell no more of an article or a lot. */
export const recalls = `
-- lot: null for every lot. ended_at: when it was lifted.
CREATE TABLE stop_sale (
	id text COLLATE "C" PRIMARY KEY, gtin text NOT NULL, lot text, reason text NOT NULL, at text NOT NULL, by_whom text NOT NULL,
	ended_at text, ended_by text);
`;
