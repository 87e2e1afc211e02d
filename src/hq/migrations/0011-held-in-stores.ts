/** Prices that stores hold by their own guard rails, which rails each of them was told, and whose prices are frozen. */
export const heldInStores = `
-- JSON, a list of HeldReason: why the store holds the price. State 'held'.
ALTER TABLE change_state ADD COLUMN reasons text;
CREATE INDEX change_state_held ON change_state (push, store) WHERE state = 'held';
-- JSON {since, reason, by}: null while prices come into force there as they should.
ALTER TABLE store ADD COLUMN prices_frozen text;
CREATE TABLE rails_told (store text COLLATE "C" PRIMARY KEY, rails text NOT NULL);
`;
