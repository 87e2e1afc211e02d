/** Requests to the fiscal device, each with the paper that waits for its signature. */
export const fiscal = `
-- body: the request as JSON. paper: {id, document, printer?} as JSON until it is queued for a printer.
-- printed: paper went out without a code.
CREATE TABLE fiscal (
	seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, state TEXT NOT NULL, why TEXT, detail TEXT, signature TEXT,
	paper TEXT, printed INTEGER NOT NULL, at TEXT NOT NULL, decided TEXT);
CREATE INDEX fiscal_open ON fiscal (state, seq) WHERE state <> 'signed';
CREATE INDEX fiscal_decided ON fiscal (decided) WHERE state = 'signed';
`;
