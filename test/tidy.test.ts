import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, normalize, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { deviceTroubles } from "../drivers/trouble.ts";
import { troublesText } from "../drivers/troubles-text.ts";
import { jsonSchema, referenceText } from "../src/config/reference.ts";
import { storeTroubles } from "../src/flows/store-troubles.ts";
import {
	citedFilesMissing,
	crowdedFolders,
	doubleRules,
	fullestFolder,
	longestFunction,
	longFunctions,
	retiredWords,
	unknownLinkRules,
	unusedExports,
	wideLines,
} from "./support/house-rules.ts";
import {
	brokenWalls,
	clockAndDice,
	importsOf,
	packageHomes,
	partsOf,
	registryHosts,
	type SourceFile,
	shape,
	troubleCodesIn,
	worthALook,
} from "./support/tidy-rules.ts";

const root = resolve(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const walk = (folder: string): string[] =>
	readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
		const path = `${folder}/${entry.name}`;
		return entry.isDirectory() ? (entry.name === "node_modules" ? [] : walk(path)) : [path];
	});

const sources: SourceFile[] = ["src", "drivers", "test"]
	.flatMap(walk)
	.filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts"))
	.map((path) => ({ path, text: read(path) }));
const programs = sources.filter(({ path }) => !path.startsWith("test/"));

/** What git would carry to another machine; without git (an unpacked archive) the rooms themselves. */
function carried(): string[] {
	try {
		return execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
			.split("\0")
			.filter((path) => path !== "");
	} catch {
		return ["src", "drivers", "test", "config"].flatMap(walk);
	}
}

