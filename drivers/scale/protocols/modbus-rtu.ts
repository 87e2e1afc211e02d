import type { ScaleMessage, ScaleProtocol } from "../protocol.ts";
import { milligramsOfScaled, type ScaleUnit } from "../units.ts";

/**
 * Transmitters of load cells on RS-485 or behind a gateway that passes Modbus RTU through. There is no common map of registers, so the
 * installer names them from the maker's table.
 *
 *   we send   01 03 0007 0002 CRC           slave, function 3 (holding) or 4 (input), first register, how many
 *   it says   01 03 04 0000 3039 CRC        slave, function, bytes, the registers, highest byte first: 12345
 *             01 83 02 CRC                  exception: 02 no such register, 04 device failure
 *
 * CRC is that of Modbus (polynomial A001, lowest byte first). The package modbus-serial wants the line for itself and hides its bytes, so
 * that neither traces nor our reconnecting would work; its part that is of use here is these few lines.
 * Source: MODBUS over Serial Line 1.02; MODBUS Application Protocol 1.1b3, 6.3, 6.4 and 7.
 */
export const modbusNumbers = ["i16", "u16", "i32", "u32", "f32"] as const;

export interface ModbusRegisters {
	slave: number;
	/** 3: holding registers, 4: input registers. */
	function: 3 | 4;
	/** Of the weight, counted from 0. */
	register: number;
	type: (typeof modbusNumbers)[number];
	/** Which of two registers comes first: the high one (abcd) or the low one (cdab). */
	words: "abcd" | "cdab";
	/** Digits behind the point. */
	decimals: number;
	/** A register of bits, counted from 0, and what they say. */
	status?: { register: number; moving?: number | undefined; over?: number | undefined; under?: number | undefined } | undefined;
}

export const usualRegisters: ModbusRegisters = { slave: 1, function: 3, register: 0, type: "i32", words: "abcd", decimals: 3 };

const exceptionLength = 5;

export function modbusCrc(bytes: Iterable<number>): number {
	let crc = 0xffff;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
	}
	return crc;
}

function framed(...body: number[]): Uint8Array {
	const crc = modbusCrc(body);
	return Uint8Array.of(...body, crc & 0xff, crc >> 8);
}

const isWhole = (frame: Uint8Array): boolean => modbusCrc(frame) === 0;

export const modbusRtu: ScaleProtocol = {
	title: "Modbus RTU",
	line: { baudRate: 9600, dataBits: 8, parity: "none" },
	unit: "kg",
	open({ send, hear, unit, modbus = usualRegisters }) {
		const { slave, function: code, register, type, status } = modbus;
		const count = type.endsWith("16") ? 1 : 2;
		const question = (first: number, registers: number): Uint8Array =>
			framed(slave, code, first >> 8, first & 0xff, registers >> 8, registers & 0xff);
		let asked: Uint8Array = new Uint8Array();
		let held: Uint8Array = new Uint8Array();
		/** The weight whose status is asked for. */
		let waiting: Uint8Array | undefined;
		let isSkipping = false;
		const ask = (bytes: Uint8Array): void => {
			asked = bytes;
			send(bytes);
		};
		const skip = (): void => {
			if (!isSkipping) hear({ kind: "garbled" });
			isSkipping = true;
		};
		const answered = (data: Uint8Array): void => {
			if (waiting) {
				const weight = waiting;
				waiting = undefined;
				return hear(messageOf(weight, modbus, unit, data[0]! * 256 + data[1]!));
			}
			if (!status) return hear(messageOf(data, modbus, unit, undefined));
			waiting = Uint8Array.from(data);
			ask(question(status.register, 1));
		};
		/** Bytes that were used up: an answer, our own question as the cable gives it back, or one byte that begins neither. */
		const takeFirst = (): number => {
			const bytes = 2 * (waiting ? 1 : count);
			if (asked.length > 0 && held.length >= asked.length && asked.every((byte, at) => held[at] === byte)) return asked.length;
			if (held[0] === slave && held[1] === (code | 0x80)) {
				if (held.length < exceptionLength) return 0;
				if (!isWhole(held.subarray(0, exceptionLength))) return (skip(), 1);
				waiting = undefined;
				isSkipping = false;
				hear(held[2] === 4 ? { kind: "fault" } : { kind: "garbled" });
				return exceptionLength;
			}
			const begins = held[0] === slave && (held.length < 2 || held[1] === code) && (held.length < 3 || held[2] === bytes);
			if (begins && held.length < 3 + bytes + 2) return 0;
			if (!begins || !isWhole(held.subarray(0, 3 + bytes + 2))) {
				// The beginning of our own question, while the rest of it is on its way.
				if (held.length < asked.length && held.every((byte, at) => asked[at] === byte)) return 0;
				return (skip(), 1);
			}
			isSkipping = false;
			answered(held.slice(3, 3 + bytes));
			return 3 + bytes + 2;
		};
		return {
			ask() {
				waiting = undefined;
				held = new Uint8Array();
				ask(question(register, count));
			},
			take(bytes) {
				held = Buffer.concat([held, bytes]);
				for (let used = -1; held.length > 0 && (used = takeFirst()) > 0; ) held = held.subarray(used);
			},
		};
	},
};

function messageOf(data: Uint8Array, registers: ModbusRegisters, unit: ScaleUnit, status: number | undefined): ScaleMessage {
	const says = (bit: number | undefined): boolean => bit !== undefined && ((status! >> bit) & 1) === 1;
	if (says(registers.status?.over)) return { kind: "overloaded" };
	if (says(registers.status?.under)) return { kind: "underloaded" };
	const value = numberOf(data, registers);
	// Floats carry their own point; a millionth of the unit is finer than any transmitter.
	const isFloat = registers.type === "f32";
	const digits = isFloat ? Math.round(value * 10 ** (6 - registers.decimals)) : value;
	if (!Number.isSafeInteger(digits)) return { kind: "garbled" };
	const milligrams = milligramsOfScaled(digits, isFloat ? -6 : -registers.decimals, unit);
	if (milligrams === undefined) return { kind: "garbled" };
	// A transmitter that does not say that it moves is never said to be at rest: the shelf engine decides.
	const settled = registers.status?.moving !== undefined && !says(registers.status.moving);
	return { kind: "weight", milligrams, settled };
}

function numberOf(data: Uint8Array, { type, words }: ModbusRegisters): number {
	const ordered = words === "cdab" && data.length === 4 ? Uint8Array.of(data[2]!, data[3]!, data[0]!, data[1]!) : Uint8Array.from(data);
	const view = new DataView(ordered.buffer);
	switch (type) {
		case "i16":
			return view.getInt16(0);
		case "u16":
			return view.getUint16(0);
		case "i32":
			return view.getInt32(0);
		case "u32":
			return view.getUint32(0);
		case "f32":
			return view.getFloat32(0);
	}
}
