import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { actorText } from "../../words/actor.ts";
import type { Instant } from "../../words/time.ts";
import type { Db } from "../database/database.ts";
import { isDatabaseAway } from "../database/database-away.ts";
import { check } from "../http/answers.ts";
import { noQuery } from "../http/schemas.ts";
import { HqRefusal } from "../refusal.ts";
import { countDue, listExports, placeInList } from "./export-rows.ts";
import { kindSchema, policyBody, readPolicies, retentionKinds, setPolicy } from "./policies.ts";
import { exportRound } from "./tend.ts";

export const runQuery = z.strictObject({
	dryRun: z
		.enum(["true", "false"])
		.transform((text) => text === "true")
		.default(false),
});
export const exportsQuery = z.strictObject({
	kind: kindSchema.optional(),
	/** The `next` of the page before. */
	after: z.string().max(128).default("\u{10ffff}"),
	limit: z.coerce.number().int().min(1).max(1_000).default(100),
});
const kindParams = z.strictObject({ kind: kindSchema });

/** One request writes at most so many exports, because somebody waits for its answer. */
const exportsPerRequest = 10;

const byOf = (request: FastifyRequest): string => {
	const { kind, name } = request.asker?.actor ?? ({ kind: "system", name: "anybody" } as const);
	return actorText({ kind, name });
};

export interface RetentionPort {
	db: Db;
	/** Undefined: this head office was started without a folder for exports. */
	folder: string | undefined;
	clock?: () => Instant;
}

/** Policies of retention, and the exports that were made by them. */
export function retentionRoutes(app: FastifyInstance, { db, folder, clock = () => new Date().toISOString() }: RetentionPort): void {
	app.get("/api/v1/retention", async ({ query }) => {
		check(noQuery, query, "query");
		return shown(db, folder);
	});
	app.put<{ Params: { kind: string } }>("/api/v1/retention/:kind", async (request) => {
		check(noQuery, request.query, "query");
		const { kind } = check(kindParams, request.params, "");
		const { days } = check(policyBody, request.body, "");
		const { least } = retentionKinds.get(kind)!;
		if (days !== null && days < least)
			throw new HqRefusal("bad-field", `days: ${kind} stay for ${least} days at least.`, [
				{ path: "days", message: `is less than ${least}` },
			]);
		await setPolicy(db, kind, days, byOf(request), clock());
		return shown(db, folder);
	});
	app.post("/api/v1/retention/run", async ({ query }) => {
		const { dryRun } = check(runQuery, query, "query");
		if (dryRun) {
			const policies = await readPolicies(db);
			const due: { kind: string; rows: number }[] = [];
			for (const policy of policies) due.push({ kind: policy.kind, rows: await countDue(db, policy, clock()) });
			return { dryRun, due };
		}
		if (folder === undefined)
			throw new HqRefusal(
				"exports-off",
				"This head office was started with --exports off: nothing is removed that was not exported. Start it with --exports DIR.",
			);
		const { exports, more } = await exportRound(db, folder, clock, exportsPerRequest).catch((error: Error) => {
			if (isDatabaseAway(error)) throw error;
			throw new HqRefusal("export-failed", `Nothing was removed that is not exported: ${folder}: ${error.message}.`);
		});
		return { dryRun, exports, more };
	});
	app.get("/api/v1/retention/exports", async ({ query }) => {
		const { kind, after, limit } = check(exportsQuery, query, "query");
		const items = await listExports(db, { kind, before: after, limit });
		const last = items.at(-1);
		return { items, ...(items.length === limit && last && { next: placeInList(last) }) };
	});
}

async function shown(db: Db, folder: string | undefined) {
	const policies = new Map((await readPolicies(db)).map((policy) => [policy.kind, policy]));
	const exported = await db.query<{ kind: string; rows: number; files: number; bytes: number }>(
		`SELECT kind, sum(rows)::bigint AS rows, count(*)::int AS files, sum(bytes)::bigint AS bytes
		 FROM retention_export WHERE place IS NOT NULL GROUP BY kind`,
	);
	const sums = new Map(exported.map((sum) => [sum.kind, sum]));
	const waits = await db.query<{ id: string }>(
		"SELECT id FROM webhook WHERE ended_at IS NULL AND failing_since IS NOT NULL ORDER BY after_n LIMIT 10",
	);
	return {
		folder: folder ?? null,
		items: [...retentionKinds].map(([kind, { means, least }]) => {
			const { days = null, at = null, by = null } = policies.get(kind) ?? {};
			const { rows = 0, files = 0, bytes = 0 } = sums.get(kind) ?? {};
			return { kind, means, least, days, at, by, exported: { rows, files, bytes } };
		}),
		/** Facts that these webhooks were not sent yet stay. */
		waitsForWebhooks: waits.map(({ id }) => id),
	};
}
