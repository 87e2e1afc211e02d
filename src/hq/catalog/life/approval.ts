/**
 * A release that its approver signs with a passkey (trust/approvers.ts): first what would be released is said, as a challenge, then the
 * release comes with the signature, and has to be of exactly that.
 */
import { type ApproverList, type Assertion, challengeOf, isAssertedBy, releaseOf, termsOf } from "../../../trust/approvers.ts";
import type { Instant } from "../../../words/time.ts";
import { HqRefusal } from "../../refusal.ts";
import type { ApprovalOf } from "../write-push.ts";

export interface SignedRelease {
	/** When it was offered: prices that begin at once begin then. */
	at: Instant;
	/** Answers with the signature for each price. Throws approval-refused where it is not over these terms. */
	approve(terms: readonly string[]): ApprovalOf;
}

export interface Approvers {
	tenant: string;
	list: ApproverList;
	/** Who releases. */
	person: string;
}

const goodForMs = 5 * 60_000;

/** What the browser is to sign. Throws approval-refused for a person without a listed passkey of this site. */
export function offerRelease(
	push: string,
	at: Instant,
	terms: readonly string[],
	{ tenant, list, person }: Approvers,
	site: string,
): object {
	const keys = list.keys.filter((key) => key.person === person && key.site === site);
	if (keys.length === 0)
		throw new HqRefusal(
			"approval-refused",
			`${person} has no passkey under ${site} that counts. Make one on the page "Passkeys"; then: gondola hq approvers add ${person}`,
		);
	const { act } = releaseOf(push, at, terms);
	const allowCredentials = keys.map(({ id }) => ({ id, type: "public-key" }));
	const publicKey = { challenge: challengeOf(tenant, act), rpId: site, allowCredentials, userVerification: "required", timeout: goodForMs };
	return { at, count: act.count, publicKey };
}

export function signedRelease(
	push: string,
	{ at, assertion }: { at: Instant; assertion: Assertion },
	{ tenant, list, person }: Approvers,
	now: Instant,
): SignedRelease {
	const refuse = (why: string): never => {
		throw new HqRefusal("approval-refused", `${why} Nothing was changed.`);
	};
	const ageMs = Date.parse(now) - Date.parse(at);
	if (!(ageMs >= 0 && ageMs <= goodForMs)) refuse("The signature is not of the last five minutes; release it again.");
	const key = list.keys.find((each) => each.id === assertion.id && each.person === person);
	if (!key) return refuse(`This passkey is not one of ${person} that the list of approvers has.`);
	return {
		at,
		approve(terms) {
			const { act, placeOf } = releaseOf(push, at, terms);
			if (!isAssertedBy(key, assertion, challengeOf(tenant, act)))
				refuse("The signature is not over what would be released now; look at the push, and release it again.");
			return (price) => ({ act, assertion, ...(placeOf(termsOf(price)) ?? refuse("A price is not among those that were signed.")) });
		},
	};
}
