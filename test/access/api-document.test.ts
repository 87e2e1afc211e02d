import { describe, expect, it } from "vitest";
import { apiDocument } from "../../src/access/pages/api-page.ts";

describe("the document of an API", () => {
	it("is made when it is first asked for, and once, however often a stranger asks", () => {
		let made = 0;
		const document = apiDocument(() => {
			made++;
			return { info: { title: "Shop", version: "1" }, paths: {} };
		});
		expect(made).toBe(0);
		const answers = new Set(Array.from({ length: 1_000 }, () => document.json()));
		expect(answers.size).toBe(1);
		expect(made).toBe(1);
		expect(JSON.parse(document.json().toString())).toMatchObject({ info: { title: "Shop" } });
		expect(document.page()).toBe(document.page());
	});
});
