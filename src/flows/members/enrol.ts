/**
 * A member is enrolled in the store, also without the line: the store makes a pseudonym, and head office confirms it later. No personal
 * data is asked for or kept.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { defined } from "../../words/defined.ts";
import { type Enrolment, memberDigest } from "../../words/members/member.ts";
import type { Moment } from "../../words/time.ts";
import { clear, raise } from "../alarms.ts";

export interface AskedEnrolment {
	/** The id that the caller gives the enrolment, in all stores its own. */
	id: string;
	tier: string;
	till?: string;
	/** A random name, used where the id is new. */
	pseudonym: string;
}

export function enrolMember(book: Book, { id, tier, till, pseudonym }: AskedEnrolment, now: Moment): Enrolment & { duplicate: boolean } {
	const known = book.memberCare.enrolment(id);
	if (known && known.tier !== tier) throw new LedgerRefusal("member-differs", `Enrolment ${id} was made here with tier ${known.tier}.`);
	if (known) return { ...known, duplicate: true };
	const made: Enrolment = { id, pseudonym, tier, state: "waiting", at: now.wall };
	book.memberCare.enrol(made);
	book.events.append({ type: "member.enrolled", enrolment: id, member: pseudonym, tier, ...defined({ till }) }, now);
	return { ...made, duplicate: false };
}

/** Head office's answer. An answer about another pseudonym than the one made here is refused. */
export function takeEnrolmentAnswer(
	book: Book,
	{ enrolment: id, member, why }: { enrolment: string; member: string; why?: string | undefined },
	now: Moment,
): void {
	const known = book.memberCare.enrolment(id);
	// It was erased meanwhile, or this box is a new one.
	if (!known) return;
	if (known.pseudonym !== member) throw new LedgerRefusal("member-differs", `Enrolment ${id} has another pseudonym here.`);
	book.memberCare.answer(id, why === undefined ? "confirmed" : "refused", why);
	if (why === undefined) clear(book, "member-enrolment-refused", id, now);
	else raise(book, { code: "member-enrolment-refused", subject: id, facts: { enrolment: id, why } }, now);
}

/** Removes what this store keeps of a member, and reports how much that was. A repeated record erases what came since. */
export function eraseMember(book: Book, { erasure, member }: { erasure: string; member: string }, now: Moment): void {
	const digest = memberDigest(member);
	const removed = { ...book.memberCare.erase(member, { digest, erasure, at: now.wall }), points: book.points.erase(member) };
	book.events.append({ type: "member.erased", erasure, member: digest, removed }, now);
}
