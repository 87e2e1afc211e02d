import type { FastifyInstance, FastifyRequest } from "fastify";
import type { MatrixRow, MovedPush, Push, RejectedRow } from "../../words/answers/head-office/pushes.ts";
import type { PushWave } from "../../words/answers/head-office/waves.ts";
import type { ArticleFields } from "../../words/article.ts";
import { defined } from "../../words/defined.ts";
import { alarmSentence } from "../alarms/alarms.ts";
import { keptRoutes } from "../catalog/kept/kept-routes.ts";
import { offerRails, offerRelease, signedRails, signedRelease } from "../catalog/life/approval.ts";
import type { PushOnView } from "../catalog/push-view.ts";
import type { PriceChange } from "../catalog/pushes.ts";
import { contradictionIn, withoutDoubts } from "../catalog/shapes.ts";
import { gtinRefused, readGtin } from "../csv/row.ts";
import { openTakenRows } from "../csv/taken-rows.ts";
import { contentUnit } from "../csv/units.ts";
import { openUploads, takeFilePush, wholeRefused } from "../intake/take-file.ts";
import type { Repositories } from "../repositories.ts";
import { check, shortLanguageOf } from "./answers.ts";
import {
	type Change,
	endBody,
	jsonPushQuery,
	matrixQuery,
	noQuery,
	proposalParams,
	pushBody,
	pushesQuery,
	railsBody,
	railsQuery,
	releaseBody,
	someRowsBody,
} from "./schemas.ts";
import { approversFor, askerOf, type Signing, signatureIn } from "./signatures.ts";

/** Media types of price lists; the format is found by the contents. */
export const fileTypes = new RegExp(
	`^(text/(csv|plain|tab-separated-values|xml)|application/(csv|octet-stream|gzip|x-gzip|xml|x-ndjson|jsonl|vnd\\.ms-excel|` +
		`vnd\\.openxmlformats-officedocument\\.spreadsheetml\\.sheet))\\b`,
	"i",
);

export interface PushRoutesOptions {
	signing?: Signing | undefined;
	/** Where this process keeps what is not in the database. */
	directory?: string | undefined;
	report(error: unknown): void;
}

export function pushRoutes(app: FastifyInstance, repositories: Repositories, { signing, directory, report }: PushRoutesOptions): void {
	app.addContentTypeParser(fileTypes, (_request, payload, done) => done(null, payload));
	const uploads = openUploads(directory, report);
	app.addHook("onClose", () => uploads.done());

	app.post("/api/v1/pushes", async (request, reply) => {
		if (fileTypes.test(request.headers["content-type"] ?? "")) {
			const { status, answer, at } = await takeFilePush(request, askerOf(request), repositories, uploads);
			if (at !== undefined) reply.header("location", at);
			return reply.code(status).send(answer);
		}
		const { dryRun, allOrNothing, ...push } = readJsonPush(request.query, request.body);
		if (dryRun) return reply.code(200).send(await repositories.previewPush(push));
		if (allOrNothing && push.rejected.length > 0) throw wholeRefused(push.rejected);
		return reply.code(202).send(await repositories.acceptPush({ ...push, by: askerOf(request) }));
	});
	app.get<PushParams>("/api/v1/pushes/:id/progress", async (request) => {
		check(noQuery, request.query, "query");
		const { id } = request.params;
		const underWay = uploads.underWay.of(id);
		if (underWay) return { id, ...underWay };
		const outcome = uploads.underWay.outcomeOf(id);
		if (outcome) return { id, percent: 100, ...outcome };
		// Throws push-unknown where there is none.
		const { at } = await repositories.push(id);
		return { id, stage: "taken", percent: 100, since: at };
	});
	app.get("/api/v1/pushes", async (request) => {
		const { after, limit, totals } = check(pushesQuery, request.query, "query");
		const rows = totals ? await repositories.pushTotals(after, limit) : await repositories.pushes(after, limit);
		return { items: rows.map(({ n: _, ...push }) => push), ...(rows.length === limit && { next: rows.at(-1)!.n }) };
	});
	app.get<PushParams>("/api/v1/pushes/:id", async (request) => {
		check(noQuery, request.query, "query");
		return readable(await repositories.push(request.params.id), request);
	});
	pushLifeRoutes(app, repositories);
	keptRoutes(app, repositories);
	releaseRoutes(app, repositories, signing);
	guardRailRoutes(app, repositories, signing);
	app.get("/api/v1/matrix", async (request) => {
		const { push, limit } = check(matrixQuery, request.query, "query");
		const rows = push === undefined ? await repositories.pushes(undefined, limit) : [await repositories.push(push)];
		return { items: rows.flatMap(({ id, at, state, stores }) => stores.map((store): MatrixRow => ({ push: id, at, state, ...store }))) };
	});
}

