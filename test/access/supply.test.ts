/** What a gateway is made of: the runtime by its digest, the packages by the SBOM. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runtimeFault } from "../../src/cli/build/runtime.ts";
import { sbom } from "../../src/cli/build/sbom.ts";

const root = join(import.meta.dirname, "../..");

it("the runtime is the one that was looked at, and another program in its place is noticed", () => {
	const own = JSON.parse(readFileSync(join(root, "node_modules/node/package.json"), "utf8")) as { version: string };
	const pinned = JSON.parse(readFileSync(join(root, "config/runtime.json"), "utf8")) as { version: string };
	expect(own.version).toBe(pinned.version);
	expect(runtimeFault(root)).toBeUndefined();
	const copy = mkdtempSync(join(tmpdir(), "runtime-"));
	try {
		for (const folder of ["config", "node_modules/node/bin"]) mkdirSync(join(copy, folder), { recursive: true });
		writeFileSync(join(copy, "config/runtime.json"), readFileSync(join(root, "config/runtime.json")));
		writeFileSync(join(copy, "node_modules/node/bin/node"), "#!/bin/sh\necho another program\n");
		expect(runtimeFault(copy, "linux-x64")).toMatch(/is not Node .* Run npm ci again/);
		expect(runtimeFault(copy, "plan9-mips")).toBeUndefined();
	} finally {
		rmSync(copy, { recursive: true, force: true });
	}
});

interface Bom {
	bomFormat: string;
	specVersion: string;
	components: { "bom-ref": string; name: string; version: string; purl: string; hashes?: { alg: string; content: string }[] }[];
	dependencies: { ref: string; dependsOn: string[] }[];
}

it("the SBOM names every package that is shipped, with version and digest, what it needs, and none that only developers have", () => {
	const bom = sbom() as Bom;
	expect([bom.bomFormat, bom.specVersion]).toEqual(["CycloneDX", "1.6"]);
	const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
		"dependencies" | "devDependencies",
		Record<string, string>
	>;
	const names = new Set(bom.components.map(({ name }) => name));
	expect(Object.keys(own.dependencies).filter((name) => !names.has(name))).toEqual([]);
	// Fastify brings ajv along: tests use the same copy.
	const alsoShipped = ["ajv", "ajv-formats", "node"];
	expect(Object.keys(own.devDependencies).filter((name) => names.has(name) && !name.startsWith("@types/"))).toEqual(alsoShipped);
	expect(bom.components.filter(({ hashes }) => !hashes?.every(({ content }) => /^[0-9a-f]{64,128}$/.test(content)))).toEqual([]);
	const refs = bom.components.map((each) => each["bom-ref"]);
	expect(new Set(refs).size).toBe(refs.length);
	const known = new Set(refs);
	expect(bom.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !known.has(ref))).toEqual([]);
	const needed = new Set(bom.dependencies.flatMap(({ dependsOn }) => dependsOn));
	// What nobody needs should not be shipped; peers of optional packages may stand alone.
	expect(refs.filter((ref) => !needed.has(ref)).length).toBeLessThan(5);
});
