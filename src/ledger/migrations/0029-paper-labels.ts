/**
 * Paper shelf labels. print_job: the article of a label (null: a receipt), and how many labels its printer had printed before it was sent.
 * paper_label: what the newest paper label of an article says; due: something a customer sees is different now.
 */
export const paperLabels = `
ALTER TABLE print_job ADD COLUMN sku TEXT;
ALTER TABLE print_job ADD COLUMN labels_before INTEGER;
CREATE TABLE paper_label (
	sku TEXT PRIMARY KEY, fields TEXT NOT NULL, job TEXT NOT NULL, printer TEXT NOT NULL, printed_at TEXT NOT NULL,
	due INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX paper_label_due ON paper_label (sku) WHERE due = 1;
`;
