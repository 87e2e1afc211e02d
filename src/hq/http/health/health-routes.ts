import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Readiness } from "../../../words/answers/head-office/readiness.ts";
import type { Db } from "../../database/database.ts";
import { check } from "../answers.ts";
import { diskAway } from "./disk.ts";

/** `always`: status 200 also where it is not ready, for programs that read the reason. */
export const readyQuery = z.strictObject({ always: z.enum(["true", "false"]).optional() });

const databaseAnswersWithinMs = 3_000;

/**
 * `/healthz`: this process answers and its database too. `/readyz`: it can do its work, which takes the line to the stores as well.
 * `directory`: where this process keeps its data. `lineAway`: why the broker does not carry the line; undefined while it does, or where
 * there is none.
 */
export function healthRoutes(app: FastifyInstance, db: Db, lineAway: () => string | undefined, directory: string | undefined): void {
	app.get("/healthz", async () => {
		await db.query("SELECT 1");
		return { status: "well", database: db.kind };
	});
	app.get("/readyz", async ({ query }, reply) => {
		const { always } = check(readyQuery, query, "query");
		const [database, disk] = await Promise.all([databaseAway(db), directory === undefined ? undefined : diskAway(directory)]);
		const line = lineAway();
		const isReady = database === undefined && line === undefined && disk === undefined;
		const readiness: Readiness = {
			...{ ready: isReady, database: database ?? "well", line: line ?? "well" },
			...(directory !== undefined && { disk: disk ?? "well" }),
		};
		return reply.code(isReady || always === "true" ? 200 : 503).send(readiness);
	});
}

/** Why the database does not answer; undefined when it does. Only the kind of the fault: its message may name hosts and users. */
async function databaseAway(db: Db): Promise<string | undefined> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<string>((resolve) => {
		timer = setTimeout(() => resolve("does not answer"), databaseAnswersWithinMs);
	});
	const asked = db.query("SELECT 1").then(
		() => undefined,
		(error: { code?: string }) => error.code ?? "cannot be reached",
	);
	return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
