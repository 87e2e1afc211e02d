import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/until.ts";
import { commonSettings, configure, image, install, node, share, token } from "./box.ts";
import { type Machine, newDisk, startMachine } from "./machine.ts";

/**
 * A store's box from its package on: Debian's own kernel, systemd and udev in a virtual machine, with devices that the kernel believes to
 * be there. The tests go on from one another, as the life of a box does.
 */
const made = image();
if ("cannot" in made) console.log(`!!!!!! the virtual machine is left out: ${made.cannot} !!!!!!`);
const folder = mkdtempSync(join(tmpdir(), "gondola-lab-"));
const slow = 200_000;
let box: Machine;

const settings = `${commonSettings}devices:
  - { id: hand-scanner, family: scanner, protocol: hid-pos, port: /dev/gondola/scanner-SN77 }
  - { id: typing-scanner, family: scanner, protocol: wedge, port: /dev/input/by-id/usb-Honeywell_Scanning_Keyboard_Wedge_WK1-event-kbd }
  - { id: cheese-scale, family: scale, protocol: mt-sics, port: /dev/gondola/serial-SC1 }
  - { id: post-scale, family: scale, protocol: hid, port: /dev/gondola/scale-HS1 }
  - { id: till-printer, family: printer, port: /dev/gondola/printer-TM1 }
`;

interface Weight {
	device: string;
	milligrams: number;
}

interface Device {
	id: string;
	state: string;
}

/** Asks the gateway in the box, as a technician with a token. */
async function ask<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
	const text = body === undefined ? "" : `'${JSON.stringify(body)}'`;
	const answer = JSON.parse(await box.sh(`${node} /lab/test/lab/guest/ask.ts ${token} ${method} '${path}' ${text}`)) as {
		status: number;
		body: T;
	};
	if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
	return answer.body;
}

const scans = async (): Promise<string[]> => {
	const { items } = await ask<{ items: { code?: string; device?: string }[] }>("GET", "/api/v1/events?type=article.scanned&newest=100");
	return items.map(({ device, code }) => `${device} ${code}`);
};
const stateOf = async (id: string): Promise<string> => (await ask<Device>("GET", `/api/v1/devices/${id}`)).state;
const becomes = (id: string, state: string): Promise<void> =>
	eventually(async () => expect(`${id} ${await stateOf(id)}`).toBe(`${id} ${state}`), slow, 500);
const restarted = async (): Promise<void> => {
	await box.sh("systemctl restart gondola", 240);
	await box.sh("systemctl is-active gondola");
};
const gadget = (words: string): Promise<string> => box.sh(`/lab/test/lab/guest/gadget.sh ${words}`);
const hid = (words: string): Promise<string> => box.sh(`timeout 60 python3 /lab/test/lab/guest/hid.py ${words}`);

