import type { Book } from "../../ledger/ledger.ts";

const printersOf = (book: Book) => book.devices.list().filter((device) => device.family === "printer");

/** Printers of receipts; those of paper labels speak ZPL. */
export const receiptPrintersOf = (book: Book) => printersOf(book).filter(({ protocol }) => protocol !== "zpl");

export const labelPrintersOf = (book: Book) => printersOf(book).filter(({ protocol }) => protocol === "zpl");
