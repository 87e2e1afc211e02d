/** The doctor on real boxes: with a dead gateway, with a running one, and with a head office at the end of the line. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BoxFolder, codeIn, gondola, newBox, type Office, startOffice } from "../support/processes.ts";

interface Told {
	findings: { level: string; about: string; what: string; do: string }[];
	checks: { area: string; about: string; state: string; what: string; do?: string }[];
}
const told = async (box: BoxFolder): Promise<Told & { code: number }> => {
	const { code, out } = await gondola("doctor", "--json", "--config", box.config);
	return { code, ...(JSON.parse(out) as Told) };
};
const find = ({ checks }: Told, area: string, about: string | RegExp) =>
	checks.find((check) => check.area === area && (typeof about === "string" ? check.about === about : about.test(check.about)));

let office: Office;
let box: BoxFolder;
beforeAll(async () => {
	office = await startOffice();
	box = await newBox("0310");
	const enrolled = await box.enroll(codeIn(await office.hq("enroll", "0310")).trim());
	expect(enrolled.code).toBe(0);
});
afterAll(async () => {
	await office.end();
	box.remove();
});

describe("gondola doctor (case P5), (case P6), (case P7)", () => {
	it("goes the way to head office step by step, with a dead gateway, which it says is dead", async () => {
		const it = await told(box);
		const steps = ["DNS", "TCP", "TLS", "MQTT", "welcome", "clock"].map((about) => find(it, "head office", about)?.state);
		expect(steps).toEqual(["right", "right", "right", "right", "right", "right"]);
		expect(it.code).toBe(1);
		expect(it.findings.filter(({ level }) => level === "RED")).toMatchObject([
			{ about: "gateway", do: expect.stringContaining("systemctl") },
		]);
		expect(find(it, "ports", "desk.port")?.what).toMatch(/is free$/);
	});

	it("asks the box's own gateway while it runs, and finds its ports answering", async () => {
		const running = await box.run();
		try {
			const it = await told(box);
			expect([it.code, it.findings.filter(({ level }) => level === "RED")]).toEqual([0, []]);
			expect(find(it, "ports", "desk.port")?.what).toMatch(/answers$/);
			expect(find(it, "gateway", "daemon")?.state).toBe("right");
			expect(find(it, "dead letters", "records of head office")?.what).toBe("none");
		} finally {
			await running.stop();
		}
	});

	it("names the first step that fails, and tries none behind it", async () => {
		const before = readFileSync(box.config, "utf8");
		writeFileSync(box.config, before.replace(/url: mqtts:\/\/[^:]+:/, "url: mqtts://no-such-name.invalid:"));
		try {
			const it = await told(box);
			expect(find(it, "head office", "DNS")).toMatchObject({ state: "wrong", do: expect.stringContaining("name server") });
			expect(find(it, "head office", "TCP")?.state).toBe("unknown");
		} finally {
			writeFileSync(box.config, before);
		}
	});

	it("goes on with the machine when the configuration is wrong, with the sentence of config check", async () => {
		const file = join(box.folder, "wrong.yaml");
		writeFileSync(file, "store: a\nshelfs: []\n");
		const { code, out } = await gondola("doctor", "--config", file);
		expect(code).toBe(1);
		expect(out).toMatch(/✗ RED configuration.*shelfs is not a setting; did you mean "shelves"\?/);
		expect(out).toMatch(/^✓ clock: date/m);
	});
});

it.skipIf(process.getuid?.() !== 0)("claims nothing about what the user who asks may not see", async () => {
	const { execFileSync } = await import("node:child_process");
	const { chmodSync } = await import("node:fs");
	chmodSync(box.folder, 0o755);
	const main = join(import.meta.dirname, "../../src/cli/main.ts");
	const asNobody = [
		"--reuid",
		"65534",
		"--regid",
		"65534",
		"--clear-groups",
		process.execPath,
		main,
		"doctor",
		"--json",
		"--config",
		box.config,
	];
	const statesOf = (area: string): Set<string> => {
		let out = "";
		try {
			out = execFileSync("setpriv", asNobody, { encoding: "utf8" });
		} catch (error) {
			out = (error as { stdout: string }).stdout;
		}
		return new Set((JSON.parse(out) as Told).checks.filter((check) => check.area === area).map(({ state }) => state));
	};
	// As the package installs it, and where only the secrets are closed.
	chmodSync(box.data, 0o700);
	for (const area of ["configuration", "secrets", "certificates", "owners", "backup", "ledger"])
		expect([area, [...statesOf(area)]]).toEqual([area, ["unknown"]]);
	chmodSync(box.data, 0o755);
	for (const area of ["secrets", "certificates"]) expect([area, [...statesOf(area)]]).toEqual([area, ["unknown"]]);
	chmodSync(box.data, 0o700);
});

describe("gondola diagnostics", () => {
	it("shows first what would be in it, then writes no name, address, price or secret of the store", async () => {
		const file = join(box.folder, "bundle.tar.gz");
		const secrets = ["line.password", "store.key", "box.token"].map((name) => readFileSync(box.secret(name), "utf8").trim());
		const preview = await gondola("diagnostics", "--config", box.config);
		expect([preview.code, preview.out]).toEqual([0, expect.stringContaining("doctor.json")]);
		const made = await gondola("diagnostics", file, "--config", box.config);
		expect(made.code, made.err).toBe(0);
		const folder = join(box.folder, "opened");
		mkdirSync(folder);
		const { execFileSync } = await import("node:child_process");
		execFileSync("tar", ["-xzf", file, "-C", folder]);
		const names = execFileSync("tar", ["-tzf", file], { encoding: "utf8" }).trim().split("\n").sort();
		const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as { files: { name: string }[] };
		expect(names).toEqual([...manifest.files.map(({ name }) => name), "manifest.json"].sort());
		const all = names.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
		for (const hidden of [...secrets, "127.0.0.1", "0310-", box.folder, "BEGIN "]) expect(all).not.toContain(hidden);
	});
});