beforeAll(async () => {
	if ("cannot" in made) return;
	share(folder);
	box = await startMachine({ image: made.folder, disk: newDisk(made.folder, join(folder, "disk.qcow2")), share: folder });
});
afterAll(async () => {
	await box?.stop();
	rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe.skipIf("cannot" in made)("a box under Debian's own systemd and kernel", () => {
	it("is installed offline by apt, opens under its sandbox, and says the claim code in the journal", async () => {
		await install(box);
		await eventually(async () => expect((await box.ask("systemctl is-active gondola")).out.trim()).toBe("active"), slow, 1_000);
		const journal = await box.sh("journalctl -u gondola -o cat");
		expect(journal).toMatch(/^claim code: [A-Z0-9-]{14}$/m);
		const shown = await box.sh(
			"systemctl show gondola -p User -p Type -p StatusText -p NRestarts; stat -c '%U %a' /var/lib/gondola/ledger.db",
		);
		expect(shown).toContain("User=gondola");
		expect(shown).toContain("Type=notify");
		expect(shown).toContain("NRestarts=0");
		expect(shown).toContain("gondola 600");
		const exposure = /exposure level for gondola\.service: ([\d.]+)/.exec(await box.sh("systemd-analyze security gondola --no-pager"));
		expect(Number(exposure![1])).toBeLessThanOrEqual(2);
	});

	it("takes its settings and secrets from where the package wants them", async () => {
		writeFileSync(join(folder, "gondola.yaml"), settings);
		await configure(box);
		await box.sh("gondola config check");
		await restarted();
		expect(await stateOf("hand-scanner")).not.toBe("well");
	});

	it("finds devices that are plugged in later, by the names of its udev rules, within its sandbox", async () => {
		const descriptor = async (kind: string): Promise<string> => (await hid(`descriptor ${kind}`)).trim();
		await gadget("init");
		await gadget(`make pos hid 05f9 2216 SN77 'Bar Code Scanner' Datalogic ${await descriptor("pos")} 64`);
		await gadget(`make wedge hid 0c2e 0b61 WK1 'Scanning Keyboard Wedge' Honeywell ${await descriptor("keyboard")} 8`);
		await gadget(`make post hid 0922 8003 HS1 'Postal Scale' Dymo ${await descriptor("scale")} 6`);
		await gadget("make scale acm 0eb8 f000 SC1 'Counter Scale' 'Mettler Toledo'");
		await gadget("make printer printer 04b8 0e15 TM1 TM-T20II EPSON");
		for (const name of ["pos", "wedge", "post", "scale", "printer"]) await gadget(`plug ${name}`);
		await box.sh(
			"mkdir -p /tmp/printer; echo 'S S      1.254 kg' > /tmp/weight; " +
				"(setsid python3 /lab/test/lab/guest/scale.py /dev/ttyGS0 /tmp/weight > /tmp/scale.log 2>&1 &); " +
				`(setsid ${node} /lab/test/lab/guest/printer.ts /tmp/printer > /tmp/printer.log 2>&1 &)`,
		);
		for (const id of ["hand-scanner", "typing-scanner", "cheese-scale", "post-scale", "till-printer"]) await becomes(id, "well");
	});

	it("hears a scanner in HID POS mode", async () => {
		await hid("scan /dev/hidg0 4006381333931");
		await eventually(async () => expect(await scans()).toContain("hand-scanner 4006381333931"), slow, 500);
	});

	it("takes a scanner that types for itself alone: nobody else sees a key", async () => {
		const keyboard = "$(readlink -f /dev/input/by-id/usb-Honeywell_Scanning_Keyboard_Wedge_WK1-event-kbd)";
		const other = box.ask(`timeout 20 cat ${keyboard} | wc -c`);
		await hid("type /dev/hidg1 5901234123457");
		await eventually(async () => expect(await scans()).toContain("typing-scanner 5901234123457"), slow, 500);
		expect((await other).out.trim()).toBe("0");
	});

	it("reads a scale on a USB cable, and one without a driver", async () => {
		const weights = async (): Promise<string[]> => {
			const { items } = await ask<{ items: Weight[] }>("GET", "/api/v1/events?type=weight.settled&newest=20");
			return items.map(({ device, milligrams }) => `${device} ${milligrams}`);
		};
		await eventually(async () => expect(await weights()).toContain("cheese-scale 1254000"), slow, 500);
		// A scale of this kind says its weight all the time.
		await eventually(
			async () => {
				await hid("weigh /dev/hidg2 480 stable");
				expect(await weights()).toContain("post-scale 480000");
			},
			slow,
			500,
		);
	});

	it("prints a receipt once on a USB printer, and ends within its time while another one is stuck in it", async () => {
		const slips = async (): Promise<{ state: string }[]> => JSON.parse(await box.sh("cat /tmp/printer/slips.json")) as { state: string }[];
		const job = async (id: string): Promise<string> => (await ask<{ state: string }>("GET", `/api/v1/print-jobs/${id}`)).state;
		await ask("POST", "/api/v1/print-jobs", { id: "first", document: "One coffee" });
		await eventually(async () => expect(await job("first")).toBe("printed"), slow, 500);
		expect(await slips()).toMatchObject([{ state: "complete" }]);

		await box.sh("touch /tmp/printer/stalled");
		const rows = Array.from({ length: 300 }, (_, n) => `Row ${n}`).join("\\n");
		await ask("POST", "/api/v1/print-jobs", { id: "long", document: rows });
		await eventually(async () => expect(await job("long")).toBe("printing"), slow, 500);
		const stop = await box.sh("systemctl restart gondola; systemctl show gondola -p Result", 240);
		expect(stop).toContain("Result=success");
		expect(await box.sh("journalctl -u gondola -o cat -n 50")).not.toContain("stop-sigterm' timed out");
		await box.sh("rm /tmp/printer/stalled");
		await eventually(async () => expect(["printed", "in-doubt"]).toContain(await job("long")), slow, 500);
		const whole = (await slips()).filter(({ state }) => state === "complete");
		expect(whole).toHaveLength((await job("long")) === "printed" ? 2 : 1);
	});

	it("says which device was pulled, leaves its neighbours alone, and goes on when it is back", async () => {
		await gadget("unplug pos");
		await becomes("hand-scanner", "offline");
		expect(await stateOf("cheese-scale")).toBe("well");
		await gadget("plug pos");
		await becomes("hand-scanner", "well");
		await hid("scan /dev/hidg0 4012345678901");
		await eventually(async () => expect(await scans()).toContain("hand-scanner 4012345678901"), slow, 500);
	});

	it("is killed and started again by systemd when it hangs", async () => {
		await box.sh(
			"mkdir -p /run/systemd/system/gondola.service.d; " +
				"printf '[Service]\\nWatchdogSec=15\\n' > /run/systemd/system/gondola.service.d/lab.conf; systemctl daemon-reload",
		);
		await restarted();
		const before = await box.sh("systemctl show -P MainPID gondola");
		await box.sh(`kill -STOP ${before.trim()}`);
		await eventually(
			async () => {
				const shown = await box.sh("systemctl show -P NRestarts gondola; systemctl is-active gondola || true");
				expect(shown.trim().split("\n")).toEqual(["1", "active"]);
			},
			slow,
			1_000,
		);
		expect(await box.sh("journalctl -u gondola -o cat")).toMatch(/[Ww]atchdog/);
		expect(await scans()).toContain("hand-scanner 4012345678901");
		await box.sh("rm -r /run/systemd/system/gondola.service.d; systemctl daemon-reload");
		await restarted();
	});

	it("goes back by itself from an upgrade whose program does not start", async () => {
		const version = (await box.sh("gondola --version")).trim();
		const upgrade = await box.ask("GONDOLA_HEALTHY_WITHIN=25 DEBIAN_FRONTEND=noninteractive dpkg -i /lab/broken.deb", 380);
		expect(upgrade.code).not.toBe(0);
		expect(upgrade.out).toMatch(new RegExp(`99\\.0\\.0 was not healthy within 25 s; ${version.replaceAll(".", "\\.")} runs again`));
		await eventually(async () => expect((await box.ask("systemctl is-active gondola")).out.trim()).toBe("active"), slow, 1_000);
		expect((await box.sh("gondola --version")).trim()).toBe(version);
		await eventually(async () => expect(await scans()).toContain("hand-scanner 4012345678901"), slow, 500);
		await box.sh("dpkg -i /lab/gondola.deb", 380);
	});
});
