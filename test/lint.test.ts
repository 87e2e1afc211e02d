import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
/** Inside the repository, because the linter reads biome.json from the nearest folder above. */
const folder = mkdtempSync(join(root, "test/lint-planted-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function lint(text: string): Promise<string> {
	const file = join(folder, "planted.ts");
	writeFileSync(file, text);
	const programs = { biome: ["lint", "--error-on-warnings", file], oxlint: ["--type-aware", "--deny-warnings", file] };
	const said = await Promise.all(
		Object.entries(programs).map(([program, args]) =>
			promisify(execFile)(join(root, "node_modules/.bin", program), args, { cwd: root, env: { ...process.env, NO_COLOR: "1" } }).then(
				() => "",
				(error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
			),
		),
	);
	return said.join("");
}

describe("the linter", () => {
	it.each([
		["an import that nobody uses", 'import { join } from "node:path";\n', "noUnusedImports"],
		["a promise that nobody waits for", "export async function wait(): Promise<void> {}\nwait();\n", "noFloatingPromises"],
		["a promise of a package", 'import { readFile } from "node:fs/promises";\n\nreadFile("x");\n', "no-floating-promises"],
		["a variable that nobody reads", "export function f(): void {\n\tconst x = 1;\n}\n", "noUnusedVariables"],
		["a parameter that nobody reads", "export function f(x: number): void {}\n", "noUnusedFunctionParameters"],
	])("refuses %s", async (_, text, rule) => {
		expect(await lint(text)).toContain(rule);
	});

	it("takes a file that is right", async () => {
		expect(await lint('import { join } from "node:path";\n\nexport const at = join("a", "b");\n')).toBe("");
	});
});
