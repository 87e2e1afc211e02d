/**
 * Shows that the attacks can succeed: weakens a copy of the program in one place at a time and expects the suite to notice.
 * `npm run security:planted`, or with a part of a name: only those.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processTests } from "../processes/vitest.config.ts";
import { patched } from "../support/planting.ts";
import { lineWeaknesses } from "./line-weaknesses.ts";
import { weaknesses } from "./weaknesses.ts";

const wanted = process.argv[2];
const chosen = [...weaknesses, ...lineWeaknesses].filter(({ name }) => wanted === undefined || name.includes(wanted));
const root = join(import.meta.dirname, "../..");
const copy = mkdtempSync(join(tmpdir(), "planted-"));
let unnoticed = 0;
try {
	for (const name of ["src", "drivers", "test", "config", "package.json", "tsconfig.json", "vitest.config.ts"])
		cpSync(join(root, name), join(copy, name), { recursive: true });
	symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
	for (const { name, file, in: where, find, replace, test, attack } of chosen) {
		const path = join(copy, file);
		const text = readFileSync(path, "utf8");
		const weakened = patched(text, { file, ...(where !== undefined && { in: where }), find, put: replace });
		if (weakened === undefined) {
			unnoticed += 1;
			process.stdout.write(`CANNOT PLANT  ${name}: ${file} does not have once: ${find}\n`);
			continue;
		}
		writeFileSync(path, weakened);
		const tier = test.startsWith("test/attack/") ? "attack" : processTests.includes(test) ? "processes" : undefined;
		const config = tier === undefined ? [] : ["--config", `test/${tier}/vitest.config.ts`];
		const vitest = join(copy, "node_modules/vitest/vitest.mjs");
		const ran = spawnSync(process.execPath, [vitest, "run", ...config, test, "-t", attack], {
			cwd: copy,
			encoding: "utf8",
			timeout: 180_000,
			env: { ...process.env, NO_COLOR: "1" },
		});
		writeFileSync(path, text);
		const failed = /Tests\s+(\d+) failed/.exec(ran.stdout)?.[1];
		if (failed === undefined) unnoticed += 1;
		process.stdout.write(
			`${failed === undefined ? "NOT NOTICED " : "noticed     "}  ${name}${failed === undefined ? "" : `: ${failed} attacks succeeded`}\n`,
		);
	}
} finally {
	rmSync(copy, { recursive: true, force: true });
}
process.stdout.write(`${chosen.length - unnoticed} passed, ${unnoticed} failed\n`);
process.exitCode = unnoticed === 0 ? 0 : 1;
