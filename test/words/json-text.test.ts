import { describe, expect, it } from "vitest";
import { jsonFault, repeatedNameIn, utf8Of } from "../../src/words/basics/json-text.ts";

describe("a name of JSON", () => {
	it.each([
		['{"a":1,"a":2}', "a"],
		['{"a":{"b":1,"c":[{"x":1},{"y":1,"y":2}]}}', "a.c.1.y"],
		['{"\\u0061":1,"a":2}', "a"],
		['{"a":{},"b":{"a":1},"a":1}', "a"],
		['[[],{"q\\"":1,"q\\"":2}]', '1.q"'],
	])("that stands twice is found: %s", (json, path) => expect(repeatedNameIn(json)).toBe(path));

	it.each([
		'{"a":"\\"a\\":","b":"a"}',
		'{"a":[1,2,{"a":1}],"b":{"a":1}}',
		'[{"a":1},{"a":1}]',
		'"{a,a}"',
		'{"a":"\\\\","b":["a","a"]}',
		"[]",
		"7",
	])("is taken where it stands once: %s", (json) => expect(repeatedNameIn(json)).toBeUndefined());

	it("is not looked for by recursion", () => {
		const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
		expect(repeatedNameIn(deep)).toBeUndefined();
	});
});

describe("bytes from outside", () => {
	it("are text in UTF-8, with or without a byte order mark, or none", () => {
		expect(utf8Of(Buffer.from("Käse"))).toBe("Käse");
		expect(utf8Of(Buffer.from("\ufeffKäse"))).toBe("Käse");
		expect(utf8Of(Buffer.from("Käse", "latin1"))).toBeUndefined();
	});

	it("say where half a character is", () => expect(jsonFault('{"a":"\\ud800"}', { a: "\ud800" })).toMatchObject({ path: "a" }));
});
