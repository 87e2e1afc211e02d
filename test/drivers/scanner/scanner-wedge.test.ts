import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { scannerOptions } from "../../../drivers/scanner/options.ts";
import type { ScannerReport } from "../../../drivers/scanner/reader.ts";
import { runScanner, usualSerialScanner } from "../../../drivers/scanner/serial.ts";
import type { KeyboardLayout } from "../../../drivers/scanner/wedge/layouts.ts";
import { typedPort } from "../../../drivers/scanner/wedge/typed-port.ts";
import { openEvdevPort } from "../../../drivers/transport/evdev-port.ts";
import { silentPort } from "../../support/silent-port.ts";

/** One event of linux/input.h on 64 bits: seconds, microseconds, type, code, value. Written from the header. */
function event(type: number, code: number, value: number): Buffer {
	const bytes = Buffer.alloc(24);
	bytes.writeBigInt64LE(1_764_000_000n, 0);
	bytes.writeBigInt64LE(250_000n, 8);
	bytes.writeUInt16LE(type, 16);
	bytes.writeUInt16LE(code, 18);
	bytes.writeInt32LE(value, 20);
	return bytes;
}

const [ctrl, shift, alt, altGr, enter, tab, caps] = [29, 42, 56, 100, 28, 15, 58];
const down = (code: number): Buffer => Buffer.concat([event(4, 4, 458_756), event(1, code, 1), event(0, 0, 0)]);
const up = (code: number): Buffer => Buffer.concat([event(1, code, 0), event(0, 0, 0)]);
const press = (code: number, ...held: number[]): Buffer =>
	Buffer.concat([...held.map(down), down(code), up(code), ...held.toReversed().map(up)]);
/** Digits of the row above the letters. */
const digits = (text: string): Buffer => Buffer.concat([...text].map((digit) => press(digit === "0" ? 11 : Number(digit) + 1)));
/** Alt and digits of the keypad. */
const altCode = (text: string): Buffer => {
	const keypad = [82, 79, 80, 81, 75, 76, 77, 71, 72, 73];
	return Buffer.concat([down(alt), ...[...text].map((digit) => press(keypad[Number(digit)]!)), up(alt)]);
};

interface Setting {
	layout?: KeyboardLayout;
	gs?: string;
	suffix?: "any" | "tab" | "none";
}

function wedge({ layout = "us", gs, suffix = "any" }: Setting = {}) {
	const { port: raw, hear } = silentPort("/dev/input/by-id/usb-Scanner-event-kbd");
	const reports: ScannerReport[] = [];
	const more = gs === undefined ? {} : { gs };
	const options = { ...usualSerialScanner, suffix, device: "scanner-1", encoding: "utf-8" as const, ...more };
	runScanner(typedPort(raw, { layout, ...more }), options, (report) => reports.push(report));
	return {
		reports,
		types: (...keys: Buffer[]) => hear(Buffer.concat(keys)),
		texts: () => reports.map((one) => ("text" in one ? one.text : one.type)),
	};
}

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

