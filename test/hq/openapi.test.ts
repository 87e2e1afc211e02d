import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openClaim } from "../../src/access/claim.ts";
import { openDirectory } from "../../src/access/directory.ts";
import { openPasskeys } from "../../src/access/passkeys.ts";
import { openSignIn } from "../../src/access/sign-in.ts";
import { type Db, openDatabase } from "../../src/hq/database/database.ts";
import { operations } from "../../src/hq/http/api/document.ts";
import { buildHttp } from "../../src/hq/http/server.ts";
import { accessInDatabase } from "../../src/hq/people/access-repository.ts";
import { openAudit } from "../../src/hq/people/audit.ts";
import { routeRights } from "../../src/hq/people/route-rights.ts";
import { openRepositories } from "../../src/hq/repositories.ts";

interface Operation {
	operationId: string;
	summary: string;
	parameters: { name: string; in: string }[];
	requestBody?: { content: Record<string, { schema: object; example?: object }> };
	responses: Record<string, { content?: Record<string, { example?: unknown }> }>;
}

describe("head office's API document", () => {
	let db: Db;
	let app: ReturnType<typeof buildHttp>;
	let document: { openapi: string; paths: Record<string, Record<string, Operation>>; components: { schemas: object } };

	beforeAll(async () => {
		db = await openDatabase({ memory: true });
		const repository = accessInDatabase(db);
		const directory = openDirectory({ site: "hq", repository });
		const people = {
			...{ directory, signIn: openSignIn({ directory, alarm: () => {} }), claim: openClaim(), isDemo: true, isConsole: () => false },
			...{ audit: openAudit(db, () => new Date().toISOString()), passkeys: openPasskeys({ directory, repository }) },
			// Stands for an identity provider, so that its routes are mounted too; nothing of it is called.
			oidc: { label: "provider" } as never,
		};
		const enrolment = {} as never;
		app = buildHttp({ db, repositories: openRepositories(db, "t"), isConnected: () => false, report: () => {}, people, enrolment });
		await app.ready();
		document = (await app.inject("/openapi.json")).json();
	}, 60_000);
	afterAll(async () => {
		await app.close();
		await db.close();
	});

	it("has every route that is mounted, and none that is not", () => {
		const said = Object.entries(document.paths).flatMap(([path, of]) => Object.keys(of).map((verb) => `${verb.toUpperCase()} ${path}`));
		const mounted = Object.keys(routeRights).map((route) => route.replaceAll(/:(\w+)/g, "{$1}"));
		expect(said.sort()).toEqual(mounted.sort());
		expect(Object.keys(operations).sort()).toEqual(Object.keys(routeRights).sort());
		expect(document.openapi).toBe("3.1.0");
	});

	it("says each one's parameters, body and answers, with an example", () => {
		const all = Object.entries(document.paths).flatMap(([path, of]) => Object.values(of).map((operation) => ({ path, operation })));
		for (const { path, operation } of all) {
			expect(operation.summary.length).toBeGreaterThan(5);
			const inPath = operation.parameters.filter((each) => each.in === "path").map(({ name }) => `{${name}}`);
			expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
			const [, answer] = Object.entries(operation.responses).find(([status]) => status < "400")!;
			for (const each of Object.values(answer.content ?? {})) expect(each.example).toBeDefined();
		}
		expect(new Set(all.map(({ operation }) => operation.operationId)).size).toBe(all.length);
		expect(JSON.stringify(document)).not.toContain("$defs");
	});

	it("gives examples of requests that the routes' own schemas take", () => {
		for (const [route, { body, say }] of Object.entries(operations))
			if (body && say) expect(body.safeParse(say), route).toMatchObject({ success: true });
	});

	it("is a page of its own, without anything from elsewhere", async () => {
		const page = await app.inject("/docs");
		expect(page.headers["content-type"]).toContain("text/html");
		expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
		expect(page.body).toContain("/api/v1/pushes/{id}/withdraw");
		expect(page.body).not.toMatch(/<script|src=|(href=|url\()"?https?:/);
	});
});
