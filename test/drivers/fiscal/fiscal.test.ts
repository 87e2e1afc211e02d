import { afterEach, describe, expect, it } from "vitest";
import { type FiscalReport, type RunningFiscal, runFiscal } from "../../../drivers/fiscal/fiscal.ts";
import { longestFiscalLine, readAnswer, type SignRequest, signLine } from "../../../drivers/fiscal/wire.ts";
import type { Port } from "../../../drivers/transport/port.ts";
import { until } from "../../support/until.ts";

const at = "2026-03-02T12:00:00.000Z";
const request: SignRequest = { id: "a1", kind: "sale", at, amountMinor: 1_275, currency: "EUR", digest: "d".repeat(64) };
const signed = { type: "signed", id: "a1", number: 7, signedAt: at, code: "CODE-7" };

/** A port whose other end is the test. */
function openPort() {
	let hear: (bytes: Uint8Array) => void = () => {};
	const sent: string[] = [];
	const port: Port = {
		name: "device:7550",
		write: (bytes) => Promise.resolve(void sent.push(Buffer.from(bytes).toString("ascii"))),
		onBytes: (callback) => {
			hear = callback;
		},
		onClosed: () => {},
		close: () => Promise.resolve(),
	};
	return { port, sent, say: (text: string) => hear(Buffer.from(text, "latin1")) };
}

let running: RunningFiscal | undefined;
afterEach(() => running?.stop());

function open(silentAfterMs = 60_000) {
	const wire = openPort();
	const reports: FiscalReport[] = [];
	running = runFiscal(wire.port, { id: "fiscal", silentAfterMs }, (report) => reports.push(report));
	const of = (type: FiscalReport["type"]) => reports.filter((report) => report.type === type);
	return { ...wire, reports, of, running };
}

describe("the lines of gondola-fiscal", () => {
	it("ask with each field in its place", () => {
		expect(signLine(request)).toBe(`SIGN a1 sale ${at} 1275 EUR ${"d".repeat(64)}\n`);
		expect(signLine({ ...request, kind: "refund", amountMinor: -50 })).toContain(` refund ${at} -50 EUR `);
	});

	it("read as the three answers, and nothing else does", () => {
		expect(readAnswer("DEVICE SN-1 practice")).toEqual({ type: "device", serial: "SN-1", practice: true });
		expect(readAnswer(`SIGNED a1 7 ${at} CODE-7`)).toEqual(signed);
		expect(readAnswer("REFUSED a1 no-paper")).toEqual({ type: "refused", id: "a1", reason: "no-paper" });
		for (const line of [
			...["", "WHAT", "SIGNED a1", `SIGNED a1 seven ${at} C`, `SIGNED a1 7 2026-13-99T99:99:99.999Z C`, `SIGNED a1 7 ${at} {code}`],
			...["REFUSED a1 Because", "DEVICE SN-1 perhaps", `SIGNED  a1 7 ${at} C`, `xSIGNED a1 7 ${at} C`, `SIGNED a1 7 ${at} C d`],
		])
			expect(readAnswer(line)).toBeUndefined();
	});
});

describe("a driver of fiscal devices", () => {
	it("has nothing signed before the device has said who it is", () => {
		const { sent, say, running: device, of } = open();
		device.sign(request);
		expect(sent.join("")).toBe("HELLO 1\nHELLO 1\n");
		say("DEVICE SN-1 certified\n");
		expect(sent.at(-1)).toBe(signLine(request));
		say(`SIGNED a1 7 ${at} CODE-7\n`);
		expect(of("signed")).toEqual([{ ...signed, serial: "SN-1", practice: false }]);
	});

	it.each([
		["one message", [`SIGNED a1 7 ${at} CODE-7\n`], 1],
		["two in one read", [`SIGNED a1 7 ${at} CODE-7\nSIGNED a2 8 ${at} CODE-8\n`], 2],
		["one in two reads", ["SIGNED a1 ", `7 ${at} CODE-7\n`], 1],
		["its end split", [`SIGNED a1 7 ${at} CODE-7\r`, "\n"], 1],
		["noise before", [`\u00ff\u0000rubbish\nSIGNED a1 7 ${at} CODE-7\n`], 1],
		["too long, then a good one", [`${"x".repeat(longestFiscalLine + 1)}\nSIGNED a1 7 ${at} CODE-7\n`], 1],
	])("reads %s", (_, reads, count) => {
		const { say, of } = open();
		say("DEVICE SN-1 certified\n");
		for (const read of reads) say(read);
		expect(of("signed")).toHaveLength(count);
	});

	it("asks again for what was not answered, under the same id", async () => {
		const { sent, say, running: device } = open();
		say("DEVICE SN-1 certified\n");
		device.sign(request);
		await until(() => sent.filter((line) => line === signLine(request)).length > 1, "asked again");
	});

	it("says once that the device is silent, and that it is over", async () => {
		const { say, of } = open(1_000);
		await until(() => of("trouble").length > 0, "the trouble");
		say("DEVICE SN-1 certified\n");
		expect([...of("trouble"), ...of("trouble-over")]).toMatchObject([
			{ trouble: { code: "fiscal-silent" } },
			{ type: "trouble-over", code: "fiscal-silent" },
		]);
	});

	it("says so where something else answers at that address", () => {
		const { say, of } = open();
		for (let n = 0; n < 10; n += 1) say("HTTP/1.1 400 Bad Request\n");
		expect(of("trouble")).toMatchObject([{ trouble: { code: "fiscal-garbled" } }]);
	});
});
