import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Actor } from "../../words/actor.ts";
import type { ArticleFields, PriceChange, RejectedRow } from "../catalog/pushes.ts";
import { readMapping } from "../csv/mapping.ts";
import { readCsv } from "../csv/read.ts";
import { contentUnit } from "../csv/row.ts";
import { HqRefusal } from "../refusal.ts";
import type { Repositories } from "../repositories.ts";
import { check } from "./answers.ts";
import {
	type Change,
	csvQuery,
	endBody,
	jsonPushQuery,
	matrixQuery,
	noQuery,
	proposalParams,
	pushBody,
	pushesQuery,
	railsBody,
	railsQuery,
	someRowsBody,
} from "./schemas.ts";

const csvBytesMost = 64 * 2 ** 20;

export function pushRoutes(app: FastifyInstance, repositories: Repositories): void {
	// Read row by row as it comes in, so that a file of any size costs its rows, not its text.
	app.addContentTypeParser("text/csv", (_request, payload, done) => done(null, payload));

	app.post("/api/v1/pushes", async (request, reply) => {
		const isCsv = /^text\/csv\b/i.test(request.headers["content-type"] ?? "");
		const { dryRun, allOrNothing, ...push } = isCsv
			? await readCsvPush(request.query, request.body)
			: readJsonPush(request.query, request.body);
		if (dryRun) return reply.code(200).send(await repositories.previewPush(push));
		if (allOrNothing && push.rejected.length > 0) refuseWhole(push.rejected);
		return reply.code(202).send(await repositories.acceptPush({ ...push, by: askerOf(request) }));
	});
	app.get("/api/v1/pushes", async (request) => {
		const { after, limit } = check(pushesQuery, request.query, "query");
		const rows = await repositories.pushes(after, limit);
		return { items: rows.map(({ n: _, ...push }) => push), ...(rows.length === limit && { next: rows.at(-1)!.n }) };
	});
	app.get<{ Params: { id: string } }>("/api/v1/pushes/:id", async (request) => {
		check(noQuery, request.query, "query");
		return repositories.push(request.params.id);
	});
	pushLifeRoutes(app, repositories);
	guardRailRoutes(app, repositories);
	app.get("/api/v1/matrix", async (request) => {
		const { push, limit } = check(matrixQuery, request.query, "query");
		const rows = push === undefined ? await repositories.pushes(undefined, limit) : [await repositories.push(push)];
		return { items: rows.flatMap(({ id, at, state, stores }) => stores.map((store) => ({ push: id, at, state, ...store }))) };
	});
}

/** Without accounts, as in tests, everybody is the same person. */
const askerOf = (request: FastifyRequest): Actor => request.asker?.actor ?? { kind: "system", name: "anybody" };

interface PushParams {
	Params: { id: string };
}

/** Release, hold, resume, withdraw, end early. Each answers the push as it stands afterwards. */
function pushLifeRoutes(app: FastifyInstance, repositories: Repositories): void {
	const path = "/api/v1/pushes/:id";
	const standing = async (id: string, { changes, push }: { changes: number; push?: string | null }): Promise<object> => ({
		...(await repositories.push(id)),
		moved: changes,
		...(push !== undefined && { restoredBy: push }),
	});
	app.post<PushParams>(`${path}/withdraw`, async (request) => {
		const { skus } = check(someRowsBody, request.body ?? undefined, "");
		const { id } = request.params;
		return standing(id, await repositories.withdrawPush(id, skus, askerOf(request)));
	});
	app.post<PushParams>(`${path}/end`, async (request) => {
		const { skus, at } = check(endBody, request.body ?? undefined, "");
		const { id } = request.params;
		return standing(id, await repositories.endPush(id, skus, at));
	});
	app.post<PushParams>(`${path}/release`, async (request) => {
		check(noQuery, request.body ?? {}, "");
		return standing(request.params.id, await repositories.releasePush(request.params.id, askerOf(request)));
	});
	app.post<PushParams>(`${path}/hold`, async (request) => {
		check(noQuery, request.body ?? {}, "");
		return standing(request.params.id, await repositories.holdPush(request.params.id, askerOf(request)));
	});
	app.post<PushParams>(`${path}/resume`, async (request) => {
		check(noQuery, request.body ?? {}, "");
		return standing(request.params.id, await repositories.resumePush(request.params.id));
	});
}

