import type { Book } from "../ledger/ledger.ts";
import type { EventBody } from "../words/event.ts";
import type { Moment } from "../words/time.ts";

export type AuditedAct = Omit<Extract<EventBody, { type: "audit.recorded" }>, "type">;

/** Keeps what a person or program did or was refused. Who it was stands in the moment's actor. */
export function recordAudit(book: Book, act: AuditedAct, now: Moment): void {
	book.events.append({ type: "audit.recorded", ...act }, now);
}
