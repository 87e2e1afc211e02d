import { createSocket } from "node:dgram";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encode } from "dns-packet";
import { describe, expect, it, onTestFinished } from "vitest";
import { boxDevices } from "../../src/cli/devices/box-devices.ts";
import { askMdns, labelsIn, printersIn, recordsIn } from "../../src/cli/devices/mdns.ts";

/** A machine's /dev and /sys, as files in a folder. */
function machine(files: Record<string, string | Uint8Array>, links: Record<string, string> = {}): string {
	const root = mkdtempSync(join(tmpdir(), "gondola-box-"));
	onTestFinished(() => rmSync(root, { recursive: true, force: true }));
	for (const [name, content] of Object.entries(files)) {
		mkdirSync(dirname(join(root, name)), { recursive: true });
		writeFileSync(join(root, name), content);
	}
	for (const [name, target] of Object.entries(links)) {
		mkdirSync(dirname(join(root, name)), { recursive: true });
		symlinkSync(join(root, target), join(root, name));
	}
	return root;
}

const hidraw = (n: number, id: string, name: string, descriptor: string) => ({
	[`sys/class/hidraw/hidraw${n}/device/uevent`]: `DRIVER=hid-generic\nHID_ID=0003:0000${id}:00000B61\nHID_NAME=${name}\n`,
	[`sys/class/hidraw/hidraw${n}/device/report_descriptor`]: Buffer.from(descriptor, "hex"),
});

describe("what hangs on a box", () => {
	it("is told by its descriptors and names, and an adapter is not taken for what is plugged into it", () => {
		const root = machine(
			{
				"dev/ttyACM0": "",
				"dev/ttyUSB0": "",
				"dev/ttyUSB1": "",
				"dev/usb/lp0": "",
				"sys/class/usbmisc/lp0/device/ieee1284_id": "MFG:EPSON;CMD:ESC/POS;MDL:TM-T88V;CLS:PRINTER;",
				"dev/usb/lp1": "",
				"sys/class/usbmisc/lp1/device/ieee1284_id": "MANUFACTURER:Zebra;COMMAND SET:ZPL;MODEL:ZD420;",
				...hidraw(0, "0C2E", "Honeywell Xenon", "058c0902a101c0"),
				...hidraw(1, "0922", "M25", "058d0920a101c0"),
				...hidraw(2, "05F9", "Gryphon", "05010906a101c0"),
				...hidraw(3, "046D", "Keyboard", "05010906a101c0"),
			},
			{
				"dev/serial/by-id/usb-Datalogic_Scanner_Magellan-if00": "dev/ttyACM0",
				"dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A900-if00-port0": "dev/ttyUSB0",
			},
		);
		const rows = boxDevices(root).map(({ at, name, family, protocol, isSure }) => [at, name, family, protocol, isSure]);
		expect(rows).toEqual([
			["/dev/serial/by-id/usb-Datalogic_Scanner_Magellan-if00", "Datalogic Scanner Magellan", "scanner", "serial", true],
			["/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A900-if00-port0", "FTDI FT232R USB UART A900", null, null, false],
			["/dev/ttyUSB1", "ttyUSB1", null, null, false],
			["/dev/usb/lp0", "EPSON TM-T88V", "printer", "esc-pos", true],
			["/dev/usb/lp1", "Zebra ZD420", null, null, true],
			["/dev/hidraw0", "Honeywell Xenon", "scanner", "hid-pos", true],
			["/dev/hidraw1", "Dymo M25", "scale", "hid", true],
			["/dev/hidraw2", "Datalogic Gryphon", "scanner", null, false],
		]);
	});

	it("is nothing on a machine without any", () => {
		expect(boxDevices(machine({ "dev/null": "" }))).toEqual([]);
	});
});

describe("printers on the network", () => {
	const answer = encode({
		type: "response",
		id: 0,
		answers: [
			{ name: "_ipp._tcp.local", type: "PTR", data: "Office._ipp._tcp.local" },
			{ name: "_pdl-datastream._tcp.local", type: "PTR", data: "EPSON TM-m30II\u001b[2J._pdl-datastream._tcp.local" },
		],
		additionals: [
			{ name: "Office._ipp._tcp.local", type: "SRV", data: { port: 631, target: "office.local" } },
			{ name: "EPSON TM-m30II\u001b[2J._pdl-datastream._tcp.local", type: "SRV", data: { port: 9100, target: "tm.local" } },
			{ name: "tm.local", type: "A", data: "10.0.0.9" },
		],
	});

	it("tell who they are when they are asked", async () => {
		const printer = createSocket("udp4");
		onTestFinished(() => void printer.close());
		await new Promise<void>((done) => printer.bind(0, "127.0.0.1", done));
		printer.on("message", (_, from) => {
			printer.send(Buffer.from("rubbish"), from.port, from.address);
			printer.send(answer, from.port, from.address);
		});
		const found = await askMdns(300, { address: "127.0.0.1", port: (printer.address() as AddressInfo).port });
		expect(found.map(({ at, name, protocol }) => [at, name, protocol])).toEqual([
			["10.0.0.9:9100", "EPSON TM-m30II [2J", "esc-pos"],
			["office.local:9100", "Office", null],
		]);
	});

	it("that answer in part, or not at all, are not invented", () => {
		expect(recordsIn(Uint8Array.of(1, 2, 3))).toEqual([]);
		expect(printersIn(recordsIn(answer).filter(({ type }) => type === "PTR"))).toEqual([]);
	});
});

describe("labels on the network", () => {
	const name = "OD123456._opendisplay._tcp.local";
	const announced = (text: string[]) =>
		recordsIn(
			encode({
				type: "response",
				id: 0,
				answers: [{ name: "_opendisplay._tcp.local", type: "PTR", data: name }],
				additionals: [
					{ name, type: "SRV", data: { port: 2447, target: "OD123456.local" } },
					{ name, type: "TXT", data: text },
					{ name: "OD123456.local", type: "A", data: "10.0.0.31" },
				],
			}),
		);

	it("are told apart by their number, and say whether they need a key", () => {
		expect(labelsIn(announced(["mac=d83bda123456", "tls=1", "fw=2.1"]))).toEqual([
			{
				at: "10.0.0.31:2447",
				by: "mdns",
				name: "OD123456",
				probably: "an OpenDisplay label (0000D83BDA123456, TLS: needs keyFile, firmware 2.1)",
				family: "label",
				protocol: "opendisplay",
				isSure: true,
			},
		]);
	});

	it("whose text is no text of theirs are still listed, with nothing of it", () => {
		const [found] = labelsIn(announced(["mac=../../etc", "fw=\u001b[2J", "tls"]));
		expect(found?.probably).toBe("an OpenDisplay label (its number is on its screen)");
		expect(labelsIn(recordsIn(Uint8Array.of(1, 2, 3)))).toEqual([]);
	});
});
