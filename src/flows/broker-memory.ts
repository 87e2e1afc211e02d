import type { Book, BrokerOp } from "../ledger/ledger.ts";

/** The broker's own durable memory, a batch at a time: committed before any PUBACK that depends on it. */
export function brokerApply(book: Book, { ops }: { ops: BrokerOp[] }): void {
	for (const op of ops) book.broker.apply(op);
	book.ring("session");
}
