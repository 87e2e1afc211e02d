import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/load.ts";
import { deskSettings } from "../../src/daemon/desk-settings.ts";
import { buildDesk } from "../../src/desk/server.ts";
import { deskOptions } from "./options.ts";

let desk: Awaited<ReturnType<typeof buildDesk>>;
beforeAll(async () => {
	const settings = deskSettings({ text: "store: x\n" }, parseConfig("store: x\n"));
	desk = await buildDesk(deskOptions({ settings }));
});
afterAll(() => desk.stop());

describe("the document at /openapi.json", () => {
	it("has every address that is mounted, with its answers, and no reference into the void", async () => {
		const document = (await desk.app.inject("/openapi.json")).json();
		expect(document.openapi).toBe("3.1.0");
		for (const each of desk.routes) {
			const operation = document.paths[each.url][each.method.toLowerCase()];
			expect(operation.summary.length).toBeGreaterThan(5);
			expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(Object.keys(each.answers)));
			const inPath = operation.parameters.filter((each: { in: string }) => each.in === "path");
			expect(each.url.match(/\{\w+\}/g) ?? []).toEqual(inPath.map((each: { name: string }) => `{${each.name}}`));
		}
		const operations = Object.values(document.paths as Record<string, object>).flatMap((each) => Object.values(each));
		expect(operations).toHaveLength(desk.routes.length);
		expect(new Set(operations.map((each: { operationId: string }) => each.operationId)).size).toBe(operations.length);
		const text = JSON.stringify(document);
		expect(text).not.toContain("$defs");
		const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
		for (const name of references) expect(document.components.schemas).toHaveProperty(name);
		expect(document.components.schemas).toHaveProperty("Label.properties.desired");
		expect(document.components.schemas.MovementIn).toMatchObject({
			additionalProperties: false,
			required: ["id", "sku", "quantity", "reason", "occurredAt"],
		});
	});
});
