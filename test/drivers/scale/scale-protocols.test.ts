import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { ScaleMessage, SessionDeps } from "../../../drivers/scale/protocol.ts";
import { readHidScale } from "../../../drivers/scale/protocols/hid.ts";
import { readWeighLine } from "../../../drivers/scale/protocols/lines.ts";
import { type ScaleProtocolName, scaleProtocolNames, scaleProtocols } from "../../../drivers/scale/protocols.ts";
import { parseConfig } from "../../../src/config/load.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

function session(name: ScaleProtocolName, unit?: SessionDeps["unit"]) {
	const heard: ScaleMessage[] = [];
	const sent: string[] = [];
	const open = scaleProtocols[name].open({
		send: (bytes) => void sent.push(Buffer.from(bytes).toString("hex")),
		hear: (message) => void heard.push(message),
		unit: unit ?? scaleProtocols[name].unit,
	});
	return { ...open, heard, sent, says: (...pieces: string[]) => pieces.forEach((piece) => open.take(hex(piece))) };
}

const weight = (milligrams: number, settled = true): ScaleMessage => ({ kind: "weight", milligrams, settled });

describe("Toledo 8217", () => {
	it("reads weights at rest, net ones too, and what the scale says instead (case S26)", () => {
		const { says, heard } = session("toledo-8217");
		says("0230312e3233340d", "0230312e3233344e0d", "023f440d", "023f420d", "023f410d", "02 30313233340d");
		expect(heard).toEqual([
			weight(1_234_000),
			weight(1_234_000),
			{ kind: "underloaded" },
			{ kind: "overloaded" },
			{ kind: "busy" },
			weight(1_234_000),
		]);
	});

	it("reads a line that carries the parity bit, and pounds when the scale shows them", () => {
		const { says, heard } = session("toledo-8217", "lb");
		says("82 30 b1 2e b2 33 8d", "02 30313233 0d");
		expect(heard).toEqual([weight(557_919), weight(557_919)]);
	});

	it("sends nothing that changes the scale but the zero that is asked for", () => {
		const { ask, zero, sent } = session("toledo-8217");
		ask();
		zero!();
		expect(sent).toEqual(["57", "5a"]);
	});
});

describe("NCI", () => {
	it("reads a weight with its status, and a status alone (case S26)", () => {
		const { says, heard, ask, sent } = session("nci");
		ask();
		says(
			"0a3030312e32334c420d0a30300d03",
			"0a3030312e32334c420d0a31300d03",
			"0a53 3130 0d03",
			"0a53 3032 0d03",
			"0a 53 3031 0d03",
			"0a3f0d03",
		);
		expect(sent).toEqual(["570d"]);
		expect(heard).toEqual([
			weight(557_919),
			weight(557_919, false),
			{ kind: "busy" },
			{ kind: "overloaded" },
			{ kind: "underloaded" },
			{ kind: "other" },
		]);
	});
});

describe("CAS", () => {
	it("is asked in two steps, and its check byte counts (case S26)", () => {
		const { says, heard, ask, sent } = session("cas-ecr");
		ask();
		says("06");
		expect(sent).toEqual(["05", "11"]);
		says("010253203030312e32356b67670304", "010253203030312e32356b67660304", "15");
		expect(heard).toEqual([weight(1_250_000), { kind: "garbled" }, { kind: "busy" }]);
	});
});

describe("Dialog 06", () => {
	it("asks for the weight, for the reason when there is none, and gives the price that it wants (case S26)", () => {
		const { says, heard, ask, sent } = session("dialog-06");
		ask();
		says("15");
		says("02 3039 1b 3232 03");
		expect(sent).toEqual(["0405", "0402303803", `04023031${"1b"}303030303031${"1b"}03`]);
		says("06", "0230321b331b30303530301b3030303139391b30303031303003");
		expect(heard).toEqual([{ kind: "other" }, weight(500_000)]);
	});

	it("keeps the weight when nothing has moved since, and says why there is none", () => {
		const { says, heard } = session("dialog-06");
		says("0230321b331b30303530301b3030303139391b30303031303003", "0230391b323103", "0230391b323003", "0230391b333003", "0230391b333103");
		says("0230391b333203");
		expect(heard).toEqual([weight(500_000), weight(500_000), { kind: "busy" }, weight(0), { kind: "underloaded" }, { kind: "overloaded" }]);
	});
});