/** The push with a sentence for each wave that halted, in the reader's language. */
function readable({ waves, ...push }: PushOnView, request: FastifyRequest): Push {
	const language = shortLanguageOf(request.headers["accept-language"]);
	const said = waves?.map(
		({ code, facts, ...wave }): PushWave => ({
			...wave,
			...(code !== null && { halt: { code, ...alarmSentence(code, language, facts ?? {}) } }),
		}),
	);
	return { ...push, ...(said && { waves: said }) };
}

interface PushParams {
	Params: { id: string };
}

/** The push as it is after an act on it. */
const standingAfter =
	(repositories: Repositories) =>
	async (request: FastifyRequest<PushParams>, { changes, push }: { changes: number; push?: string | null }): Promise<MovedPush> => ({
		...readable(await repositories.push(request.params.id), request),
		moved: changes,
		...defined({ restoredBy: push }),
	});

/** A second person lets go on what guard rails hold; where approvers are asked for their own signature, with it. */
function releaseRoutes(app: FastifyInstance, repositories: Repositories, signing: Signing | undefined): void {
	const path = "/api/v1/pushes/:id/release";
	const standing = standingAfter(repositories);
	app.post<PushParams>(`${path}/options`, async (request) => {
		check(noQuery, request.body ?? {}, "");
		const { id } = request.params;
		const approvers = approversFor(request, signing);
		const { at, terms } = await repositories.releaseTerms(id, askerOf(request));
		return offerRelease(id, at, terms, approvers, signing!.siteOf(request));
	});
	app.post<PushParams>(path, async (request) => {
		const { id } = request.params;
		const given = signatureIn(check(releaseBody, request.body ?? {}, "").approval, signing, `Release ${id} on head office's page`);
		const signed = given && signedRelease(id, given, approversFor(request, signing), new Date().toISOString());
		return standing(request, await repositories.releasePush(id, askerOf(request), signed));
	});
}

/** Hold, resume, withdraw and end early. Each answers with the push as it is afterwards. */
function pushLifeRoutes(app: FastifyInstance, repositories: Repositories): void {
	const path = "/api/v1/pushes/:id";
	const standing = standingAfter(repositories);
	app.post<PushParams>(`${path}/withdraw`, async (request) => {
		const { skus } = check(someRowsBody, request.body ?? undefined, "");
		return standing(request, await repositories.withdrawPush(request.params.id, skus, askerOf(request)));
	});
	app.post<PushParams>(`${path}/end`, async (request) => {
		const { skus, at } = check(endBody, request.body ?? undefined, "");
		return standing(request, await repositories.endPush(request.params.id, skus, at));
	});
	app.post<PushParams>(`${path}/hold`, async (request) => {
		check(noQuery, request.body ?? {}, "");
		return standing(request, await repositories.holdPush(request.params.id, askerOf(request)));
	});
	app.post<PushParams>(`${path}/resume`, async (request) => {
		check(noQuery, request.body ?? {}, "");
		return standing(request, await repositories.resumePush(request.params.id, askerOf(request)));
	});
}

