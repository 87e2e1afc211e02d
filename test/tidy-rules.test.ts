/** Each rule of the house against a file that breaks it, and against its neighbour that does not. */
import { describe, expect, it } from "vitest";
import { wrongSubjects } from "./support/commit-subjects.ts";
import { codecsWithoutSource, familiesWithoutOptions } from "./support/driver-rules.ts";
import { unusedExports } from "./support/export-rules.ts";
import {
	citedFilesMissing,
	crowdedFolders,
	deadLinks,
	fullestFolder,
	longestFunction,
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
import { brokenWalls, clockAndDice, partsOf, registryHosts, type SourceFile, shape, troubleCodesIn } from "./support/tidy-rules.ts";

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
			'import {\n\tx,\n} from "../../link/protocol/records.ts";',
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
		[
			"a second canonical text",
			brokenWalls,
			"src/trust/signing.ts",
			'import canonicalize from "canonicalize";',
			'import { canonicalText } from "../words/basics/canonical-text.ts";',
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
		["a retired word with another behind it", retiredWords, "src/cli/settings.ts", "tellFaults(found);", "showFaults(found); teller();"],
		["a retired word in a test", retiredWords, "test/link/both-ends/pair.ts", "const startBranch = 1;", "const startSession = 1;"],
		["a retired word in a comment", retiredWords, "src/ledger/ledger.ts", "// For salvage only.\nf();", "// For recovery only.\nf();"],
		[
			"a comment without a noun",
			nounlessComments,
			"src/link/store/pull.ts",
			"/** What waits for a thaw. */\nf();",
			"/** Prices that wait for a thaw. */\n// They show\n// What they showed.\nf();",
		],
		[
			"a comment that asks the reader",
			nounlessComments,
			"drivers/scanner/ssi.ts",
			"/**\n * Its number.\n */",
			"/**\n * The scale's number.\n */",
		],
		["a paragraph one has to scroll", wideProse, "src/README.md", `${"y ".repeat(80)}`, `| ${"y ".repeat(80)} |`],
		["a line one has to scroll", wideLines, "src/desk/page.ts", `const x = "${"y".repeat(140)}";`, `const x = "${"y".repeat(120)}";`],
		[
			"a file that is gone, in a comment",
			(file) => citedFilesMissing(file, new Set(["src/desk/page.ts"]), new Set(["page.ts"])),
			"src/desk/server.ts",
			"// See gone.ts.\nf();",
			"// See page.ts.\nf();",
		],
		[
			"a file that is gone, on a page",
			(file) => citedFilesMissing(file, new Set(["src/desk/page.ts"]), new Set(["page.ts"])),
			"src/README.md",
			"See `desk/gone.ts`.",
			"See `desk/page.ts`.",
		],
		[
			"a link on a page to a file that is gone",
			(file) => deadLinks(file, new Set(["src/desk/page.ts"])),
			"src/README.md",
			"See [the page](desk/gone.yaml).",
			"See [the page](desk/page.ts), [the room](desk/) and [a text](https://example.org).",
		],
		[
			"a second rule that the link does not have",
			(file) => unknownLinkRules(file, "## Wire\n1. PUBACK is flow control.\n"),
			"src/link/run/clock.ts",
			`// LINK ${"rules 1 and 99"}\nf();`,
			"// LINK rule 1, and LINK, Wire\nf();",
		],
		[
			"a rule that the link does not have",
			(file) => unknownLinkRules(file, "1. PUBACK is flow control.\n"),
			"src/link/run/clock.ts",
			`// LINK ${"rule 99"}\nf();`,
			"// LINK rule 1\nf();",
		],
		["an export that nobody calls", (file) => unusedExports([file]), "src/desk/page.ts", "export function f() {}", "function f() {}"],
		[
			"a codec that does not say where its bytes are from",
			codecsWithoutSource,
			"drivers/scale/frames.ts",
			"/**\n * A frame.\n *\n *   02 31 03     STX 1 ETX\n */\nf();",
			"/**\n * A frame.\n *\n *   02 31 03     STX 1 ETX\n *\n * Source: the maker's page.\n */\nf();",
		],
		[
			"a driver whose settings are described elsewhere",
			(file) => familiesWithoutOptions([file, { path: "drivers/label/options.ts", text: "z.strictObject({})" }]),
			"drivers/scale/scale.ts",
			"export function runScale() {}",
			"function read() {}",
		],
		[
			"a wait that gives up too soon",
			shortPatience,
			"test/a.test.ts",
			'await until(() => f(1, "a, b"), "it", 5_000);',
			'await until(() => f(5_000), `${a}, it`);\nawait eventually(() => f(1), patienceMs, 500);\nawait page.until("a");',
		],
		[
			"a page that gives up too soon",
			shortPatience,
			"test/a.test.ts",
			"await page.until(`a(${b})`, 30_000);",
			"await page.until(`a`, 90_000);",
		],
		[
			"a look that is given up too soon",
			shortPatience,
			"test/a.test.ts",
			"await eventually(() => f(), 20_000, 20);",
			"await eventually(f);",
		],
		[
			"a test of how long something took",
			timedAssertions,
			"test/a.test.ts",
			"expect(performance.now() - start).toBeGreaterThan(5);",
			"expect(clock.now() - start).toBe(5);",
		],
		[
			"a test that sleeps",
			fixedSleeps,
			"test/a.test.ts",
			"await new Promise((resolve) => setTimeout(resolve, 500));",
			"await until(() => isDone, text);",
		],
		[
			"a machine that leaves pairs out",
			partialTransitions,
			"src/words/transfers/transfer.ts",
			"const leadsTo: Record<TransferState, Partial<Record<Act, TransferState>>> = {};",
			"const leadsTo: Record<TransferState, Record<Act, TransferState | null>> = {};",
		],
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
		[
			"a member that may be left out, written by hand",
			optionalMembers,
			"src/desk/routes/page.ts",
			"f({ a, ...(one.b !== undefined && { b: one.b }) });",
			"f({ a, ...defined({ b: one.b }), ...(b !== undefined && { c: 1 }) });",
		],
		[
			"an empty object for a member that is not there",
			optionalMembers,
			"drivers/scale/scale.ts",
			"f({ ...(b === undefined ? {} : { b }) });",
			"f({ ...(b !== undefined && { b }) }, c ? {} : d);",
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

	it("catches a subject that is too long or names no area", () => {
		expect(wrongSubjects([`desk: ${"x".repeat(66)}`, "desk, hq: a price is read", 'Revert "desk: a price is read"'])).toEqual([]);
		for (const subject of [`desk: ${"x".repeat(67)}`, "wip", "desk:a price", ": a price", "fix the desk"])
			expect(wrongSubjects([subject]), subject).toHaveLength(1);
	});

	it("resolves who imports an export: equal names of other files do not hide one that nobody calls", () => {
		const own = { path: "src/trust/certificates.ts", text: "export function endOf() {}\n" };
		const other = {
			path: "src/flows/orders/clocks.ts",
			text: "export function endOf() {}\nexport type End = 1;\nconst end: End = endOf();\n",
		};
		const caller = (text: string, path = "src/flows/orders/arrival.ts"): SourceFile => ({ path, text });
		const unused = ["src/trust/certificates.ts exports endOf, which nobody else imports."];
		expect(unusedExports([own, other, caller('import { endOf } from "./clocks.ts";\nendOf();')])).toEqual(unused);
		expect(unusedExports([own, other, caller('import { endOf as end } from "./clocks.ts";\nend();')])).toEqual(unused);
		expect(unusedExports([own, other, caller('import * as clocks from "./clocks.ts";\nclocks.endOf();')])).toEqual(unused);
		expect(unusedExports([own, other, caller('const { endOf } = await import("./clocks.ts");')])).toEqual(unused);
		expect(unusedExports([own, other, caller('import * as clocks from "./clocks.ts";\nf({ ...clocks });')])).toEqual(unused);
		expect(unusedExports([other, caller('import * as clocks from "./clocks.ts";\nclocks.nextClock();')])).toHaveLength(1);
		const test = caller('import { endOf } from "../../src/trust/certificates.ts";\nendOf();', "test/trust/certificates.test.ts");
		expect(unusedExports([own, test])).toEqual(["src/trust/certificates.ts exports endOf, which only tests call."]);
		expect(unusedExports([caller("export type End = 1;\nexport interface Begin {\n\tend: End;\n}\n")])).toEqual([
			"src/flows/orders/arrival.ts exports type Begin, which nobody names.",
		]);
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
