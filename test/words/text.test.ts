import { describe, expect, it } from "vitest";
import { isVisible } from "../../src/words/text.ts";

describe("a name", () => {
	it.each(["Milk", "牛奶", "7", "½", "—", "é", "🥛", " x "])("shows something: %s", (name) => expect(isVisible(name)).toBe(true));
	it.each(["", " ", "\t", "\u00a0\u2003", "\u200b", "\u2060\ufeff", "\u3164", "\u2800", "\u00ad", "\u0301"])("shows nothing: %j", (name) =>
		expect(isVisible(name)).toBe(false),
	);
});
