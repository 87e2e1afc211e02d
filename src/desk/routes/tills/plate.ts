/** The weighing plate of a self-checkout. */
import { z } from "zod";
import { defined } from "../../../words/defined.ts";
import type { DeskLedger } from "../../ledger-view.ts";
import { json, type Route, route } from "../../route.ts";
import { idIn } from "../../schemas.ts";
import { basket } from "./baskets.ts";

const path = z.strictObject({ id: idIn });
const common = { room: "tills", right: "sales.write", keepsActor: true, method: "POST", path, answers: { 200: basket } } as const;

export function plateRoutes(ledger: DeskLedger): Route[] {
	return [
		route({
			...common,
			url: "/api/v1/baskets/{id}/weight",
			summary:
				"What the plate says of the whole basket, in milligrams; the newest counts. Where it does not fit the basket, the answer's " +
				"`weight` names the doubt, and the basket is not paid before it fits or a person accepts it",
			body: z.strictObject({ milligrams: z.int().min(0).max(1e9) }),
			problems: [400, 404, 409, 503],
			run: async ({ path, body, by }) => json(await ledger.do("weighBasket", { basket: path.id, ...body }, { actor: by.actor })),
		}),
		route({
			...common,
			url: "/api/v1/baskets/{id}/weight/accept",
			summary:
				"A person has looked into the basket and found it right. With a till's token `person` says who; an account is kept by its name",
			body: z.strictObject({ person: z.string().trim().min(1).max(64).optional() }),
			problems: [400, 404, 409, 503],
			run: async ({ path, body, by }) => json(await ledger.do("acceptWeight", { basket: path.id, ...defined(body) }, { actor: by.actor })),
		}),
	];
}
