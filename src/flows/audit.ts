import type { Book } from "../ledger/ledger.ts";
import type { EventBody } from "../words/event.ts";
import type { Moment } from "../words/time.ts";

export type AuditedAct = Omit<Extract<EventBody, { type: "audit.recorded" }>, "type">;

/** Records what somebody did, or was refused, at the desk. The actor is that of `now`. */
export function recordAudit(book: Book, act: AuditedAct, now: Moment): void {
	book.events.append({ type: "audit.recorded", ...act }, now);
}
