import type { FastifyInstance } from "fastify";
import type { Db } from "../database/database.ts";

const databaseAnswersWithinMs = 3_000;

/**
 * `/healthz`: this process answers and its database too. `/readyz`: it can do its work, which takes the line to the stores as well.
 * `lineAway`: why the broker does not carry the line; undefined while it does, or where there is none.
 */
export function healthRoutes(app: FastifyInstance, db: Db, lineAway: () => string | undefined): void {
	app.get("/healthz", async () => {
		await db.query("SELECT 1");
		return { status: "well", database: db.kind };
	});
	app.get("/readyz", async (_request, reply) => {
		const database = await databaseAway(db);
		const line = lineAway();
		const isReady = database === undefined && line === undefined;
		return reply.code(isReady ? 200 : 503).send({ ready: isReady, database: database ?? "well", line: line ?? "well" });
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
