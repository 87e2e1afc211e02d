import { describe, expect, it } from "vitest";
import type { DeviceTroubleCode } from "../../drivers/trouble.ts";
import { DeviceTrouble, deviceTroubles, troubleText } from "../../drivers/trouble.ts";

const codes = Object.keys(deviceTroubles) as DeviceTroubleCode[];

describe("a trouble", () => {
	it("names the device as the sticker in this store does", () => {
		const words = troubleText("port-missing", { device: "till 2 scanner", port: "/dev/gondola/scanner-2" });
		expect(words.what).toBe("The cable to till 2 scanner is unplugged, or the device is switched off.");
		expect(words.do).toContain("/dev/gondola/scanner-2");
	});

	it("is told in Chinese where the store reads Chinese", () => {
		expect(troubleText("printer-paper-out", { device: "3号打印机" }, "zh-CN").what).toBe("3号打印机 没有纸了。");
	});

	it.each(codes)("%s says what is wrong with which device and what to do, in both languages", (code) => {
		const named = { device: "DEVICE" };
		for (const locale of ["en", "zh-CN"] as const) {
			const words = troubleText(code, named, locale);
			expect(words.what + words.do).toContain("DEVICE");
			expect(words.do.length).toBeGreaterThan(5);
		}
	});

	it.each(codes)("%s asks for the same facts in both languages", (code) => {
		const facts = (words: { what: string; do: string }) => [...new Set(`${words.what}${words.do}`.match(/\{\w+\}/g))].sort();
		expect(facts(deviceTroubles[code]["zh-CN"])).toEqual(facts(deviceTroubles[code].en));
	});

	it("never shows a brace, even when a fact is missing", () => {
		for (const code of codes) expect(JSON.stringify(Object.values(troubleText(code)))).not.toMatch(/[{}]/);
	});

	it("of a port without rights is mended by one command, and no advice leads back to where it is read (case P6)", () => {
		for (const locale of ["en", "zh-CN"] as const) {
			expect(troubleText("port-forbidden", { device: "scale-1", port: "/dev/ttyS0" }, locale).do).toContain(
				"sudo usermod -aG dialout,lp,gondola gondola && sudo systemctl restart gondola",
			);
			for (const code of codes) expect(troubleText(code, {}, locale).do).not.toMatch(/gondola (doctor|alarms|status)/);
		}
	});

	it("carries its code, its facts and its cause to the log", () => {
		const cause = new Error("EACCES");
		const trouble = new DeviceTrouble("port-forbidden", { port: "/dev/ttyS0" }, { cause });
		expect(trouble).toMatchObject({ code: "port-forbidden", facts: { port: "/dev/ttyS0" }, cause });
		expect(trouble.message).toBe('port-forbidden {"port":"/dev/ttyS0"}');
	});
});
