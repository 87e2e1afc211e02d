/**
 * The device's end of a receipt printer on a USB cable: bytes between /dev/g_printer0 and the virtual printer of the demo, whose slips are
 * the judge. `printer.ts FOLDER`; a file FOLDER/stalled stops its reading while it is there, as a printer without paper does.
 */
import { closeSync, constants, existsSync, openSync, readSync, writeSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { openSlipBox } from "../../../src/sim/printer/paper-roll.ts";
import { startPrinter } from "../../../src/sim/printer/printer.ts";
import { startTimeline } from "../../../src/sim/timeline.ts";

const folder = process.argv[2]!;
const printer = await startPrinter({ id: "usb" }, openSlipBox(folder), startTimeline());
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "";
const buffer = Buffer.alloc(8192);
let end: number | undefined;
let socket: Socket | undefined;

function open(): void {
	end = openSync("/dev/g_printer0", constants.O_RDWR | constants.O_NONBLOCK);
	const mine = connect(printer.port, printer.host);
	mine.on("data", (bytes: Buffer) => {
		try {
			if (end !== undefined) writeSync(end, bytes);
		} catch (error) {
			if (codeOf(error) !== "EAGAIN") unplugged();
		}
	});
	mine.on("error", () => {});
	socket = mine;
}

function unplugged(): void {
	if (end !== undefined) closeSync(end);
	end = undefined;
	socket?.destroy();
	socket = undefined;
}

console.log("ready");
for (;;) {
	await after(5);
	if (existsSync(`${folder}/stalled`)) continue;
	try {
		if (end === undefined) open();
		// A printer whose buffer is full is not read: the socket holds what the virtual one does not take.
		if (socket!.writableLength > 4096) continue;
		const length = readSync(end!, buffer, 0, buffer.length, null);
		if (length > 0) socket!.write(Buffer.from(buffer.subarray(0, length)));
	} catch (error) {
		if (codeOf(error) === "EAGAIN") continue;
		unplugged();
		await after(200);
	}
}
