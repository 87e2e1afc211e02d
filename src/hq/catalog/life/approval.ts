/**
 * A release, other guard rails, or a change of who is a store's box, that an approver signs with a passkey (trust/approvers.ts): first
 * what would be done is said, as a challenge, then the act comes with the signature, and has to be of exactly that.
 */
import {
	type ApproverKey,
	type ApproverList,
	type Assertion,
	actOfRails,
	challengeOf,
	isAssertedBy,
	type PlaceAct,
	type PlaceApproval,
	placeChallengeOf,
	type RailsApproval,
	railsChallengeOf,
	railsTerm,
	releaseOf,
	termsOf,
} from "../../../trust/approvers.ts";
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
	/** Who releases or approves. */
	person: string;
}

const goodForMs = 5 * 60_000;

/** The release that the browser is to sign. Throws approval-refused for a person without a listed passkey of this site. */
export function offerRelease(push: string, at: Instant, terms: readonly string[], who: Approvers, site: string): object {
	const { act } = releaseOf(push, at, terms);
	return { at, count: act.count, publicKey: askOf(challengeOf(who.tenant, act), who, site) };
}

/** The proposal of guard rails, made by another person, that the browser is to sign. Throws as offerRelease does. */
export function offerRails(proposal: number, at: Instant, terms: readonly string[], who: Approvers, site: string): object {
	const { act } = actOfRails(proposal, at, terms);
	return { at, count: act.count, publicKey: askOf(railsChallengeOf(who.tenant, act), who, site) };
}

/** The change of who is a store's box that the browser is to sign. Throws as offerRelease does. */
export function offerPlace(act: PlaceAct, who: Approvers, site: string): object {
	return { at: act.at, act, publicKey: askOf(placeChallengeOf(who.tenant, act), who, site) };
}

/** The question to the browser (WebAuthn, publicKey of navigator.credentials.get). */
function askOf(challenge: string, { list, person }: Approvers, site: string): object {
	const keys = list.keys.filter((key) => key.person === person && key.site === site);
	if (keys.length === 0)
		throw new HqRefusal(
			"approval-refused",
			`${person} has no passkey under ${site} that counts. Make one on the page "Passkeys"; then: gondola hq approvers add ${person}`,
		);
	const allowCredentials = keys.map(({ id }) => ({ id, type: "public-key" }));
	return { challenge, rpId: site, allowCredentials, userVerification: "required", timeout: goodForMs };
}

function refuse(why: string): never {
	throw new HqRefusal("approval-refused", `${why} Nothing was changed.`);
}

/** A signature as it came with a request. `at`: when it was asked for. */
export interface Signed {
	at: Instant;
	assertion: Assertion;
}

/** The listed key of the person who signed. Throws approval-refused, also for a signature that is too old. */
function signerOf({ at, assertion }: Signed, { list, person }: Approvers, now: Instant): ApproverKey {
	const ageMs = Date.parse(now) - Date.parse(at);
	if (!(ageMs >= 0 && ageMs <= goodForMs)) refuse("The signature is not of the last five minutes; sign again.");
	const key = list.keys.find((each) => each.id === assertion.id && each.person === person);
	return key ?? refuse(`This passkey is not one of ${person} that the list of approvers has.`);
}

export function signedRelease(push: string, signed: Signed, who: Approvers, now: Instant): SignedRelease {
	const { at, assertion } = signed;
	const key = signerOf(signed, who, now);
	return {
		at,
		approve(terms) {
			const { act, placeOf } = releaseOf(push, at, terms);
			if (!isAssertedBy(key, assertion, challengeOf(who.tenant, act)))
				refuse("The signature is not over what would be released now; look at the push, and release it again.");
			return (price) => ({ act, assertion, ...(placeOf(termsOf(price)) ?? refuse("A price is not among those that were signed.")) });
		},
	};
}

/** Throws approval-refused where the signature is not over this act. */
export function signedPlace(act: PlaceAct, signed: Signed, who: Approvers, now: Instant): PlaceApproval {
	const key = signerOf(signed, who, now);
	if (!isAssertedBy(key, signed.assertion, placeChallengeOf(who.tenant, act)))
		refuse("The signature is not over what would be done now; look at the store, and sign again.");
	return { act, assertion: signed.assertion };
}

/** The signature for the rails of one store. */
export type RailsApprovalOf = (store: string, rails: string) => RailsApproval;

/** An approval of guard rails that its approver signed. */
export interface SignedRails {
	/** Throws approval-refused where the signature is not over these terms. */
	approve(terms: readonly string[]): RailsApprovalOf;
}

export function signedRails(proposal: number, signed: Signed, who: Approvers, now: Instant): SignedRails {
	const { at, assertion } = signed;
	const key = signerOf(signed, who, now);
	return {
		approve(terms) {
			const { act, placeOf } = actOfRails(proposal, at, terms);
			if (!isAssertedBy(key, assertion, railsChallengeOf(who.tenant, act)))
				refuse("The signature is not over what stores would get now; look at the proposal, and approve it again.");
			return (store, rails) => ({
				...{ act, assertion },
				...(placeOf(railsTerm(store, rails)) ?? refuse(`The rails of store ${store} are not among those that were signed.`)),
			});
		},
	};
}
