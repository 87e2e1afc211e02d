/** The keys that sign receipts: this store's own, and the public halves of other stores' as head office sent them. */
export const receiptKeys = `
-- private: base64url, of this store's own key only.
CREATE TABLE receipt_key (
	store TEXT NOT NULL, kid TEXT NOT NULL, public TEXT NOT NULL, since TEXT NOT NULL, private TEXT, PRIMARY KEY (store, kid)) WITHOUT ROWID;
`;
