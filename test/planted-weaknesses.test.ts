import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lineWeaknesses } from "./attack/line-weaknesses.ts";
import { weaknesses } from "./attack/weaknesses.ts";
import { patched } from "./support/planting.ts";

const root = join(import.meta.dirname, "..");

/** `npm run security:planted` takes minutes; that it still can is seen here. */
describe("planted weaknesses", () => {
	it.each([...weaknesses, ...lineWeaknesses].map((weakness) => [weakness.name, weakness] as const))(
		"%s: its place is in the program once",
		(_, { file, in: where, find, replace, test }) => {
			const patch = { file, ...(where !== undefined && { in: where }), find, put: replace };
			expect(patched(readFileSync(join(root, file), "utf8"), patch)).toBeDefined();
			expect(readFileSync(join(root, test), "utf8")).toContain("it");
		},
	);
});
