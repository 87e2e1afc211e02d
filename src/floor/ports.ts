import type { OpenPort } from "../../drivers/transport/port.ts";
import { openSerialPort } from "../../drivers/transport/serial-port.ts";
import { openTcpPort } from "../../drivers/transport/tcp-port.ts";
import { isUsbPrinter, openUsbPrinterPort } from "../../drivers/transport/usb-printer-port.ts";
import { defined } from "../words/defined.ts";

interface Wired {
	port?: string | undefined;
	host?: string | undefined;
	tcpPort?: number;
	baudRate?: number;
	dataBits?: 7 | 8;
	parity?: "none" | "even" | "odd";
	stopBits?: 1 | 2;
	rtscts?: boolean;
}

/** The port that a device's options name: a serial port's device file, or a terminal server's address. */
export function portOf(device: Wired): { open: OpenPort; address: string } {
	if (device.host !== undefined) {
		const [, host, port] = /^(.*?)(?::(\d+))?$/.exec(device.host)!;
		const number = port === undefined ? (device.tcpPort ?? 9100) : Number(port);
		return { open: openTcpPort({ host: host!, port: number }), address: `${host}:${number}` };
	}
	const path = device.port!;
	const { baudRate = 9600, dataBits, parity, stopBits, rtscts } = device;
	const open = openSerialPort({
		path,
		baudRate,
		...(dataBits && { dataBits }),
		...(parity && { parity }),
		...(stopBits && { stopBits }),
		...defined({ rtscts }),
	});
	return { open, address: path };
}

/** The same of a printer, whose device file may also be a USB printer's: asked at each opening, for a stable name has no target before. */
export function printerPortOf(printer: Wired): { open: OpenPort; address: string } {
	const wired = portOf(printer);
	const path = printer.port;
	if (path === undefined) return wired;
	return { ...wired, open: async () => ((await isUsbPrinter(path)) ? openUsbPrinterPort({ path })() : wired.open()) };
}
