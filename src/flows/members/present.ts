/**
 * A customer shows a member's code at the till. The store checks it with head office's public key, without the line, and accepts it
 * once. The code itself is not stored: the fact has the pseudonym, and the ledger keeps the code's nonce until the code has
 * expired.
 */
import { type Book, LedgerRefusal } from "../../ledger/ledger.ts";
import { publicKeyObject } from "../../words/codes/signed-code.ts";
import { defined } from "../../words/defined.ts";
import { type Member, type MemberKey, memberDigest } from "../../words/members/member.ts";
import {
	codeIdOf,
	type MemberPayload,
	memberCodeEarlySeconds,
	memberCodeMostSeconds,
	readMemberCode,
} from "../../words/members/member-code.ts";
import type { Moment } from "../../words/time.ts";

export interface AskedPresent {
	code: string;
	till?: string;
	/** The till's own id for this request: repeating it with the same code gives the same answer. */
	id?: string;
}

/** `timeChecked` is false while this box does not know the time; then only the signature and the nonce were checked. */
export type Presented = Member & { timeChecked: boolean };

export function presentMember(book: Book, { code, till, id }: AskedPresent, now: Moment): Presented {
	const { payload, timeChecked } = checkedCode(book, code, now);
	const { pseudonym, tier, nonce, exp, store } = payload;
	const answer = { pseudonym, tier, timeChecked };
	const taken = book.members.taken(nonce);
	if (taken) {
		if (id !== undefined && taken.ask === id) return answer;
		throw new LedgerRefusal("member-code-used", "This code was shown here before; each counts once.");
	}
	if (store !== undefined && store !== book.link.identity().store)
		throw new LedgerRefusal("member-code-elsewhere", `This code was made for store ${store}.`);
	const codeId = codeIdOf(nonce);
	if (book.memberCare.isTakenElsewhere(codeId))
		throw new LedgerRefusal("member-code-used", "Another store took this code; each counts once.");
	if (book.memberCare.isErased(memberDigest(pseudonym))) throw new LedgerRefusal("member-erased", "Head office has erased this member.");
	if (timeChecked) forgetOldCodes(book, Math.floor(Date.parse(now.wall) / 1_000) - rememberedSeconds);
	book.members.take(nonce, exp, id);
	book.events.append({ type: "member.presented", member: pseudonym, tier, timeChecked, codeId, codeExp: exp, ...defined({ till }) }, now);
	return answer;
}

function forgetOldCodes(book: Book, before: number): void {
	book.members.forgetBefore(before);
	book.memberCare.forgetElsewhereBefore(before);
}

/** Other stores took these codes. */
export function takeUsedCodes(book: Book, { codes }: { codes: { id: string; exp: number }[] }): void {
	for (const { id, exp } of codes) book.memberCare.takenElsewhere(id, exp);
}

/** For how long after its expiry a code's nonce is kept: the box's clock may be set back. */
const rememberedSeconds = 86_400;

function checkedCode(book: Book, code: string, now: Moment): { payload: MemberPayload; timeChecked: boolean } {
	const read = readMemberCode(code);
	if (!read) throw new LedgerRefusal("member-code-unreadable", "This is not a member's code, or it was not read as a whole.");
	const keys = book.members.keys();
	if (keys.length === 0) throw new LedgerRefusal("member-keys-missing", "Head office has not told this store by which key to check codes.");
	if (!keys.some((key) => read.isSignedBy(publicKeyObject(key.public))))
		throw new LedgerRefusal("member-code-forged", "Head office did not sign this code.");
	const { payload } = read;
	if (payload.exp <= payload.iat || payload.exp - payload.iat > memberCodeMostSeconds)
		throw new LedgerRefusal("member-code-too-long", `A code may count for ${memberCodeMostSeconds} seconds at most.`);
	const timeChecked = now.quality !== "guess";
	if (timeChecked) checkTime(payload, Date.parse(now.wall) / 1_000);
	return { payload, timeChecked };
}

function checkTime({ iat, exp }: MemberPayload, nowSeconds: number): void {
	if (nowSeconds >= exp) throw new LedgerRefusal("member-code-expired", "This code is over.");
	if (iat > nowSeconds + memberCodeEarlySeconds)
		throw new LedgerRefusal("member-code-early", `This code counts from ${new Date(iat * 1_000).toISOString()} on.`);
}

/** Stores a key from head office. A repeated record changes nothing. */
export function takeMemberKey(book: Book, key: MemberKey): void {
	const known = book.members.key(key.kid);
	if (known && known.public !== key.public)
		throw new LedgerRefusal("member-key-differs", `Member key ${key.kid} is known here with another content.`);
	if (!known) {
		publicKeyObject(key.public);
		book.members.putKey(key);
	}
}