function guardRailRoutes(app: FastifyInstance, repositories: Repositories, signing: Signing | undefined): void {
	app.get("/api/v1/guard-rails", async (request) => repositories.guardRails(check(railsQuery, request.query, "query").store));
	app.put("/api/v1/guard-rails", async (request, reply) => {
		const { store } = check(railsQuery, request.query, "query");
		const proposed = await repositories.proposeRails(store, check(railsBody, request.body, ""), askerOf(request));
		return reply.code(202).send(proposed);
	});
	app.post("/api/v1/guard-rails/:proposal/approve/options", async (request) => {
		const { proposal } = check(proposalParams, request.params, "");
		check(noQuery, request.body ?? {}, "");
		const approvers = approversFor(request, signing);
		const { at, terms } = await repositories.railsTerms(proposal, askerOf(request));
		return offerRails(proposal, at, terms, approvers, signing!.siteOf(request));
	});
	app.post("/api/v1/guard-rails/:proposal/approve", async (request) => {
		const { proposal } = check(proposalParams, request.params, "");
		const { approval } = check(releaseBody, request.body ?? {}, "");
		const given = signatureIn(approval, signing, `Approve guard rails ${proposal} on head office's page`);
		const signed = given && signedRails(proposal, given, approversFor(request, signing), new Date().toISOString());
		await repositories.approveRails(proposal, askerOf(request), signed);
		return { proposal };
	});
}

/** Reads a push in JSON by the rules for a file: a fault in one change refuses only that change. */
function readJsonPush(query: unknown, body: unknown) {
	const options = check(jsonPushQuery, query, "query");
	const { changes: asked, riseWaitsAtMost, group, ...push } = check(pushBody, body, "");
	const stores = push.stores ?? { group: group! };
	const rejected: RejectedRow[] = [];
	const taken = openTakenRows((line, reason) => rejected.push({ line, column: "sku", reason }));
	for (const [index, change] of asked.entries()) {
		const known = gtinsIn(change, (column, reason) => rejected.push({ line: index + 1, column, reason }));
		const read = changeOf({ ...change, ...known });
		const wrong = contradictionIn(read);
		if (wrong) {
			rejected.push({ line: index + 1, column: wrong.field, reason: wrong.reason });
			continue;
		}
		const { change: sure, notes } = withoutDoubts(read);
		for (const { field, reason } of notes) rejected.push({ line: index + 1, column: field, reason });
		taken.add(index + 1, sure, undefined);
	}
	rejected.sort((a, b) => a.line - b.line);
	return {
		...options,
		...push,
		stores,
		effectiveAt: push.effectiveAt,
		waves: push.waves,
		changes: withRiseWait(taken.changes(), riseWaitsAtMost),
		rejected,
	};
}

const withRiseWait = (changes: PriceChange[], riseWaitsMs: number | undefined): PriceChange[] =>
	riseWaitsMs === undefined ? changes : changes.map((change) => ({ ...change, riseWaitsMs }));

/** The barcodes that are GTINs; null removes the article's barcodes. */
function gtinsIn({ gtin, gtins }: Change, note: (column: string, reason: string) => void): Pick<Change, "gtin" | "gtins"> {
	const read = (code: string, column: string): string | undefined => {
		const known = readGtin(code);
		if (known === undefined) note(column, gtinRefused(code));
		return known;
	};
	return {
		gtin: gtin === null || gtin === undefined ? gtin : read(gtin, "gtin"),
		gtins: gtins === null || gtins === undefined ? gtins : gtins.flatMap((code) => read(code, "gtins") ?? []),
	};
}

function changeOf(c: Change): PriceChange {
	const weighed = c.unit === undefined ? undefined : c.unit === "kg";
	const article: ArticleFields = {
		...defined({
			gtin: c.gtin,
			gtins: c.gtins,
			name: c.name,
			brand: c.brand,
			netContent: c.netContent,
			category: c.category,
			weighed,
			depositMinor: c.depositMinor,
			minimumAge: c.minimumAge,
			pieceMilligrams: c.pieceMilligrams,
			pieceToleranceMilligrams: c.pieceToleranceMilligrams,
		}),
	};
	const per = c.unitPer ?? (c.unit === "kg" ? "kg" : (contentUnit(c.netContent ?? "") ?? "piece"));
	return {
		sku: c.sku,
		amountMinor: c.amountMinor,
		currency: c.currency,
		kind: c.kind,
		...defined({ from: c.from, until: c.until }),
		...(c.unitAmountMinor !== undefined && { unitPrice: { amountMinor: c.unitAmountMinor, per } }),
		...defined({
			priorAmountMinor: c.priorAmountMinor,
			tier: c.tier,
			fromQuantity: c.fromQuantity,
			multiBuy: c.multiBuy,
			onlineAmountMinor: c.onlineAmountMinor,
		}),
		article,
	};
}
