/** Prices for members and from n pieces on stand beside everybody's: what replaces, masks and is counted with what. */
export const priceShapes = `
-- Whom the price is for (words/prices/which-counts.ts, sideOf); empty: everybody, one piece.
ALTER TABLE push_change ADD COLUMN side text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE change_state ADD COLUMN side text COLLATE "C" NOT NULL DEFAULT '';
`;
