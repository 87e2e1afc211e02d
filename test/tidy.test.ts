import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, normalize, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { deviceTroubles } from "../drivers/trouble.ts";
import { troublesText } from "../drivers/troubles-text.ts";
import { jsonSchema, referenceText } from "../src/config/reference.ts";
import { storeTroubles } from "../src/flows/store-troubles.ts";
import { subjectsSinceRule, wrongSubjects } from "./support/commit-subjects.ts";
import { codecsWithoutSource, familiesWithoutOptions } from "./support/driver-rules.ts";
import { unusedExports } from "./support/export-rules.ts";
import {
	citedFilesMissing,
	crowdedFolders,
	deadLinks,
	doubleRules,
	longFunctions,
	nounlessComments,
	optionalMembers,
	partialTransitions,
	retiredWords,
	unknownLinkRules,
	wideLines,
	wideProse,
} from "./support/house-rules.ts";
import { fixedSleeps, shortPatience, timedAssertions } from "./support/test-rules.ts";
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
		// Fonts are files: a program names the folder of the package in a string.
		const isNamed = (home: string): boolean =>
			home.startsWith("@expo-google-fonts/") && programs.some(({ text }) => text.includes(home.slice(home.lastIndexOf("/") + 1)));
		const unasked = Object.keys(packageHomes).filter((home) => !asked.some(({ name }) => name === home) && !isNamed(home));
		expect(unasked, "a room for a package that nobody asks for").toEqual([]);
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

	it("has comments that say their noun", () => {
		expect(programs.flatMap(nounlessComments)).toEqual([]);
	});

	it("keeps its lines within a screen, and its folders within a look", () => {
		expect(programs.flatMap(wideLines)).toEqual([]);
		expect(crowdedFolders(carried())).toEqual([]);
	});

	it("keeps a function within two screens: a longer one is a class in disguise", () => {
		expect(programs.flatMap(longFunctions)).toEqual([]);
	});

	it("has machines whose tables name every pair of state and event", () => {
		expect(programs.flatMap(partialTransitions)).toEqual([]);
	});

	it("has one way to write a member that may be left out", () => {
		expect(programs.flatMap(optionalMembers)).toEqual([]);
	});

	it("names no file that does not exist, and no rule that LINK.md does not have; its pages keep their width", () => {
		const all = new Set([...carried(), ...["src", "drivers", "test", "config", "systemd"].flatMap(walk)]);
		const names = new Set([...all].map((path) => path.slice(path.lastIndexOf("/") + 1)));
		const pages = carried()
			.filter((path) => path.endsWith(".md") && existsSync(join(root, path)))
			.map((path) => ({ path, text: read(path) }));
		expect(pages.length).toBeGreaterThan(30);
		expect([...sources, ...pages].flatMap((file) => citedFilesMissing(file, all, names))).toEqual([]);
		expect(pages.flatMap((file) => deadLinks(file, all))).toEqual([]);
		expect(pages.flatMap(wideProse)).toEqual([]);
		const specification = read("src/link/LINK.md");
		expect([...sources, ...pages].flatMap((file) => unknownLinkRules(file, specification))).toEqual([]);
		expect(doubleRules(specification)).toEqual([]);
	});

	it("names every file of the link on its page", () => {
		const page = read("src/link/README.md");
		const files = walk("src/link").filter((path) => path.endsWith(".ts"));
		const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1, -".ts".length);
		expect(files.filter((path) => !page.includes(`\`${nameOf(path)}\``) && !page.includes(`\`${nameOf(path)}.ts\``))).toEqual([]);
	});

	it("lists every decision with its date", () => {
		const index = read("src/decisions/README.md");
		const decisions = walk("src/decisions").filter((path) => /\/\d{4}-[^/]*\.md$/.test(path));
		const unlisted = decisions.filter((path) => {
			const date = /^Date: (\d{4}-\d\d-\d\d)/m.exec(read(path))?.[1];
			const row = index.split("\n").find((line) => line.includes(`(${path.slice("src/decisions/".length)})`));
			return date === undefined || !row?.includes(`| ${date} |`);
		});
		expect(decisions.length).toBeGreaterThan(20);
		expect(unlisted).toEqual([]);
	});

	it("exports nothing that nobody calls", () => {
		expect(unusedExports(sources)).toEqual([]);
	});

	it("has drivers whose codecs name their source, and whose settings are described beside them", () => {
		expect(programs.flatMap(codecsWithoutSource)).toEqual([]);
		expect(familiesWithoutOptions(programs)).toEqual([]);
	});

	it("has tests that hold on any machine: they wait long, do not sleep, and assert no duration", () => {
		expect(sources.flatMap(shortPatience)).toEqual([]);
		expect(sources.flatMap(timedAssertions)).toEqual([]);
		expect(sources.flatMap(fixedSleeps)).toEqual([]);
	});

	it("has commits whose subjects say what changes for whom", (context) => {
		const subjects = subjectsSinceRule(root);
		if (subjects === undefined) return context.skip("there is no git history here that reaches back to the rule");
		expect(wrongSubjects(subjects)).toEqual([]);
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
