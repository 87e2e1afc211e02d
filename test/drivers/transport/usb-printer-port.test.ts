import { describe, expect, it } from "vitest";
import { isUsbPrinter, type OpenFile, openUsbPrinterPort } from "../../../drivers/transport/usb-printer-port.ts";
import { until } from "../../support/until.ts";

type Answer = number | "EAGAIN" | "ENODEV";
const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** A device file as usblp behaves (written from the kernel's source): short writes, EAGAIN while full, ENODEV once unplugged. */
function pretended() {
	const written: number[] = [];
	const answers: Uint8Array[] = [];
	const takes: Answer[] = [];
	let isGone = false;
	let isStuck = false;
	let isClosed = false;
	const openFile: OpenFile = async () =>
		({
			async read(buffer: Uint8Array) {
				if (isGone) throw failure("ENODEV");
				const answer = answers.shift();
				if (!answer) throw failure("EAGAIN");
				buffer.set(answer);
				return { bytesRead: answer.length, buffer };
			},
			async write(bytes: Uint8Array, at: number, length: number) {
				if (isGone) throw failure("ENODEV");
				if (isStuck) throw failure("EAGAIN");
				const take = takes.shift() ?? length;
				if (typeof take === "string") throw failure(take);
				const taken = Math.min(take, length);
				for (const byte of bytes.subarray(at, at + taken)) written.push(byte);
				return { bytesWritten: taken, buffer: bytes };
			},
			async close() {
				isClosed = true;
			},
		}) as unknown as Awaited<ReturnType<OpenFile>>;
	return {
		openFile,
		written,
		answers,
		takes,
		stick() {
			isStuck = true;
		},
		unplug() {
			isGone = true;
		},
		isClosed: () => isClosed,
	};
}

describe("the port of a USB printer", () => {
	it("writes all of it in order, however little the printer takes at once and however often it is full", async () => {
		const device = pretended();
		device.takes.push(3, "EAGAIN", "EAGAIN", 1, 8_192);
		const port = await openUsbPrinterPort({ path: "/dev/usb/lp0" }, device.openFile)();
		const bytes = Uint8Array.from({ length: 20_000 }, (_, n) => n % 251);
		await Promise.all([port.write(bytes.subarray(0, 9_000)), port.write(bytes.subarray(9_000))]);
		expect(Uint8Array.from(device.written)).toEqual(bytes);
		await port.close();
		expect(device.isClosed()).toBe(true);
	});

	it("hears what the printer answers", async () => {
		const device = pretended();
		const port = await openUsbPrinterPort({ path: "/dev/usb/lp0" }, device.openFile)();
		const heard: number[] = [];
		port.onBytes((bytes) => heard.push(...bytes));
		device.answers.push(Uint8Array.of(0x16), Uint8Array.of(0x12, 0x14));
		await until(() => heard.length === 3, "both answers");
		expect(heard).toEqual([0x16, 0x12, 0x14]);
		await port.close();
	});

	it("says once that the cable was pulled, and ends a write that waits for a stuck printer", async () => {
		const device = pretended();
		const port = await openUsbPrinterPort({ path: "/dev/usb/lp0" }, device.openFile)();
		const closed: (string | undefined)[] = [];
		port.onClosed((why) => closed.push(why?.message));
		device.stick();
		const write = expect(port.write(Uint8Array.of(1, 2, 3))).rejects.toThrow();
		device.unplug();
		await write;
		await until(() => device.isClosed(), "the file is closed");
		expect(closed).toEqual(["ENODEV"]);
	});

	it("ends when it is asked to, also while the printer takes nothing", async () => {
		const device = pretended();
		const port = await openUsbPrinterPort({ path: "/dev/usb/lp0" }, device.openFile)();
		const closed: unknown[] = [];
		port.onClosed((why) => closed.push(why));
		device.stick();
		const write = expect(port.write(Uint8Array.of(1))).rejects.toThrow(/closed/);
		await port.close();
		await write;
		expect(closed).toEqual([undefined]);
		expect(device.isClosed()).toBe(true);
		await expect(port.write(Uint8Array.of(1))).rejects.toThrow(/closed/);
	});

	it("names what is wrong when it cannot be opened", async () => {
		for (const [code, trouble] of [
			["ENOENT", "port-missing"],
			["EACCES", "port-forbidden"],
			["EBUSY", "port-busy"],
		] as const) {
			const refuse: OpenFile = () => Promise.reject(failure(code));
			await expect(openUsbPrinterPort({ path: "/dev/usb/lp0" }, refuse)()).rejects.toMatchObject({ code: trouble });
		}
	});

	it("is not meant for serial ports, files or what is not there", async () => {
		for (const path of ["/dev/null", "/dev/ptmx", "/etc/hostname", "/dev/gondola-nothing"]) expect(await isUsbPrinter(path)).toBe(false);
	});
});
