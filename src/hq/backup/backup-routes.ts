import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Db } from "../database/database.ts";
import { check } from "../http/answers.ts";
import { HqRefusal } from "../refusal.ts";
import { backUp } from "./backup.ts";

export const backupBody = z.strictObject({
	file: z.string().min(1).max(4_096).refine(isAbsolute, "an absolute path on head office's machine"),
});

/** Takes requests from the command line on head office's own machine only, because the request names a file there. */
export function backupRoutes(app: FastifyInstance, db: Db): void {
	app.post("/api/v1/backups", async (request, reply) => {
		const actor = request.asker?.actor;
		if (actor?.kind !== "system" || actor.name !== "console")
			throw new HqRefusal("right-missing", "A backup is made on head office's own machine: gondola hq backup FILE --data DIR.");
		const { file } = check(backupBody, request.body, "");
		if (existsSync(file)) throw new HqRefusal("bad-field", `file: ${file} is there already. Name one that is not.`);
		return reply.code(201).send(await backUp(db, file, new Date().toISOString()));
	});
}
