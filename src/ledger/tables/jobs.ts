import type { PrintJob, PrintJobState } from "../../words/receipt.ts";
import type { Instant } from "../../words/time.ts";
import type { Connection } from "../file/open.ts";

interface Row {
	id: string;
	n: number;
	printer: string;
	document: string;
	state: PrintJobState;
	why: string | null;
	copy: number;
	opens_drawer: number;
	raw: Buffer | null;
	asked_printer: string | null;
	sku: string | null;
	labels_before: number | null;
	queued_at: string;
	changed_at: string;
}

/** `why` of a receipt in doubt whose torn slip was marked void and cut off. */
export const slipIsVoid = "slip-void";
/** `why` of a receipt during which this program ended, and whose torn slip was marked void and cut off. */
export const slipIsVoidAfterEnd = "slip-void-power-cut";
/** In `why` of a receipt that failed because this program ended during it for the second time, and what follows when its slip is void. */
export const endedTwice = "this program ended twice while it was at work on it";
export const endedTwiceSlipVoid = `${endedTwice}; its slip is marked void`;
export const isSlipVoid = (why: string | null): boolean => why === slipIsVoid || why === slipIsVoidAfterEnd;

const toJob = (row: Row): PrintJob & { n: number } => ({
	id: row.id,
	n: row.n,
	printer: row.printer,
	document: row.document,
	sku: row.sku,
	state: row.state,
	why: row.why,
	copy: row.copy,
	opensDrawer: row.opens_drawer === 1,
	queuedAt: row.queued_at,
	changedAt: row.changed_at,
});

export function readJobs(db: Connection) {
	const get = db.prepare<[string], Row>("SELECT * FROM print_job WHERE id = ?");
	const page = db.prepare<[number, number], Row>("SELECT * FROM print_job WHERE n > ? ORDER BY n LIMIT ?");
	const recent = db.prepare<[number], Row>("SELECT * FROM print_job ORDER BY n DESC LIMIT ?");
	const open = db.prepare<[string], Row>(
		"SELECT * FROM print_job WHERE state IN ('queued', 'printing', 'void') AND printer = ? ORDER BY state <> 'void', n LIMIT 50",
	);
	const unmarked = db.prepare<[string, string], Row>(
		`SELECT * FROM print_job WHERE printer = ?
		 AND (state = 'in-doubt' AND coalesce(why, '') NOT IN ('${slipIsVoid}', '${slipIsVoidAfterEnd}')
			OR state = 'failed' AND why = '${endedTwice}')
		 AND started > coalesce((SELECT max(started) FROM print_job WHERE printer = ? AND state IN ('printed', 'sent')), 0)
		 ORDER BY started DESC LIMIT 1`,
	);
	const counts = db.prepare<[], { state: PrintJobState; n: number }>("SELECT state, count(*) AS n FROM print_job GROUP BY state");
	const started = db.prepare<[string], unknown>("SELECT 1 FROM print_job WHERE printer = ? AND started > 0 LIMIT 1");
	const rawOf = db.prepare<[string], { raw: Buffer | null }>("SELECT raw FROM print_job WHERE id = ?");
	const askedOf = db.prepare<[string], { asked: string }>("SELECT coalesce(asked_printer, printer) AS asked FROM print_job WHERE id = ?");
	const labelsBefore = db.prepare<[string], { n: number | null }>("SELECT labels_before AS n FROM print_job WHERE id = ?");
	const waitsFor = db.prepare<[string], unknown>(
		"SELECT 1 FROM print_job WHERE sku = ? AND state IN ('queued', 'printing', 'in-doubt', 'void') LIMIT 1",
	);
	const numberOf = db.prepare<[string], { n: number }>("SELECT n FROM print_job WHERE id = ?");
	return {
		get(id: string): (PrintJob & { n: number }) | undefined {
			const row = get.get(id);
			return row && toJob(row);
		},
		/** Whether any receipt ever began on this printer. */
		hasStarted: (printer: string): boolean => started.get(printer) !== undefined,
		/** Set where the receipt consists of a till's own commands. */
		rawOf: (id: string): Uint8Array | undefined => rawOf.get(id)?.raw ?? undefined,
		/** The printer that it was asked for, whichever it was moved to since; undefined for a job that is not there. */
		askedOf: (id: string): string | undefined => askedOf.get(id)?.asked,
		/** How many labels the printer had printed before this one was sent; undefined: not known. */
		labelsBefore: (id: string): number | undefined => labelsBefore.get(id)?.n ?? undefined,
		/** Whether a paper label of this article is on its way. */
		waitsForLabel: (sku: string): boolean => waitsFor.get(sku) !== undefined,
		list: ({ after, limit }: { after?: string; limit: number }): (PrintJob & { n: number })[] =>
			page.all(after === undefined ? 0 : (numberOf.get(after)?.n ?? 0), limit).map(toJob),
		recent: (limit: number): (PrintJob & { n: number })[] => recent.all(limit).map(toJob),
		/** A broken receipt whose torn slip may still hang on the paper roll: nothing was printed after it, and it is not marked void. */
		unmarked(printer: string): (PrintJob & { n: number }) | undefined {
			const row = unmarked.get(printer, printer);
			return row && toJob(row);
		},
		/**
		 * Jobs for this printer: first torn slips to be marked void, then the oldest queued. A receipt in doubt waits for a person and
		 * does not hold up others.
		 */
		open: (printer: string): (PrintJob & { n: number })[] => open.all(printer).map(toJob),
		counts: (): Partial<Record<PrintJobState, number>> => Object.fromEntries(counts.all().map((row) => [row.state, row.n])),
	};
}

