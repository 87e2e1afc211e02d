import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { shareModbusLine } from "../../../drivers/scale/modbus-line.ts";
import { type ModbusRegisters, modbusCrc, usualRegisters } from "../../../drivers/scale/protocols/modbus-rtu.ts";
import { runScale, type ScaleReport } from "../../../drivers/scale/scale.ts";
import type { OpenPort, Port } from "../../../drivers/transport/port.ts";
import { parseConfig } from "../../../src/config/load.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const framed = (...body: number[]): Uint8Array => {
	const crc = modbusCrc(body);
	return Uint8Array.of(...body, crc & 0xff, crc >> 8);
};
const u16 = (value: number): [number, number] => [value >> 8, value & 0xff];

interface Slave {
	grams: number;
	status?: number;
	answersAfterMs: number;
	isSilent?: boolean;
}

/**
 * An RS-485 line with transmitters, written from the Modbus specifications: each answers what is addressed to it. Two frames at once are
 * lost, as on the wire.
 */
function bus(slaves: Record<number, Slave>) {
	let hear: (bytes: Uint8Array) => void = () => {};
	let closed: (why: Error | undefined) => void = () => {};
	let [busyUntilMs, opened, open] = [0, 0, false];
	const collisions: string[] = [];
	const asked: number[] = [];
	const occupy = (who: string, bytes: number): void => {
		if (performance.now() < busyUntilMs) collisions.push(who);
		busyUntilMs = performance.now() + (11_000 * bytes) / 9_600;
	};
	const openPort: OpenPort = async () => {
		[opened, open] = [opened + 1, true];
		const port: Port = {
			name: "/dev/rs485",
			async write(bytes) {
				const [slave = 0, , , register, , count = 0] = bytes;
				asked.push(slave);
				occupy(`question to ${slave}`, bytes.length);
				const one = slaves[slave];
				if (!one || one.isSilent) return;
				setTimeout(() => {
					const values = register === 5 ? [one.status ?? 0] : count === 2 ? [one.grams >> 16, one.grams & 0xffff] : [one.grams];
					const answer = framed(slave, 3, 2 * values.length, ...values.flatMap(u16));
					occupy(`answer of ${slave}`, answer.length);
					setTimeout(() => open && hear(answer), busyUntilMs - performance.now());
				}, one.answersAfterMs);
			},
			onBytes: (next) => void (hear = next),
			onClosed: (next) => void (closed = next),
			async close() {
				open = false;
				closed(undefined);
			},
		};
		return port;
	};
	const pull = (): void => {
		open = false;
		closed(new Error("pulled"));
	};
	return {
		openPort,
		collisions,
		asked,
		opened: () => opened,
		isOpen: () => open,
		pull,
		noise: (...bytes: number[]) => hear(Uint8Array.from(bytes)),
	};
}

async function scaleOn(open: OpenPort, slave: number, registers: Partial<ModbusRegisters> = {}) {
	const port = await open();
	const reports: ScaleReport[] = [];
	let isClosed = false;
	port.onClosed(() => void (isClosed = true));
	const options = { id: `scale-${slave}`, protocol: "modbus-rtu", askEveryMs: 200, silentAfterMs: 3_000 } as const;
	const scale = runScale(port, { ...options, modbus: { ...usualRegisters, slave, ...registers } }, (report) => reports.push(report));
	const weights = (): string[] => reports.flatMap((each) => (each.type === "weight" ? [`${each.milligrams / 1_000}`] : []));
	const troubles = (): string[] =>
		reports.flatMap((each) => (each.type === "trouble" ? [each.trouble.code] : each.type === "trouble-over" ? [`over ${each.code}`] : []));
	return { port, scale, reports, weights, troubles, isClosed: () => isClosed };
}

const slavesOf = (count: number): Record<number, Slave> =>
	Object.fromEntries(Array.from({ length: count }, (_, n) => [n + 1, { grams: 1_000 * (n + 1), answersAfterMs: 20 }]));