describe("a scanner that types", () => {
	it("is read by its keys, ended by Enter, by Tab, or by silence", () => {
		const it = wedge();
		it.types(digits("4006381333931"), press(enter), digits("96385074"), press(96));
		expect(it.reports).toMatchObject([
			{ text: "4006381333931", framing: "suffix", symbology: "ean-13" },
			{ text: "96385074", framing: "suffix" },
		]);
		const tabbed = wedge({ suffix: "tab" });
		tabbed.types(digits("4006381333931"), press(tab), digits("4006381333931"), press(tab));
		expect(tabbed.texts()).toEqual(["4006381333931", "4006381333931"]);
		const bare = wedge({ suffix: "none" });
		bare.types(digits("4006381333931"));
		vi.advanceTimersByTime(1_000);
		expect(bare.reports).toMatchObject([{ text: "4006381333931", framing: "gap" }]);
	});

	it("has capitals by Shift and by Caps Lock", () => {
		const it = wedge();
		it.types(press(30, shift), press(48), press(enter));
		it.types(press(caps), press(30), press(48, shift), press(2), press(enter));
		expect(it.texts()).toEqual(["Ab", "Ab1"]);
	});

	it.each([
		["us", [press(27), press(18, shift), press(11)], "]E0"],
		["gb", [press(27), press(18, shift), press(11)], "]E0"],
		["de", [press(10, altGr), press(18, shift), press(11)], "]E0"],
		["fr", [press(12, altGr), press(18, shift), press(11, shift)], "]E0"],
		["be", [press(27, altGr), press(18, shift), press(11, shift)], "]E0"],
		["it", [press(27, altGr), press(18, shift), press(11)], "]E0"],
		["es", [press(27, altGr), press(18, shift), press(11)], "]E0"],
		["ch", [press(27, altGr), press(18, shift), press(11)], "]E0"],
	] as const)("has its AIM identifier on a keyboard of %s", (layout, keys, aim) => {
		const it = wedge({ layout });
		const code = [4, 0, 0, 6, 3, 8, 1, 3, 3, 3, 9, 3, 1].map((digit) => (digit === 0 ? 11 : digit + 1));
		const held = layout === "fr" || layout === "be" ? [shift] : [];
		it.types(...keys, ...code.map((key) => press(key, ...held)), press(enter));
		expect(it.reports).toMatchObject([{ text: "4006381333931", aim }]);
	});

	it.each([
		["de", "Yz#-_", [press(44, shift), press(21), press(43), press(53), press(53, shift)]],
		["fr", "aqzw:", [press(16), press(30), press(17), press(44), press(52)]],
		["de", "^é", [press(41), press(57), press(13), press(18)]],
	] as const)("of %s types %s", (layout, text, keys) => {
		const it = wedge({ layout });
		it.types(...keys, press(enter));
		expect(it.texts()).toEqual([text]);
	});

	const element = (separator: Buffer): Buffer[] => [digits("010950600013435210"), press(30), separator, digits("17261130"), press(enter)];
	it.each([
		["Ctrl and ]", press(27, ctrl), {}],
		["Ctrl and the place of ] on a German keyboard", press(27, ctrl), { layout: "de" }],
		["Alt and 0029", altCode("0029"), {}],
		["Alt and 029", altCode("029"), { layout: "fr" }],
		["the function key that is set", press(88), { gs: "F12" }],
		["the sign that is set", press(43, shift), { gs: "|" }],
	] as const)("sends GS by %s", (_, separator, setting) => {
		const shifted = "layout" in setting && setting.layout === "fr";
		const it = wedge(setting);
		const typed = element(separator);
		it.types(
			...(shifted ? [down(shift), typed[0]!, up(shift), press(16), separator, down(shift), typed[3]!, up(shift), press(enter)] : typed),
		);
		expect(it.texts()).toEqual(["010950600013435210a\x1d17261130"]);
	});

	it("sends any character by Alt and a number", () => {
		const it = wedge();
		it.types(altCode("65"), altCode("0228"), altCode("132"), altCode("0128"), press(enter));
		expect(it.texts()).toEqual(["Aää€"]);
	});

	it("tells of an unknown function key which one it was", () => {
		const it = wedge();
		it.types(digits("12"), press(88), press(enter));
		expect(it.texts()).toEqual(["12\ue0fc"]);
	});

	it("is counted as garbled where the kernel lost keys, not read with a hole, and the next code is read", () => {
		const it = wedge();
		it.types(digits("40063"), down(shift), event(0, 3, 0), digits("33931"), press(enter), digits("4006381333931"), press(enter));
		expect(it.texts()).toEqual(["garbled", "4006381333931"]);
	});

	it("does not repeat a key that is stuck", () => {
		const it = wedge();
		it.types(down(5), ...Array.from({ length: 50 }, () => event(1, 5, 2)), up(5), press(enter));
		expect(it.texts()).toEqual(["4"]);
	});

	it("is refused a payment card like any other", () => {
		const it = wedge();
		it.types(digits("4111111111111111"), press(enter));
		expect(it.texts()).toEqual(["refused"]);
	});
});

const vectors = resolve(import.meta.dirname, "../../../../shared/vectors/device-traces.json");
interface Trace {
	kind: string;
	id: string;
	hex: string;
}
const traces = (): Trace[] => (JSON.parse(readFileSync(vectors, "utf8")) as { traces: Trace[] }).traces;
/** Usages of page 07 as the kernel numbers them; modifiers by bit. */
const usages: Readonly<Record<number, number>> = { 0x25: 9, 0x30: 27, 0x5a: 80, 0x61: 73, 0x62: 82 };
const modifiers = [29, 42, 56, 125, 97, 54, 100, 126];

/** What the kernel makes of boot reports: the difference to the one before. */
function eventsOf(reports: readonly Buffer[]): Buffer {
	let held = new Set<number>();
	return Buffer.concat(
		reports.flatMap((report) => {
			const now = new Set([
				...modifiers.filter((_, bit) => (report[0]! >> bit) & 1),
				...[...report.subarray(2)].filter((usage) => usage !== 0).map((usage) => usages[usage]!),
			]);
			const changes = [...[...held].filter((code) => !now.has(code)).map(up), ...[...now].filter((code) => !held.has(code)).map(down)];
			held = now;
			return changes;
		}),
	);
}