export type NewJob = Pick<PrintJob, "id" | "printer" | "document" | "opensDrawer"> & { raw?: Uint8Array | undefined; sku?: string };

export function writeJobs(db: Connection) {
	const put = db.prepare(
		"INSERT INTO print_job (id, n, printer, document, state, why, copy, opens_drawer, queued_at, changed_at, raw, asked_printer, sku) " +
			"SELECT ?, coalesce(max(n), 0) + 1, ?, ?, 'queued', NULL, 1, ?, ?, ?, ?, ?, ? FROM print_job",
	);
	const move = db.prepare("UPDATE print_job SET printer = ?, changed_at = ? WHERE id = ?");
	const giveWaiting = db.prepare("UPDATE print_job SET printer = ? WHERE state = 'queued' AND printer = ''");
	const begin = db.prepare(
		"UPDATE print_job SET state = 'printing', why = ?, changed_at = ?, started = (SELECT coalesce(max(started), 0) + 1 FROM print_job) " +
			"WHERE id = ?",
	);
	const setDocument = db.prepare("UPDATE print_job SET document = ? WHERE id = ?");
	const setLabelsBefore = db.prepare("UPDATE print_job SET labels_before = ? WHERE id = ?");
	const set = db.prepare("UPDATE print_job SET state = ?, why = ?, changed_at = ?, copy = copy + ? WHERE id = ?");
	return {
		queue: ({ id, printer, document, opensDrawer, raw, sku }: NewJob, at: Instant): void =>
			void put.run(id, printer, document, opensDrawer ? 1 : 0, at, at, raw ? Buffer.from(raw) : null, printer || null, sku ?? null),
		/** Jobs that were queued while the store had no printer go to this one. */
		giveWaiting: (printer: string): void => void giveWaiting.run(printer),
		move: (id: string, printer: string, at: Instant): void => void move.run(printer, at, id),
		/** The job starts printing; it is the newest one that did. */
		begin: (id: string, why: string | null, at: Instant): void => void begin.run(why, at, id),
		setDocument: (id: string, document: string): void => void setDocument.run(document, id),
		setLabelsBefore: (id: string, count: number | null): void => void setLabelsBefore.run(count, id),
		set: (id: string, state: PrintJobState, why: string | null, at: Instant, oneMoreCopy = false): void =>
			void set.run(state, why, at, oneMoreCopy ? 1 : 0, id),
	};
}