describe("several Modbus transmitters on one line", () => {
	it("each give their own weight, and never speak at once", async () => {
		const slaves = slavesOf(5);
		const on = bus(slaves);
		const line = shareModbusLine(on.openPort, 9_600);
		const scales = await Promise.all([1, 2, 3, 4, 5].map((slave) => scaleOn(line.open(slave), slave)));
		await vi.advanceTimersByTimeAsync(2_000);
		slaves[3]!.grams = 70_000;
		await vi.advanceTimersByTimeAsync(2_000);
		expect(scales.map(({ weights }) => weights())).toEqual([["1000"], ["2000"], ["3000", "70000"], ["4000"], ["5000"]]);
		expect(scales.flatMap(({ reports }) => reports.filter(({ type }) => type !== "weight"))).toEqual([]);
		expect(on.collisions).toEqual([]);
		expect(on.opened()).toBe(1);
		// Each about as often as it wants to be asked.
		for (const slave of [1, 2, 3, 4, 5]) expect(on.asked.filter((each) => each === slave).length).toBeGreaterThan(12);
	});

	it("that ask for their status as well have both in one turn", async () => {
		const slaves = slavesOf(3);
		slaves[2]!.status = 0x1000;
		const on = bus(slaves);
		const line = shareModbusLine(on.openPort, 9_600);
		const status = { register: 5, moving: 12 };
		const scales = await Promise.all([1, 2, 3].map((slave) => scaleOn(line.open(slave), slave, { status })));
		await vi.advanceTimersByTimeAsync(1_000);
		expect(scales.map(({ reports }) => reports)).toMatchObject([
			[{ type: "weight", milligrams: 1_000_000, settled: true }],
			[{ type: "weight", milligrams: 2_000_000, settled: false }],
			[{ type: "weight", milligrams: 3_000_000, settled: true }],
		]);
		expect(on.asked.slice(0, 6)).toEqual([1, 1, 2, 2, 3, 3]);
		expect(on.collisions).toEqual([]);
	});

	it("are not starved by silent ones, which are troubled and heard again when they come back", async () => {
		const slaves = slavesOf(6);
		for (const slave of [2, 4, 5]) slaves[slave]!.isSilent = true;
		const on = bus(slaves);
		const line = shareModbusLine(on.openPort, 9_600);
		const scales = await Promise.all([1, 2, 3, 4, 5, 6].map((slave) => scaleOn(line.open(slave), slave)));
		await vi.advanceTimersByTimeAsync(60_000);
		expect(scales.map(({ troubles }) => troubles())).toEqual([[], ["scale-silent"], [], ["scale-silent"], ["scale-silent"], []]);
		for (const slave of [1, 3, 6]) expect(on.asked.filter((each) => each === slave).length).toBeGreaterThan(150);
		slaves[2]!.isSilent = false;
		await vi.advanceTimersByTimeAsync(10_000);
		expect(scales[1]!.troubles()).toEqual(["scale-silent", "over scale-silent"]);
		expect(scales[1]!.weights()).toEqual(["2000"]);
	});

	it("never take a late answer for their own, and a slow one is given its time", async () => {
		const slaves = slavesOf(3);
		slaves[1]!.answersAfterMs = 600;
		const on = bus(slaves);
		const line = shareModbusLine(on.openPort, 9_600);
		const scales = await Promise.all([1, 2, 3].map((slave) => scaleOn(line.open(slave), slave)));
		await vi.advanceTimersByTimeAsync(30_000);
		expect(scales.map(({ weights }) => [...new Set(weights())])).toEqual([["1000"], ["2000"], ["3000"]]);
		expect(scales.flatMap(({ reports }) => reports.filter(({ type }) => type === "garbled"))).toEqual([]);
	});

	it("count noise where it came, and read on", async () => {
		const on = bus(slavesOf(2));
		const line = shareModbusLine(on.openPort, 9_600);
		const scales = await Promise.all([1, 2].map((slave) => scaleOn(line.open(slave), slave)));
		await vi.advanceTimersByTimeAsync(205);
		on.noise(0xff, 0x17, 0x02);
		await vi.advanceTimersByTimeAsync(2_000);
		expect(scales.map(({ weights }) => weights())).toEqual([["1000"], ["2000"]]);
		expect(scales.map(({ reports }) => reports.filter(({ type }) => type === "garbled").length)).toEqual([1, 0]);
	});

	it("lose the line together, and open it anew; one that stops leaves the others alone", async () => {
		const on = bus(slavesOf(2));
		const line = shareModbusLine(on.openPort, 9_600);
		const [first, second] = await Promise.all([scaleOn(line.open(1), 1), scaleOn(line.open(2), 2)]);
		await vi.advanceTimersByTimeAsync(500);
		first.scale.stop();
		await first.port.close();
		expect([first.isClosed(), second.isClosed(), on.isOpen()]).toEqual([true, false, true]);
		const again = await scaleOn(line.open(1), 1);
		await vi.advanceTimersByTimeAsync(1_000);
		expect([again.weights(), on.opened()]).toEqual([["1000"], 1]);
		on.pull();
		expect([again.isClosed(), second.isClosed()]).toEqual([true, true]);
		again.scale.stop();
		second.scale.stop();
		await expect(second.port.write(Uint8Array.of(1))).rejects.toThrow("closed");
		const anew = await scaleOn(line.open(2), 2);
		await vi.advanceTimersByTimeAsync(1_000);
		expect([anew.weights(), on.opened()]).toEqual([["2000"], 2]);
		anew.scale.stop();
		await anew.port.close();
		expect(on.isOpen()).toBe(false);
	});
});

describe("the configuration of a shared line", () => {
	const config = (...scales: string[]) =>
		parseConfig(`store: a\ndevices:\n${scales.map((scale, n) => `  - { id: s${n + 1}, family: scale, ${scale} }`).join("\n")}`);
	const modbus = (slave: number, more = "", port = "port: /dev/rs485"): string =>
		`protocol: modbus-rtu, ${port}, modbus: { slave: ${slave}, register: 7 }${more}`;

	it("takes transmitters with addresses of their own", () => {
		expect(config(modbus(1), modbus(2), modbus(3)).devices).toHaveLength(3);
		expect(config(modbus(1, "", "host: 10.0.0.7"), modbus(2, "", "host: 10.0.0.7")).devices).toHaveLength(2);
	});

	it.each([
		["one address twice", [modbus(1), modbus(2), modbus(1)], /s3 and s1 are both slave 1 on \/dev\/rs485/],
		["two speeds", [modbus(1), modbus(2, ", baudRate: 19200")], /s2 and s1 share \/dev\/rs485 and differ in baudRate/],
		["another protocol beside it", [modbus(1), "protocol: mt-sics, port: /dev/rs485"], /s2 is on \/dev\/rs485, where s1 is already/],
	])("refuses %s", (_, scales, sentence) => {
		expect(() => config(...scales)).toThrow(sentence);
	});
});
