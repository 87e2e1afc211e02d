import { existsSync } from "node:fs";
import { join } from "node:path";
import { SerialPort } from "serialport";
import { describe, expect, it, onTestFinished } from "vitest";
import { seeded } from "../../src/sim/seeded.ts";
import { openPty, openSerialSocket } from "../../src/sim/serial/pty.ts";
import { runScanner } from "../../src/sim/serial/scanner.ts";
import { until } from "../support/until.ts";
import { memoryLine, plugInto, temporaryFolder } from "./room.ts";

async function openPort(path: string): Promise<{ port: SerialPort; heard(): string }> {
	const port = new SerialPort({ path, baudRate: 9600, autoOpen: false });
	await new Promise<void>((done, fail) => port.open((error) => (error ? fail(error) : done())));
	let heard = "";
	port.on("data", (bytes: Buffer) => {
		heard += bytes.toString("hex");
	});
	onTestFinished(() => {
		if (port.isOpen) port.close();
	});
	return { port, heard: () => heard };
}

describe("a virtual serial cable", () => {
	it.runIf(existsSync("/dev/ptmx"))("carries every byte both ways, also after the gateway opened it again", async () => {
		const cable = openPty();
		onTestFinished(() => cable.close());
		let told = "";
		cable.onBytes((bytes) => {
			told += Buffer.from(bytes).toString("hex");
		});
		const everyByte = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
		for (const _turn of [1, 2]) {
			told = "";
			const { port, heard } = await openPort(cable.address.path);
			port.write(everyByte);
			cable.write(everyByte);
			await until(() => told.length === 512 && heard().length === 512, "all bytes");
			expect([told, heard()]).toEqual([everyByte.toString("hex"), everyByte.toString("hex")]);
			await new Promise<void>((done) => port.close(() => done()));
		}
	});

	it.runIf(existsSync("/dev/ptmx"))("closes the gateway's port when it is pulled, and is back under the same name", async () => {
		const name = join(temporaryFolder(), "dev", "scale-1");
		const cable = openPty(name);
		onTestFinished(() => cable.close());
		const { port, heard } = await openPort(name);
		// serialport must be waiting in poll: a hang-up in the middle of its read gives it end-of-file, which it repeats for ever.
		cable.write(Buffer.from("!"));
		await until(() => heard() !== "", "a byte");
		const closed = new Promise<{ disconnected?: boolean } | null>((done) => port.once("close", done));
		cable.hangUp();
		expect((await closed)?.disconnected).toBe(true);
		expect(existsSync(name)).toBe(false);
		await cable.plugIn();
		const again = await openPort(name);
		cable.write(Buffer.from("here"));
		await until(() => again.heard() === "68657265", "bytes");
	});

	it("is a TCP listener where there are no pseudo-terminals", async () => {
		const cable = await openSerialSocket();
		onTestFinished(() => cable.close());
		let told = "";
		cable.onBytes((bytes) => {
			told += Buffer.from(bytes).toString("latin1");
		});
		const host = await plugInto(cable.address.port);
		host.socket.write("SI\r\n");
		await until(() => told === "SI\r\n", "the question");
		cable.write(Uint8Array.of(1, 2, 3));
		await until(() => host.answered() === "010203", "the answer");
		cable.hangUp();
		await until(() => host.socket.destroyed, "the hang-up");
	});
});

describe("the virtual scanner", () => {
	// Written from ISO/IEC 15424 and the GS1 General Specifications, not recorded.
	it.each([
		["4006381333931", "cr", false, "4006381333931\r"],
		["4006381333931", "crlf", true, "]E04006381333931\r\n"],
		["40063812", "cr", true, "]E440063812\r"],
		["036000291452", "cr", true, "]E00036000291452\r"],
		["036000291452", "cr", false, "036000291452\r"],
		["(01)09501101530003(10)AB-1(17)270131", "cr", true, "]C10109501101530003" + "10AB-1\x1d17270131\r"],
		["https://id.gs1.org/01/09501101530003", "cr", true, "]Q1https://id.gs1.org/01/09501101530003\r"],
	] as const)("sends %s with suffix %s, AIM %s", (code, suffix, aim, expected) => {
		const line = memoryLine();
		runScanner(line, { suffix, aim }, seeded(1)).scan(code);
		expect(line.said).toBe(expected);
	});

	it("sends UPC-E with its eight digits, or wide as thirteen under its AIM identifier", () => {
		const line = memoryLine();
		runScanner(line, { suffix: "cr", aim: false }, seeded(1)).scan("04252614", "upc-e");
		runScanner(line, { suffix: "cr", aim: true }, seeded(1)).scan("04252614", "upc-e");
		expect(line.said).toBe("04252614\r]E00042100005264\r");
	});
});