describe("scales that send a line", () => {
	it.each([
		["ST,GS,+0013.5kg", weight(13_500_000)],
		["ST,GS,   12.345,kg", weight(12_345_000)],
		["US,GS,   12.345,kg", weight(12_345_000, false)],
		["ST,NT,-  0.250,kg", weight(-250_000)],
		["ST,+00123.45 g", weight(123_450)],
		["ST,GS,\u0081\u0040,  12.345 kg", weight(12_345_000)],
		["OL,GS,", { kind: "overloaded" }],
		["UL,GS,       ,kg", { kind: "underloaded" }],
		["TL,GS,  1.000,kg", { kind: "fault" }],
		["     12.345 kg ", weight(12_345_000)],
		["     12.345", weight(12_345_000, false)],
		["   12.34 g ?", weight(12_340, false)],
		["-  0.5 lb", weight(-226_796)],
		["S   ? -   12.345 g", weight(-12_345, false)],
		["S       12.345 g", weight(12_345)],
		["SI ^      0.0 kg", { kind: "overloaded" }],
		["S A", { kind: "other" }],
		["S I", { kind: "busy" }],
		["hello", { kind: "garbled" }],
		["1.2.3 kg", { kind: "garbled" }],
		["12 stone", { kind: "unit", unit: "stone" }],
		["12 gr", { kind: "unit", unit: "gr" }],
		["12 stonks", { kind: "garbled" }],
		["QT,+00012 PC", { kind: "counting" }],
		["ST,GS,+00012 PCS", { kind: "counting" }],
		["     12 pcs", { kind: "counting" }],
		["S      45.2 %", { kind: "counting" }],
	] as const)("%j (case S26)", (line, message) => {
		expect(readWeighLine(line, "kg")).toEqual(message);
	});

	it("with a decimal comma are not read from behind it", () => {
		expect(["ST,GS,   12,345,kg", "ST,GS,+0013,5kg", "G 1,200 kg", "ST,NT,1,12.345kg"].map((line) => readWeighLine(line, "kg"))).toEqual([
			weight(12_345_000),
			weight(13_500_000),
			weight(1_200_000),
			weight(12_345_000),
		]);
		// The comma may end an id, or be the decimal sign; the blank may stand in a number that lost a digit.
		for (const line of ["ST,NT,1,12,345kg", "ST,GS,12 345kg", "NT 12 345 kg", "ST,GS,1.234.5kg"])
			expect([line, readWeighLine(line, "kg").kind]).toEqual([line, "garbled"]);
	});

	it("that say a tare or a held weight are no weight of what lies there", () => {
		const lines = ["ST,TR,  0.500,kg", "ST,PT,  0.500,kg", "T 0.500 kg", "0.500 kg T", "HD,GS,  1.000kg"];
		expect(lines.map((line) => readWeighLine(line, "kg").kind)).toEqual(lines.map(() => "other"));
		expect(readWeighLine("0.500 kg N", "kg")).toEqual(weight(500_000));
		expect(readWeighLine("N  12.345 kg", "kg")).toEqual(weight(12_345_000));
	});

	it("in pounds and ounces are one weight", () => {
		expect(readWeighLine("1 lb  4.5 oz", "kg")).toEqual(weight(581_165));
		expect(readWeighLine("-1 lb 4.5 oz ?", "kg")).toEqual(weight(-581_165, false));
		const { says, heard } = session("nci");
		says(Buffer.from("\n1LB 04.5OZ\r\n00\r\x03", "latin1").toString("hex"));
		expect(heard).toEqual([weight(581_165)]);
	});

	it("are asked in their own letters, and one that sends by itself is not asked (case S26)", () => {
		const asked = (name: ScaleProtocolName): string[] => {
			const { ask, sent } = session(name);
			ask();
			return sent.map((bytes) => Buffer.from(bytes, "hex").toString("latin1"));
		};
		expect([asked("and"), asked("dini"), asked("kern"), asked("ohaus"), asked("radwag"), asked("lines")]).toEqual([
			["Q\r\n"],
			["READ\r\n"],
			["w"],
			["IP\r\n"],
			["SI\r\n"],
			[],
		]);
	});
});

