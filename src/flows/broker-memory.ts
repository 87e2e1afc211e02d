import type { Book, BrokerOp } from "../ledger/ledger.ts";

/** The broker's own durable memory, a batch at a time: committed before any PUBACK that depends on it. */
export function brokerApply(book: Book, { ops }: { ops: BrokerOp[] }): void {
	for (const op of ops) book.broker.apply(op);
	book.ring("session");
}

export function moveReader(book: Book, { reader, seq }: { reader: string; seq: number }): void {
	book.events.movePosition(reader, seq);
}
