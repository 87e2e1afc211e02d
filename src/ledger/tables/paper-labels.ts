import type { PaperLabel } from "../../words/label.ts";
import type { Connection } from "../file/open.ts";

interface Row {
	sku: string;
	fields: string;
	job: string;
	printer: string;
	printed_at: string;
	due: number;
}

const toLabel = (row: Row): PaperLabel => ({
	sku: row.sku,
	fields: row.fields,
	job: row.job,
	printer: row.printer,
	printedAt: row.printed_at,
	isDue: row.due === 1,
});

/** Only articles without an electronic label: where there is one, it says the price, and no paper is printed anew. */
const onlyPaper = "NOT EXISTS (SELECT 1 FROM label WHERE label.sku = paper_label.sku)";

export function readPaperLabels(db: Connection) {
	const get = db.prepare<[string], Row>("SELECT * FROM paper_label WHERE sku = ?");
	const page = db.prepare<[string, number], Row>("SELECT * FROM paper_label WHERE sku > ? ORDER BY sku LIMIT ?");
	const due = db.prepare<[string, number], Row>(
		`SELECT * FROM paper_label WHERE due = 1 AND sku > ? AND ${onlyPaper} ORDER BY sku LIMIT ?`,
	);
	const dueCount = db.prepare<[], { n: number }>(`SELECT count(*) AS n FROM paper_label WHERE due = 1 AND ${onlyPaper}`);
	return {
		get(sku: string): PaperLabel | undefined {
			const row = get.get(sku);
			return row && toLabel(row);
		},
		list: ({ after, limit }: { after: string; limit: number }): PaperLabel[] => page.all(after, limit).map(toLabel),
		/** Labels that say something else than they should, of articles without an electronic label. */
		due: ({ after, limit }: { after: string; limit: number }): PaperLabel[] => due.all(after, limit).map(toLabel),
		dueCount: (): number => dueCount.get()!.n,
	};
}

export function writePaperLabels(db: Connection) {
	const put = db.prepare(
		`INSERT INTO paper_label (sku, fields, job, printer, printed_at, due) VALUES (?, ?, ?, ?, ?, ?)
		 ON CONFLICT (sku) DO UPDATE SET fields = excluded.fields, job = excluded.job, printer = excluded.printer,
			printed_at = excluded.printed_at, due = excluded.due`,
	);
	const setDue = db.prepare("UPDATE paper_label SET due = ? WHERE sku = ? AND due <> ?");
	const drop = db.prepare("DELETE FROM paper_label WHERE sku = ?");
	return {
		put: ({ sku, fields, job, printer, printedAt, isDue }: PaperLabel): void =>
			void put.run(sku, fields, job, printer, printedAt, isDue ? 1 : 0),
		setDue: (sku: string, isDue: boolean): void => void setDue.run(isDue ? 1 : 0, sku, isDue ? 1 : 0),
		/** False: the article had none. */
		drop: (sku: string): boolean => drop.run(sku).changes > 0,
	};
}
