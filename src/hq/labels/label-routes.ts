import type { FastifyInstance } from "fastify";
import { check } from "../http/answers.ts";
import { noQuery } from "../http/schemas.ts";
import type { LabelPictures } from "./label-pictures.ts";

/** One label of a store, with pictures of what it confirmed and of what it should show. */
export function labelRoutes(app: FastifyInstance, pictures: LabelPictures): void {
	app.addHook("onClose", () => pictures.stop());
	app.get<{ Params: { store: string; label: string } }>("/api/v1/stores/:store/labels/:label", async ({ params, query }) => {
		check(noQuery, query, "query");
		return pictures.picture(params.store, params.label);
	});
}