describe("the vectors of keyboards", () => {
	it("are read: Alt and 0029, Ctrl and ], both GS", (context) => {
		if (!existsSync(vectors)) return context.skip("the vectors lie beside the repository");
		const reports = (kind: string): Buffer[] => traces().flatMap((one) => (one.kind === kind ? [Buffer.from(one.hex, "hex")] : []));
		const byAlt = wedge();
		// The file leaves out its report 008, the 9 of 0029.
		const altReports = reports("scanner-wedge-altcode").toSpliced(-1, 0, Buffer.from("0400610000000000", "hex"));
		byAlt.types(digits("1"), eventsOf(altReports), digits("2"), press(enter));
		const byCtrl = wedge();
		const wedges = traces().filter(({ id }) => id === "scanner-wedge-003" || id === "scanner-wedge-002");
		byCtrl.types(
			digits("1"),
			eventsOf(wedges.toReversed().map(({ hex }) => Buffer.from(hex, "hex"))),
			up(27),
			up(ctrl),
			digits("2"),
			press(enter),
		);
		expect(byCtrl.texts()).toEqual(["1\x1d2"]);
		expect(byAlt.texts()).toEqual(["1\x1d2"]);
	});
});

describe("the settings of a scanner that types", () => {
	const read = (more: object) => scannerOptions.safeParse({ id: "scanner-1", family: "scanner", protocol: "wedge", ...more });
	const faults = (more: object): string[] => read(more).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

	it("name its keyboard by a stable name, never by a number, so that no other keyboard is taken", () => {
		expect(read({ port: "/dev/input/by-id/usb-Honeywell_1900-event-kbd", layout: "de", gs: "F12" }).success).toBe(true);
		for (const port of ["/dev/input/event3", "/dev/hidraw0", "/dev/input/by-id/../event3"])
			expect([port, faults({ port })]).toEqual([port, [expect.stringMatching(/^port: must be a stable name/)]]);
	});

	it("refuse what keys cannot be", () => {
		const port = "/dev/input/by-path/pci-0000:00:14.0-usb-0:2:1.0-event-kbd";
		expect(faults({ port, suffix: "etx" })).toEqual([expect.stringMatching(/^suffix: must be one of any, cr, tab, none/)]);
		expect(faults({ port, baudRate: 115200 })).toEqual([expect.stringMatching(/^baudRate: means nothing/)]);
		expect(faults({ protocol: "serial", port: "/dev/ttyS0", layout: "de" })).toEqual([expect.stringMatching(/^layout: means nothing/)]);
	});
});

describe("a keyboard of the kernel", () => {
	let folder: string;
	let path: string;
	beforeEach(() => {
		vi.useRealTimers();
		folder = mkdtempSync(join(tmpdir(), "gondola-test-"));
		path = join(folder, "event-kbd");
		expect(spawnSync("mkfifo", [path]).status).toBe(0);
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	// A named pipe stands for the kernel's file, which this machine has not: that a grab keeps others from the keys cannot be shown so.
	it("is taken before it is read, and given back when its port closes", async () => {
		const keyboard = openSync(path, "r+");
		const grabbed: number[] = [];
		const port = await openEvdevPort({ path, grab: (fd) => (grabbed.push(fd), 0) })();
		const heard = new Promise<Buffer>((done) => {
			let all = Buffer.alloc(0);
			port.onBytes((bytes) => {
				all = Buffer.concat([all, bytes]);
				if (all.length >= 120) done(all);
			});
		});
		const closed = new Promise((done) => port.onClosed(done));
		writeSync(keyboard, press(2));
		expect(await heard).toEqual(press(2));
		expect(grabbed).toHaveLength(1);
		await port.close();
		expect(await closed).toBeUndefined();
		closeSync(keyboard);
	});

	it("is said to be unplugged when it goes", async () => {
		const keyboard = openSync(path, "r+");
		const port = await openEvdevPort({ path, grab: () => 0 })();
		const closed = new Promise<Error | undefined>((done) => port.onClosed(done));
		closeSync(keyboard);
		expect((await closed)?.message).toMatch(/was unplugged/);
	});

	it("that another program holds, that is none, or that is not there is a trouble", async () => {
		const keyboard = openSync(path, "r+");
		await expect(openEvdevPort({ path, grab: () => 16 })()).rejects.toMatchObject({ code: "port-busy" });
		// The real call: a pipe knows no such request.
		await expect(openEvdevPort({ path })()).rejects.toMatchObject({ code: "port-missing" });
		await expect(openEvdevPort({ path: join(folder, "none") })()).rejects.toMatchObject({ code: "port-missing" });
		closeSync(keyboard);
	});
});
