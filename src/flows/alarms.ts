import type { Book } from "../ledger/ledger.ts";
import { defined } from "../words/defined.ts";
import type { Moment } from "../words/time.ts";
import { troubleOf } from "./store-troubles.ts";

/**
 * Raises the alarm of a trouble. The same trouble of the same subject is one alarm with a counter. Level and healing come from the table of
 * troubles.
 */
export function raise(
	book: Book,
	{ code, subject, facts }: { code: string; subject: string; facts: Record<string, string | number> },
	now: Moment,
): void {
	const id = `${code}:${subject}`;
	const known = book.alarms.get(id);
	const trouble = troubleOf(code);
	const level = trouble?.level ?? "YELLOW";
	book.alarms.raise({ id, level, code, subject, facts, healsByItself: trouble?.retry === "by-itself" }, now.wall);
	if (!known || known.clearedAt !== null) {
		const said = Object.keys(facts).length > 0 ? facts : undefined;
		book.events.append({ type: "alarm.raised", alarm: id, level, code, subject, ...defined({ facts: said }) }, now);
	}
	book.ring("alarm");
}

export function clear(book: Book, code: string, subject: string, now: Moment): void {
	const id = `${code}:${subject}`;
	const known = book.alarms.get(id);
	if (!known || known.clearedAt !== null) return;
	book.alarms.clear(id, now.wall);
	book.events.append({ type: "alarm.cleared", alarm: id, level: known.level, code, subject }, now);
	book.ring("alarm");
}
