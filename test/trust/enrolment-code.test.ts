import { describe, expect, it } from "vitest";
import { newEnrolmentSecret, readEnrolmentCode, writeEnrolmentCode } from "../../src/trust/enrolment-code.ts";

const code = {
	urls: ["https://hq.example.com:8090", "https://10.1.2.3:8090"],
	caSha256: "ab".repeat(32),
	rootsSha256: "cd".repeat(32),
	store: "0117",
	secret: newEnrolmentSecret(),
	expires: "2026-03-02T08:00:00.000Z",
};

describe("an enrolment code", () => {
	const text = writeEnrolmentCode(code);

	it("is one line that a QR code holds, and says all again", () => {
		expect(text).toMatch(/^GE1\.[\w-]+$/);
		expect(text.length).toBeLessThan(250);
		expect(readEnrolmentCode(text)).toEqual(code);
		expect(readEnrolmentCode(` ${text.slice(0, 50)}\r\n  ${text.slice(50)}\n`)).toEqual(code);
	});

	it("notices every slip of one sign, and what is cut off", () => {
		for (let at = 4; at < text.length; at += 1) {
			const slip = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
			expect(readEnrolmentCode(slip), `at ${at}`).toEqual({ fault: "code-damaged" });
			expect(readEnrolmentCode(text.slice(0, at))).toEqual({ fault: "code-damaged" });
		}
		for (const other of ["", "GE2.abc", "gt_abc", "K7QF-2M9X-WD4T"]) expect(readEnrolmentCode(other)).toEqual({ fault: "code-unknown" });
	});
});
