/** `gondola config set` and its sisters on a real file, as somebody at a terminal uses them. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { config } from "../../src/cli/config.ts";

const folder = mkdtempSync(join(tmpdir(), "gondola-set-"));
const file = join(folder, "gondola.yaml");
const original = `# our shop
store: "0310" # as on the door
data: ${folder}/data
devices:
  # the one at the counter
  - { id: scale-1, family: scale, protocol: mt-sics, port: /dev/ttyUSB0 }
`;
beforeEach(() => {
	rmSync(`${file}.versions.json`, { force: true });
	writeFileSync(file, original, { mode: 0o640 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
	const said = { out: "", err: "" };
	const [out, err] = [process.stdout.write, process.stderr.write];
	process.stdout.write = ((text: string) => ((said.out += text), true)) as typeof out;
	process.stderr.write = ((text: string) => ((said.err += text), true)) as typeof err;
	try {
		return { code: await config.run([...args, "--config", file]), ...said };
	} finally {
		Object.assign(process.stdout, { write: out });
		Object.assign(process.stderr, { write: err });
	}
}
const text = (): string => readFileSync(file, "utf8");

describe("gondola config set", () => {
	it("changes one setting, keeps comments, mode and everything else, and says when it counts", async () => {
		const { code, out } = await run("set", "desk.port", "8081");
		expect([code, out]).toEqual([0, "desk.port = 8081 (before: not set)\nIt counts from the next start.\n"]);
		expect(text()).toBe(`${original}desk:\n  port: 8081\n`);
		expect(statSync(file).mode & 0o777).toBe(0o640);
		expect((await run("get", "desk.port")).out).toBe("8081\n");
		expect((await run("get", "broker.port")).out).toBe("1883\n");
	});

	it("takes a device by its name, and a text that looks like a number as the text it must be", async () => {
		expect((await run("set", "devices.scale-1.port", "/dev/gondola/serial-A9001")).code).toBe(0);
		expect(text()).toContain(
			"  # the one at the counter\n  - { id: scale-1, family: scale, protocol: mt-sics, port: /dev/gondola/serial-A9001 }",
		);
		expect((await run("set", "store", "0017")).code).toBe(0);
		expect((await run("get", "store", "--json")).out).toContain('"value": "0017"');
	});

	it.each([
		["a setting that does not exist", ["desk.prot", "8081"], 'desk.prot is not a setting; did you mean "port"?'],
		["a value of another kind", ["desk.port", "blue"], "desk.port must be a number, not text."],
		["a value out of bounds", ["limits.ledgerMegabytes", "1"], "limits.ledgerMegabytes must be at least 64"],
		["a file that does not exist", ["desk.tokenFile", "/nowhere/token"], "desk.tokenFile names /nowhere/token, which does not exist."],
		["what contradicts another setting", ["broker.port", "8080"], "so is desk.port"],
		["a password in an address", ["hq.url", "mqtts://u:secret@hq.example:8883"], "hq.url carries a password"],
		["a path below a number", ["store.x", "1"], "store.x cannot stand there"],
		["what is no path", ["desk..port", "1"], "is no setting"],
		["an entry beyond the list", ["devices[7].port", "/dev/x"], "devices"],
	])("refuses %s, and writes nothing", async (_, [setting, value], sentence) => {
		const { code, err } = await run("set", setting!, value!);
		expect([code, err]).toEqual([1, expect.stringContaining(sentence)]);
		expect([text(), existsSync(`${file}.versions.json`)]).toEqual([original, false]);
	});

	it("mends a file that is wrong in two places one setting at a time, and says what is left", async () => {
		writeFileSync(file, `${original}desk: { port: 70000 }\nbroker: { port: 90000 }\n`);
		expect(await run("set", "desk.port", "8081")).toMatchObject({ code: 0, out: expect.stringMatching(/Still wrong[^]*broker\.port/) });
		expect(await run("set", "broker.port", "1884")).toMatchObject({ code: 0, out: expect.not.stringContaining("Still wrong") });
	});

	it("takes a setting out, with a section that is empty then", async () => {
		await run("set", "desk.port", "8081");
		expect((await run("unset", "desk.port")).code).toBe(0);
		expect(text()).toBe(original);
		expect(await run("unset", "desk.port")).toMatchObject({ code: 1, err: expect.stringContaining("is not in the file") });
		expect(await run("unset", "store")).toMatchObject({ code: 1, err: expect.stringContaining("store is missing") });
	});
});

describe("gondola config undo", () => {
	it("goes back a version each time, and keeps what was edited by hand", async () => {
		await run("set", "desk.port", "8081");
		await run("set", "desk.port", "8082");
		writeFileSync(file, text().replace("8082", "8083"));
		await run("undo");
		expect(text()).toContain("8082");
		await run("undo");
		expect(text()).toContain("8081");
		await run("undo");
		expect(text()).toBe(original);
		expect(await run("undo")).toMatchObject({ code: 1, err: expect.stringContaining("no earlier version") });
		const { items } = JSON.parse((await run("history", "--json")).out) as { items: { n: number; what: string; isCurrent: boolean }[] };
		expect(items.map(({ what, isCurrent }) => [what, isCurrent])).toEqual([
			["as it was found", true],
			["desk.port = 8081", false],
			["desk.port = 8082", false],
			["edited by hand", false],
		]);
		await run("undo", "4");
		expect(text()).toContain("8083");
		expect(await run("undo", "99")).toMatchObject({ code: 1, err: expect.stringContaining("there is no version 99") });
	});

	it("keeps the last 20 versions, readable by nobody else", async () => {
		for (let port = 9_001; port <= 9_025; port += 1) await run("set", "desk.port", String(port));
		const { versions } = JSON.parse(readFileSync(`${file}.versions.json`, "utf8")) as { versions: { what: string }[] };
		expect([versions.length, versions[0]!.what]).toEqual([20, "desk.port = 9006"]);
		expect(statSync(`${file}.versions.json`).mode & 0o777).toBe(0o600);
	});
});