describe("a USB scale", () => {
	it("counts in its own unit and exponent, and leaves the sign to its status (case S26)", () => {
		expect(readHidScale(hex("03040bff3100"))).toEqual(weight(138_913));
		expect(readHidScale(hex("0003040bff3100"))).toEqual(weight(138_913));
		expect(readHidScale(hex("030302000500"))).toEqual(weight(5_000, false));
		expect(readHidScale(hex("030502000500"))).toEqual(weight(-5_000));
		expect(readHidScale(hex("030403fee803"))).toEqual(weight(10_000_000));
		expect(["030602000000", "030102000000", "030702000000", "030802000000"].map((report) => readHidScale(hex(report)).kind)).toEqual([
			"overloaded",
			"fault",
			"fault",
			"fault",
		]);
	});

	it("in taels or tons is told to change its unit, not that its cable is loose", () => {
		expect(readHidScale(hex("030405fe6400"))).toEqual({ kind: "unit", unit: "tael" });
		expect(readHidScale(hex("030309fe6400"))).toEqual({ kind: "unit", unit: "ton" });
		expect(readHidScale(hex("030605000000"))).toEqual({ kind: "overloaded" });
		expect(readHidScale(hex("03040d000000"))).toEqual({ kind: "garbled" });
	});

	it("is not believed at its first report, which is what it weighed when it was last read", () => {
		const { says, heard } = session("hid");
		says("030402000500", "030402000600");
		expect(heard).toEqual([{ kind: "other" }, weight(6_000)]);
	});
});

describe("every protocol", () => {
	it.each(scaleProtocolNames)("%s is a setting, and a wrong one is answered with the list of all (case S26)", (name) => {
		const more = name === "modbus-rtu" ? ", modbus: { register: 7 }" : "";
		const line = `port: /dev/ttyS0, dataBits: 7, parity: even${more}`;
		const config = (protocol: string) => parseConfig(`store: a\ndevices:\n  - { id: s, family: scale, protocol: ${protocol}, ${line} }`);
		expect(config(name).devices[0]).toMatchObject({ protocol: name, dataBits: 7, parity: "even" });
		expect(() => config("ncii")).toThrow(new RegExp(`one of .*${name}`));
	});
});

const vectorsFile = resolve(import.meta.dirname, "../../../../shared/vectors/device-traces.json");

describe("the published traces of scales", () => {
	if (!existsSync(vectorsFile)) return it(`are not on this machine (${vectorsFile})`, () => {});
	type Published = Record<"id" | "kind" | "direction" | "hex" | "meaning", string>;
	const { traces } = JSON.parse(readFileSync(vectorsFile, "utf8")) as { traces: Published[] };
	const protocolOf: Record<string, ScaleProtocolName> = {
		"scale-8217": "toledo-8217",
		"scale-nci": "nci",
		"scale-cas-ecr": "cas-ecr",
		"scale-dialog06": "dialog-06",
		"scale-dialog02": "dialog-06",
		"scale-and": "and",
		"scale-dini": "dini",
		"scale-hid": "hid",
	};
	/** Kinds that are told elsewhere, or not at all, and why. */
	const elsewhere: Record<string, string> = {
		"scale-mtsics": "scale-sics.test.ts",
		"scale-mqtt": "mapping of the broker",
		"scale-dibal": "Dibal 98/99 has no driver: two lines are published, and no page that explains them",
	};
	const scales = traces.filter(({ kind }) => kind.startsWith("scale-"));
	/** The answer to the echo by which others probe: we never ask it, and its tail is no frame. */
	const neverAsked = new Set(["scale-8217-009"]);

	it("are all covered or named", () => {
		const unknown = scales.filter(({ kind }) => protocolOf[kind] === undefined && elsewhere[kind] === undefined);
		expect(unknown.map(({ kind }) => kind)).toEqual([]);
	});

	const told = scales.filter(({ kind, direction, id }) => protocolOf[kind] && direction === "device->host" && !neverAsked.has(id));
	it.each(told.map((trace) => [trace.id, trace.meaning, trace] as const))("%s %s", (_, __, trace) => {
		const { take, heard } = session(protocolOf[trace.kind]!);
		take(hex(trace.hex));
		expect(heard.map(({ kind }) => kind)).not.toContain("garbled");
	});
});
