import { defined } from "../../../words/defined.ts";
import type { Enrolment } from "../../../words/members/member.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

interface Row extends Omit<Enrolment, "why"> {
	why: string | null;
}

const enrolmentOf = ({ why, ...row }: Row): Enrolment => ({ ...row, ...defined({ why: why ?? undefined }) });

export function readMemberCare(db: Connection) {
	const enrolment = db.prepare<[string], Row>("SELECT * FROM member_enrolment WHERE id = ?");
	const list = db.prepare<[string, number], Row>("SELECT * FROM member_enrolment WHERE id > ? ORDER BY id LIMIT ?");
	const elsewhere = db.prepare<[string], { id: string }>("SELECT id FROM member_code_elsewhere WHERE id = ?");
	const erased = db.prepare<[string], { digest: string }>("SELECT digest FROM member_erased WHERE digest = ?");
	return {
		enrolment(id: string): Enrolment | undefined {
			const row = enrolment.get(id);
			return row && enrolmentOf(row);
		},
		/** By id. */
		enrolments: (after: string, limit: number): Enrolment[] => list.all(after, limit).map(enrolmentOf),
		/** Whether another store took the code with this digest of its nonce. */
		isTakenElsewhere: (id: string): boolean => elsewhere.get(id) !== undefined,
		isErased: (digest: string): boolean => erased.get(digest) !== undefined,
	};
}

export function writeMemberCare(db: Connection) {
	const enrol = db.prepare("INSERT INTO member_enrolment (id, pseudonym, tier, state, why, at) VALUES (?, ?, ?, ?, NULL, ?)");
	const answer = db.prepare("UPDATE member_enrolment SET state = ?, why = ? WHERE id = ?");
	const putElsewhere = db.prepare("INSERT INTO member_code_elsewhere (id, expires) VALUES (?, ?) ON CONFLICT (id) DO NOTHING");
	const forget = db.prepare("DELETE FROM member_code_elsewhere WHERE expires < ?");
	const putErased = db.prepare("INSERT INTO member_erased (digest, erasure, at) VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING");
	// A pseudonym has no sign that JSON escapes, so that it can be replaced within a text.
	const erasing = {
		redemptions: db.prepare("UPDATE coupon_redemption SET member = NULL, asked = replace(asked, @member, 'erased') WHERE member = @member"),
		baskets: db.prepare("UPDATE basket SET body = replace(body, @member, 'erased') WHERE instr(body, @member) > 0"),
		orders: db.prepare(
			`UPDATE store_order SET body = replace(body, @member, 'erased'), asked = replace(asked, @member, 'erased')
			 WHERE instr(body, @member) > 0`,
		),
		enrolments: db.prepare("DELETE FROM member_enrolment WHERE pseudonym = @member"),
	};
	return {
		enrol: ({ id, pseudonym, tier, state, at }: Enrolment): void => void enrol.run(id, pseudonym, tier, state, at),
		answer: (id: string, state: Enrolment["state"], why: string | undefined): void => void answer.run(state, why ?? null, id),
		takenElsewhere: (id: string, expires: number): void => void putElsewhere.run(id, expires),
		/** `seconds`: since 1970. */
		forgetElsewhereBefore: (seconds: number): void => void forget.run(seconds),
		/** Returns how many rows were erased or changed, by kind. */
		erase(member: string, { digest, erasure, at }: { digest: string; erasure: string; at: Instant }): Record<string, number> {
			putErased.run(digest, erasure, at);
			return Object.fromEntries(Object.entries(erasing).map(([kind, statement]) => [kind, statement.run({ member }).changes]));
		},
	};
}
