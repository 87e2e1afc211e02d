/** A price list comes as a file of any size, and becomes a push, or is only looked at. */
import type { FastifyRequest } from "fastify";
import type { Actor } from "../../words/actor.ts";
import type { RejectedRow } from "../../words/answers/head-office/pushes.ts";
import { wavesOf } from "../catalog/waves/asked-waves.ts";
import { readMapping } from "../csv/mapping.ts";
import { check, problemOf } from "../http/answers.ts";
import { csvQuery } from "../http/schemas.ts";
import { HqRefusal } from "../refusal.ts";
import type { Repositories } from "../repositories.ts";
import { withUpload } from "./read-upload.ts";
import { openSpool, type Spool } from "./spool.ts";
import { openUnderWay, type PushesUnderWay } from "./under-way.ts";

export interface Uploads {
	spool: Spool;
	underWay: PushesUnderWay;
	report(error: unknown): void;
	/** Goes on with work for which no request waits. */
	goOn(work: Promise<void>): void;
	/** Resolves when that work is done. */
	done(): Promise<void>;
}

/** `directory`: where this process keeps what is not in the database. */
export function openUploads(directory: string | undefined, report: (error: unknown) => void): Uploads {
	const working = new Set<Promise<void>>();
	return {
		spool: openSpool(directory),
		underWay: openUnderWay(),
		report,
		goOn(work) {
			working.add(work);
			void work.finally(() => working.delete(work));
		},
		done: async () => void (await Promise.allSettled(working)),
	};
}

export function wholeRefused(rejected: readonly RejectedRow[], count = rejected.length): HqRefusal {
	return new HqRefusal(
		"rows-refused",
		`${count} rows cannot be taken, so none was. The first is in line ${rejected[0]!.line}: ${rejected[0]!.reason}`,
		rejected.slice(0, 1_000).map(({ line, column, reason }) => ({ path: `line ${line}, ${column}`, message: reason })),
	);
}

/** `at`: where the answer can be read that is not known yet. */
interface FileAnswer {
	status: 200 | 202;
	answer: object;
	at?: string;
}

/**
 * Takes a price list; while it does, `GET /api/v1/pushes/{id}/progress` says how far it is. With `later` it answers once the file has come,
 * and the progress says what became of it: the answer, or the problem. A process that ends before knows nothing of it; nothing was taken
 * then.
 */
export async function takeFilePush(request: FastifyRequest, by: Actor, repositories: Repositories, uploads: Uploads): Promise<FileAnswer> {
	const { mapping, riseWaitsAtMost, group, later, ...given } = check(csvQuery, request.query, "query");
	const { waves, dryRun, allOrNothing, ...asked } = wavesInQuery(given);
	const saved = mapping === undefined ? undefined : await repositories.mappingNamed(mapping);
	const used = mapping === undefined ? undefined : (saved?.mapping ?? readMapping(mapping));
	const usualCurrency = await repositories.usualCurrency();
	const keepAs = dryRun ? undefined : (request.headers["content-type"] ?? "").slice(0, 100);
	const announced = Number(request.headers["content-length"] ?? Number.NaN);
	const { underWay, spool } = uploads;
	const follow = underWay.begin(asked.id, Number.isSafeInteger(announced) ? announced : null, dryRun === true);
	const body = (request.body ?? []) as AsyncIterable<Buffer>;
	const upload = await spool
		.take(body, (bytes) => follow.received(bytes))
		.catch((error: unknown) => {
			follow.end();
			throw error;
		});
	const work = (): Promise<FileAnswer> =>
		withUpload(upload, follow, { mapping: used, usualCurrency, riseWaitsMs: riseWaitsAtMost, keepAs }, async (read) => {
			const { notes, rejectedCount, ...rest } = read;
			if (saved) notes.push(`It was read by the mapping ${saved.name}, version ${saved.version}.`);
			const common = { ...asked, effectiveAt: asked.effectiveAt, waves, stores: group === undefined ? (asked.stores ?? "all") : { group } };
			const push =
				rest.changes === undefined ? { ...common, ...rest, rejectedCount, progress: follow.at } : { ...common, ...rest, rejectedCount };
			if (dryRun) return { status: 200, answer: { ...(await repositories.previewPush(push)), notes } };
			if (allOrNothing && rejectedCount > 0) throw wholeRefused(push.rejected, rejectedCount);
			return { status: 202, answer: { ...(await repositories.acceptPush({ ...push, by })), notes } };
		});
	if (!later) return work().finally(() => follow.end());
	const language = request.headers["accept-language"];
	follow.at("reading", 0);
	uploads.goOn(
		work().then(
			({ answer }) => follow.end({ stage: dryRun ? "looked" : "taken", since: new Date().toISOString(), answer }),
			(error: unknown) =>
				follow.end({ stage: "refused", since: new Date().toISOString(), problem: problemOf(error, language, uploads.report).problem }),
		),
	);
	const at = `/api/v1/pushes/${encodeURIComponent(asked.id)}/progress`;
	return { status: 202, answer: { id: asked.id, later: true, progress: at }, at };
}

function wavesInQuery<Q extends Parameters<typeof wavesOf>[0]>(query: Q) {
	const { waves: _, waveWaitMinutes: __, waveShownPercent: ___, waveFailedLabels: ____, waveRedAlarms: _____, ...rest } = query;
	const read = wavesOf(query);
	if ("wrong" in read) throw new HqRefusal("bad-field", `waves: ${read.wrong}`, [{ path: "query.waves", message: read.wrong }]);
	return { ...rest, waves: read.waves };
}
