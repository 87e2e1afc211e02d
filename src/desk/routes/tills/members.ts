import { z } from "zod";
import { defined } from "../../../words/defined.ts";
import { longestMemberCode } from "../../../words/members/member-code.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { json, type Route, route } from "../../route.ts";
import { idIn } from "../../schemas.ts";

export const memberCodeIn = z.string().trim().min(1).max(longestMemberCode);

export function memberRoutes(ledger: DeskLedger): Route[] {
	return [
		route({
			method: "POST",
			url: "/api/v1/members/present",
			keepsActor: true,
			room: "tills",
			right: "sales.write",
			summary:
				"A member's code (`GM1.…`) as it was scanned: checked without the line, taken once. With an `id` the same request again is answered " +
				"as before; `timeChecked` is false while the box does not know the time",
			body: z.strictObject({ code: memberCodeIn, till: idIn.optional(), id: idIn.optional() }),
			answers: { 200: z.object({ pseudonym: z.string(), tier: z.string(), timeChecked: z.boolean() }) },
			problems: [400, 409, 503],
			run: async ({ body, by }) => json(await ledger.do("presentMember", defined(body), { actor: by.actor })),
		}),
	];
}