describe("the house", () => {
	it("keeps its walls: who may import whom, and which package belongs to which room", () => {
		expect(sources.length).toBeGreaterThan(100);
		expect(programs.flatMap(brokenWalls)).toEqual([]);
	});

	it("asks only for packages that package.json names", () => {
		const { dependencies, devDependencies } = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
		const named = { ...dependencies, ...devDependencies };
		const asked = sources.flatMap((file) => importsOf(file).map((name) => ({ name, path: file.path })));
		const strangers = asked.filter(
			({ name }) => /^[@a-z]/.test(name) && !name.startsWith("node:") && !/^(src|drivers|test|examples)\//.test(name) && !(name in named),
		);
		expect(strangers.map(({ name, path }) => `${path} imports ${name}`)).toEqual([]);
		for (const name of Object.keys(dependencies!)) expect(packageHomes, `${name} has a room`).toHaveProperty([name]);
	});

	it("gives stories and the link their time and their dice", () => {
		expect(programs.flatMap(clockAndDice)).toEqual([]);
	});

	it("writes files one can read in a sitting, with names that say something", () => {
		expect(sources.flatMap(shape)).toEqual([]);
		const long = sources
			.filter(({ text }) => text.trimEnd().split("\n").length > worthALook)
			.map(({ path, text }) => `${path} (${text.trimEnd().split("\n").length})`);
		if (long.length > 0) console.log(`Longer than ${worthALook} lines, perhaps two nouns: ${long.join(", ")}`);
	});

	it("says nowhere from which host packages come", () => {
		const files = carried().filter(
			(path) => existsSync(join(root, path)) && statSync(join(root, path)).size < 2_000_000 && !/\.(png|ttf|ico|gz|db)$/.test(path),
		);
		expect(files.map((path) => ({ path, text: read(path) })).flatMap(registryHosts)).toEqual([]);
	});

	it("has words for every trouble it raises", () => {
		const known = [...Object.keys(deviceTroubles), ...Object.keys(storeTroubles)];
		const knows = (code: string): boolean =>
			code.endsWith("*") ? known.some((name) => name.startsWith(code.slice(0, -1))) : known.includes(code);
		const wordless = programs.flatMap((file) =>
			troubleCodesIn(file)
				.filter((code) => !knows(code))
				.map((code) => `${file.path} raises ${code}`),
		);
		expect(wordless).toEqual([]);
		expect(Object.keys(storeTroubles).filter((code) => code in deviceTroubles)).toEqual([]);
	});

	it("raises every trouble it has words for (case L3)", () => {
		const tables = /(^drivers\/trouble[\w-]*\.ts|^drivers\/[a-z]+\/troubles\.ts|-troubles\.ts)$/;
		const code = programs.filter(({ path }) => !tables.test(path)).map(({ text }) => partsOf(text).code);
		const named = (name: string): boolean =>
			code.some((text) => text.includes(`"${name}"`) || text.includes(`\`${name.replace(/[a-z]+$/, "")}\${`));
		expect([...Object.keys(deviceTroubles), ...Object.keys(storeTroubles)].filter((name) => !named(name))).toEqual([]);
	});

	it("speaks its own language: no name that the glossary retired", () => {
		expect(sources.filter(({ path }) => path !== "test/support/house-rules.ts").flatMap(retiredWords)).toEqual([]);
	});

	it("keeps its lines within a screen, and its folders within a look", () => {
		expect(programs.flatMap(wideLines)).toEqual([]);
		expect(crowdedFolders(carried())).toEqual([]);
	});

	it("keeps a function within two screens: a longer one is a class in disguise", () => {
		expect(programs.flatMap(longFunctions)).toEqual([]);
	});

	it("names no file that does not exist, and no rule of the link that LINK.md does not have", () => {
		const all = new Set([...carried(), ...["src", "drivers", "test", "config", "systemd"].flatMap(walk)]);
		const names = new Set([...all].map((path) => path.slice(path.lastIndexOf("/") + 1)));
		expect(sources.flatMap((file) => citedFilesMissing(file, all, names))).toEqual([]);
		const specification = read("src/link/LINK.md");
		expect(sources.flatMap((file) => unknownLinkRules(file, specification))).toEqual([]);
		expect(doubleRules(specification)).toEqual([]);
	});

	it("exports nothing that nobody calls", () => {
		expect(unusedExports(sources)).toEqual([]);
	});

	it("shows every room on the map", () => {
		const map = read("src/README.md");
		const folders = [...new Set(walk("src").map((path) => path.slice("src/".length, path.lastIndexOf("/") + 1)))].filter(
			(folder) => folder !== "",
		);
		expect(folders.filter((folder) => !map.includes(`\`${folder}\``)).sort()).toEqual([]);
	});

	it("says on the map where it happens, in functions and files that are there", () => {
		const table = read("src/README.md").split("## Where it happens")[1]!.split("\n## ")[0]!;
		const rows = [...table.matchAll(/^\| (where|at which|which)([^|]*)\|([^|]*)\|([^|]*)\|$/gm)];
		expect(rows.length).toBeGreaterThan(9);
		const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
		const wrong = rows.flatMap(([, , question, functions, files]) => {
			const paths = quoted(files!).map((file) => normalize(join("src", file)));
			const gone = paths.filter((path) => !existsSync(join(root, path)));
			const text = paths
				.filter((path) => !gone.includes(path))
				.map(read)
				.join("\n");
			const names = quoted(functions!).filter((name) => /^\w+$/.test(name));
			const lost = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
			return [...gone, ...lost].map((name) => `${name}, which answers${question}`);
		});
		expect(wrong).toEqual([]);
	});

	it.each([
		["config/REFERENCE.md", () => referenceText()],
		["config/schema.json", () => `${JSON.stringify(jsonSchema(), null, "\t")}\n`],
		[
			"drivers/TROUBLES.md",
			() =>
				troublesText([
					{ title: "Devices", troubles: deviceTroubles },
					{ title: "The store", troubles: storeTroubles },
				]),
		],
	])("keeps %s current (`npm run generate` makes it)", (path, made) => {
		expect(read(path)).toBe(made());
	});
});

