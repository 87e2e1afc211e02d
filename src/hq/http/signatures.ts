/** Acts that take the signature of an approver's own passkey, as requests bring it (catalog/life/approval.ts). */
import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import type { ApproverList, PlaceApproval } from "../../trust/approvers.ts";
import type { Actor } from "../../words/actor.ts";
import { type Approvers, offerPlace, type Signed, signedPlace } from "../catalog/life/approval.ts";
import { HqRefusal } from "../refusal.ts";
import type { Repositories } from "../repositories.ts";
import type { PlaceQuestion } from "../stores/places.ts";
import type { approvalGiven } from "./schemas.ts";

export interface Signing {
	tenant: string;
	/** Whose signature counts; undefined: nobody was named. */
	approvers(): ApproverList | undefined;
	/** The name under which the request came. */
	siteOf(request: FastifyRequest): string;
}

/** Without accounts, as in tests, every request counts as the same person's. */
export const askerOf = (request: FastifyRequest): Actor => request.asker?.actor ?? { kind: "system", name: "anybody" };

/** Who signs this request, and by which list. Throws approval-refused for programs, and where nobody was named. */
export function approversFor(request: FastifyRequest, signing: Signing | undefined): Approvers {
	const list = signing?.approvers();
	const { kind, name } = askerOf(request);
	if (!signing || !list) throw new HqRefusal("approval-refused", "No approver was named: gondola hq approvers add NAME.");
	if (kind !== "user") throw new HqRefusal("approval-refused", "Only a person has a passkey; sign in as one.");
	return { tenant: signing.tenant, list, person: name };
}

/** The signature that came with an act. Throws approval-needed where there is none and it is demanded; `todo` says where to sign. */
export function signatureIn(given: z.output<typeof approvalGiven>, signing: Signing | undefined, todo: string): Signed | undefined {
	if (given) return { at: given.at, assertion: { id: given.answer.id, ...given.answer.response } };
	if (signing?.approvers()?.demanded)
		throw new HqRefusal("approval-needed", `${todo}, as a person with a passkey that is listed. Nothing was changed.`);
	return undefined;
}

/** Acts on who is a store's box. */
export interface PlaceSigning {
	/** The challenge that the browser is to sign. */
	offer(request: FastifyRequest, asked: PlaceQuestion): Promise<object>;
	/** The signature to keep with the act; undefined where none came and none is demanded. Throws approval-needed and approval-refused. */
	approvalOf(
		request: FastifyRequest,
		given: z.output<typeof approvalGiven>,
		asked: PlaceQuestion,
		todo: string,
	): Promise<PlaceApproval | undefined>;
}

export function placeSigning({ placeAct }: Repositories, signing: Signing | undefined): PlaceSigning {
	return {
		async offer(request, asked) {
			const approvers = approversFor(request, signing);
			return offerPlace(await placeAct(asked), approvers, signing!.siteOf(request));
		},
		async approvalOf(request, given, asked, todo) {
			const signed = signatureIn(given, signing, todo);
			if (!signed) return undefined;
			const approvers = approversFor(request, signing);
			return signedPlace(await placeAct(asked, signed.at), signed, approvers, new Date().toISOString());
		},
	};
}
