/** `gondola setup` as somebody types the answers, with a real head office at the end of the line and with none. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundDevices } from "../../src/cli/setup/found-devices.ts";
import { freePort } from "../support/ports.ts";
import { codeIn, gondola, type Office, start, startOffice } from "../support/processes.ts";
import { eventually } from "../support/until.ts";

const folder = mkdtempSync(join(tmpdir(), "gondola-setup-"));
let office: Office;
let code = "";
beforeAll(async () => {
	office = await startOffice();
	code = codeIn(await office.hq("enroll", "0320")).trim();
});
afterAll(async () => {
	await office.end();
	rmSync(folder, { recursive: true, force: true });
});

const boxOf = (name: string) => ({ config: join(folder, name, "gondola.yaml"), data: join(folder, name, "data") });
function setup(
	{ config, data }: { config: string; data: string },
	...answers: string[]
): Promise<{ code: number; out: string; err: string }> {
	return new Promise((resolve) => {
		const main = join(import.meta.dirname, "../../src/cli/main.ts");
		const child = spawn(process.execPath, [main, "setup", "--config", config, "--data", data], { stdio: "pipe" });
		const said = { out: "", err: "" };
		child.stdout.on("data", (piece: Buffer) => (said.out += piece.toString()));
		child.stderr.on("data", (piece: Buffer) => (said.err += piece.toString()));
		child.on("exit", (exit) => resolve({ code: exit ?? 1, ...said }));
		child.stdin.end(answers.map((answer) => `${answer}\n`).join(""));
	});
}

describe("gondola setup", () => {
	it("makes a box out of four answers: its gateway then speaks with head office", async () => {
		const box = boxOf("whole");
		const done = await setup(box, "de", "0320", "Europe/Berlin", code);
		expect([done.code, done.out], done.err).toEqual([0, expect.stringContaining("HQ heard this box")]);
		const ports = [await freePort(), await freePort()];
		await gondola("config", "set", "desk.port", String(ports[0]), "--config", box.config);
		await gondola("config", "set", "broker.port", String(ports[1]), "--config", box.config);
		const text = readFileSync(box.config, "utf8");
		expect(text).toMatch(/store: "0320"\nlocale: de\ntimeZone: Europe\/Berlin/);
		const running = start("run", "--config", box.config);
		await running.until(/cockpit http/);
		try {
			await eventually(async () => {
				const { hq } = JSON.parse((await gondola("status", "--json", "--config", box.config)).out) as { hq: { connected: boolean } };
				expect(hq.connected).toBe(true);
			});
		} finally {
			await running.stop();
		}
		// Asked again, Enter keeps everything.
		const again = await setup(box, "", "", "", "");
		expect([again.code, again.out]).toEqual([0, expect.stringContaining("is as it was")]);
		expect(readFileSync(box.config, "utf8")).toBe(text);
	});

	it("takes no head office for a state, and asks again what does not do", async () => {
		const box = boxOf("alone");
		const done = await setup(box, "english", "en", "Store 7!", "s7", "Mars/Base", "UTC", "GE1.nonsense", code, "");
		expect([done.code, done.out]).toEqual([0, expect.stringContaining("stands alone; that is no trouble")]);
		expect(done.err).toContain("That does not do: Mars/Base");
		expect(done.err).toContain("This is no enrolment code");
		expect(done.err).toContain("This code is for store 0320, not for s7.");
		expect((await gondola("config", "check", box.config)).code).toBe(0);
	});

	it("keeps what was answered when head office is away, and says how to go on", async () => {
		const box = boxOf("away");
		const other = await startOffice();
		const gone = codeIn(await other.hq("enroll", "0321")).trim();
		await other.end();
		const done = await setup(box, "", "0321", "UTC", gone);
		expect([done.code, done.err]).toEqual([1, expect.stringContaining("Everything else is set up and stays so")]);
		expect((await gondola("config", "check", box.config)).code).toBe(0);
	});

	it("changes nothing when it is left in the middle, and keeps comments when it is not", async () => {
		const box = boxOf("left");
		mkdirSync(join(folder, "left"));
		writeFileSync(box.config, `# ours\nstore: s9 # old\ndata: ${box.data}\n`);
		const before = readFileSync(box.config, "utf8");
		expect(await setup(box, "en", "s10")).toMatchObject({ code: 1, err: expect.stringContaining("nothing was changed") });
		expect(readFileSync(box.config, "utf8")).toBe(before);
		expect(await setup(box, "zh-CN", "", "Asia/Shanghai", "")).toMatchObject({ code: 0, out: expect.stringContaining("这不是故障") });
		expect(readFileSync(box.config, "utf8")).toBe(`${before}locale: zh-CN\ntimeZone: Asia/Shanghai\n`);
	});
});

it("finds what is plugged in, each once, under its most stable name", () => {
	const root = join(folder, "root");
	for (const path of ["dev/serial/by-id", "dev/gondola", "dev/usb"]) mkdirSync(join(root, path), { recursive: true });
	for (const name of ["dev/ttyUSB0", "dev/ttyACM0", "dev/usb/lp0"]) writeFileSync(join(root, name), "");
	symlinkSync("../../ttyUSB0", join(root, "dev/serial/by-id/usb-FTDI_FT232R_A9001-if00-port0"));
	symlinkSync("../../ttyACM0", join(root, "dev/serial/by-id/usb-Honeywell_1950_19058B0A3C-if00"));
	symlinkSync("../ttyUSB0", join(root, "dev/gondola/serial-A9001"));
	symlinkSync("../usb/lp0", join(root, "dev/gondola/printer-J2TK012345"));
	expect(foundDevices(root).map(({ port, name, guess }) => [port, name, guess])).toEqual([
		["/dev/gondola/printer-J2TK012345", "printer-J2TK012345", "printer"],
		["/dev/serial/by-id/usb-FTDI_FT232R_A9001-if00-port0", "FTDI FT232R A9001", "scale"],
		["/dev/serial/by-id/usb-Honeywell_1950_19058B0A3C-if00", "Honeywell 1950 19058B0A3C", "scanner"],
	]);
	expect(foundDevices(root, ["/dev/ttyUSB0", "/dev/usb/lp0"])).toHaveLength(1);
});
