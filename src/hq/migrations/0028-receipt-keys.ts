/** The keys by which stores sign receipts, as each store reported its own. sent: whether other stores were sent it. */
export const receiptKeys = `
CREATE TABLE receipt_key (
	store text COLLATE "C" NOT NULL, kid text COLLATE "C" NOT NULL, public text NOT NULL, since text NOT NULL,
	sent boolean NOT NULL DEFAULT false, PRIMARY KEY (store, kid));
`;
