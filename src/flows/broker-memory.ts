import type { Book, BrokerOp } from "../ledger/ledger.ts";

/** Changes of the broker's memory, a batch in one commit. A PUBACK that depends on them is sent after it. */
export function brokerApply(book: Book, { ops }: { ops: BrokerOp[] }): void {
	for (const op of ops) book.broker.apply(op);
	book.ring("session");
}
