import type { FastifyInstance } from "fastify";
import type { EnrolAnswer, StoreAtHq } from "../../words/answers/head-office/stores.ts";
import { defined } from "../../words/defined.ts";
import type { MovementReason } from "../../words/stock.ts";
import type { Enrolment } from "../enrolment/enrolment.ts";
import { qrCodeOf } from "../enrolment/qr-code.ts";
import type { Repositories } from "../repositories.ts";
import { check } from "./answers.ts";
import { byNameQuery, differencesQuery, enrollBody, factsQuery, grantBody, movementBody, noQuery } from "./schemas.ts";
import type { PlaceSigning } from "./signatures.ts";

/** Whether the store has a session with HQ now; the database has only the time of its last hello. */
export type IsConnected = (store: string) => boolean;

interface StoreParams {
	Params: { store: string };
}

export interface StoreRoutes {
	isConnected: IsConnected;
	places: PlaceSigning;
	/** Left out: stores are enrolled by name only. */
	enrolment?: Enrolment | undefined;
}

export function storeRoutes(app: FastifyInstance, repositories: Repositories, { isConnected, places, enrolment }: StoreRoutes): void {
	const shown = (row: Omit<StoreAtHq, "store" | "connected">): StoreAtHq => ({ ...row, store: row.id, connected: isConnected(row.id) });
	app.get("/api/v1/stores", async (request) => {
		const { after, limit } = check(byNameQuery, request.query, "query");
		const items = (await repositories.stores(after, limit)).map(shown);
		return { items, ...(items.length === limit && { next: items.at(-1)!.id }) };
	});
	app.post("/api/v1/stores", async (request, reply) => {
		const { id, replace, qr, timeZone, approval } = check(enrollBody, request.body, "");
		const asked = { does: "swap", store: id } as const;
		const approved = (await enrolment?.takesPlace(id, replace))
			? await places.approvalOf(request, approval, asked, `Enrol another box of store ${id} on head office's page`)
			: undefined;
		// Where HQ makes enrolment codes, a store's box is replaced only when the new box presents its code.
		const { inc, created, token } = await repositories.enroll(id, replace && !enrolment, timeZone);
		if (enrolment) {
			const made = await enrolment.makeCode(id, replace, approved);
			const qrCode = made && qr ? await qrCodeOf(made.code) : undefined;
			const enrolled: EnrolAnswer = { id, incarnation: inc, enrolled: !made, ...made, ...defined({ qr: qrCode }) };
			return reply
				.code(created ? 201 : 200)
				.header("cache-control", "no-store")
				.send(enrolled);
		}
		const enrolled: EnrolAnswer = { id, incarnation: inc, ...defined({ token }) };
		return reply.code(created ? 201 : 200).send(enrolled);
	});
	app.post<StoreParams>("/api/v1/stores/:store/catch-up", async (request, reply) => {
		check(noQuery, request.body ?? {}, "");
		return reply.code(202).send(await repositories.catchUp(request.params.store));
	});
	app.get<StoreParams>("/api/v1/stores/:store", async ({ params, query }) => {
		check(noQuery, query, "query");
		return shown(await repositories.store(params.store));
	});
	app.get("/api/v1/stock-differences", async ({ query }) => {
		const asked = check(differencesQuery, query, "query");
		const items = await repositories.stockDifferences(asked);
		const shown = items.map(({ id, store, facts, since }) => ({ id, store, ...facts, since }));
		return { items: shown, ...(items.length === asked.limit && { next: items.at(-1)!.id }) };
	});
	app.get<StoreParams>("/api/v1/stores/:store/labels", async ({ params, query }) => {
		const { after, limit } = check(byNameQuery, query, "query");
		const items = await repositories.labels(params.store, after, limit);
		return { items, ...(items.length === limit && { next: items.at(-1)!.id }) };
	});
	app.get<StoreParams>("/api/v1/stores/:store/facts", async ({ params, query }) => {
		const asked = check(factsQuery, query, "query");
		const items = await repositories.facts(params.store, asked);
		const goneUpTo = await repositories.factsGoneUpTo();
		const isCut = goneUpTo !== undefined && (asked.newest === true ? items.length < asked.limit : (asked.after ?? 0) < goneUpTo);
		return { items, ...(items.length === asked.limit && { next: items.at(-1)!.n }), ...(isCut && { goneUpTo }) };
	});
	app.get<StoreParams>("/api/v1/stores/:store/dead-letters", async ({ params, query }) => {
		check(noQuery, query, "query");
		return { items: await repositories.deadLetters(params.store, 1_000) };
	});
	app.get<{ Params: { store: string; sku: string } }>("/api/v1/stores/:store/stock/:sku", async ({ params, query }) => {
		check(noQuery, query, "query");
		return repositories.stock(params.store, params.sku);
	});
	app.post<StoreParams>("/api/v1/stores/:store/stock/movements", async (request, reply) => {
		const { reference, reason, ...rest } = check(movementBody, request.body, "");
		const asked = { ...rest, reason: reason as MovementReason, ...defined({ reference }) };
		const { created, movement } = await repositories.moveStock(request.params.store, asked);
		return reply.code(created ? 201 : 200).send(movement);
	});
	app.post<StoreParams>("/api/v1/stores/:store/grants", async (request, reply) => {
		const asked = check(grantBody, request.body, "");
		const { created, ...answer } = await repositories.askGrant(request.params.store, asked);
		return reply.code(created ? 202 : 200).send({ id: asked.id, ...answer, store: request.params.store });
	});
}
