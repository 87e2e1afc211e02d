import { describe, expect, it } from "vitest";
import { scaleOptions } from "../../../drivers/scale/options.ts";
import type { ScaleMessage } from "../../../drivers/scale/protocol.ts";
import { type ModbusRegisters, modbusCrc, usualRegisters } from "../../../drivers/scale/protocols/modbus-rtu.ts";
import { scaleProtocols } from "../../../drivers/scale/protocols.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
/** With its CRC behind it, lowest byte first. */
const framed = (text: string): Uint8Array => {
	const crc = modbusCrc(hex(text));
	return Uint8Array.of(...hex(text), crc & 0xff, crc >> 8);
};

function transmitter(modbus: Partial<ModbusRegisters> = {}) {
	const heard: ScaleMessage[] = [];
	const sent: string[] = [];
	const session = scaleProtocols["modbus-rtu"].open({
		send: (bytes) => void sent.push(Buffer.from(bytes).toString("hex")),
		hear: (message) => void heard.push(message),
		unit: "kg",
		modbus: { ...usualRegisters, ...modbus },
	});
	return { ...session, heard, sent };
}

describe("a transmitter that speaks Modbus RTU", () => {
	it("has the check sum of the specification's example, and is asked as its table says", () => {
		// The examples of MODBUS over Serial Line, and of the Modbus guide: 11 03 00 6B 00 03 76 87.
		expect(modbusCrc(hex("0207"))).toBe(0x1241);
		expect(modbusCrc(hex("1103006b0003"))).toBe(0x8776);
		const { ask, sent } = transmitter({ slave: 17, register: 107, type: "u16" });
		ask();
		expect(sent).toEqual([Buffer.from(framed("1103006b0001")).toString("hex")]);
	});

	it.each([
		["i32", "abcd", "00003039", 3, 12_345_000],
		["i32", "cdab", "30390000", 3, 12_345_000],
		["i32", "abcd", "fffffff6", 3, -10_000],
		["u32", "abcd", "00003039", 2, 123_450_000],
		["i16", "abcd", "ff9c", 3, -100_000],
		["u16", "abcd", "8000", 3, 32_768_000],
		["f32", "abcd", "41458419", 0, 12_344_750],
		["f32", "cdab", "00003fc0", 0, 1_500_000],
	] as const)("reads %s in the order %s: %s", (type, words, data, decimals, milligrams) => {
		const { ask, take, heard } = transmitter({ type, words, decimals });
		ask();
		take(framed(`0103${data.length === 4 ? "02" : "04"}${data}`));
		// It does not say whether it moves, so it is never said to be at rest.
		expect(heard).toEqual([{ kind: "weight", milligrams: expect.closeTo(milligrams, -2), settled: false }]);
	});

	it("asks for its status and reads the bits", () => {
		const status = { register: 5, moving: 12, over: 10, under: 9 };
		const { ask, take, heard, sent } = transmitter({ status });
		for (const bits of ["0000", "1000", "0400", "0200"]) {
			ask();
			take(framed("010304000003e8"));
			take(framed(`010302${bits}`));
		}
		expect(sent.slice(0, 2)).toEqual(["010300000002c40b", Buffer.from(framed("010300050001")).toString("hex")]);
		expect(heard).toEqual([
			{ kind: "weight", milligrams: 1_000_000, settled: true },
			{ kind: "weight", milligrams: 1_000_000, settled: false },
			{ kind: "overloaded" },
			{ kind: "underloaded" },
		]);
	});

	it("does not take its own question for an answer, on a cable that gives back what is sent", () => {
		const { ask, take, heard, sent } = transmitter();
		ask();
		const echo = hex(sent[0]!);
		take(echo.subarray(0, 3));
		take(echo.subarray(3));
		take(framed("0103040000000a"));
		expect(heard).toEqual([{ kind: "weight", milligrams: 10_000, settled: false }]);
	});

	it("calls a wrong check sum, another slave and a register that is not there unreadable, and a broken device a fault", () => {
		const { ask, take, heard } = transmitter();
		ask();
		take(Uint8Array.of(...framed("0103040000000a").subarray(0, 8), 0));
		expect(heard).toEqual([{ kind: "garbled" }]);
		ask();
		take(framed("0203040000000a"));
		ask();
		take(framed("018302"));
		ask();
		take(framed("018304"));
		expect(heard.map(({ kind }) => kind)).toEqual(["garbled", "garbled", "fault"]);
	});

	it("needs its registers in the configuration, and no other scale has any", () => {
		const read = (more: object) => scaleOptions.safeParse({ id: "plate-1", port: "/dev/ttyS0", protocol: "modbus-rtu", ...more });
		expect(read({ modbus: { register: 7, decimals: 3, status: { register: 2, moving: 0 } } }).success).toBe(true);
		expect(read({}).error?.issues.map(({ path }) => path)).toEqual([["modbus"]]);
		expect(read({ protocol: "mt-sics", modbus: { register: 7 } }).error?.issues.map(({ path }) => path)).toEqual([["modbus"]]);
		expect(read({ modbus: { register: 7, slave: 0 } }).error?.issues.map(({ path }) => path)).toEqual([["modbus", "slave"]]);
	});
});

describe("the challenge of Dialog 06", () => {
	const scale = (challenge?: { left: string; right: string }) => {
		const heard: ScaleMessage[] = [];
		const sent: string[] = [];
		const session = scaleProtocols["dialog-06"].open({
			send: (bytes) => void sent.push(Buffer.from(bytes).toString("latin1")),
			hear: (message) => void heard.push(message),
			unit: "g",
			challenge,
		});
		return { heard, sent, says: (text: string) => session.take(Uint8Array.from(Buffer.from(text, "latin1"))) };
	};

	it("is answered with the program's two numbers, turned as the scale asks", () => {
		const { says, sent, heard } = scale({ left: "4711", right: "F336" });
		says("\x0211\x1b23A\x03");
		says("\x06");
		says("\x0211\x1b1\x03");
		says("\x0202\x1b3\x1b00500\x1b000199\x1b000100\x03");
		expect(sent).toEqual(["\x04\x0210\x1b388ACDBC\x03"]);
		expect(heard.at(-1)).toEqual({ kind: "weight", milligrams: 500_000, settled: true });
		says("\x0211\x1b200\x03");
		expect(sent.at(-1)).toBe("\x04\x0210\x1b4711F336\x03");
	});

	it("is a fault where the numbers are wrong or nobody has set them", () => {
		for (const { says, heard } of [scale(), scale({ left: "0000", right: "0000" })]) {
			says("\x0211\x1b23A\x03");
			says("\x0211\x1b0\x03");
			expect(heard.at(-1)).toEqual({ kind: "fault" });
		}
	});

	it("does not hide how many places a weight has", () => {
		const { says, heard } = scale();
		says("\x0202\x1b4\x1b00050\x1b000199\x1b000100\x03");
		says("\x0202\x1b1\x1b00100\x1b000199\x1b000100\x03");
		expect(heard).toEqual([
			{ kind: "weight", milligrams: 500_000, settled: true },
			{ kind: "weight", milligrams: 453_592, settled: true },
		]);
	});
});
