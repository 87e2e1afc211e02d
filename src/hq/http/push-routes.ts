import type { FastifyInstance } from "fastify";
import type { ArticleFields, PriceChange, RejectedRow } from "../catalog/pushes.ts";
import { readMapping } from "../csv/mapping.ts";
import { readCsv } from "../csv/read.ts";
import { contentUnit } from "../csv/row.ts";
import { HqRefusal } from "../refusal.ts";
import type { Repositories } from "../repositories.ts";
import { check } from "./answers.ts";
import { type Change, csvQuery, jsonPushQuery, matrixQuery, noQuery, pushBody, pushesQuery } from "./schemas.ts";

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
		return reply.code(202).send(await repositories.acceptPush(push));
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
	app.get("/api/v1/matrix", async (request) => {
		const { push, limit } = check(matrixQuery, request.query, "query");
		const rows = push === undefined ? await repositories.pushes(undefined, limit) : [await repositories.push(push)];
		return { items: rows.flatMap(({ id, at, changes, stores }) => stores.map((store) => ({ push: id, at, changes, ...store }))) };
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