function guardRailRoutes(app: FastifyInstance, repositories: Repositories): void {
	app.get("/api/v1/guard-rails", async (request) => repositories.guardRails(check(railsQuery, request.query, "query").store));
	app.put("/api/v1/guard-rails", async (request, reply) => {
		const { store } = check(railsQuery, request.query, "query");
		const proposed = await repositories.proposeRails(store, check(railsBody, request.body, ""), askerOf(request));
		return reply.code(202).send(proposed);
	});
	app.post("/api/v1/guard-rails/:proposal/approve", async (request) => {
		const { proposal } = check(proposalParams, request.params, "");
		await repositories.approveRails(proposal, askerOf(request));
		return { proposal };
	});
}

function refuseWhole(rejected: readonly RejectedRow[]): never {
	throw new HqRefusal(
		"rows-refused",
		`${rejected.length} rows cannot be taken, so none was. The first is in line ${rejected[0]!.line}: ${rejected[0]!.reason}`,
		rejected.slice(0, 1_000).map(({ line, column, reason }) => ({ path: `line ${line}, ${column}`, message: reason })),
	);
}

async function readCsvPush(query: unknown, body: unknown) {
	const { mapping, ...asked } = check(csvQuery, query, "query");
	const { changes, rejected } = await readCsv(
		bounded(body as AsyncIterable<Buffer>),
		mapping === undefined ? undefined : readMapping(mapping),
	);
	return { ...asked, effectiveAt: asked.effectiveAt, changes, rejected };
}

async function* bounded(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
	let bytes = 0;
	for await (const chunk of body) {
		bytes += chunk.length;
		if (bytes > csvBytesMost) throw new HqRefusal("body-too-large", `A file may have ${csvBytesMost / 2 ** 20} MiB. Push it in parts.`);
		yield chunk;
	}
}

function readJsonPush(query: unknown, body: unknown) {
	const options = check(jsonPushQuery, query, "query");
	const { changes, ...push } = check(pushBody, body, "");
	return { ...options, ...push, effectiveAt: push.effectiveAt, changes: changes.map(changeOf), rejected: [] };
}

function changeOf(c: Change): PriceChange {
	const weighed = c.unit === undefined ? undefined : c.unit === "kg";
	const article: ArticleFields = {
		...(c.gtin !== undefined && { gtin: c.gtin }),
		...(c.gtins !== undefined && { gtins: c.gtins }),
		...(c.name !== undefined && { name: c.name }),
		...(c.brand !== undefined && { brand: c.brand }),
		...(c.netContent !== undefined && { netContent: c.netContent }),
		...(c.category !== undefined && { category: c.category }),
		...(weighed !== undefined && { weighed }),
		...(c.depositMinor !== undefined && { depositMinor: c.depositMinor }),
		...(c.pieceMilligrams !== undefined && { pieceMilligrams: c.pieceMilligrams }),
	};
	const per = c.unitPer ?? (c.unit === "kg" ? "kg" : (contentUnit(c.netContent ?? "") ?? "piece"));
	return {
		sku: c.sku,
		amountMinor: c.amountMinor,
		currency: c.currency,
		kind: c.kind,
		...(c.from !== undefined && { from: c.from }),
		...(c.until !== undefined && { until: c.until }),
		...(c.unitAmountMinor !== undefined && { unitPrice: { amountMinor: c.unitAmountMinor, per } }),
		...(c.priorAmountMinor !== undefined && { priorAmountMinor: c.priorAmountMinor }),
		article,
	};
}
