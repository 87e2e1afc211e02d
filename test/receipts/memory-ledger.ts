/**
 * The real flows of receipts over tables in memory: a ledger for simulated time, where a hundred thousand of them are needed. What SQL says
 * in src/ledger/tables/jobs.ts is said here again.
 */
import type { StoreLedger } from "../../src/flows/flows.ts";
import * as receipts from "../../src/flows/receipts/receipt-to-paper.ts";
import { createBells } from "../../src/ledger/bell.ts";
import { type Book, endedTwice, isSlipVoid } from "../../src/ledger/ledger.ts";
import type { PrintJob } from "../../src/words/receipt.ts";
import type { Moment } from "../../src/words/time.ts";

type Row = PrintJob & { n: number; started: number };

/** A program with a mistake, which the judge must notice: what is in doubt is called printed, or printed again by itself. */
export type Mistake = "doubt-is-printed" | "doubt-is-repeated";

export interface MemoryLedger {
	/** As one run of the program sees it; after `die` nothing that it asks is answered. */
	program(): { ledger: StoreLedger; die(): void };
	queue(id: string): void;
	job(id: string): Row | undefined;
}

const now = (): Moment => ({ wall: "2026-03-02T12:00:00.000Z", boot: "boot1", monoMs: 0, quality: "synced" });

export function memoryLedger(printer: string, mistake?: Mistake): MemoryLedger {
	const rows: Row[] = [];
	const bells = createBells();
	const find = (id: string): Row | undefined => rows.find((row) => row.id === id);
	const latestPrinted = (): number =>
		Math.max(0, ...rows.filter(({ state }) => state === "printed" || state === "sent").map((row) => row.started));
	const jobs = {
		get: find,
		rawOf: () => undefined,
		hasStarted: () => rows.some(({ started }) => started > 0),
		open: () =>
			rows
				.filter(({ state }) => ["queued", "printing", "void"].includes(state))
				.sort((a, b) => Number(b.state === "void") - Number(a.state === "void") || a.n - b.n),
		unmarked: () =>
			rows
				.filter(({ state, why }) => (state === "in-doubt" && !isSlipVoid(why)) || (state === "failed" && why === endedTwice))
				.filter(({ started }) => started > latestPrinted())
				.sort((a, b) => b.started - a.started)[0],
		queue: ({ id, document, opensDrawer }: Pick<PrintJob, "id" | "document" | "opensDrawer">, at: string) =>
			void rows.push({
				id,
				n: rows.length + 1,
				printer,
				document,
				sku: null,
				state: "queued",
				why: null,
				copy: 1,
				opensDrawer,
				queuedAt: at,
				changedAt: at,
				started: 0,
			}),
		begin: (id: string, why: string | null) =>
			Object.assign(find(id)!, { state: "printing", why, started: Math.max(...rows.map((row) => row.started)) + 1 }),
		set: (id: string, state: PrintJob["state"], why: string | null, _: string, oneMoreCopy = false) =>
			Object.assign(find(id)!, { state, why, copy: find(id)!.copy + (oneMoreCopy ? 1 : 0) }),
	};
	const nothing = (): undefined => undefined;
	const book = {
		jobs,
		devices: { list: () => [{ id: printer, family: "printer", protocol: "esc-pos" }] },
		events: { append: nothing },
		alarms: { get: nothing, raise: nothing, clear: nothing },
		ring: (bell: "print-job") => bells.ring([bell]),
	} as unknown as Book;
	const known: Record<string, (book: Book, args: { id: string }, now: Moment) => unknown> = {
		...(receipts as object),
		queuePrint: receipts.queue as never,
	};
	if (mistake === "doubt-is-printed") known.recordInDoubt = (on, { id }, at) => receipts.recordPrinted(on, { id, confirmed: true }, at);
	if (mistake === "doubt-is-repeated")
		known.recordInDoubt = (_, { id }) => {
			jobs.set(id, "queued", null, "");
			bells.ring(["print-job"]);
		};
	return {
		program() {
			let isAlive = true;
			const ledger = {
				bells,
				now,
				read: { jobs },
				do: (flow: string, args: { id: string }) =>
					isAlive ? Promise.resolve().then(() => known[flow]?.(book, args, now())) : new Promise(() => {}),
			} as unknown as StoreLedger;
			return {
				ledger,
				die() {
					isAlive = false;
				},
			};
		},
		queue: (id) => void receipts.queue(book, { id, document: id }, now()),
		job: find,
	};
}
