import { describe, expect, it } from "vitest";
import { firstRole, hasRight, type Right, rightsTable, rightsText, rolesAt, type Site, scopes } from "../../src/access/rights.ts";

describe.each(["gateway", "hq"] as Site[])("rights at the %s", (site) => {
	const rights = Object.keys(rightsTable[site]) as Right[];

	it("are named by noun and act, and held only by roles and scopes that exist", () => {
		for (const right of rights) {
			expect(right).toMatch(/^[a-z-]+\.[a-z]+$/);
			for (const holder of rightsTable[site][right]!.held) expect([...rolesAt[site], ...scopes]).toContain(holder);
		}
	});

	it("are all held by the role of the first person, and none by somebody without a role", () => {
		for (const right of rights) {
			expect(hasRight(site, [firstRole[site]], right)).toBe(true);
			expect(hasRight(site, [], right)).toBe(false);
			expect(hasRight(site, ["toString", "nobody"], right)).toBe(false);
		}
		expect(hasRight(site, [firstRole[site]], "constructor" as Right)).toBe(false);
	});

	it("let a viewer change nothing", () => {
		for (const right of rights.filter((right) => !right.endsWith(".read"))) expect(hasRight(site, ["viewer"], right), right).toBe(false);
	});

	it("are printed as a table", () => {
		const lines = rightsText(site).split("\n");
		expect(lines).toHaveLength(rights.length + 1);
		expect(lines[0]).toContain("viewer");
		expect(lines.join("\n")).toMatch(/users\.write +- /);
	});
});

it("keeps who makes prices, who releases them and who runs stores apart", () => {
	expect(hasRight("hq", ["pricer"], "pushes.write")).toBe(true);
	expect(hasRight("hq", ["pricer"], "pushes.release")).toBe(false);
	expect(hasRight("hq", ["approver"], "pushes.write")).toBe(false);
	expect(hasRight("hq", ["operator"], "pushes.write")).toBe(false);
	expect(hasRight("hq", ["operator"], "users.write")).toBe(false);
});

it("lets a metrics token read metrics and nothing else", () => {
	for (const site of ["gateway", "hq"] as const) {
		const held = Object.keys(rightsTable[site]).filter((right) => hasRight(site, ["metrics"], right as Right));
		expect(held).toEqual(["metrics.read"]);
	}
});