/** Each rule against a file that breaks it, and against its neighbour that does not. */
describe("a rule of the house", () => {
	const later = `TO${"DO"}`;
	const host = `registry${"."}example.org`;
	it.each<[string, (file: SourceFile) => string[], string, string, string]>([
		[
			"a driver that knows another family",
			brokenWalls,
			"drivers/scale/sics.ts",
			'import { x } from "../printer/escpos.ts";',
			'import { x } from "./shelf/shelf.ts";',
		],
		[
			"a driver that opens its own port",
			brokenWalls,
			"drivers/scale/scale.ts",
			'import { x } from "../transport/serial-port.ts";',
			'import { x } from "../transport/lines.ts";',
		],
		[
			"a driver that knows the shop",
			brokenWalls,
			"drivers/label/models.ts",
			'import type { X } from "../../src/words/label.ts";',
			'import type { X } from "./picture.ts";',
		],
		[
			"a word that needs something",
			brokenWalls,
			"src/words/prices/price.ts",
			'import type { X } from "../../ledger/ledger.ts";',
			'import type { X } from "../time.ts";',
		],
		[
			"a flow that opens the database",
			brokenWalls,
			"src/flows/stock/sale.ts",
			'import Database from "better-sqlite3";',
			'import type { Book } from "../../ledger/ledger.ts";',
		],
		[
			"a flow that reaches past the ledger's door",
			brokenWalls,
			"src/flows/stock/sale.ts",
			'import { x } from "../../ledger/tables/prices.ts";',
			'import { x } from "./stock.ts";',
		],
		[
			"a flow that runs a driver",
			brokenWalls,
			"src/flows/stock/sale.ts",
			'import { x } from "../../../drivers/scanner/serial.ts";',
			'import { x } from "../../../drivers/scanner/content.ts";',
		],
		[
			"a door that talks to a door",
			brokenWalls,
			"src/desk/routes/labels.ts",
			'import { x } from "../../floor/labels.ts";',
			'import { x } from "../../flows/flows.ts";',
		],
		[
			"a wall broken by an import() in the middle",
			brokenWalls,
			"src/broker/broker.ts",
			'const x = await import("../uplink/line.ts");',
			'const x = await import("./gate.ts");',
		],
		[
			"a wall broken over several lines",
			brokenWalls,
			"src/hq/streams/down.ts",
			'import {\n\tx,\n} from "../../ledger/ledger.ts";',
			'import {\n\tx,\n} from "../../link/protocol/chain.ts";',
		],
		[
			"a device that tests itself with our codec",
			brokenWalls,
			"src/sim/printer/printer.ts",
			'import { x } from "../../drivers/printer/escpos.ts";',
			'import { x } from "./paper-roll.ts";',
		],
		[
			"a broker in the wrong room",
			brokenWalls,
			"src/uplink/connection.ts",
			'import { Aedes } from "aedes";',
			'import { connect } from "mqtt";',
		],
		[
			"a socket in the ledger",
			brokenWalls,
			"src/ledger/file/open.ts",
			'import { connect } from "node:net";',
			'import { join } from "node:path";',
		],
		[
			"a package nobody decided on",
			brokenWalls,
			"src/desk/server.ts",
			'import express from "express";',
			'import { fastify } from "fastify";',
		],
		["a room nobody drew", brokenWalls, "src/attic/box.ts", "export const x = 1;", ""],
		[
			"a flow that looks at the clock",
			clockAndDice,
			"src/flows/stock/sale.ts",
			"const at = Date.now();",
			"const at = new Date(now.wall); // not Date.now()",
		],
		["a link that throws its own dice", clockAndDice, "src/link/machine/sender.ts", "wait(Math.random());", "wait(dice());"],
		["a retired file name", retiredWords, "src/broker/routing/outlet.ts", "export const x = 1;", ""],
		[
			"a retired word",
			retiredWords,
			"src/link/hq/session.ts",
			"const x = openBranch();",
			"const x = openStoreSession(); // not openBranch",
		],
		[
			"a retired word, capitalised within a name",
			retiredWords,
			"src/ledger/ledger.ts",
			"const order: TendOrder = x;",
			"const x = intend(thing);",
		],
		["a retired word in a comment", retiredWords, "src/ledger/ledger.ts", "// For salvage only.\nf();", "// For recovery only.\nf();"],
		["a line one has to scroll", wideLines, "src/desk/page.ts", `const x = "${"y".repeat(140)}";`, `const x = "${"y".repeat(120)}";`],
		[
			"a file that is gone, in a comment",
			(file) => citedFilesMissing(file, new Set(["src/desk/page.ts"]), new Set(["page.ts"])),
			"src/desk/server.ts",
			"// See gone.ts.\nf();",
			"// See page.ts.\nf();",
		],
		[
			"a rule that the link does not have",
			(file) => unknownLinkRules(file, "1. PUBACK is flow control.\n"),
			"src/link/run/clock.ts",
			`// LINK ${"rule 99"}\nf();`,
			"// LINK rule 1\nf();",
		],
		["an export that nobody calls", (file) => unusedExports([file]), "src/desk/page.ts", "export function f() {}", "function f() {}"],
		["a default export", shape, "src/desk/routes/page.ts", "export default 1;", 'export const text = "export default 1";'],
		["a name that says nothing", shape, "src/desk/utils.ts", "export const x = 1;", ""],
		[
			"a file that only points elsewhere",
			shape,
			"src/desk/all.ts",
			'export * from "./a.ts";\nexport { b } from "./b.ts";',
			'export * from "./a.ts";\nexport const b = 1;',
		],
		[
			"a function nobody reads to the end",
			longFunctions,
			"src/desk/routes/page.ts",
			`export function f(a: { b: () => void }): Promise<{ c: number }> {\n${"g(); // }\n".repeat(longestFunction)}}`,
			`export const table = {\n${"a: 1,\n".repeat(longestFunction)}};\nfunction f(): void {\n${"g();\n".repeat(longestFunction - 2)}}`,
		],
		[
			"a long function in an object",
			longFunctions,
			"src/desk/routes/page.ts",
			`const o = {\n\tf: async ({ a }: T): Promise<void> => {\n${"g();\n".repeat(longestFunction)}},\n};`,
			`if (a(b)) {\n${"g();\n".repeat(longestFunction)}}`,
		],
		[
			"a long function that answers a function",
			longFunctions,
			"src/desk/routes/page.ts",
			`function f({ a }: T): () => Promise<A | "b"> {\n${"g();\n".repeat(longestFunction)}}`,
			`const table: Record<string, () => void> = {\n${"a: g,\n".repeat(longestFunction)}};`,
		],
		[
			"a long method",
			longFunctions,
			"src/desk/routes/page.ts",
			`class A extends B {\n\tf(): void {\n${"g();\n".repeat(longestFunction)}}\n}`,
			`function f(): C {\n\treturn new A();\n}\n\nclass A extends B implements C {\n${"\ta = 1;\n".repeat(longestFunction)}}`,
		],
		["a file nobody reads to the end", shape, "src/desk/routes/page.ts", "f();\n".repeat(401), "f();\n".repeat(400)],
		["a promise to do it later", shape, "src/desk/routes/page.ts", `f(); // ${later}: later`, `f("${later}");`],
		["a silenced compiler", shape, "src/desk/routes/page.ts", `// @${"ts-ignore"}\nf();`, "f();"],
		["an import without its ending", shape, "src/desk/routes/page.ts", 'import { x } from "./guard";', 'import { x } from "./guard.ts";'],
		["a driver that logs", shape, "drivers/scale/sics.ts", "console.log(1);", "report(1); // console.log(1)"],
		["a test that hides the others", shape, "test/a.test.ts", 'it.only("x", f);', 'it("x", f);'],
		["a test that is left out in silence", shape, "test/a.test.ts", "context.skip();", 'context.skip("no vectors here");'],
		["a host that packages come from", registryHosts, "README.md", `npm config set ${host}`, "npm ci"],
		["a lock file bound to a host", registryHosts, "package-lock.json", '"resolved": "https://x.example/a.tgz"', '"integrity": "sha512-x"'],
	])("catches %s", (_, rule, path, planted, neighbour) => {
		expect(rule({ path, text: planted })).not.toEqual([]);
		if (neighbour !== "") expect(rule({ path, text: neighbour })).toEqual([]);
	});

	it("counts the files of a folder, but where all are of one kind", () => {
		const filled = (folder: string, files: number): string[] => Array.from({ length: files }, (_, i) => `${folder}/${i}.ts`);
		expect(crowdedFolders(filled("src/flows", fullestFolder + 1))).not.toEqual([]);
		expect(crowdedFolders([...filled("src/flows", fullestFolder), ...filled("src/hq/migrations", 99)])).toEqual([]);
	});

	it("finds the codes of troubles, written out, chosen or composed", () => {
		const text =
			'raise(book, { code: odd ? "a-b" : "c-d", subject });\nclear(book, "e-f", id, now);\nledger.do("raiseAlarm", { code: `hq-${why}`, subject });\nthrow new DeviceTrouble("g-h", {});';
		expect(troubleCodesIn({ path: "src/flows/x.ts", text }).sort()).toEqual(["a-b", "c-d", "e-f", "g-h", "hq-*"]);
	});

	it("tells program from comment, string and regular expression", () => {
		const { bones, comments } = partsOf(
			'const a = "// no"; // yes\nconst b = /["/]/; const c = `x ${d("`")} y`; /* also */ const e = 1 / 2 / 3;',
		);
		expect(comments.trim().split("\n")).toEqual(["// yes", "/* also */"]);
		expect(bones).toContain("const e = 1 / 2 / 3;");
	});
});
