import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "..");
/** Inside the repository, because the linter reads biome.json from the nearest folder above. */
const folder = mkdtempSync(join(root, "test/lint-planted-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const planted: [what: string, text: string, rule: string | undefined][] = [
	["an import that nobody uses", 'import { join } from "node:path";\n', "noUnusedImports"],
	["a promise that nobody waits for", "export async function wait(): Promise<void> {}\nwait();\n", "noFloatingPromises"],
	["a promise of a package", 'import { readFile } from "node:fs/promises";\n\nreadFile("x");\n', "no-floating-promises"],
	["a variable that nobody reads", "export function f(): void {\n\tconst x = 1;\n}\n", "noUnusedVariables"],
	["a parameter that nobody reads", "export function f(x: number): void {}\n", "noUnusedFunctionParameters"],
	["a file that is right", 'import { join } from "node:path";\n\nexport const at = join("a", "b");\n', undefined],
];
const nameOf = (what: string): string => `${what.replaceAll(" ", "-")}.ts`;

/** Both programs once over all planted files: each start of one costs seconds. */
async function lint(): Promise<string[]> {
	for (const [what, text] of planted) writeFileSync(join(folder, nameOf(what)), text);
	const programs = {
		biome: ["lint", "--error-on-warnings", "--reporter=github", folder],
		oxlint: ["--type-aware", "--deny-warnings", "--format=unix", folder],
	};
	const said = await Promise.all(
		Object.entries(programs).map(([program, args]) =>
			promisify(execFile)(join(root, "node_modules/.bin", program), args, { cwd: root, env: { ...process.env, NO_COLOR: "1" } }).then(
				() => "",
				(error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
			),
		),
	);
	return said.join("\n").split("\n");
}

describe("the linter", () => {
	let said: string[];
	beforeAll(async () => {
		said = await lint();
	});
	const about = (what: string): string => said.filter((line) => line.includes(nameOf(what))).join("\n");

	it.each(planted.filter(([, , rule]) => rule !== undefined))("refuses %s", (what, _, rule) => {
		expect(about(what)).toContain(rule);
	});

	it("takes a file that is right", () => {
		expect(about("a file that is right")).toBe("");
	});
});
