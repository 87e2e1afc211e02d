import { expect, it } from "vitest";
import { kindOfRefusal, refusalInWords } from "../../src/trust/refusal-kinds.ts";

it.each([
	["unsealed", "unsealed"],
	["welcome-unsigned", "unsealed"],
	["leap-with-a-record", "unsealed"],
	["seal-forged", "another-key"],
	["key-unknown", "another-key"],
	["seal-proof", "another-key"],
	["forged", "another-key"],
	["leap-forged", "another-key"],
	["seal-audience", "not-for-this-store"],
	["seal-tenant", "not-for-this-store"],
	["welcome-list-older", "rollback"],
	["key-list-older", "rollback"],
	["key-list-fork", "fork"],
	["key-ended", "ended"],
	["seal-over", "ended"],
	["key-list-expired", "ended"],
	["key-not-yet", "not-yet"],
	["leap-key-not-yet", "not-yet"],
])("%s is said as %s, in both languages", (code, kind) => {
	expect(kindOfRefusal(code)).toBe(kind);
	for (const language of ["en", "zh-CN"] as const) expect(refusalInWords(kind, language)).not.toBe(kind);
});
