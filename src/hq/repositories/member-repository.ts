import { eraseMember, requireErasure } from "../members/erasures.ts";
import { endMemberKey, listMemberKeys, sendMemberKey } from "../members/members.ts";
import { listPointsRules, makePointsRule, pointsOf } from "../members/points.ts";
import { enrolledAs, listEnrolments, pseudonymOf } from "../members/roster.ts";
import type { Shared } from "./shared.ts";

/** Members: the keys of their codes, who a pseudonym is, enrolments in stores, and erasure. */
export function memberRepository({ db, clock, announceAll }: Shared) {
	return {
		/** Tells every store the key of member codes, where it was not told before. */
		async sendMemberKey(key: Parameters<typeof sendMemberKey>[1]) {
			announceAll(await sendMemberKey(db, key, clock()), "stock");
		},
		/** Codes that this key signed count in no store any more. */
		async endMemberKey(kid: string) {
			announceAll(await endMemberKey(db, kid, clock()), "stock");
		},
		memberKeys: (used: string | undefined) => listMemberKeys(db, used),
		pseudonymOf: (member: string, secret: Buffer) => pseudonymOf(db, member, secret, clock()),
		enrolledAs: (enrolment: string) => enrolledAs(db, enrolment),
		enrolments: (after: number, limit: number) => listEnrolments(db, after, limit),
		/** Forgets a member here, and tells every store to. */
		async eraseMember(asked: Parameters<typeof eraseMember>[1], by: string) {
			const done = await eraseMember(db, asked, by, clock());
			announceAll(done.stores, "stock");
			return done;
		},
		erasure: (id: string) => requireErasure(db, id),
		/** Tells every store what members earn and what a point is worth. */
		async makePointsRule(rule: Parameters<typeof makePointsRule>[1], by: string) {
			const made = await makePointsRule(db, rule, by, clock());
			announceAll(made.stores, "stock");
			return made;
		},
		pointsRules: () => listPointsRules(db),
		points: (member: string) => pointsOf(db, member),
	};
}
