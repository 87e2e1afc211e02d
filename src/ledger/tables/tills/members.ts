import type { MemberKey } from "../../../words/members/member.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

export function readMembers(db: Connection) {
	const key = db.prepare<[string], MemberKey>("SELECT kid, public, since FROM member_key WHERE kid = ?");
	const keys = db.prepare<[], MemberKey>("SELECT kid, public, since FROM member_key WHERE ended IS NULL ORDER BY since DESC, kid");
	const nonce = db.prepare<[string], { ask: string | null }>("SELECT ask FROM member_nonce WHERE nonce = ?");
	return {
		/** Also finds a key that head office has taken back. */
		key: (kid: string): MemberKey | undefined => key.get(kid),
		/** Keys that are valid, the newest first. */
		keys: (): MemberKey[] => keys.all(),
		/** A member's code that was accepted; `ask`: the till's own id for the request. */
		taken: (of: string): { ask: string | null } | undefined => nonce.get(of),
	};
}

export function writeMembers(db: Connection) {
	const putKey = db.prepare("INSERT INTO member_key (kid, public, since) VALUES (?, ?, ?)");
	const endKey = db.prepare("UPDATE member_key SET ended = ? WHERE kid = ? AND ended IS NULL");
	const take = db.prepare("INSERT INTO member_nonce (nonce, expires, ask) VALUES (?, ?, ?)");
	const forget = db.prepare("DELETE FROM member_nonce WHERE expires < ?");
	return {
		putKey: ({ kid, public: publicText, since }: MemberKey): void => void putKey.run(kid, publicText, since),
		endKey: (kid: string, at: Instant): void => void endKey.run(at, kid),
		/** `expires`: seconds since 1970. */
		take: (nonce: string, expires: number, ask: string | undefined): void => void take.run(nonce, expires, ask ?? null),
		forgetBefore: (seconds: number): void => void forget.run(seconds),
	};
}
