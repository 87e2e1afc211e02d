import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readLine } from "../../../drivers/scale/protocols/mt-sics.ts";
import { milligramsOf } from "../../../drivers/scale/units.ts";

describe("a line of MT-SICS", () => {
	it.each([
		["S S     100.00 g", { kind: "weight", milligrams: 100_000, settled: true }],
		["S D     129.07 g", { kind: "weight", milligrams: 129_070, settled: false }],
		["S S      -0.50 g", { kind: "weight", milligrams: -500, settled: true }],
		["S S      1.234 kg", { kind: "weight", milligrams: 1_234_000, settled: true }],
		["SI S     12.5 g ", { kind: "weight", milligrams: 12_500, settled: true }],
		["S S        123 PCS", { kind: "counting" }],
		["SI D        -7 PCS", { kind: "counting" }],
		["S S      45.20 %", { kind: "counting" }],
		["S S      1.250 tlh", { kind: "unit", unit: "tlh" }],
		["T S        12 PCS", { kind: "refused", because: "not-now" }],
		["S I", { kind: "busy" }],
		["S +", { kind: "overloaded" }],
		["S -", { kind: "underloaded" }],
		["ES", { kind: "refused", because: "syntax" }],
		["ET", { kind: "refused", because: "transmission" }],
		["EL", { kind: "refused", because: "logical" }],
		["Z A", { kind: "zeroed" }],
		["ZI D", { kind: "zeroed" }],
		["Z I", { kind: "not-zeroed" }],
		["Z +", { kind: "not-zeroed" }],
		["T S     100.00 g", { kind: "tare", milligrams: 100_000 }],
		["TA A     10.00 g", { kind: "tare", milligrams: 10_000 }],
		["TAC A", { kind: "tare-cleared" }],
		['I4 A "B021002593"', { kind: "serial", text: "B021002593" }],
		['I2 A "PS30 Standard 30 kg"', { kind: "model", text: "PS30 Standard 30 kg" }],
		['I1 A "01" "2.00"', { kind: "named", about: "I1" }],
		["I2 I", { kind: "refused", because: "not-now", command: "I2" }],
	])("%s is read as it stands in the manual", (line, answer) => {
		expect(readLine(line)).toMatchObject(answer);
	});

	it.each([
		["S S     100,00 g", 100_000, true],
		["S S  - 0.05 g", -50, true],
		["S D 11:00.40 lb:oz", 5_000_856, false],
		["S S     100.00", 100_000, true],
		["S S  5.00 KG", 5_000_000, true],
	])("%s is a dialect of it (case S17)", (line, milligrams, settled) => {
		expect(readLine(line)).toEqual({ kind: "weight", milligrams, settled });
	});

	it("without a unit has that of the scale's setting (case S17)", () => {
		expect(readLine("S S 1.250", "kg")).toMatchObject({ milligrams: 1_250_000 });
	});

	const rubbish = [
		"",
		"S",
		"S S",
		"S S 1.2.3 g",
		"S S 100.00 stonks",
		"S S PCS",
		"S S 1:2 PCS",
		"\u00f3 S 100.00 g",
		"S + 5 g",
		"hello",
		"S S 9999999999999 g",
	];

	it.each(rubbish)("%j is garbled, and nothing is guessed", (line) => {
		expect(readLine(line)).toEqual({ kind: "garbled", line });
	});
});

describe("a weight", () => {
	it.each([
		["1", "kg", 1_000_000],
		["0.1", "mg", 0],
		["0.5", "mg", 1],
		["1", "lb", 453_592],
		["10.00", "lb", 4_535_924],
		["1", "oz", 28_350],
		["5", "ct", 1_000],
		["-0.00", "g", 0],
	])("%s %s is %i whole milligrams", (value, unit, milligrams) => {
		expect(milligramsOf(value, unit)).toBe(milligrams);
		expect(Object.is(milligramsOf(value, unit), -0)).toBe(false);
	});
});

const vectorsFile = resolve(import.meta.dirname, "../../../../shared/vectors/device-traces.json");

describe("the published MT-SICS traces", () => {
	if (!existsSync(vectorsFile)) return it(`are not on this machine (${vectorsFile})`, () => {});
	type Published = Record<"kind" | "direction" | "hex" | "meaning", string>;
	const { traces } = JSON.parse(readFileSync(vectorsFile, "utf8")) as { traces: Published[] };
	const answers = traces.filter((trace) => trace.kind === "scale-mtsics" && trace.direction === "device->host");

	it.each(answers.map((trace) => [trace.meaning, trace.hex] as const))("%s", (_, hex) => {
		const line = Buffer.from(hex, "hex").toString("latin1").replace(/\r\n$/, "");
		expect(readLine(line).kind).not.toBe("garbled");
	});
});
